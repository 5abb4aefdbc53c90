// The list of batches: a new one begins with the form of /bulk, and goes to its own page.
import { answered } from "./forms.js";
import { followThreads, takeSide } from "./side.js";
import { send } from "./talk.js";
import { keepTimes } from "./times.js";

takeSide();
followThreads();
keepTimes();
const begin = document.querySelector("[data-bulk]");
begin.addEventListener("click", async () => {
  answered(await send("/say", [["text", "/bulk"], ["thread", ""]]));
});
begin.disabled = false;
