// The box in which one writes: sending, files with their previews, and what is proposed.
import { Proposals } from "./proposals.js";
import { answered } from "./forms.js";
import { send } from "./talk.js";
import { Tray } from "./tray.js";

const composers = new WeakMap();

class Composer {
  constructor(form) {
    this.form = form;
    this.text = form.querySelector("textarea");
    this.tray = new Tray(form.querySelector(".tray"), () => this.text.focus());
    this.progress = form.querySelector(".sending");
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

  attach(files) {
    this.tray.add(files);
    this.text.focus();
  }

  async send() {
    const text = this.text.value.trim();
    const files = this.tray.fields;
    const entries = [...this.tray.entries];
    if (this.busy || (!text && !files.length)) return;
    this.busy = true;
    this.proposals.close();
    this.progress.hidden = !files.length;
    const fields = [["text", text], ["thread", this.form.dataset.thread], ...files];
    this.text.value = "";
    this.text.dispatchEvent(new Event("input"));
    const answer = await send("/say", fields, (part) => {
      this.progress.value = part;
    });
    this.busy = false;
    this.progress.hidden = true;
    this.progress.value = 0;
    if (answer === null) {
      // Nothing that was written is lost, before or since.
      this.write([text, this.text.value].filter(Boolean).join("\n"));
      return;
    }
    this.tray.takeOut(entries); // others may have been added since
    if (answer.form || answer.path) answered(answer);
  }
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

// The composer of the channel or thread in which an element stands.
export function composerAt(element) {
  const over = element.closest?.(".channel, .thread")?.querySelector(".composer");
  return composers.get(over) || current();
}
