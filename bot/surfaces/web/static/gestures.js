// What is clicked on lines and cards: controls, reactions, threads, menus.
import { composerAt } from "./composer.js";
import { openEarlier } from "./earlier.js";
import { answered } from "./forms.js";
import { openPicture } from "./lightbox.js";
import { shut, steer } from "./menus.js";
import { send } from "./talk.js";
import { closeThread, openThread } from "./threads.js";

const SETTLED = 650; // milliseconds in which further numbers still belong to the same choice
const choosing = new WeakMap();

const lineOf = (element) => element.closest("[data-line]").dataset.line;

async function press(button) {
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  const fields = [["line", lineOf(button)], ["action", button.dataset.press]];
  if (button.dataset.value) fields.push(["value", button.dataset.value]);
  closeMenus();
  answered(await send("/press", fields));
  button.removeAttribute("aria-busy");
}

async function react(button) {
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  const added = button.getAttribute("aria-pressed") === "true" ? "no" : "yes";
  const fields = [["line", lineOf(button)], ["emoji", button.dataset.react], ["added", added]];
  closeMenus();
  answered(await send("/react", fields));
  button.removeAttribute("aria-busy");
}

function choose(fieldset) {
  clearTimeout(choosing.get(fieldset));
  const line = lineOf(fieldset);
  choosing.set(
    fieldset,
    setTimeout(async () => {
      const fields = [["line", line], ["action", fieldset.dataset.choose]];
      for (const input of fieldset.querySelectorAll(":checked")) fields.push(["value", input.value]);
      answered(await send("/press", fields));
    }, SETTLED),
  );
}

function closeMenus(except = null) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu !== except) shut(menu);
  }
}

function click(event) {
  const target = event.target;
  const plain = !(event.metaKey || event.ctrlKey || event.shiftKey || event.button);
  const found = (selector) => target.closest(selector);
  if (!found("details.menu")) closeMenus();
  if (found("[data-press]")) press(found("[data-press]"));
  else if (found("[data-react]")) react(found("[data-react]"));
  else if (found("[data-earlier]")) openEarlier(found("[data-earlier]"));
  else if (found("[data-say]")) command(found("[data-say]"));
  else if (found("[data-fill]")) composerAt(target)?.write(found("[data-fill]").dataset.fill);
  else if (plain && found("[data-open-thread]")) {
    event.preventDefault();
    openThread(found("[data-open-thread]").dataset.openThread);
  } else if (plain && found("[data-close-thread]")) {
    event.preventDefault();
    closeThread();
  } else if (plain && found("[data-picture]")) {
    event.preventDefault();
    openPicture(found("[data-picture]"));
  }
}

async function command(button) {
  answered(await send("/say", [["text", button.dataset.say], ["thread", ""]]));
}

function key(event) {
  if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  const menu = document.querySelector("details.menu[open]");
  if (menu) {
    closeMenus();
    menu.querySelector("summary").focus();
  } else closeThread();
}

export function takeGestures() {
  document.addEventListener("click", click);
  document.addEventListener("keydown", key);
  document.addEventListener("change", (event) => {
    const fieldset = event.target.closest?.("[data-choose]");
    if (fieldset) choose(fieldset);
  });
  document.addEventListener(
    "toggle",
    (event) => {
      if (!event.target.matches?.("details.menu[open]")) return;
      closeMenus(event.target);
      steer(event.target);
    },
    true,
  );
}
