"""What a modal or the Home tab carries for us, and how each is framed.

Owns `private_metadata`: a view's key and the place that it was opened from, for neither a
submission nor a press in a view tells where. It must not know what stands inside.

https://docs.slack.dev/reference/views
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from core.chat import Place, Private
from core.wording.surfaces import APP_NAME

from .words import cut, speech

Json = dict[str, Any]

FORM: Final = "form"  # callback ids: which of ours a view is
PANEL: Final = "panel"
NOTICE: Final = "notice"
MOST_BLOCKS: Final = 100
LONGEST_TITLE: Final = 24


@dataclass(frozen=True)
class Frame:
    """`place` is where the view was opened from, `key` the form's ("" for what is no form).
    `over_home` says that the view lies over the person's Home tab.
    """

    place: Place
    key: str = ""
    over_home: bool = False


@dataclass(frozen=True)
class Spot:
    """Where a panel stands that an answer replaces: the modal view `id`, or the person's Home tab
    where `id` is empty.
    """

    id: str = ""


def read_frame(view: Mapping[str, Any]) -> Frame:
    """What one of our views carries."""
    carried = json.loads(view["private_metadata"])
    return Frame(Place(**carried["place"]), carried["key"], carried.get("over_home", False))


def spot_of(view: Mapping[str, Any]) -> Spot | None:
    """The panel that a gesture in `view` belongs to: the view itself, or what lies under a form;
    None for a form under which no panel lies.
    """
    if view["type"] == "home":
        return Spot()
    if view["callback_id"] == PANEL:
        return Spot(view["id"])
    if view.get("previous_view_id"):
        return Spot(view["previous_view_id"])
    return Spot() if read_frame(view).over_home else None


def modal(kind: str, frame: Frame, title: str, blocks: Sequence[Json]) -> Json:
    """A modal view; `kind` is one of the callback ids above."""
    return {
        "type": "modal",
        "callback_id": kind,
        "title": plain_text(title, LONGEST_TITLE),
        "private_metadata": _carried(frame),
        "blocks": list(blocks[:MOST_BLOCKS]),
    }


def home(place: Place, blocks: Sequence[Json]) -> Json:
    """The Home tab."""
    return {
        "type": "home",
        "callback_id": PANEL,
        "private_metadata": _carried(Frame(place)),
        "blocks": list(blocks[:MOST_BLOCKS]),
    }


def notice(words: Private, place: Place) -> Json:
    """A modal that only says something: over a modal, a message would be seen by nobody."""
    blocks = speech(words.text, words.links)["blocks"]
    return modal(NOTICE, Frame(place), APP_NAME, blocks)


def plain_text(words: str, most: int) -> Json:
    """A text object of at most `most` characters."""
    return {"type": "plain_text", "text": cut(words, most)}


def _carried(frame: Frame) -> str:
    return json.dumps(asdict(frame), ensure_ascii=False)
