// Choosing from a batch: by click or key, many at once, sent a moment later as one gesture.
import { send } from "./talk.js";
import { toast } from "./toasts.js";

const SETTLED = 300; // milliseconds in which further choices belong to the same gesture
const lot = document.getElementById("lot");
const unsent = new Map();
const sending = new Map();
let address = "";
let timer = 0;
let last = ""; // the number that was chosen last: its tile may be another one by now
let current = null; // the one box that Tab comes to

const boxes = () => [...lot.querySelectorAll(".cell input")];
const shown = () => boxes().filter((box) => box.offsetParent);

// What a person has just chosen stands, until the desk has heard of it; a tile that comes keeps the
// place among the keys that the old one had.
export function tidyTile(tile, old) {
  const box = tile.querySelector("input");
  const mine = unsent.get(box.value) ?? sending.get(box.value);
  if (mine !== undefined && !box.disabled) box.checked = mine;
  const was = old?.querySelector("input");
  if (current === null || (was && current === was)) current = box;
  box.tabIndex = current === box ? 0 : -1;
}

function stand(box) {
  if (current) current.tabIndex = -1;
  current = box;
  box.tabIndex = 0;
}

// While only what is kept is shown, a box may be hidden by its own change: Tab comes to the next one, and
// who stood on it stands there.
function leaveHidden(box) {
  if (!box || box.offsetParent) return;
  const all = boxes();
  const at = all.indexOf(box);
  const next = [...all.slice(at), ...all.slice(0, at).reverse()].find((one) => one.offsetParent);
  if (!next) return;
  const held = document.activeElement === box;
  stand(next);
  if (held) next.focus();
}

async function flush() {
  timer = 0;
  if (sending.size) {
    timer = setTimeout(flush, SETTLED);
    return;
  }
  for (const [number, keep] of unsent) sending.set(number, keep);
  unsent.clear();
  const named = (wanted) => [...sending].filter(([, keep]) => keep === wanted).map(([number]) => number);
  const fields = [["keep", named(true).join(" ")], ["drop", named(false).join(" ")]];
  const answer = await send(`${address}/choose`, fields);
  const wrong = answer ? answer.still.map(String) : [...sending.keys()];
  for (const box of boxes()) if (wrong.includes(box.value)) box.checked = answer ? true : !sending.get(box.value);
  sending.clear();
  if (answer?.said) toast(answer.said);
}

function set(box, keep) {
  if (box.disabled) return;
  box.checked = keep;
  unsent.set(box.value, keep);
  clearTimeout(timer);
  timer = setTimeout(flush, SETTLED);
}

// With Shift, everything between the last one and this one.
function choose(box, shift) {
  const all = shown();
  const before = all.findIndex((one) => one.value === last);
  if (shift && before >= 0) {
    const [from, to] = [before, all.indexOf(box)].sort((a, b) => a - b);
    for (const one of all.slice(from, to + 1)) set(one, box.checked);
  } else set(box, box.checked);
  last = box.value;
}

function columns(all) {
  const top = all[0].closest(".cell").offsetTop;
  const next = all.findIndex((box) => box.closest(".cell").offsetTop !== top);
  return next < 0 ? all.length : next;
}

function key(event) {
  const box = event.target.closest?.(".cell input");
  if (!box || event.ctrlKey || event.metaKey || event.altKey) return;
  const all = shown();
  const across = columns(all);
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -across, ArrowDown: across }[event.key];
  if (step) {
    let to = all.indexOf(box) + step;
    while (all[to]?.disabled) to += Math.sign(step);
    all[to]?.focus();
    all[to]?.closest(".cell").scrollIntoView({ block: "nearest" });
  } else if (event.key === "Enter") box.closest(".cell").querySelector("a")?.click();
  else return;
  event.preventDefault();
}

export function takeKeeping(own) {
  address = own;
  const tools = document.getElementById("tools");
  for (const box of boxes()) {
    box.tabIndex = -1;
    if (!current && !box.disabled) stand(box);
  }
  lot.addEventListener("click", (event) => {
    const box = event.target.closest(".cell input");
    if (!box) return;
    choose(box, event.shiftKey);
    leaveHidden(box);
  });
  lot.addEventListener("focusin", (event) => {
    if (event.target.matches("input")) stand(event.target);
  });
  lot.addEventListener("keydown", key);
  tools.querySelector("[data-keep-all]").addEventListener("click", () => boxes().forEach((box) => set(box, true)));
  tools.querySelector("[data-keep-none]").addEventListener("click", () => boxes().forEach((box) => set(box, false)));
  const only = tools.querySelector("[data-only-kept]");
  only.addEventListener("click", () => {
    const on = only.getAttribute("aria-pressed") !== "true";
    only.setAttribute("aria-pressed", String(on));
    lot.classList.toggle("only-kept", on);
    leaveHidden(current);
  });
}
