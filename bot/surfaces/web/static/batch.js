// A batch comes alive: its pictures come by themselves, and one chooses while the rest still runs.
import { focusPath, refocus } from "./focus.js";
import { answered } from "./forms.js";
import { takeKeeping, tidyTile } from "./keeping.js";
import { shut, steer } from "./menus.js";
import { followThreads, takeSide } from "./side.js";
import { send } from "./talk.js";
import { toast } from "./toasts.js";

const facts = document.getElementById("batch").dataset;
const address = `/batches/${facts.batch}`;
const status = document.getElementById("status");
const lot = document.getElementById("lot");
let source = null;
let waiting = ""; // a card that came while a menu of the old one was open
let lost = null; // where the keyboard stood on a card whose controls are gone for a moment

// ── what changes ──

function put(tile) {
  const old = lot.querySelector(`:scope > [data-number="${tile.number}"]`);
  if (old?.dataset.digest === tile.digest) return;
  const part = document.createElement("template");
  part.innerHTML = tile.html.trim();
  const fresh = part.content.firstElementChild;
  tidyTile(fresh, old);
  if (!old) {
    lot.append(fresh); // they come by their numbers
    return;
  }
  const focused = old.contains(document.activeElement);
  const image = old.querySelector("img");
  const same = image && fresh.querySelector("img");
  if (same && same.getAttribute("src") === image.getAttribute("src")) same.replaceWith(image);
  old.replaceWith(fresh);
  if (focused) fresh.querySelector("input").focus();
}

function redraw(html) {
  if (status.querySelector("details[open]")) {
    waiting = html;
    return;
  }
  waiting = "";
  const path = focusPath(status) || (document.activeElement === document.body && lost);
  status.innerHTML = html;
  lost = refocus(status, path) ? null : path;
}

function take(change) {
  if (change.card) redraw(change.card);
  if (change.kept) document.getElementById("kept").textContent = change.kept;
  for (const tile of change.tiles || []) put(tile);
  for (const id of ["tools", "keys"]) document.getElementById(id).hidden = !lot.children.length;
}

// As the side bar does: a window that nobody sees holds no connection.
function listen() {
  source?.close();
  source = null;
  if (document.hidden) return;
  const mine = new EventSource(`${address}/events?seen=${facts.seen}`);
  mine.onmessage = (event) => take(JSON.parse(event.data));
  mine.onerror = () => {
    // A refused connection is final for the browser, not for us.
    if (mine === source && mine.readyState === EventSource.CLOSED) setTimeout(listen, 3000);
  };
  source = mine;
}

// ── the card's controls ──

function closeMenus(except = null) {
  for (const menu of status.querySelectorAll("details[open]")) if (menu !== except) shut(menu);
  if (waiting && !status.querySelector("details[open]")) redraw(waiting);
}

function open(menu) {
  closeMenus(menu);
  steer(menu);
}

async function press(button) {
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  const fields = [["action", button.dataset.press]];
  if (button.dataset.value) fields.push(["value", button.dataset.value]);
  closeMenus();
  const answer = await send(`${address}/press`, fields);
  button.removeAttribute("aria-busy");
  answered(answer);
  if (answer && !answer.said && button.dataset.press.startsWith("open")) {
    const links = facts.thread ? [{ label: facts.threadLabel, url: facts.thread }] : [];
    toast(facts.opened, links);
  }
}

takeSide();
followThreads();
takeKeeping(address);
document.addEventListener("click", ({ target }) => {
  const button = target.closest("#status [data-press]");
  if (!target.closest("#status details")) closeMenus();
  if (button) press(button);
});
document.addEventListener("keydown", (event) => {
  const menu = status.querySelector("details[open]");
  if (event.key !== "Escape" || !menu || document.querySelector("dialog[open]")) return;
  closeMenus();
  status.querySelector(`[data-menu="${menu.dataset.menu}"] summary`)?.focus();
});
for (const part of [status, lot, document.getElementById("tools")]) part.inert = false;
status.addEventListener("toggle", ({ target }) => target.open && open(target), true);
document.addEventListener("visibilitychange", listen);
listen();
