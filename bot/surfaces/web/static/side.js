// The side bar: on a telephone it comes and goes, and its threads follow what happens.
import { focusPath, refocus } from "./focus.js";
import { client, fetchPart } from "./talk.js";

const RENEW = 500; // milliseconds in which changes are taken together
const AGAIN = 3000;

const side = document.getElementById("side");
const menu = document.getElementById("menu");
const threads = document.getElementById("threads");
let renewing = 0;

const isOpen = () => side.classList.contains("open");

function toggle(open) {
  side.classList.toggle("open", open);
  menu.setAttribute("aria-expanded", String(open));
}

export function takeSide() {
  document.addEventListener("click", ({ target }) => {
    if (target.closest("#menu")) toggle(!isOpen());
    else if (!target.closest("#side") || target.closest("a")) toggle(false);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !isOpen() || document.querySelector("dialog[open]")) return;
    event.preventDefault(); // it closes nothing else
    toggle(false);
    menu.focus();
  });
}

async function drawThreads(drawn) {
  renewing = 0;
  const html = await fetchPart("/threads");
  if (html === null) return;
  const path = focusPath(threads);
  threads.innerHTML = html;
  refocus(threads, path);
  drawn();
}

// Something has changed: the threads are drawn as they are by now. `drawn` is called after that.
export function renewThreads(drawn = () => {}) {
  if (!renewing) renewing = setTimeout(() => drawThreads(drawn), RENEW);
}

// In every room but the channel; `take` is given the changes as well. A window that nobody sees holds
// no connection: a browser opens six to one desk, and then the next window would wait.
export function followThreads(take = () => {}) {
  let source = null;
  let seq = client.seq;
  const listen = () => {
    source?.close();
    source = null;
    if (document.hidden) return;
    const mine = new EventSource(`/events?after=${seq}`);
    mine.onmessage = ({ data, lastEventId }) => {
      seq = Number(lastEventId);
      take(JSON.parse(data));
      renewThreads();
    };
    mine.onerror = () => {
      // A refused connection is final for the browser, not for us.
      if (mine === source && mine.readyState === EventSource.CLOSED) setTimeout(listen, AGAIN);
    };
    source = mine;
  };
  document.addEventListener("visibilitychange", listen);
  listen();
}
