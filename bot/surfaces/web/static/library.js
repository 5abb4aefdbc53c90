// The library's grid comes alive. Everything it shows was drawn by the desk already.
import { refresh, takeAsking } from "./asking.js";
import { takeChoosing, tellChosen } from "./choosing.js";
import { takeDrops } from "./drops.js";
import { openForm } from "./forms.js";
import { followThreads, takeSide } from "./side.js";
import { send, words } from "./talk.js";
import { toast } from "./toasts.js";

const QUIET = 400; // milliseconds after the last change before the grid is asked for again

let awaiting = false; // a verdict on files that were sent from here
let quiet = 0;

async function bring(files = []) {
  const answer = await send("/say", [["text", "/upload"], ["thread", ""]]);
  if (answer?.form) openForm(answer.form, { files, done: brought });
  else if (answer?.said) toast(answer.said, answer.links);
}

function brought() {
  awaiting = true;
  toast(words.adding);
}

// A card of the desk that has settled may stand for pictures that have come.
function hear(change) {
  const part = document.createElement("template");
  part.innerHTML = change.html;
  const card = part.content.querySelector("[data-card]");
  if (!card || card.querySelector("progress")) return;
  clearTimeout(quiet);
  quiet = setTimeout(refresh, QUIET);
  if (!awaiting || !card.matches(".mood-good, .mood-bad")) return;
  awaiting = false;
  const told = [...card.querySelectorAll(":scope > h3, :scope > .text")];
  toast(told.map((line) => line.textContent.trim()).join("\n"), [{ label: words.verdicts, url: "/" }]);
}

takeSide();
takeAsking(tellChosen);
takeChoosing();
takeDrops((files) => bring(files));
document.querySelector("[data-bring]").addEventListener("click", () => bring());
followThreads((changes) => changes.forEach(hear));
