// Forms over the page: filled in, sent, and corrected at the field that is wrong.
import { takePicker } from "./picker.js";
import { send, words } from "./talk.js";
import { toast } from "./toasts.js";
import { Tray } from "./tray.js";

const dialog = document.getElementById("form");
let tray = null;
let opened = "";

// Opens a form that the desk has drawn. `done` is given the answer once it has taken the form;
// `files` are put in, where the form takes some.
export function openForm(html, { done = answered, files = [] } = {}) {
  dialog.innerHTML = html;
  const form = dialog.querySelector("form");
  adoptForm(form, (answer) => {
    if (answer.form) openForm(answer.form, { done });
    else {
      dialog.close();
      done(answer);
    }
  });
  takePicker(form);
  tray = takeFiles(form);
  tray?.add(files);
  for (const button of form.querySelectorAll("[data-dismiss]")) {
    button.addEventListener("click", () => dialog.close());
  }
  if (!dialog.open) {
    opened = written(form);
    dialog.showModal();
  }
  const first = form.querySelector("textarea, .field input:not([type=checkbox], [type=search])");
  (first || form.querySelector("input:not([type=hidden]), select, .primary"))?.focus();
}

const written = (form) => JSON.stringify(read(form));

// Escape is pressed by habit, and would take with it what nobody can bring back.
dialog.addEventListener("cancel", (event) => {
  if (event.target !== dialog) return;
  const lost = tray?.entries.length || written(dialog.querySelector("form")) !== opened;
  if (lost && !confirm(words.discard)) event.preventDefault();
});

dialog.addEventListener("close", () => {
  tray = null;
});

// Whether files are dragged, and not words.
export const brings = (event) => event.dataTransfer?.types.includes("Files");

// A file that is let go beside its place would take the browser away from all that was typed.
for (const moment of ["dragover", "drop"]) {
  addEventListener(moment, (event) => brings(event) && event.preventDefault());
}
dialog.addEventListener("drop", (event) => brings(event) && tray?.add(event.dataTransfer.files));

// Has a form on the page, or over it, sent by script; `done` is given what else was answered than
// what is wrong with it.
export function adoptForm(form, done) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit(form, event.submitter, done);
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
}

function takeFiles(form) {
  const place = form.querySelector("[data-files]");
  if (!place) return null;
  const made = new Tray(place.querySelector(".tray"), undefined, place.dataset.endings);
  const input = place.querySelector("input");
  input.addEventListener("change", () => {
    made.add(input.files);
    input.value = "";
  });
  return made;
}

async function submit(form, submitter, done) {
  const button = submitter || form.querySelector(".primary");
  if (form.ariaBusy === "true") return;
  form.ariaBusy = "true";
  button?.setAttribute("aria-busy", "true");
  const files = dialog.contains(form) && tray ? tray.fields : [];
  const progress = files.length ? form.querySelector(".sending") : null;
  if (progress) progress.hidden = false;
  const answer = await send(form.dataset.path || "/submit", [...read(form, submitter), ...files], (part) => {
    if (progress) progress.value = part;
  });
  if (progress) progress.hidden = true;
  form.ariaBusy = "false";
  button?.removeAttribute("aria-busy");
  if (answer === null) return;
  const problems = answer.errors || {};
  showErrors(form, problems);
  if (answer.errors) return;
  if (dialog.contains(form) && answer.said && !form.dataset.path) say(form, answer.said);
  else done(answer);
}

function read(form, submitter) {
  const given = new FormData(form, submitter);
  if (!form.dataset.key) return [...given].filter(([name]) => name !== "csrf");
  const fields = [["key", form.dataset.key], ["thread", form.dataset.thread]];
  for (const field of form.querySelectorAll("[data-field]")) {
    // A field in which nothing is chosen is still part of what was sent.
    const values = given.getAll(`field:${field.dataset.field}`);
    for (const value of values.length ? values : [""]) {
      fields.push([`field:${field.dataset.field}`, value]);
    }
  }
  return fields;
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
  if (!problem) return;
  problem.textContent = text;
  problem.hidden = !text;
  if (text) problem.scrollIntoView({ block: "nearest" });
}

// What the desk answered to any gesture.
export function answered(answer) {
  if (answer?.form) openForm(answer.form);
  else if (answer?.path) location.assign(answer.path);
  else if (answer?.said) toast(answer.said, answer.links);
}
