// Choosing several images, going among them by keys, and what is done to the chosen ones.
import { clearSearch, grid, refresh } from "./asking.js";
import { openForm } from "./forms.js";
import { toggleStar } from "./stars.js";
import { fill, send, words } from "./talk.js";
import { toast } from "./toasts.js";
import { use } from "./using.js";

const bar = document.getElementById("chosen");
const amount = bar.querySelector("[data-amount]");
let last = null;

const boxes = () => [...document.querySelectorAll('#grid input[name="image"]')];
const chosen = () => boxes().filter((box) => box.checked);
const numbers = () => chosen().map((box) => box.value).join(" ");

export function tellChosen() {
  const count = chosen().length;
  bar.classList.toggle("some", count > 0);
  bar.inert = count === 0;
  grid().classList.toggle("choosing", count > 0);
  amount.textContent = count === 1 ? words.oneChosen : fill(words.chosen, { count });
}

// Whoever has done something stays among the pictures: what had the focus is gone with it.
function stand(tile) {
  (tile?.querySelector("[data-open]") || document.getElementById("answers")).focus({ preventScroll: true });
}

function clear() {
  const [first] = chosen();
  const held = bar.contains(document.activeElement);
  for (const box of chosen()) box.checked = false;
  tellChosen();
  if (held) stand(first.closest(".tile"));
}

// With Shift, everything between the last one and this one.
function choose(box, event) {
  if (event?.shiftKey && last?.isConnected) {
    const all = boxes();
    const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
    for (const one of all.slice(from, to + 1)) one.checked = box.checked;
  }
  last = box;
  tellChosen();
}

// ── what is done to them ──

function tag() {
  openForm(document.getElementById("tagging").innerHTML, {
    done: (answer) => {
      toast(answer.said);
      if (!answer.done) return;
      clear();
      refresh();
    },
  });
  document.querySelector("#form [name=images]").value = numbers();
}

export async function remove(images, done) {
  const answer = await send("/library/delete", [["images", images]]);
  if (answer?.form) openForm(answer.form, { done });
}

function removed(answer) {
  toast(answer.said);
  const gone = new Set(answer.gone.map(String));
  const tiles = [...grid().children];
  const at = tiles.findIndex((tile) => gone.has(tile.dataset.image));
  for (const tile of tiles) if (gone.has(tile.dataset.image)) tile.remove();
  tellChosen();
  if (at >= 0) stand(grid().children[at] || grid().lastElementChild);
  refresh();
}

// ── keys ──

function columns() {
  const tiles = [...grid().children];
  const top = tiles[0].offsetTop;
  const next = tiles.findIndex((tile) => tile.offsetTop !== top);
  return next < 0 ? tiles.length : next;
}

function go(tile, by) {
  const tiles = [...grid().children];
  const to = tiles[tiles.indexOf(tile) + by];
  to?.querySelector("[data-open]").focus();
  to?.scrollIntoView({ block: "nearest" });
}

function keyInGrid(event, tile) {
  const box = tile.querySelector('input[name="image"]');
  const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns(), ArrowDown: columns() };
  if (event.key in steps) go(tile, steps[event.key]);
  else if (event.key === "f") toggleStar(tile.querySelector("[data-star]"));
  else if (event.key === "Delete") {
    if (!chosen().length) box.checked = true;
    tellChosen();
    remove(numbers(), removed);
  } else if (event.key === " " && event.target.matches("[data-open]")) {
    box.checked = !box.checked;
    choose(box, event);
  } else return;
  event.preventDefault();
}

function key(event) {
  if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
  const plain = !(event.ctrlKey || event.metaKey || event.altKey);
  const writing = event.target.matches("input:not([type=checkbox], [type=radio]), select, textarea");
  const tile = event.target.closest?.(".tile");
  if (event.key === "Escape" && chosen().length) clear();
  else if (event.key === "Escape" && event.target.type === "search" && event.target.value) {
    event.preventDefault();
    clearSearch();
  } else if (event.key === "/" && plain && !writing) {
    event.preventDefault();
    document.querySelector("#asks [type=search]").focus();
  } else if (event.key === "a" && !plain && !writing) {
    event.preventDefault();
    for (const box of boxes()) box.checked = true;
    tellChosen();
  } else if (tile && plain) keyInGrid(event, tile);
}

export function takeChoosing() {
  document.addEventListener("keydown", key);
  document.addEventListener("click", (event) => {
    const box = event.target.closest('#grid input[name="image"]');
    const star = event.target.closest("#grid [data-star]");
    if (box) choose(box, event);
    else if (star) toggleStar(star);
  });
  bar.addEventListener("reset", (event) => {
    event.preventDefault();
    clear();
  });
  // Sent as one field: the desk takes more pictures at once than fields.
  bar.addEventListener("formdata", ({ formData }) => {
    formData.delete("image");
    formData.set("images", numbers());
  });
  bar.querySelector("[data-use]").addEventListener("click", () => use(numbers()));
  bar.querySelector("[data-tag]").addEventListener("click", tag);
  bar.querySelector("[data-delete]").addEventListener("click", (event) => {
    event.preventDefault();
    remove(numbers(), removed);
  });
  tellChosen();
}
