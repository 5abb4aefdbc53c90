// The box in which one writes: sending, files with their previews, and what is proposed.
import { Proposals } from "./proposals.js";
import { openForm } from "./forms.js";
import { client, fill, send, words } from "./talk.js";
import { toast } from "./toasts.js";

const composers = new WeakMap();

class Composer {
  constructor(form) {
    this.form = form;
    this.text = form.querySelector("textarea");
    this.tray = form.querySelector(".tray");
    this.progress = form.querySelector(".sending");
    this.files = [];
    this.busy = false;
    this.proposals = new Proposals(form, this.text);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    this.text.addEventListener("keydown", (event) => this.key(event));
    this.text.addEventListener("paste", (event) => {
      if (event.clipboardData.files.length) this.attach(event.clipboardData.files);
    });
    const input = form.querySelector("input[type=file]");
    input.addEventListener("change", () => {
      this.attach(input.files);
      input.value = "";
    });
  }

  key(event) {
    if (event.isComposing || this.proposals.key(event)) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.send();
    }
  }

  write(text) {
    this.text.value = text;
    this.text.focus();
    this.text.dispatchEvent(new Event("input"));
  }

  attach(list) {
    for (const file of list) {
      if (this.files.length === client.mostFiles) {
        toast(fill(words.tooMany, { most: client.mostFiles }));
        break;
      }
      const wrong = problem(file);
      const entry = { file, wrong };
      const item = preview(entry, () => {
        this.files = this.files.filter((other) => other !== entry);
        item.remove();
        this.tray.hidden = !this.tray.children.length;
        this.text.focus();
      });
      this.files.push(entry);
      this.tray.append(item);
    }
    this.tray.hidden = !this.tray.children.length;
    this.text.focus();
  }

  async send() {
    const text = this.text.value.trim();
    const files = this.files.filter((entry) => !entry.wrong);
    if (this.busy || (!text && !files.length)) return;
    this.busy = true;
    this.proposals.close();
    this.progress.hidden = !files.length;
    const fields = [["text", text], ["thread", this.form.dataset.thread]];
    for (const { file } of files) fields.push(["files", file, file.name]);
    this.text.value = "";
    this.text.dispatchEvent(new Event("input"));
    const answer = await send("/say", fields, (part) => {
      this.progress.value = part;
    });
    this.busy = false;
    this.progress.hidden = true;
    this.progress.value = 0;
    if (answer === null) {
      if (!this.text.value) this.write(text); // nothing that was written is lost
      return;
    }
    this.files = [];
    this.tray.replaceChildren();
    this.tray.hidden = true;
    if (answer.form) openForm(answer.form);
  }
}

function problem(file) {
  if (file.size > client.mostBytes) return words.tooBig;
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

export function adopt(form) {
  composers.set(form, new Composer(form));
}

// The composer that is meant: the thread's where one is open and has the focus or hides the channel.
export function current() {
  const forms = [...document.querySelectorAll(".composer")].filter((form) => form.offsetParent);
  const focused = forms.find((form) => form.contains(document.activeElement));
  return composers.get(focused || forms[0]);
}

export function takeDrops() {
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
    const over = event.target.closest?.(".channel, .thread")?.querySelector(".composer");
    (composers.get(over) || current())?.attach(event.dataTransfer.files);
  });
}
