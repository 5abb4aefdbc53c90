"""Draws a card in Block Kit.

Owns how a card looks in Slack, Block Kit's limits on it, and the mark by which a card is found
again. It must not know how pictures are uploaded: it is given their file ids.

https://docs.slack.dev/reference/block-kit and https://docs.slack.dev/messaging/message-metadata
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from core.chat import Button, Card, Menu, Option

from .words import LONGEST_TEXT, cut, fallback, link_row, rich, text

Json = dict[str, Any]

MOST_BLOCKS: Final = 50
MOST_ACTIONS: Final = 25
MOST_OPTIONS: Final = 100
LONGEST_TITLE: Final = 150
SHORT_FACT: Final = 24  # characters
LONGEST_LABEL: Final = 75
LONGEST_PLACEHOLDER: Final = 150
LONGEST_ALT: Final = 2000
BAR_CELLS: Final = 10
METADATA_TYPE: Final = "imagedesk_card"
MOODS: Final[Mapping[str, str]] = {"neutral": "", "busy": "🔵 ", "good": "🟢 ", "bad": "🔴 "}


def draw(card: Card, files: Mapping[str, str]) -> Json:
    """`text`, `blocks` and `metadata` of a message that shows `card`.

    `files` maps `File.id` to Slack's file id, for every picture of the card.
    """
    greeting = f"<@{card.mention}> " if card.mention else ""
    facts = (f"{label}: {value}" for label, value in card.facts)
    return {
        "text": fallback((card.title, *card.lines, *facts), greeting),
        "blocks": blocks_of(card, files)[:MOST_BLOCKS],
        "metadata": {
            "event_type": METADATA_TYPE,
            "event_payload": {
                "key": card.key,
                "files": [{"id": each.id, "file": files[each.id]} for each in card.pictures],
            },
        },
    }


def blocks_of(card: Card, files: Mapping[str, str], remark: str = "") -> list[Json]:
    """`card` in blocks: its words, those pictures that `files` has, a remark on them, controls."""
    shown = [each for each in card.pictures if each.id in files]
    return [
        _words(card),
        *(_picture(files[each.id], each.alt or each.filename) for each in shown),
        *([rich([text(remark)])] if remark else []),
        *_controls(card),
    ]


def read_mark(message: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """The card's key and files that a message was marked with; ("", {}) for other messages."""
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != METADATA_TYPE:
        return "", {}
    payload = metadata.get("event_payload") or {}
    files = payload.get("files") or []
    return str(payload.get("key") or ""), {str(each["id"]): str(each["file"]) for each in files}


def progress_bar(done: int, total: int) -> str:
    """A bar of text, "▰▰▰▱▱▱▱▱▱▱ 3/10"."""
    full = BAR_CELLS * min(done, total) // max(total, 1)
    return f"{'▰' * full}{'▱' * (BAR_CELLS - full)} {done}/{total}"


def menu_element(menu: Menu, action_id: str) -> Json:
    """A select with what stands chosen."""
    options = [option_object(each) for each in menu.options[:MOST_OPTIONS]]
    chosen = [each for each in options if each["value"] in menu.chosen]
    element: Json = {
        "type": "multi_static_select" if menu.many else "static_select",
        "action_id": action_id,
        "placeholder": _plain(menu.placeholder, LONGEST_PLACEHOLDER),
        "options": options,
    }
    if chosen and menu.many:
        element["initial_options"] = chosen
    elif chosen:
        element["initial_option"] = chosen[0]
    return element


def option_object(option: Option) -> Json:
    """One choice; its label may hold a person's words, so colons stay colons."""
    label = cut(option.label, LONGEST_LABEL)
    return {
        "text": {"type": "plain_text", "text": label, "emoji": False},
        "value": option.value,
    }


def _words(card: Card) -> Json:
    elements: list[Json] = []
    if card.mention:
        elements += [{"type": "user", "user_id": card.mention}, text(" ")]
    elements.append(text(cut(MOODS[card.colour] + card.title, LONGEST_TITLE), bold=True))
    if card.lines:
        elements.append(text("\n" + cut("\n".join(card.lines), LONGEST_TEXT)))
    elements += _facts(card.facts)
    if card.progress:
        elements.append(text("\n" + progress_bar(*card.progress)))
    if card.links:
        elements += [text("\n"), *link_row(card.links)]
    return rich(elements)


def _facts(facts: Sequence[tuple[str, str]]) -> Iterator[Json]:
    """Short facts side by side, long ones on lines of their own, in their order."""
    short_before = False
    for label, value in facts:
        short = len(value) <= SHORT_FACT
        yield text(" · " if short and short_before else "\n")
        yield text(f"{label}: ", bold=True)
        yield text(cut(value, LONGEST_TEXT) or "–")
        short_before = short


def _picture(file_id: str, alt: str) -> Json:
    return {"type": "image", "slack_file": {"id": file_id}, "alt_text": cut(alt, LONGEST_ALT)}


def _controls(card: Card) -> Iterator[Json]:
    """Rows of controls. A select of many stands beside a text: that is where Slack takes it
    everywhere, while `actions` blocks took it only lately.
    """
    row: list[Json] = []
    for control in card.controls:
        action_id = f"{control.action}:{card.key}"
        if isinstance(control, Button):
            row.append(_button(control, action_id))
        elif control.many and control.options:
            words = _plain(control.placeholder, LONGEST_PLACEHOLDER)
            accessory = menu_element(control, action_id)
            yield {"type": "section", "text": words, "accessory": accessory}
        elif control.options:
            row.append(menu_element(control, action_id))
    for start in range(0, len(row), MOST_ACTIONS):
        yield {"type": "actions", "elements": row[start : start + MOST_ACTIONS]}


def _button(button: Button, action_id: str) -> Json:
    label = f"{button.emoji} {button.label}".strip()
    drawn: Json = {
        "type": "button",
        "action_id": action_id,
        "text": _plain(label, LONGEST_LABEL),
    }
    return drawn if button.style == "plain" else drawn | {"style": button.style}


def _plain(words: str, most: int) -> Json:
    return {"type": "plain_text", "text": cut(words, most) or "–", "emoji": True}
