// Speaking with the desk: one gesture, sent until it has surely arrived, counted once.
import { complain } from "./toasts.js";

export const client = JSON.parse(document.getElementById("client").textContent);
export const words = client.words;

const TRIES = 3;
const PAUSE = 700;
const STALLED = 120000;

export function fill(sentence, facts) {
  return sentence.replace(/\{(\w+)\}/g, (_, name) => facts[name]);
}

function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function once(path, body, onProgress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRF-Token", client.csrf);
    request.responseType = "json";
    // Files may take as long as they get on; only what stands still is given up.
    let watch = 0;
    const wait = () => {
      clearTimeout(watch);
      watch = setTimeout(() => request.abort(), STALLED);
    };
    request.upload.onprogress = (event) => {
      wait();
      onProgress?.(event.loaded / (event.total || 1));
    };
    request.onload = () => resolve({ status: request.status, body: request.response || {} });
    request.onerror = request.onabort = () => reject(new Error("unreached"));
    request.onloadend = () => clearTimeout(watch);
    wait();
    request.send(body);
  });
}

// Sends a gesture; `fields` are pairs. Gives the desk's answer, or null where it was refused (the
// person has been told then). The same id goes with every try, so a lost answer does nothing twice.
export async function send(path, fields, onProgress) {
  const body = new FormData();
  body.append("id", newId());
  for (const field of fields) body.append(...field);
  let answer = null;
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    answer = await once(path, body, onProgress).catch(() => null);
    if (answer && answer.status < 500) break;
    if (attempt < TRIES) await new Promise((resolve) => setTimeout(resolve, PAUSE * attempt));
  }
  if (answer && answer.status < 400) return answer.body;
  complain(answer?.status === 401 ? words.signedOut : answer?.body.error || words.failed);
  return null;
}

// A part of a page, or null where it did not come; with `tell` the person is told so, who asked.
export async function fetchPart(path, { tell = false } = {}) {
  try {
    // Before the pictures that are still loading: somebody waits for it.
    const answer = await fetch(path, { headers: { Accept: "text/html" }, priority: "high" });
    if (answer.ok) return await answer.text();
    if (tell) complain(answer.status === 401 ? words.signedOut : words.failed);
  } catch {
    if (tell) complain(words.failed);
  }
  return null;
}
