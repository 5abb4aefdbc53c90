// Completion of commands, their options and the options' values, while one types.
import { client } from "./talk.js";

let counted = 0;

export class Proposals {
  constructor(form, text) {
    this.text = text;
    this.list = form.querySelector(".proposals");
    this.hint = form.querySelector(".hint");
    this.usual = [...this.hint.childNodes];
    this.items = [];
    this.active = 0;
    this.asked = 0;
    text.addEventListener("input", () => this.update());
    text.addEventListener("click", () => this.update());
    text.addEventListener("blur", () => setTimeout(() => this.close(), 150));
  }

  // True where the key was ours.
  key(event) {
    if (!this.items.length) return false;
    const last = this.items.length - 1;
    if (event.key === "ArrowDown") this.activate(this.active === last ? 0 : this.active + 1);
    else if (event.key === "ArrowUp") this.activate(this.active === 0 ? last : this.active - 1);
    else if (event.key === "Escape") this.close();
    else if (event.key === "Tab" && !event.shiftKey) this.accept(this.active);
    else if (event.key === "Enter" && !event.shiftKey) {
      if (this.stands(this.items[this.active])) {
        this.close();
        return false;
      }
      this.accept(this.active);
    } else return false;
    event.preventDefault();
    return true;
  }

  async update() {
    const before = this.text.value.slice(0, this.text.selectionStart);
    const command = this.command();
    this.showHint(command);
    const asked = ++this.asked;
    const found = await this.find(before, command);
    if (asked === this.asked) this.show(found);
  }

  command() {
    const name = /^\/([a-z]+)(?=\s)/.exec(this.text.value)?.[1];
    return client.commands.find((command) => command.name === name);
  }

  async find(before, command) {
    const start = /^\/([a-z]*)$/.exec(before);
    if (start) {
      return client.commands
        .filter((known) => known.name.startsWith(start[1]))
        .map((known) => this.item(`/${known.name}`, known.description, start[0]));
    }
    if (!command) return [];
    const option = /(?:^|\s)((?:--|—|–)([a-z]*))$/.exec(before);
    if (option) {
      return this.unused(command)
        .filter((known) => known.name.startsWith(option[2]))
        .map((known) => this.item(`--${known.name}`, known.description, option[1]));
    }
    const value = /(?:--|—|–)([a-z]+)(?:\s*=\s*|\s+)("?)([^\s"]*)$/.exec(before);
    const asks = value && command.options.find((known) => known.name === value[1]);
    return asks?.proposes ? this.values(command.name, value[1], value[3], value[2] + value[3]) : [];
  }

  async values(command, option, text, typed) {
    const query = new URLSearchParams({ command, option, text });
    try {
      const answer = await fetch(`/complete?${query}`, { headers: { Accept: "application/json" } });
      if (!answer.ok) return [];
      const choices = await answer.json();
      return choices.map(({ value, label }) =>
        this.item(/\s/.test(value) ? `"${value}"` : value, label === value ? "" : label, typed),
      );
    } catch {
      return [];
    }
  }

  item(insert, description, typed) {
    return { insert, description, typed };
  }

  stands(item) {
    return item.insert === item.typed;
  }

  unused(command) {
    return command.options.filter((known) => !this.text.value.includes(`--${known.name}`));
  }

  show(items) {
    this.items = items;
    this.list.replaceChildren(
      ...items.map((item, index) => {
        const row = document.createElement("div");
        row.id = `proposal-${++counted}`;
        row.setAttribute("role", "option");
        const name = document.createElement("b");
        name.textContent = item.insert;
        const about = document.createElement("span");
        about.textContent = item.description;
        row.append(name, about);
        row.addEventListener("pointerdown", (event) => {
          event.preventDefault();
          this.accept(index);
        });
        return row;
      }),
    );
    this.list.hidden = !items.length;
    if (items.length) this.activate(0);
    else this.text.removeAttribute("aria-activedescendant");
  }

  activate(index) {
    this.active = index;
    [...this.list.children].forEach((row, number) => {
      row.setAttribute("aria-selected", String(number === index));
    });
    const row = this.list.children[index];
    row.scrollIntoView({ block: "nearest" });
    this.text.setAttribute("aria-activedescendant", row.id);
  }

  accept(index) {
    const item = this.items[index];
    const caret = this.text.selectionStart;
    const start = caret - item.typed.length;
    const after = this.text.value.slice(caret).replace(/^ /, "");
    this.text.value = `${this.text.value.slice(0, start)}${item.insert} ${after}`;
    const next = start + item.insert.length + 1;
    this.text.setSelectionRange(next, next);
    this.text.focus();
    this.text.dispatchEvent(new Event("input"));
  }

  close() {
    this.asked += 1;
    this.show([]);
  }

  showHint(command) {
    this.hint.classList.toggle("useful", Boolean(command));
    if (!command) {
      this.hint.replaceChildren(...this.usual);
      return;
    }
    const about = document.createElement("span");
    about.textContent = command.description;
    this.hint.replaceChildren(
      about,
      ...this.unused(command).map((option) => {
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = `--${option.name}`;
        button.title = option.description;
        button.addEventListener("click", () => {
          this.text.value = `${this.text.value.trimEnd()} --${option.name} `;
          this.text.setSelectionRange(this.text.value.length, this.text.value.length);
          this.text.focus();
          this.text.dispatchEvent(new Event("input"));
        });
        return button;
      }),
    );
  }
}
