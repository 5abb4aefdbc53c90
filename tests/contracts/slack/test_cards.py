"""Cards as messages: what people see."""

from bot.surfaces.slack import Slack
from core.chat import (
    Button,
    Card,
    File,
    Link,
    Menu,
    MessageRef,
    Option,
    Place,
    Sent,
    Thread,
)
from tests.platforms.slack import Channel, Person, SlackServer

from .material import JPEG, ZIP, Load


async def test_a_card_is_shown_whole(
    slack: SlackServer, surface: Slack, ada: Person, marketing: Channel, place: Place, load: Load
) -> None:
    """Words letter by letter, progress, facts, links, pictures with their alt text, controls."""
    card = Card(
        "k1",
        "Foxes & <friends>",
        lines=("A *red* _fox_ :fox: <@U1> &lt;", "Second line"),
        facts=(("Model", "gpt-image"), ("Price", "$0.04")),
        pictures=(
            File("b1", "1.jpg", "image/jpeg", "A red fox"),
            File("b2", "2.jpg", "image/jpeg"),
        ),
        links=(Link("Gallery", "https://desk.example/g"),),
        progress=(3, 10),
        controls=(Button("redo", "Again", "🔁", "primary"),),
        mention=ada.id,
        colour="good",
    )
    thread, sent = await surface.open_thread(place, card, load, repeat=False)
    shown = slack.messages(marketing)[0]
    assert shown.plain().splitlines() == [
        "@Ada 🟢 Foxes & <friends>",
        "A *red* _fox_ :fox: <@U1> &lt;",
        "Second line",
        "Model: gpt-image · Price: $0.04",
        "▰▰▰▱▱▱▱▱▱▱ 3/10",
        "Gallery (https://desk.example/g)",
        "[A red fox]",
        "[2.jpg]",
        "🔁 Again",
    ]
    assert shown.images() == [JPEG + b"b1", JPEG + b"b2"]
    assert shown.notification.startswith("@Ada Foxes & <friends>\nA *red* _fox_ :fox: <@U1> &lt;\n")
    assert thread == Thread("slack", place.team, marketing.id, shown.ts)
    assert sent.ref == MessageRef("slack", marketing.id, shown.ts)
    assert sent.files.keys() == {"b1", "b2"}


async def test_a_direct_message_has_threads_too(
    slack: SlackServer, surface: Slack, ada: Person, place: Place, load: Load
) -> None:
    """A card may be opened there and answered in its thread."""
    direct = Place("slack", place.team, "", slack.direct_message(ada).id, direct=True)
    thread, root = await surface.open_thread(direct, Card("k1", "Order"), load, repeat=True)
    await surface.post(thread, Card("k2", "Result"), load, repeat=True)
    standing = [each.plain() for each in slack.thread(slack.direct_message(ada), root.ref.id)]
    assert standing == ["Order", "Result"]


async def test_an_edit_keeps_the_pictures_that_are_there(
    slack: SlackServer, surface: Slack, marketing: Channel, place: Place, load: Load
) -> None:
    """Only new pictures are sent; the others are shown again by their ids."""
    first, second = (File(f"b{n}", f"{n}.jpg", "image/jpeg", f"Fox {n}") for n in (1, 2))
    thread, sent = await surface.open_thread(
        place, Card("k1", "One", pictures=(first,)), load, repeat=False
    )
    again = await surface.edit(sent, thread, Card("k1", "Two", pictures=(first, second)), load)
    assert slack.messages(marketing)[0].images() == [JPEG + b"b1", JPEG + b"b2"]
    assert slack.calls["files.upload"] == 2
    assert again.ref == sent.ref
    assert again.files.items() > sent.files.items()


async def test_files_to_download_are_shared_in_the_thread_once(
    slack: SlackServer, surface: Slack, marketing: Channel, place: Place, load: Load
) -> None:
    """Also when the card is edited later, by somebody who remembers the files or not."""
    card = Card("k1", "Originals", files=(File("z1", "originals.zip", "application/zip"),))
    thread, sent = await surface.open_thread(place, card, load, repeat=False)
    await surface.edit(sent, thread, card, load)
    await surface.edit(Sent(sent.ref), thread, card, load)
    shared = [message for message in slack.messages(marketing) if message.files()]
    assert [message.files() for message in shared] == [{"originals.zip": ZIP}]
    assert shared[0].thread_ts == thread.id


async def test_controls_and_words_beyond_slacks_limits_are_cut(
    slack: SlackServer, surface: Slack, marketing: Channel, place: Place, load: Load
) -> None:
    """Slack takes the card, and an ellipsis tells where it was cut."""
    long = "&" * 9000
    options = tuple(Option(str(n), long) for n in range(120))
    card = Card(
        "k1",
        long,
        lines=(long, long),
        facts=((long[:200], long),),
        pictures=(File("b1", "1.jpg", "image/jpeg", long),),
        controls=(
            *(Button(f"do{n}", long) for n in range(30)),
            Menu("pick", long, options, ("1",), many=True),
            Menu("one", long, options),
            Menu("none", "Nothing to choose", ()),
        ),
    )
    thread, sent = await surface.open_thread(place, card, load, repeat=False)
    await surface.edit(sent, thread, card, load)
    shown = slack.messages(marketing)[0]
    assert "…" in shown.plain()
    assert len(shown.buttons()) == 30
