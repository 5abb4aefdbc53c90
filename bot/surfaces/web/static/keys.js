// The keyring: the controls of its card, and the form in which a key is typed.
import { answered } from "./forms.js";
import { takeSide } from "./side.js";
import { send } from "./talk.js";

const ring = document.getElementById("keyring");

async function press(button) {
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  const fields = [["key", ring.dataset.key], ["action", button.dataset.press]];
  if (button.dataset.value) fields.push(["value", button.dataset.value]);
  answered(await send("/keys/press", fields));
  button.removeAttribute("aria-busy");
}

takeSide();
ring.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-press]");
  if (button) press(button);
});
document.addEventListener("keydown", (event) => {
  const menu = ring.querySelector("details[open]");
  if (event.key === "Escape" && menu && !document.querySelector("dialog[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
ring.inert = false;
