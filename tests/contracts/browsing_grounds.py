"""People who use the library's panels, as a chat would hand their gestures to the inbox.

Owns how a gesture is made and a panel read. It must not know what is being proved.
"""

from collections.abc import Mapping
from dataclasses import replace
from itertools import count
from typing import TypeVar

from bot.commands import command_table
from bot.desk import Desk
from bot.inbox import DeskInbox
from core.business.admission import Door
from core.chat import (
    Actor,
    Card,
    Choices,
    Command,
    Event,
    FieldErrors,
    File,
    Form,
    Menu,
    Panel,
    Press,
    Private,
    Reply,
    Submission,
    Typing,
    Visit,
)
from core.generation.prices import read_catalogue
from core.library.images import Image
from core.library.prints import draw_print
from core.publishing.networks.site import Site
from core.publishing.posting import NetworkFacts
from tests.contracts.library_grounds import PLACE, Library

Kind = TypeVar("Kind")


def open_inbox(library: Library) -> DeskInbox:
    """The inbox of a desk with this library."""
    catalogue = read_catalogue()
    desk = Desk(
        address="http://desk.test",
        door=Door(frozenset({"acme", "rival"}), 0),
        catalogue=catalogue,
        models=catalogue.of("sketch"),
        networks={"site": NetworkFacts("Site", Site.rules)},
        commands=command_table(catalogue.of("sketch")),
        moderated=False,
        orders_per_minute=5,
        blocked_words="",
        grace=20,
        seal=lambda plain, context: f"{context}:{len(plain)}",
    )

    async def load(file: File) -> bytes:
        return await draw_print(library.database, library.blobs, file.id)

    return DeskInbox(library.database, desk, load)


class Reader:
    """A person of a team, "acme" unless told otherwise."""

    _numbers = count(1)

    def __init__(self, library: Library, name: str, *, team: str = "acme") -> None:
        self.inbox = open_inbox(library)
        self.actor = Actor(name.lower(), name)
        self.place = replace(PLACE, team=team)

    def event_id(self) -> str:
        """One that was never there."""
        return f"event-{next(self._numbers)}"

    async def handle(self, event: Event) -> Reply:
        """Whatever the inbox answers."""
        return await self.inbox.handle(event)

    async def command(self, line: str) -> Reply:
        """A command as it is typed."""
        name, _, text = line.lstrip("/").partition(" ")
        return await self.handle(Command(self.event_id(), self.actor, self.place, name, text))

    async def opens(self, line: str) -> Card:
        """The panel that a command opens."""
        return card_of(await self.command(line))

    async def visits(self) -> Card:
        """The Home tab."""
        return card_of(await self.handle(Visit(self.event_id(), self.actor, self.place)))

    async def press(self, card: Card, action: str, *values: str) -> Reply:
        """A control of a panel, which must be there."""
        assert action in {control.action for control in card.controls}, card.controls
        return await self.handle(
            Press(self.event_id(), self.actor, self.place, action, card.key, values)
        )

    async def turns(self, card: Card, action: str, *values: str) -> Card:
        """The panel that takes its place."""
        return card_of(await self.press(card, action, *values))

    async def fills(self, card: Card, action: str) -> Form:
        """The form that a control opens."""
        return expect(await self.press(card, action), Form)

    async def sends(self, form: Form, values: Mapping[str, str]) -> Reply:
        """The form with some fields filled in, the others as they are."""
        fields = {field.id: field.value for field in form.fields}
        assert set(values) <= set(fields)
        sent = Submission(self.event_id(), self.actor, self.place, form.key, fields | dict(values))
        return await self.handle(sent)

    async def types(self, command: str, option: str, text: str) -> Choices:
        """What is proposed meanwhile."""
        typing = Typing(self.actor, self.place, command, option, text)
        return expect(await self.handle(typing), Choices)


def expect(reply: Reply, kind: type[Kind]) -> Kind:
    """The reply, which must be of this kind."""
    assert isinstance(reply, kind), reply
    return reply


def card_of(reply: Reply) -> Card:
    """A panel's card."""
    return expect(reply, Panel).card


def said(reply: Reply) -> str:
    """A private sentence, or the errors of a form's fields."""
    if isinstance(reply, FieldErrors):
        return "\n".join(f"{name}: {text}" for name, text in reply.errors.items())
    return expect(reply, Private).text


def pictures(card: Card) -> list[str]:
    """The numbered lines of a gallery, without what follows the name."""
    return [line.partition(" · ")[0] for line in card.lines if line[:1].isdigit()]


def actions(card: Card) -> list[str]:
    """What its controls do, in their order."""
    return [control.action for control in card.controls]


def menu(card: Card, action: str) -> Menu:
    """A menu of it."""
    return next(one for one in card.controls if isinstance(one, Menu) and one.action == action)


async def shelf(library: Library, amount: int) -> list[Image]:
    """So many pictures, "Picture 1" being the oldest."""
    return [
        await library.add(f"p{number}.png", title=f"Picture {number}")
        for number in range(1, amount + 1)
    ]
