"""Cards of any size stay within Discord's limits, judged by the local Discord's own rules."""

import string

from hypothesis import given
from hypothesis import strategies as st

from bot.surfaces.discord.cards import attachment_ids, carries, draw
from core.chat import Button, Card, Control, File, Link, Menu, Option
from tests.platforms.discord.component_rules import message_faults
from tests.platforms.discord.messages import walk

WORDS = st.text(alphabet=string.printable + "äß…🦊\\*_~`<>@#", max_size=600)
NAMES = st.text(alphabet=string.ascii_lowercase, min_size=1, max_size=12)
FILES = st.builds(File, NAMES, NAMES.map("{}.jpg".format), st.just("image/jpeg"), WORDS)
LINKS = st.builds(
    Link,
    WORDS.filter(bool),
    st.one_of(NAMES, st.integers(1, 900).map("x".__mul__)).map("https://desk.example/{}".format),
)
OPTIONS = st.lists(NAMES, min_size=1, max_size=25, unique=True).map(
    lambda names: tuple(Option(name, f"Choice {name} " * 9) for name in names)
)


def controls(buttons: int, menus: list[tuple[Option, ...]]) -> tuple[Control, ...]:
    """That many buttons, then these menus."""
    pressed = [Button(f"b{number}", "Do it " * 20) for number in range(buttons)]
    chosen = [Menu(f"m{n}", "Which? " * 30, options) for n, options in enumerate(menus)]
    return (*pressed, *chosen)


CARDS = st.builds(
    Card,
    key=st.uuids().map(str),
    title=WORDS,
    lines=st.lists(WORDS, max_size=12).map(tuple),
    facts=st.lists(st.tuples(WORDS, WORDS), max_size=8).map(tuple),
    pictures=st.lists(FILES, max_size=9, unique_by=lambda file: file.id).map(tuple),
    files=st.just((File("zip", "originals.zip", "application/zip"),)) | st.just(()),
    links=st.lists(LINKS, max_size=8).map(tuple),
    progress=st.none() | st.tuples(st.integers(0, 50), st.just(50)),
    controls=st.builds(controls, st.integers(0, 15), st.lists(OPTIONS, max_size=2))
    | st.builds(controls, st.integers(16, 25), st.just([])),
    mention=st.none() | st.just("80351110224678912"),
    colour=st.sampled_from(("neutral", "busy", "good", "bad")),
)


@given(CARDS)
def test_every_card_keeps_the_limits(card: Card) -> None:
    """No card is too long, too wide or too full for one message, and none loses a control."""
    body = draw(card, {}).body
    assert message_faults(body["components"], version_2=True) == []
    there = {str(part.get("custom_id", "")) for part in walk(body["components"])}
    assert there >= {f"{control.action}:{card.key}" for control in card.controls}
    assert len(body["attachments"]) <= 10


@given(CARDS, st.uuids().map(str))
def test_a_card_is_known_by_its_key_alone(card: Card, other: str) -> None:
    """A message is recognised as the card of its key, and of no other."""
    message = draw(card, {}).body
    assert carries(message, card.key)
    assert not carries(message, other)


def test_a_long_text_is_cut_visibly() -> None:
    """Who reads a cut text sees that something is missing, and the facts stay."""
    card = Card("k", "A fox", ("word " * 2000,), facts=(("Price", "$0.04"),))
    above, below = (
        part["content"] for part in walk(draw(card, {}).body["components"]) if part["type"] == 10
    )
    assert above.endswith("…")
    assert below == "**Price:** $0.04"


def test_short_facts_stand_side_by_side() -> None:
    """A card of many small facts stays small; a caption keeps its own lines."""
    facts = (("Size", "1:1"), ("Price", "$0.04"), ("Caption", "At dusk.\n" * 4), ("Alt", "A fox"))
    *_, below = walk(draw(Card("k", "A fox", facts=facts), {}).body["components"])
    assert below["content"].splitlines()[0] == "**Size:** 1:1 · **Price:** $0.04"
    assert below["content"].splitlines()[-1] == "**Alt:** A fox"


def test_attachments_that_only_components_tell_are_known() -> None:
    """Where the list beside the components is empty, the components' own ids are taken."""
    picture = File("i1", "fox.jpg", "image/jpeg")
    card = Card("k", "A fox", pictures=(picture,))
    body = draw(card, {}).body
    (media,) = (
        item["media"] for part in walk(body["components"]) for item in part.get("items", [])
    )
    name = media["url"].removeprefix("attachment://")
    media |= {
        "url": f"https://cdn.discordapp.com/attachments/1/2/{name}?ex=1",
        "attachment_id": "2",
    }
    assert attachment_ids({"components": body["components"]}, card) == {"i1": "2"}


def test_a_whole_page_of_the_library_fits_into_one_message() -> None:
    """Ten pictures, three menus, two full rows of buttons and its links, in five rows."""
    options = tuple(Option(str(number), f"Choice {number} " * 9) for number in range(25))
    menus = [Menu(f"m{number}", "Which? " * 30, options) for number in range(3)]
    buttons = [Button(f"b{number}", f"Number {number}", "🖼️") for number in range(10)]
    card = Card(
        "key",
        "The library",
        ("line " * 100,) * 20,
        (("Found", "1,204"),) * 8,
        tuple(File(f"i{number}", "fox.jpg", "image/jpeg", "x" * 2000) for number in range(10)),
        links=tuple(Link(f"Page {number}", "https://desk.example/") for number in range(4)),
        controls=(*menus, *buttons),
    )
    drawing = draw(card, {})
    assert message_faults(drawing.body["components"], version_2=True) == []
    (container,) = drawing.body["components"]
    rows = [part for part in container["components"] if part["type"] == 1]
    assert [len(row["components"]) for row in rows] == [4, 1, 1, 1, 5, 5]
    assert len(drawing.uploads) == 10
