"""The inbox: one chat event in, one short transaction, one reply out.

Whatever arrives is written down before it is acknowledged, and nothing here makes a network call.
The platform's own event id makes a second delivery harmless. It must not know any surface.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Final, TypeAlias

from pydantic import TypeAdapter

from bot.asking import Asking
from bot.backlog import Backlog
from bot.batches import answer_talk, require_readable
from bot.browsing import open_home, propose
from bot.commands import complete, read_text
from bot.controls import press, react
from bot.desk import Desk
from bot.forms import field_errors, home_form
from bot.handlers import COMMANDS, TAKE_FILES, submit
from core.business.admission import (
    WhichBusiness,
    admit,
    recognise,
    settle_home,
)
from core.business.members import Business, Member
from core.chat import (
    HELP,
    TALK,
    UNREPEATED,
    Choices,
    Command,
    Dropped,
    Event,
    FieldErrors,
    File,
    Form,
    MessageRef,
    Nothing,
    Panel,
    Press,
    Private,
    Reaction,
    Reply,
    Submission,
    SurfaceName,
    Typing,
    Visit,
)
from core.errors import TryLater, UserError
from core.generation.offering import models_of
from core.generation.prices import Model
from core.library.uploading import place_upload
from core.ports import Later, Load
from core.recovery import wake_catching_up
from core.review.reviewing import outlive
from core.review.signals import read_emoji
from core.storing import UnitOfWork, Units
from core.wording.errors import sentence
from core.wording.forms import HOME_SETTLED

_KINDS: dict[str, TypeAdapter[Reply]] = {
    kind.__name__: TypeAdapter(kind)
    for kind in (Nothing, Private, Form, FieldErrors, Choices, Panel)
}

Written: TypeAlias = Command | Press | Submission | Reaction | Dropped | Visit
"""Events that are written down; typing changes nothing and is not."""

MODEL: Final = "model"

TRIES = 3
"""Two deliveries may meet on the same new row; the one that lost is simply handled again."""


class DeskInbox:
    """Handles events for one desk."""

    def __init__(self, units: Units, desk: Desk, load: Load) -> None:
        self._units = units
        self._desk = desk
        self._load = load
        self._backlog = Backlog(units, self.handle)
        self._present = 0

    async def take(self, command: Command) -> Reply | Later:
        """Carry the command out, or only write it down where others are here as well; see
        `core.ports.Inbox`.
        """
        command = spare(command)
        self._present += 1
        try:
            await asyncio.sleep(0)  # those that come in the same breath
            if self._present > 1 or self._backlog:
                return Later(await self._backlog.add(command))
            return await self.handle(command)
        finally:
            self._present -= 1

    async def handle(self, event: Event) -> Reply:
        """Do what the event asks and say what is answered at once; see `core.ports.Inbox`."""
        if isinstance(event, Typing):
            return await self._propose(event)
        if isinstance(event, Command):
            event = spare(event)
        for attempt in range(TRIES):
            try:
                return await self._handle(event)
            except WhichBusiness as question:
                return home_form(question.businesses)
            except UserError as error:
                if isinstance(event, Submission) and (
                    wrong := field_errors(error, event.key, event.values)
                ):
                    return wrong
                if isinstance(event, Command) and event.attachments:
                    await self._spare_files(event)
                silent = isinstance(event, Reaction)
                return Nothing() if silent else Private(sentence(error.trouble))
            except TryLater:
                if attempt == TRIES - 1:
                    raise
        raise AssertionError("unreachable")

    async def _spare_files(self, event: Command) -> None:
        """Take in what came with a command that takes no files, though it could not be done."""
        if event.name not in TAKE_FILES:
            came = Dropped(event.event_id, event.actor, event.place, event.attachments)
            with suppress(UserError):  # which is what was told of the command itself
                await self._handle(came)

    async def load(self, file: File) -> bytes:
        """What a panel shows; see `core.ports.Inbox`."""
        return await self._load(file)

    async def connected(self, surface: SurfaceName) -> None:
        """Have the reactions read again that were given while nobody listened."""
        async with self._units.write() as uow:
            await wake_catching_up(uow, surface)

    async def cleared(self, message: MessageRef, emoji: str | None) -> None:
        """Keep what the reactions on a card meant; on other messages they meant nothing."""
        meaning = read_emoji(emoji) if emoji else None
        if emoji and meaning is None:
            return
        async with self._units.write() as uow:
            card = await uow.messages.by_ref(message)
            if card:
                await outlive(uow, card, meaning)

    async def _handle(self, event: Written) -> Reply:
        surface = event.place.surface
        async with self._units.write() as uow:
            if not await uow.events.enter(surface, event.event_id):
                return _read_reply(await uow.events.reply(surface, event.event_id))
            if isinstance(event, Submission) and event.key == "home":
                return await self._settle_home(uow, event)
            business, member = await admit(uow, self._desk.door, event.place, event.actor)
            attachments = () if isinstance(event, Press | Reaction | Visit) else event.attachments
            asking = Asking(business, member, event.place, attachments)
            reply = await self._dispatch(uow, asking, event)
            await uow.events.answer(surface, event.event_id, _write_reply(reply))
            return reply

    async def _settle_home(self, uow: UnitOfWork, event: Submission) -> Reply:
        chosen = event.values.get("business", "")
        await settle_home(uow, event.place, event.actor, int(chosen) if chosen.isdigit() else 0)
        return Private(HOME_SETTLED)

    async def _dispatch(
        self,
        uow: UnitOfWork,
        asking: Asking,
        event: Written,
    ) -> Reply:
        match event:
            case Command():
                return await self._command(uow, asking, event)
            case Press():
                return await press(self._desk, uow, asking, event)
            case Submission():
                return await submit(self._desk, uow, asking, event.key, event.values)
            case Visit():
                return await open_home(uow, asking)
            case Reaction():
                await react(self._desk, uow, asking, event)
            case Dropped():
                await place_upload(uow, asking.customer, event.attachments)
        return Nothing()

    async def _command(self, uow: UnitOfWork, asking: Asking, event: Command) -> Reply:
        spec = next((one for one in self._desk.commands if one.name == event.name), None)
        if spec is None or spec.name == HELP:  # words that name no command
            talk = event.text if spec or event.name == TALK else f"{event.name} {event.text}"
            if reply := await answer_talk(uow, asking, talk):
                return reply
        if event.name == TALK:
            if not event.text:
                await require_readable(uow, asking)
            return Nothing()
        if spec is None:
            raise UserError("command_unknown", name=event.name)
        values = event.options or read_text(spec, event.text)
        if asking.attachments and spec.name not in TAKE_FILES:
            await place_upload(uow, asking.customer, asking.attachments)
        return await COMMANDS[spec.name](self._desk, uow, asking, values)

    async def _propose(self, event: Typing) -> Choices:
        spec = next((one for one in self._desk.commands if one.name == event.command), None)
        if spec is None:
            return Choices(())
        asked = any(each.name == event.option and each.complete for each in spec.options)
        if not asked:
            return complete(spec, event.option, event.text, {})
        async with self._units.read() as uow:
            known = await recognise(uow, event.place, event.actor)
            if event.option == MODEL:
                models = await self._models(uow, known)
                return complete(spec, event.option, event.text, models)
            return await propose(uow, known[0], event.command, event.text) if known else Choices(())

    async def _models(
        self, uow: UnitOfWork, known: tuple[Business, Member] | None
    ) -> Mapping[str, Model]:
        """What somebody who types can order; those who are not known yet, the desk's own."""
        desk = self._desk
        if known is None:
            return desk.models
        business, member = known
        return await models_of(uow, desk.catalogue, desk.models, business.id, member.id)


def spare(command: Command) -> Command:
    """The same without what was typed behind `/keys`: that is a secret, and is never written down,
    only that there was something.
    """
    if command.name != UNREPEATED or not (command.text.strip() or command.options):
        return command
    return replace(command, text="", options={"typed": "yes"})


def _write_reply(reply: Reply) -> dict[str, object]:
    kind = type(reply).__name__
    return {kind: _KINDS[kind].dump_python(reply, mode="json")}


def _read_reply(stored: dict[str, object] | None) -> Reply:
    """The first delivery's reply; nothing where it has not been answered yet."""
    if not stored:
        return Nothing()
    name, value = next(iter(stored.items()))
    return _KINDS[name].validate_python(value)
