// One image's page comes alive.
import { adoptForm, openForm } from "./forms.js";
import { openPicture } from "./lightbox.js";
import { followThreads, takeSide } from "./side.js";
import { toggleStar } from "./stars.js";
import { fetchPart, send } from "./talk.js";
import { toast } from "./toasts.js";
import { use } from "./using.js";

const plain = (event) => !(event.metaKey || event.ctrlKey || event.shiftKey || event.button);

async function remove(image) {
  const answer = await send("/library/delete", [["images", image]]);
  if (answer?.form) {
    openForm(answer.form, {
      done: ({ gone, said }) => {
        if (gone.length) location.assign("/library");
        else toast(said);
      },
    });
  }
}

document.addEventListener("click", (event) => {
  const found = (selector) => event.target.closest(selector);
  if (found("[data-picture]") && plain(event)) openPicture(found("[data-picture]"));
  else if (found("[data-star]")) toggleStar(found("[data-star]"));
  else if (found("[data-delete]")) remove(found("[data-delete]").dataset.delete);
  else if (found("[data-use]")) use(found("[data-use]").dataset.use);
  else if (found("[data-back]") && plain(event) && cameFromGrid()) history.back();
  else return;
  event.preventDefault();
});

function cameFromGrid() {
  const before = document.referrer && new URL(document.referrer);
  return before && before.origin === location.origin && before.pathname === "/library";
}

const words = document.getElementById("words");
adoptForm(words, async (answer) => {
  toast(answer.said);
  words.querySelector("[data-plain]")?.remove();
  const html = await fetchPart(location.pathname);
  if (html === null) return;
  const fresh = new DOMParser().parseFromString(html, "text/html");
  document.title = fresh.title;
  for (const part of [".headline", ".papers > .tags"]) {
    document.querySelector(part).replaceWith(fresh.querySelector(part));
  }
  const [shown, told] = [document, fresh].map((page) => page.querySelector(".stage a"));
  shown.dataset.label = told.dataset.label;
  shown.querySelector(".shown").alt = told.querySelector(".shown").alt;
});
takeSide();
followThreads();
