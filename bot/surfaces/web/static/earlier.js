// Going back in the channel. The box grows from its lower end, so what is read stays where it is.
import { placeEarlier } from "./lines.js";
import { fetchPart } from "./talk.js";

export async function openEarlier(button) {
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  const html = await fetchPart(`/earlier?before=${button.dataset.earlier}`, { tell: true });
  button.removeAttribute("aria-busy");
  if (html === null) return;
  const log = button.closest(".log");
  button.parentElement.remove();
  placeEarlier(log, html);
  (log.querySelector("[data-earlier]") || log).focus({ preventScroll: true });
}
