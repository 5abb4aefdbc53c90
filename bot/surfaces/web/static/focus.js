// Where the keyboard stands in what is drawn anew, so that it stands there again afterwards.

export function focusPath(within) {
  const focused = document.activeElement;
  if (!focused || !within.contains(focused)) return null;
  for (const name of ["data-press", "data-react", "data-open-thread", "data-picture"]) {
    if (!focused.hasAttribute(name)) continue;
    const same = [...within.querySelectorAll(`[${name}="${focused.getAttribute(name)}"]`)];
    return { selector: `[${name}="${focused.getAttribute(name)}"]`, index: same.indexOf(focused) };
  }
  if (focused.matches("summary")) {
    return { selector: `[data-menu="${focused.parentElement.dataset.menu}"] > summary`, index: 0 };
  }
  if (focused.matches("input[type=checkbox]")) {
    return { selector: `input[value="${CSS.escape(focused.value)}"]`, index: 0 };
  }
  return { selector: "a, button, summary", index: 0 };
}

// Without a path nothing in it had the focus; what is gone gives it to the first control. Whether
// there is one.
export function refocus(within, path) {
  if (!path) return true;
  const same = within.querySelectorAll(path.selector);
  const next = same[path.index] || same[0] || within.querySelector("button, a, summary");
  next?.focus({ preventScroll: true });
  return Boolean(next);
}
