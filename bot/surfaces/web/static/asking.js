// Searching as one types: the address follows, the answers come as they are drawn by the desk.
import { fetchPart } from "./talk.js";

const SETTLED = 180; // milliseconds without a key
const PER_PART = 40; // images in one answer of the desk
const MOST = 100; // that the desk gives at once
const USUAL = { filter: "all", sort: "newest" };

const form = document.getElementById("asks");
const place = document.getElementById("answers");
const count = document.getElementById("count");
let asked = 0;
let waiting = 0;
let changed = () => {};

export const grid = () => document.getElementById("grid");

function query() {
  const given = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (value.trim() && USUAL[name] !== value) given.set(name, value.trim());
  }
  return given;
}

function addressOf(given) {
  return given.size ? `/library?${given}` : "/library";
}

async function ask({ remember = "push", limit = 0 } = {}) {
  clearTimeout(waiting);
  const turn = ++asked;
  const given = query();
  const address = addressOf(given);
  const here = location.pathname + location.search;
  if (remember === "push" && address !== here) history.pushState({}, "", address);
  if (remember === "replace") history.replaceState({}, "", address);
  if (limit) given.set("limit", limit);
  place.setAttribute("aria-busy", "true");
  const html = await fetchPart(`/library/answers?${given}`, { tell: true });
  if (turn !== asked) return; // a newer question is on its way
  place.removeAttribute("aria-busy");
  if (html === null) return;
  place.innerHTML = html;
  tell();
}

function tell() {
  count.textContent = place.querySelector("[data-count]").dataset.count;
  watchEnd();
  changed();
}

// ── going on ──

const end = new IntersectionObserver(
  (seen) => {
    if (seen.some((entry) => entry.isIntersecting)) more();
  },
  { root: document.getElementById("ground"), rootMargin: "600px" },
);

function watchEnd() {
  end.disconnect();
  const link = place.querySelector("[data-more]");
  if (link) end.observe(link);
}

async function more(focus = false) {
  const link = place.querySelector("[data-more]");
  if (!link || link.ariaBusy === "true") return;
  link.ariaBusy = "true";
  const turn = asked;
  const html = await fetchPart(`/library/answers${new URL(link.href).search}`, { tell: focus });
  if (turn !== asked) return;
  link.ariaBusy = "false";
  if (html === null) return;
  const part = document.createElement("template");
  part.innerHTML = html;
  const tiles = [...part.content.querySelectorAll(".tile")];
  grid().append(...tiles);
  const next = part.content.querySelector(".further");
  const old = link.closest(".further");
  if (next) old.replaceWith(next);
  else old.remove();
  if (focus) tiles[0]?.querySelector("[data-open]").focus();
  watchEnd();
  changed();
}

// What has come or changed since is put in its place; nothing else moves.
export async function refresh() {
  const turn = asked;
  const given = query();
  const whole = grid().children.length <= PER_PART; // else what follows was not asked for
  const html = await fetchPart(`/library/answers?${given}`);
  if (html === null || turn !== asked) return;
  const part = document.createElement("template");
  part.innerHTML = html;
  const fresh = [...part.content.querySelectorAll(".tile")];
  if (!grid().children.length || !fresh.length) {
    place.innerHTML = html;
    tell();
    return;
  }
  const known = new Map([...grid().children].map((tile) => [tile.dataset.image, tile]));
  fresh.forEach((tile, index) => {
    const there = known.get(tile.dataset.image);
    known.delete(tile.dataset.image);
    const at = grid().children[index];
    if (!there) grid().insertBefore(tile, at || null);
    else if (there !== at) grid().insertBefore(there, at || null);
    if (there) there.querySelector(".about").replaceWith(tile.querySelector(".about"));
  });
  if (whole) {
    for (const tile of known.values()) tile.remove();
    place.querySelector(".further")?.remove();
    const further = part.content.querySelector(".further");
    if (further) grid().after(further);
    watchEnd();
  }
  count.textContent = part.content.querySelector("[data-count]").dataset.count;
  changed();
}

// ── the form ──

function fillIn(given) {
  for (const input of form.elements) {
    if (!input.name) continue;
    const value = given.get(input.name) || USUAL[input.name] || "";
    if (input.type === "radio") input.checked = input.value === value;
    else input.value = value;
  }
}

// Tags and people that have come since are offered as well.
async function renew() {
  const html = await fetchPart(`/library/choices?${query()}`);
  if (html !== null) form.querySelector(".narrowers").innerHTML = html;
}

export function clearSearch() {
  fillIn(new URLSearchParams());
  ask();
  form.elements.text.focus();
}

export function takeAsking(onChange) {
  changed = onChange;
  form.elements.text.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => ask({ remember: "replace" }), SETTLED);
  });
  form.addEventListener("change", (event) => {
    if (event.target !== form.elements.text) ask();
  });
  form.querySelector("details").addEventListener("toggle", (event) => {
    if (event.target.open) renew();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask();
  });
  place.addEventListener("click", (event) => {
    if (event.target.closest("[data-more]")) {
      event.preventDefault();
      more(true);
    } else if (event.target.closest("[data-clear-search]")) {
      event.preventDefault();
      clearSearch();
    }
  });
  addEventListener("popstate", () => {
    fillIn(new URLSearchParams(location.search));
    ask({ remember: "" });
  });
  watchEnd();
  comeBack();
  const given = new URLSearchParams(location.search).get("text") || "";
  // Somebody typed before there was anybody to listen.
  if (form.elements.text.value.trim() !== given.trim()) ask({ remember: "replace" });
}

// Whoever comes back from an image finds the grid as it was left.
function comeBack() {
  const ground = document.getElementById("ground");
  addEventListener("pagehide", () => {
    const state = { shown: grid().children.length, top: ground.scrollTop };
    history.replaceState(state, "");
  });
  const { shown = 0, top = 0 } = history.state || {};
  goOn(shown).then(() => top && ground.scrollTo(0, top));
}

// Until as many are there as there were, no more come, or something else is asked.
async function goOn(shown) {
  if (shown > PER_PART) await ask({ remember: "", limit: Math.min(shown, MOST) });
  const turn = asked;
  const there = () => grid().children.length;
  for (let before = 0; turn === asked && before < there() && there() < shown; ) {
    before = there();
    await more();
  }
}
