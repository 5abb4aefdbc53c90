"""Buttons, menus and links as rows of components. Owns their limits and their custom ids; it must
not know what an action does.

Limits: https://docs.discord.com/developers/components/reference
"""

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from bot.surfaces.discord.texts import cut
from core.chat import Button, Card, Link, Menu, Option

Json = dict[str, Any]

ROW: Final = 1
BUTTON: Final = 2
SELECT: Final = 3
LINK_STYLE: Final = 5
STYLES: Final = {"primary": 1, "plain": 2, "danger": 4}

MOST_COMPONENTS: Final = 40
MOST_ROWS: Final = 5
MOST_IN_ROW: Final = 5
MOST_OPTIONS: Final = 25
MOST_LABEL: Final = 80
MOST_OPTION_LABEL: Final = 100
MOST_PLACEHOLDER: Final = 150
MOST_URL: Final = 512


def control_rows(card: Card) -> list[Json]:
    """The rows of a card's controls, in their order: five buttons a row, a menu on its own.

    Raises ValueError where that takes more than five rows: such a card shows what is not there.
    """
    rows: list[Json] = []
    for control in card.controls:
        custom_id = f"{control.action}:{card.key}"
        if isinstance(control, Menu):
            rows.append(row([_menu(control, custom_id)]))
            continue
        last = rows[-1]["components"] if rows else []
        if not last or last[0]["type"] != BUTTON or len(last) == MOST_IN_ROW:
            rows.append(row([]))
        rows[-1]["components"].append(button(control, custom_id))
    if len(rows) > MOST_ROWS:
        raise ValueError(f"card {card.key} needs {len(rows)} rows of controls")
    return rows


def link_buttons(links: Sequence[Link], room: int) -> tuple[list[Json], list[Link]]:
    """A row of link buttons within `room` components, and the links that must be written out.

    Discord refuses the whole message for one address that it does not take, as that of a desk
    without a public one: such a link is written out.
    """
    fitting = [link for link in links if _takes(link.url)][: min(MOST_IN_ROW, max(0, room - 1))]
    written = [link for link in links if link not in fitting]
    return ([row([_link(each) for each in fitting])] if fitting else []), written


def row(components: list[Json]) -> Json:
    """A row of one menu or up to five buttons."""
    return {"type": ROW, "components": components}


def button(control: Button, custom_id: str) -> Json:
    """A button."""
    shown: Json = {
        "type": BUTTON,
        "style": STYLES[control.style],
        "label": cut(control.label, MOST_LABEL),
        "custom_id": custom_id,
    }
    return shown | ({"emoji": {"name": control.emoji}} if control.emoji else {})


def options(offered: Sequence[Option], chosen: Sequence[str]) -> list[Json]:
    """The options of a select, those in `chosen` preselected; no more than Discord takes."""
    return [
        {
            "label": cut(option.label, MOST_OPTION_LABEL),
            "value": option.value,
            "default": option.value in chosen,
        }
        for option in offered[:MOST_OPTIONS]
    ]


def _menu(menu: Menu, custom_id: str) -> Json:
    offered = options(menu.options, menu.chosen)
    return {
        "type": SELECT,
        "custom_id": custom_id,
        "placeholder": cut(menu.placeholder, MOST_PLACEHOLDER),
        "options": offered,
        "min_values": 0 if menu.many else 1,
        "max_values": len(offered) if menu.many else 1,
    }


def _link(link: Link) -> Json:
    label = cut(link.label, MOST_LABEL)
    return {"type": BUTTON, "style": LINK_STYLE, "label": label, "url": link.url}


def _takes(url: str) -> bool:
    address = urlsplit(url)
    return (
        address.scheme in {"http", "https"}
        and "." in (address.hostname or "")
        and len(url) <= MOST_URL
    )
