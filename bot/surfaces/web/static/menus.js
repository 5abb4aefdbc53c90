// Menus: where one opens, and who has the keyboard once it is shut.
const GAP = 8;

// It stays within what scrolls around it: else what is outside could not be reached.
export function steer(menu) {
  const popover = menu.querySelector(".popover");
  popover.classList.remove("rightward", "downward");
  const around = menu.closest(".scroll, .ground").getBoundingClientRect();
  const box = popover.getBoundingClientRect();
  popover.classList.toggle("rightward", box.right > around.right - GAP);
  popover.classList.toggle("downward", box.top < around.top + GAP);
}

// The keyboard goes back from it to what opens it.
export function shut(menu) {
  const held = menu.contains(document.activeElement);
  menu.open = false;
  if (held) menu.querySelector("summary").focus();
}
