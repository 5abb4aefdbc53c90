// Files that were picked or dropped: seen before they are sent, each can be taken out again.
import { client, fill, words } from "./talk.js";
import { complain } from "./toasts.js";

export class Tray {
  // `endings`, between spaces, are those of other files than pictures.
  constructor(list, changed = () => {}, endings = "") {
    this.list = list;
    this.endings = endings ? endings.split(" ") : null;
    this.changed = changed;
    this.entries = [];
  }

  add(files) {
    const room = client.mostFiles - this.entries.length;
    if (files.length > room) {
      complain(fill(words.tooMany, { most: client.mostFiles, more: files.length - room }));
    }
    for (const file of [...files].slice(0, room)) {
      const entry = { file, wrong: problem(file, this.endings) };
      entry.item = preview(entry, () => {
        this.takeOut([entry]);
        this.changed();
      });
      this.entries.push(entry);
      this.list.append(entry.item);
    }
    this.list.hidden = !this.entries.length;
    this.changed();
  }

  // What the desk would take, as the fields of a gesture.
  get fields() {
    return this.entries
      .filter((entry) => !entry.wrong)
      .map(({ file }) => ["files", file, file.name]);
  }

  takeOut(entries) {
    for (const { item } of entries) item.remove();
    this.entries = this.entries.filter((entry) => !entries.includes(entry));
    this.list.hidden = !this.entries.length;
  }
}

function problem(file, endings) {
  if (file.size > client.mostBytes) return words.tooBig;
  if (endings) return endings.includes(file.name.split(".").pop().toLowerCase()) ? "" : words.noList;
  return file.type.startsWith("image/") ? "" : words.noPicture;
}

function preview({ file, wrong }, remove) {
  const item = document.createElement("li");
  let picture = document.createElement("span");
  if (file.type.startsWith("image/")) {
    picture = document.createElement("img");
    picture.alt = "";
    picture.src = URL.createObjectURL(file);
    picture.onload = picture.onerror = () => URL.revokeObjectURL(picture.src);
  }
  picture.classList.add("blank");
  const name = document.createElement("p");
  name.textContent = wrong ? `${file.name}: ${wrong}` : file.name;
  item.classList.toggle("wrong", Boolean(wrong));
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "×";
  button.setAttribute("aria-label", fill(words.remove, { name: file.name }));
  button.addEventListener("click", remove);
  item.append(picture, name, button);
  return item;
}
