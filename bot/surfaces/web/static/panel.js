// A panel as a page: the controls of its card, and the forms that these open.
import { focusPath, refocus } from "./focus.js";
import { answered } from "./forms.js";
import { shut, steer } from "./menus.js";
import { followThreads, takeSide } from "./side.js";
import { fetchPart, send } from "./talk.js";

const AGAIN = 1000; // milliseconds

const panel = document.getElementById("panel");

async function press(button) {
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  const fields = [["key", panel.dataset.key], ["action", button.dataset.press]];
  if (button.dataset.value) fields.push(["value", button.dataset.value]);
  closeMenus();
  answered(await send(`${panel.dataset.path}/press`, fields));
  button.removeAttribute("aria-busy");
}

function closeMenus(except = null) {
  for (const menu of panel.querySelectorAll("details[open]")) if (menu !== except) shut(menu);
}

function open(menu) {
  closeMenus(menu);
  steer(menu);
}

// What is awaited is asked for until it is there; an open menu is not taken from under a hand.
async function follow() {
  const html = panel.querySelector("details[open]") ? null : await fetchPart(location.href);
  const fresh = html && new DOMParser().parseFromString(html, "text/html").getElementById("panel");
  if (fresh && !panel.querySelector("details[open]")) {
    const path = focusPath(panel);
    panel.innerHTML = fresh.innerHTML;
    refocus(panel, path);
    if (!("awaited" in fresh.dataset)) return;
  }
  setTimeout(follow, AGAIN);
}

takeSide();
followThreads();
if ("awaited" in panel.dataset) setTimeout(follow, AGAIN);
document.addEventListener("click", ({ target }) => {
  const button = target.closest("#panel [data-press]");
  if (!target.closest("#panel details")) closeMenus();
  if (button) press(button);
});
panel.addEventListener("toggle", ({ target }) => target.open && open(target), true);
document.addEventListener("keydown", (event) => {
  const menu = panel.querySelector("details[open]");
  if (event.key === "Escape" && menu && !document.querySelector("dialog[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
panel.inert = false;
