// The thread beside the channel: opened, closed, and where the browser's history says it is.
import { adopt } from "./composer.js";
import { fetchPart } from "./talk.js";
import { tellTimes } from "./times.js";

const desk = document.getElementById("desk");
const panel = document.getElementById("thread");
const unsent = new Map(); // what was written into each thread's box
let opener = null;
let asked = 0;

// The side bar says where one is.
export function markThread() {
  const shown = shownThread();
  for (const link of document.querySelectorAll("#threads [data-open-thread]")) {
    if (link.dataset.openThread === shown) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

export function shownThread() {
  return desk.classList.contains("with-thread")
    ? panel.querySelector("[data-root]")?.dataset.root || ""
    : "";
}

export function threadLog(root) {
  return shownThread() === root ? panel.querySelector("[data-root]") : null;
}

function keepUnsent() {
  const root = shownThread();
  if (root) unsent.set(root, panel.querySelector("textarea").value);
}

export async function openThread(root, { focus = true, remember = true } = {}) {
  const turn = ++asked;
  const html = await fetchPart(`/threads/${root}`, { tell: focus });
  if (html === null || turn !== asked) return; // another one was asked for since
  if (focus) opener = document.activeElement;
  keepUnsent();
  panel.innerHTML = html;
  panel.querySelector("textarea").value = unsent.get(root) || "";
  desk.classList.add("with-thread");
  tellTimes(panel);
  for (const composer of panel.querySelectorAll(".composer")) adopt(composer);
  if (remember) history.pushState({ thread: root }, "", `/?thread=${root}`);
  markThread();
  if (focus) panel.querySelector("h2").focus();
}

export function closeThread({ remember = true } = {}) {
  asked += 1;
  if (!shownThread()) return;
  keepUnsent();
  desk.classList.remove("with-thread");
  panel.replaceChildren();
  markThread();
  if (remember) history.pushState({}, "", "/");
  if (opener?.isConnected) opener.focus();
  else document.querySelector(".channel textarea").focus();
}

export function followHistory() {
  markThread();
  addEventListener("popstate", () => {
    const root = new URLSearchParams(location.search).get("thread");
    if (root) openThread(root, { remember: false });
    else closeThread({ remember: false });
  });
}
