// ⭐ on an image: shown at once, taken back where the desk refuses it.
import { send } from "./talk.js";

export async function toggleStar(button) {
  const added = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", String(added));
  const answer = await send(`/library/${button.dataset.star}/star`, [["added", added ? "yes" : "no"]]);
  if (answer === null) button.setAttribute("aria-pressed", String(!added));
}
