// Choosing a post's pictures from the whole library, within its form.
import { fetchPart } from "./talk.js";

const SETTLED = 180; // milliseconds without a key
const MOST = 24;

const imageOf = (label) => label.querySelector("input").value.split(":").pop();

export function takePicker(form) {
  const picks = form.querySelector("[data-picks]");
  if (!picks) return;
  const usual = [...picks.children];
  const seek = picks.parentElement.querySelector(".seek");
  const box = seek.querySelector("input");
  let asked = 0;
  let waiting = 0;

  const show = (labels) => {
    const chosen = [...picks.children].filter((label) => label.querySelector(":checked"));
    picks.replaceChildren(...new Set([...chosen, ...labels]));
  };

  async function search() {
    const turn = ++asked;
    const text = box.value.trim();
    if (!text) return show(usual);
    const query = new URLSearchParams({ text, limit: MOST });
    const html = await fetchPart(`/library/answers?${query}`, { tell: true });
    if (html === null || turn !== asked) return null;
    const part = document.createElement("template");
    part.innerHTML = html;
    const known = new Map([...usual, ...picks.children].map((label) => [imageOf(label), label]));
    const found = [...part.content.querySelectorAll(".tile")];
    return show(found.map((tile) => known.get(tile.dataset.image) || labelFor(tile, usual[0])));
  }

  seek.hidden = false;
  box.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(search, SETTLED);
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.ctrlKey || event.metaKey) return;
    event.preventDefault(); // it searches, and does not send the form
    search();
  });
}

function labelFor(tile, pattern) {
  const label = pattern.cloneNode(true);
  const input = label.querySelector("input");
  const name = tile.querySelector(".name").textContent;
  input.value = `:${tile.dataset.image}`;
  input.checked = false;
  label.title = name;
  label.querySelector("span").textContent = name;
  label.querySelector("img").src = `/library/${tile.dataset.image}/thumbnail`;
  return label;
}
