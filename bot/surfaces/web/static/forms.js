// Forms over the page: filled in, sent, and corrected at the field that is wrong.
import { send } from "./talk.js";
import { toast } from "./toasts.js";

const dialog = document.getElementById("form");

export function openForm(html) {
  dialog.innerHTML = html;
  const form = dialog.querySelector("form");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit(form);
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  for (const button of form.querySelectorAll("[data-dismiss]")) {
    button.addEventListener("click", () => dialog.close());
  }
  if (!dialog.open) dialog.showModal();
  const written = form.querySelector("textarea, .field input:not([type=checkbox])");
  (written || form.querySelector("input, select"))?.focus();
}

async function submit(form) {
  const button = form.querySelector(".primary");
  if (button.disabled) return;
  button.disabled = true;
  const fields = [["key", form.dataset.key], ["thread", form.dataset.thread]];
  for (const field of form.querySelectorAll("[data-field]")) {
    // A field in which nothing is chosen is still part of what was sent.
    const values = new FormData(form).getAll(`field:${field.dataset.field}`);
    for (const value of values.length ? values : [""]) {
      fields.push([`field:${field.dataset.field}`, value]);
    }
  }
  const answer = await send("/submit", fields);
  button.disabled = false;
  if (answer === null) return;
  if (answer.form) openForm(answer.form);
  else if (answer.errors) showErrors(form, answer.errors);
  else if (answer.said) say(form, answer.said);
  else dialog.close();
}

function showErrors(form, errors) {
  const left = { ...errors };
  let first = null;
  for (const field of form.querySelectorAll("[data-field]")) {
    const text = left[field.dataset.field];
    delete left[field.dataset.field];
    const problem = field.querySelector(".problem");
    problem.textContent = text || "";
    problem.hidden = !text;
    for (const input of field.querySelectorAll("input, select, textarea")) {
      input.setAttribute("aria-invalid", String(Boolean(text)));
      if (text && !first) first = input;
    }
  }
  say(form, Object.values(left).join("\n"));
  first?.focus();
}

function say(form, text) {
  const problem = form.querySelector("[data-said]");
  problem.textContent = text;
  problem.hidden = !text;
  if (text) problem.scrollIntoView({ block: "nearest" });
}

export function answered(answer) {
  if (answer?.form) openForm(answer.form);
  else if (answer?.said) toast(answer.said, answer.links);
}
