// Short messages that go by themselves; they are read out, and never take the focus.
const SECONDS = 9;
const MOST = 3;

export function toast(text, links = [], action = null) {
  const place = document.getElementById("toasts");
  const message = document.createElement("div");
  message.className = "toast";
  const said = document.createElement("span");
  said.textContent = text;
  message.append(said);
  for (const link of links) {
    const anchor = document.createElement("a");
    anchor.href = /^(https?:|\/(?!\/))/.test(link.url) ? link.url : "#";
    anchor.textContent = link.label;
    message.append(anchor);
  }
  if (action) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = action.label;
    button.addEventListener("click", () => {
      message.remove();
      action.run();
    });
    message.append(button);
  }
  const close = document.createElement("button");
  close.type = "button";
  close.textContent = "×";
  close.setAttribute("aria-label", document.getElementById("client") ? closing() : "");
  close.addEventListener("click", () => message.remove());
  message.append(close);
  place.append(message);
  while (place.children.length > MOST) place.firstElementChild.remove();
  const go = () => (message.matches(":hover, :focus-within") ? setTimeout(go, 2000) : message.remove());
  setTimeout(go, SECONDS * 1000);
}

// Says what went wrong with what the person has just done: in the form that is open, which would hide
// a message behind it.
export function complain(text) {
  const place = document.querySelector("dialog[open] [data-said]");
  if (!place) {
    toast(text);
    return;
  }
  place.textContent = text;
  place.hidden = false;
  place.scrollIntoView({ block: "nearest" });
}

function closing() {
  return JSON.parse(document.getElementById("client").textContent).words.close;
}
