// The side bar, which on a telephone comes and goes.
const side = document.getElementById("side");
const menu = document.getElementById("menu");

export const sideIsOpen = () => side.classList.contains("open");

export function toggleSide(open) {
  side.classList.toggle("open", open);
  menu.setAttribute("aria-expanded", String(open));
}

export function closeSide() {
  toggleSide(false);
  menu.focus();
}

export function takeSide() {
  document.addEventListener("click", ({ target }) => {
    if (target.closest("#menu")) toggleSide(!sideIsOpen());
    else if (!target.closest("#side") || target.closest("a")) toggleSide(false);
  });
}
