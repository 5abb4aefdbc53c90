// Files that are dropped anywhere on the page.
import { brings } from "./forms.js";

// `receive` is given what was dropped, and onto which element. What is dropped onto a form that lies
// over the page is the form's.
export function takeDrops(receive) {
  const sign = document.getElementById("drop");
  let depth = 0;
  const show = (change) => {
    depth = Math.max(0, depth + change);
    sign.hidden = depth === 0;
  };
  addEventListener("dragenter", (event) => brings(event) && show(1));
  addEventListener("dragleave", (event) => brings(event) && show(-1));
  addEventListener("drop", (event) => {
    if (!brings(event)) return;
    depth = 0;
    sign.hidden = true;
    if (!document.querySelector("dialog[open]")) receive(event.dataTransfer.files, event.target);
  });
}
