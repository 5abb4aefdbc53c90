"""What a person started, and what came of it: the interaction, and its first answer.

It owns the interaction's life: three seconds for the first answer, fifteen minutes for its token,
one original message, any number of follow-ups. It must not know routes or frames.
Source: https://docs.discord.com/developers/interactions/receiving-and-responding
"""

import asyncio
import secrets
import time
from dataclasses import dataclass, field
from typing import Final

from tests.platforms.discord import drafts, payloads, refusals
from tests.platforms.discord.channels import Channel
from tests.platforms.discord.command_rules import choice_faults
from tests.platforms.discord.component_rules import modal_faults
from tests.platforms.discord.drafts import Uploads
from tests.platforms.discord.forms import Modal, opened
from tests.platforms.discord.messages import Flag, Message, without_nulls
from tests.platforms.discord.permissions import EVERYTHING
from tests.platforms.discord.world import Json, Member, User, World

COMMAND: Final = 2
COMPONENT: Final = 3
AUTOCOMPLETE: Final = 4
MODAL_SUBMIT: Final = 5


class NoAnswer(AssertionError):
    """The bot gave no first answer in time: the person reads "The application did not respond"."""


@dataclass(frozen=True)
class Ack:
    """The first answer to what a person did, and what grows out of it.

    Attributes:
        kind: `message`, `deferred`, `deferred_update`, `update`, `choices` or `modal`.
        interaction: what was answered.
        message: the original response (or, for the updates, the message that was touched); its
            text changes when the bot edits it later. None for modals and choices.
        modal: the form that opened.
        choices: the names that autocomplete offers.
    """

    kind: str
    interaction: "Interaction" = field(repr=False)
    message: Message | None = None
    modal: Modal | None = None
    choices: tuple[str, ...] = ()

    @property
    def content(self) -> str:
        """All text that the person reads in the answer as it is now; "" while it is thinking."""
        if self.modal is not None:
            return self.modal.plain()
        return "" if self.message is None else self.message.plain()

    @property
    def ephemeral(self) -> bool:
        """Whether only this person sees the answer."""
        return self.message is not None and self.message.ephemeral

    @property
    def followups(self) -> list[Message]:
        """What the bot sent after the original response, oldest first."""
        return [each for each in self.interaction.followups if not each.deleted]


