// A menu that opens stays within what scrolls around it: else what is outside could not be reached.
const GAP = 8;

export function steer(menu) {
  const popover = menu.querySelector(".popover");
  popover.classList.remove("rightward", "downward");
  const around = menu.closest(".scroll, .ground").getBoundingClientRect();
  const box = popover.getBoundingClientRect();
  popover.classList.toggle("rightward", box.right > around.right - GAP);
  popover.classList.toggle("downward", box.top < around.top + GAP);
}
