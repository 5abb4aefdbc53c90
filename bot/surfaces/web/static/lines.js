// Lines as they come and change: put in order, without losing what a person is doing in them.
import { focusPath, refocus } from "./focus.js";
import { tellTimes } from "./times.js";

function parse(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  return holder.content.firstElementChild;
}

// Pictures that are there already are moved over, so that none is fetched or flashes again.
function keepPictures(old, fresh) {
  const known = new Map();
  for (const image of old.querySelectorAll("img")) known.set(image.getAttribute("src"), image);
  for (const image of fresh.querySelectorAll("img")) {
    const same = known.get(image.getAttribute("src"));
    if (same && same.className === image.className) {
      same.alt = image.alt;
      image.replaceWith(same);
    }
  }
}

function replace(old, fresh) {
  for (const menu of old.querySelectorAll("details[open]")) {
    const same = fresh.querySelector(`details[data-menu="${menu.dataset.menu}"]`);
    if (same) same.open = true;
  }
  const path = focusPath(old);
  keepPictures(old, fresh);
  old.replaceWith(fresh);
  refocus(fresh, path);
}

// Puts a line into a log: in the place of its older self, else where its moment belongs.
export function place(log, change) {
  const fresh = parse(change.html);
  tellTimes(fresh);
  const old = log.querySelector(`:scope > [data-line="${change.id}"]`);
  if (old) {
    replace(old, fresh);
    return;
  }
  fresh.classList.add("fresh");
  insert(log, fresh);
  log.querySelector(".empty")?.remove();
}

// Puts what stood before the lines that are shown where it belongs; `html` begins with the button
// that leads further back, if there is more. A line that changed lately may be shown already.
export function placeEarlier(log, html) {
  const part = document.createElement("template");
  part.innerHTML = html;
  tellTimes(part.content);
  for (const line of part.content.querySelectorAll("[data-line]")) {
    if (!log.querySelector(`:scope > [data-line="${line.dataset.line}"]`)) insert(log, line);
  }
  const further = part.content.querySelector(".earlier");
  if (further) log.prepend(further);
}

function insert(log, line) {
  const at = Number(line.dataset.at);
  const later = [...log.children].find((other) => Number(other.dataset.at) > at);
  log.insertBefore(line, later || null);
}