@dataclass(eq=False, kw_only=True)
class Interaction:
    """One thing that a person did with the bot.

    Attributes:
        data: the `data` part of the event.
        touched: the message whose component it was (or whose form), else None.
        original: the message that `@original` means.
        filled: whether the bot has edited that message after its first answer.
    """

    world: World
    id: int
    token: str
    kind: int
    user: User
    channel: Channel
    data: Json
    touched: Message | None = None
    original: Message | None = None
    filled: bool = False
    followups: list[Message] = field(default_factory=list)
    answered: int | None = None
    opened_at: float = field(default_factory=time.monotonic)
    answer: "asyncio.Future[Ack]" = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    async def first_answer(self) -> Ack:
        """Wait as the platform does. NoAnswer after three seconds."""
        try:
            return await asyncio.wait_for(
                asyncio.shield(self.answer), self.world.interaction_seconds
            )
        except TimeoutError:
            raise NoAnswer(f"no answer to {self.data}") from None

    def respond(self, body: Json, uploads: Uploads) -> None:
        """Take the bot's first answer.

        Raises:
            Refusal: it is late (10062), the second one (40060), or not allowed here.
        """
        if time.monotonic() - self.opened_at > self.world.interaction_seconds:
            raise refusals.unknown("interaction")
        if self.answered is not None:
            text = "Interaction has already been acknowledged."
            raise refusals.Refusal(400, 40060, text)
        kind = int(body["type"])
        if kind not in self._possible():
            raise refusals.invalid(f"an interaction of type {self.kind} takes no answer {kind}")
        answers = {
            4: self._say,
            5: self._think,
            6: self._silent,
            7: self._update,
            8: self._choices,
            9: self._modal,
        }
        ack = answers[kind](body.get("data") or {}, uploads)
        self.answered = kind
        self.answer.set_result(ack)
        self.world.touch()

    def follow_up(self, body: Json, uploads: Uploads) -> Message:
        """Send one more message; the first one after "thinking" takes its place."""
        self._check_token()
        thinking = self.original if self.original and self.original.loading else None
        if thinking is not None and self.answered == 5:
            return self.edit(thinking, body | {"flags": int(body.get("flags") or 0)}, uploads)
        message = self._write(body, uploads)
        self.followups.append(message)
        return self.channel.post(message)

    def find(self, message_id: str) -> Message:
        """The message that `@original` or an id means to this token. Refusal 10008 otherwise."""
        self._check_token()
        mine = [each for each in (self.original, *self.followups) if each is not None]
        for each in mine:
            named = (
                each is self.original if message_id == "@original" else str(each.id) == message_id
            )
            if named and not each.deleted:
                return each
        raise refusals.unknown("Message")

    def edit(self, message: Message, body: Json, uploads: Uploads) -> Message:
        """Change a message of this interaction, and tell the bot as of any edit."""
        drafts.change(message, body, uploads)
        self.filled = self.filled or message is self.original
        if message.ephemeral:
            self.world.touch()
        else:
            self.channel.emit_message("MESSAGE_UPDATE", message)
        return message

    def payload(self) -> Json:
        """The event INTERACTION_CREATE."""
        guild = self.channel.guild
        shown: Json = {
            "id": str(self.id),
            "application_id": str(self.world.bot.id),
            "type": self.kind,
            "token": self.token,
            "version": 1,
            "data": self.data,
            "channel": payloads.channel(self.channel),
            "channel_id": str(self.channel.id),
            "locale": "en-US",
            "entitlements": [],
            "authorizing_integration_owners": {"0": "0" if guild is None else str(guild.id)},
            "context": 1 if guild is None else 0,
            "attachment_size_limit": drafts.MOST_FILE_BYTES,
            "app_permissions": str(int(EVERYTHING)),
        }
        if self.touched is not None:
            shown["message"] = payloads.message(self.touched, whole=True)
        if guild is None:
            return shown | {"user": payloads.user(self.user)}
        bot, member = guild.bot_member, guild.members[self.user.id]
        if bot is not None:
            shown["app_permissions"] = str(int(bot.permissions(self.channel)))
        return shown | {
            "guild_id": str(guild.id),
            "guild_locale": "en-US",
            "guild": {"id": str(guild.id), "locale": "en-US", "features": []},
            "member": self._member(member),
        }

    def callback(self) -> Json:
        """What the callback's answer tells with `with_response`."""
        told: Json = {"id": str(self.id), "type": self.kind}
        resource: Json = {"type": self.answered}
        if self.original is not None:
            told["response_message_id"] = str(self.original.id)
            told["response_message_loading"] = self.original.loading
            told["response_message_ephemeral"] = self.original.ephemeral
            if self.answered in (4, 7):
                resource["message"] = payloads.message(self.original, whole=True)
        return {"interaction": told, "resource": resource}

    def _member(self, member: Member) -> Json:
        permissions = str(int(member.permissions(self.channel)))
        return payloads.member(member) | {"permissions": permissions}

    def _possible(self) -> tuple[int, ...]:
        if self.kind == AUTOCOMPLETE:
            return (8,)
        if self.kind == COMMAND:
            return (4, 5, 9)
        updates = () if self.touched is None else (6, 7)
        return (4, 5, *updates) if self.kind == MODAL_SUBMIT else (4, 5, 9, *updates)

    def _check_token(self) -> None:
        if time.monotonic() - self.opened_at > self.world.token_seconds:
            raise refusals.Refusal(401, 50027, "Invalid Webhook Token")
        if self.answered is None:
            raise refusals.unknown("Webhook")

    def _origin(self) -> Json:
        guild = self.channel.guild
        return {
            "id": str(self.id),
            "type": self.kind,
            "user": payloads.user(self.user),
            "authorizing_integration_owners": {"0": "0" if guild is None else str(guild.id)},
        }

    def _write(self, body: Json, uploads: Uploads) -> Message:
        message = drafts.write(
            self.channel,
            self.world.bot,
            body,
            uploads,
            origin=self._origin(),
            ephemeral_for=self.user,
        )
        if self.channel.archived and not message.ephemeral:
            raise refusals.archived()
        return message

    def _say(self, data: Json, uploads: Uploads) -> Ack:
        self.original = self.channel.post(self._write(data, uploads))
        return Ack("message", self, self.original)

    def _think(self, data: Json, _: Uploads) -> Ack:
        flags = int(data.get("flags") or 0)
        if flags & ~Flag.EPHEMERAL:
            raise refusals.invalid(f"flags {flags} cannot be set by a deferred answer")
        message = Message(
            channel=self.channel,
            id=self.world.snowflake(),
            author=self.world.bot,
            created=self.world.now(),
            flags=flags | Flag.LOADING,
            origin=self._origin(),
            ephemeral_for=self.user if flags & Flag.EPHEMERAL else None,
        )
        self.original = self.channel.post(message)
        return Ack("deferred", self, message)

    def _silent(self, _: Json, __: Uploads) -> Ack:
        self.original = self.touched
        return Ack("deferred_update", self, self.touched)

    def _update(self, data: Json, uploads: Uploads) -> Ack:
        if self.touched is None or self.touched.deleted:
            raise refusals.unknown("Message")
        if self.channel.archived and not self.touched.ephemeral:
            raise refusals.archived()
        self.original = self.edit(self.touched, data, uploads)
        return Ack("update", self, self.touched)

    def _choices(self, data: Json, _: Uploads) -> Ack:
        choices = data.get("choices") or []
        faults = list(choice_faults(str(self.data["name"]), self.focused_type(), choices))
        if faults:
            raise refusals.invalid(*faults)
        return Ack("choices", self, choices=tuple(each["name"] for each in choices))

    def _modal(self, data: Json, _: Uploads) -> Ack:
        modal = without_nulls(data)
        faults = modal_faults(modal)
        if faults:
            raise refusals.invalid(*faults)
        return Ack("modal", self, modal=opened(modal, self))

    def focused_type(self) -> int:
        """The type of the option in which the person is typing."""
        options = self.data.get("options", [])
        while options and "options" in options[0]:
            options = options[0]["options"]
        return int(next(option["type"] for option in options if option.get("focused")))


def start(
    kind: int, user: User, channel: Channel, data: Json, touched: Message | None = None
) -> Interaction:
    """A new interaction, and the bot told of it."""
    world = channel.world
    interaction = Interaction(
        world=world,
        id=world.snowflake(),
        token=secrets.token_urlsafe(48),
        kind=kind,
        user=user,
        channel=channel,
        data=data,
        touched=touched,
    )
    world.interactions[interaction.token] = interaction
    world.emit("INTERACTION_CREATE", interaction.payload(), None)
    return interaction
