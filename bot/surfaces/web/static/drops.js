// Files that are dropped anywhere on the page.
import { openTray } from "./forms.js";

// `receive` is given what was dropped, and onto which element; a form that lies over the page and
// takes files comes first.
export function takeDrops(receive) {
  const sign = document.getElementById("drop");
  let depth = 0;
  const brings = (event) => event.dataTransfer?.types.includes("Files");
  const show = (change) => {
    depth = Math.max(0, depth + change);
    sign.hidden = depth === 0;
  };
  addEventListener("dragenter", (event) => brings(event) && show(1));
  addEventListener("dragleave", (event) => brings(event) && show(-1));
  addEventListener("dragover", (event) => brings(event) && event.preventDefault());
  addEventListener("drop", (event) => {
    if (!brings(event)) return;
    event.preventDefault();
    depth = 0;
    sign.hidden = true;
    const tray = openTray();
    if (tray) tray.add(event.dataTransfer.files);
    else if (!document.querySelector("dialog[open]")) receive(event.dataTransfer.files, event.target);
  });
}
