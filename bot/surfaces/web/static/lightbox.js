// Pictures at full size, one after the other.
import { fill, words } from "./talk.js";

const dialog = document.getElementById("lightbox");
let pictures = [];
let shown = 0;

function button(sign, label, run) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = sign;
  made.setAttribute("aria-label", label);
  made.addEventListener("click", run);
  return made;
}

function draw() {
  const picture = pictures[shown];
  const header = document.createElement("header");
  const place = document.createElement("span");
  place.textContent = fill(words.of, { number: shown + 1, total: pictures.length });
  header.append(place, button("×", words.close, () => dialog.close()));
  const figure = document.createElement("figure");
  const image = document.createElement("img");
  image.src = picture.href;
  image.alt = picture.querySelector("img").alt;
  const several = pictures.length > 1;
  const before = several ? button("‹", words.previous, () => step(-1)) : document.createElement("i");
  const after = several ? button("›", words.next, () => step(1)) : document.createElement("i");
  figure.append(before, image, after);
  const caption = document.createElement("p");
  caption.textContent = picture.dataset.label;
  dialog.replaceChildren(header, figure, caption);
}

function step(by) {
  shown = (shown + by + pictures.length) % pictures.length;
  draw();
  dialog.querySelector(by < 0 ? "figure button" : "figure button:last-child").focus();
}

export function openPicture(link) {
  pictures = [...link.closest("ul").querySelectorAll("[data-picture]")];
  shown = pictures.indexOf(link);
  draw();
  dialog.showModal();
  dialog.querySelector("header button").focus();
}

dialog.addEventListener("keydown", (event) => {
  if (pictures.length < 2) return;
  if (event.key === "ArrowLeft") step(-1);
  if (event.key === "ArrowRight") step(1);
});
dialog.addEventListener("click", (event) => {
  if (event.target.matches("figure, dialog")) dialog.close();
});
dialog.addEventListener("close", () => pictures[shown]?.focus());
