"""The live connection to Discord. Owns receiving: it turns what arrives into events, hands them to
the inbox in order, and answers; it must not know what an event does, nor draw cards.

https://docs.discord.com/developers/topics/gateway
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, Final

import discord
import structlog
from discord.gateway import KeepAliveHandler

from bot.surfaces.discord import events, replies
from bot.surfaces.discord.commands import register
from bot.surfaces.discord.failures import PAUSE, UNREACHABLE, Code, understood
from bot.surfaces.discord.forms import OpenForms
from bot.surfaces.discord.invitation import INTENTS, invite_link
from bot.surfaces.discord.panels import ORIGINAL, Panels
from bot.surfaces.discord.people import LONG, People, Remembered
from bot.surfaces.discord.posting import Posting
from bot.surfaces.discord.rest import LONGEST_WAIT, Rest, code_of
from core.chat import (
    Actor,
    Command,
    CommandSpec,
    Event,
    Form,
    MessageRef,
    Panel,
    Place,
    Press,
    Private,
    Reaction,
    Reply,
)
from core.errors import ActionNeeded, DeskError, TryLater
from core.ports import Inbox
from core.wording.surfaces import FORM_IS_GONE, NOTHING_WAS_DONE

CALLBACK: Final = "/interactions/{webhook_id}/{webhook_token}/callback"
TOO_LATE: Final = frozenset({Code.UNKNOWN_INTERACTION, Code.ALREADY_ANSWERED})
REACTIONS: Final = {"raw_reaction_add": True, "raw_reaction_remove": False}
CLEARINGS: Final = frozenset({"raw_reaction_clear", "raw_reaction_clear_emoji"})
AUTHENTICATION_FAILED: Final = 4004  # the gateway's closing code for a token it does not know
WRITTEN: Final = frozenset({discord.MessageType.default, discord.MessageType.reply})

STILL_SECONDS: Final = 2.0

_log = structlog.get_logger(__name__)


class Gateway(discord.Client):
    """One connection. It caches servers, their roles, channels and threads, but no members, whose
    roles would go stale without the privileged intent, and no messages.
    """

    def __init__(
        self,
        inbox: Inbox,
        rest: Rest,
        people: People,
        posting: Posting,
        specs: Sequence[CommandSpec],
    ) -> None:
        super().__init__(
            intents=INTENTS,
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_ratelimit_timeout=LONGEST_WAIT,
        )
        self._inbox = inbox
        self._rest = rest
        self._people = people
        self._posting = posting
        self._specs = specs
        self._typed = frozenset(spec.name for spec in specs if not spec.on_message)
        self._open_forms = OpenForms()
        self._panels = Panels(rest, posting, inbox.load)
        self._foreign: Remembered[bool] = Remembered(LONG)
        self._waiting: asyncio.Queue[Callable[[], Awaitable[None]]] = asyncio.Queue()
        self._following: asyncio.Task[None] | None = None

    @property
    def session_began(self) -> bool:
        """Whether there ever was a connection."""
        return bool(self.ws)

    async def setup_hook(self) -> None:
        """After the login and before the first event: commands are made what the table says."""
        await register(self._rest, str(self.application_id), self._specs)
        _log.info("discord_invitation", link=invite_link(str(self.application_id)))
        self._following = asyncio.create_task(self._follow_reactions())

    async def close(self) -> None:
        """Leave the gateway and give the connections back. May be repeated."""
        if self._following is not None:
            self._following.cancel()
        hearts = self._hearts()
        for heart in hearts:
            if heart.ws is not self.ws:
                await heart.ws.close(code=1000)
        await super().close()
        for heart in hearts:
            # It may just have handed a beat to this loop, without which it would wait for ever.
            heart.stop()
            await asyncio.to_thread(heart.join, STILL_SECONDS)

    def _hearts(self) -> list[KeepAliveHandler]:
        """The library's threads that keep our connections alive: that of `ws`, and that of one
        which was given up while it began, and which the library forgets to close.
        """
        return [
            thread
            for thread in threading.enumerate()
            if isinstance(thread, KeepAliveHandler)
            if thread.ws._connection is self._connection  # noqa: SLF001  # no public sign tells whose it is
        ]

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        """Line reactions up here, where the library still delivers in order.

        It gives each event a task of its own, and of "on, off, on" the last word counts. Discord
        has no id of a reaction; the delivery's number within the session stands for it.
        """
        if self.is_closed():
            return  # the library's own timers outlive it for a moment
        if event in REACTIONS:
            delivery = f"{self.ws.session_id}:{self.ws.sequence}"
            self._waiting.put_nowait(
                partial(self._react, args[0], delivery, added=REACTIONS[event])
            )
        elif event in CLEARINGS:
            self._waiting.put_nowait(partial(self._clear, args[0]))
        super().dispatch(event, *args, **kwargs)

    async def on_ready(self) -> None:
        """A new session, to which Discord replays nothing of what was missed. A resumed one gets it
        all again and needs no reading.
        """
        await self._inbox.connected(events.SURFACE)

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """A command, a press, a form sent, or somebody typing: into the inbox, then answered.

        A second delivery of the same interaction gets the same reply from the inbox, and Discord
        refuses the second answer.
        """
        event = events.of_interaction(interaction)
        if event is None:
            return
        if isinstance(event, Press) and event.action == replies.AGAIN:
            form = self._open_forms.find(event.actor.id, event.key)
            await self._answer(interaction, event, form or Private(FORM_IS_GONE))
            return
        try:
            reply = await self._inbox.handle(event)
        except Exception:
            # Without an answer Discord tells the person that the desk is down; the library logs.
            await self._answer(interaction, event, Private(NOTHING_WAS_DONE))
            raise
        await self._answer(interaction, event, reply)

    async def on_message(self, message: discord.Message) -> None:
        """Words or files for the desk: into the inbox, and answered where that takes words."""
        me = self.user
        if me is None or message.author.bot or message.webhook_id or message.type not in WRITTEN:
            return
        # Without the privileged intent Discord gives words and files of no other message.
        unread = message.guild is not None and me not in message.mentions
        if unread and not events.answers(message, me.id):
            return
        place = await self._where(message.guild, message.channel.id)
        event = (
            events.of_unread(message, place)
            if unread
            else events.of_message(message, me.id, place, self._typed)
        )
        if event is None:
            return
        reply = await self._inbox.handle(event)
        if isinstance(reply, Form):
            self._open_forms.shown(event.actor.id, reply)
            await self._posting.offer(place, event.event_id, replies.offered(reply))
        elif isinstance(reply, Panel) and isinstance(event, Command):
            await self._posting.offer(place, event.event_id, replies.offered_again(event))
        elif isinstance(reply, Private):
            await self._posting.tell(place, event.actor.id, reply)

    async def _answer(self, interaction: discord.Interaction, event: Event, reply: Reply) -> None:
        body = replies.answer(event, reply, self._open_forms, _origin(interaction))
        whose = {"webhook_id": str(interaction.id), "webhook_token": interaction.token}
        try:
            await self._rest.call("POST", CALLBACK, body=body, places=whose)
            if isinstance(reply, Panel):
                await self._panels.show(interaction, event, reply)
            elif body["type"] == replies.DEFERRED_MESSAGE:
                whose["webhook_id"] = str(interaction.application_id)
                await self._rest.call("DELETE", ORIGINAL, places=whose)
        except DeskError as error:
            # Written down is what was asked; a person who missed the answer sees the card.
            known = code_of(error) in TOO_LATE
            _log.warning("discord_answer_lost", reason=str(error), too_late_or_twice=known)

    async def _follow_reactions(self) -> None:
        while True:
            heard = await self._waiting.get()
            try:
                await heard()
            except Exception:  # noqa: BLE001  # the queue outlives one event; the set is read again
                _log.exception("discord_reaction_lost")

    async def _react(
        self, payload: discord.RawReactionActionEvent, delivery: str, *, added: bool
    ) -> None:
        me = None if self.user is None else self.user.id
        if payload.user_id == me or self._is_foreign(payload, me):
            return
        actor = await self._reactor(payload)
        if actor is None:
            return
        guild = None if payload.guild_id is None else self.get_guild(payload.guild_id)
        place = await self._where(guild, payload.channel_id)
        message = MessageRef(events.SURFACE, str(payload.channel_id), str(payload.message_id))
        emoji = events.plain_emoji(payload.emoji.name, payload.emoji.id)
        event_id = f"{actor.id}:{message.id}:{emoji}:{added}:{delivery}"
        await self._inbox.handle(Reaction(event_id, actor, place, message, emoji, added))

    async def _clear(
        self, payload: discord.RawReactionClearEvent | discord.RawReactionClearEmojiEvent
    ) -> None:
        message = MessageRef(events.SURFACE, str(payload.channel_id), str(payload.message_id))
        emoji = None
        if isinstance(payload, discord.RawReactionClearEmojiEvent):
            emoji = events.plain_emoji(payload.emoji.name, payload.emoji.id)
        await self._inbox.cleared(message, emoji)

    def _is_foreign(self, payload: discord.RawReactionActionEvent, me: int | None) -> bool:
        """Whether it is on somebody else's message; cards are the desk's own. Only additions tell,
        so that is remembered: asking about each person who takes one away would be a flood.
        """
        message = str(payload.message_id)
        if payload.message_author_id not in {None, me}:
            self._foreign.put(message, True)
        return self._foreign.get(message) is not None

    async def _reactor(self, payload: discord.RawReactionActionEvent) -> Actor | None:
        """Who it was; None for a bot. Only additions in servers describe the person."""
        server, member = str(payload.guild_id or ""), payload.member
        if member is None:
            return await self._people.person(server, str(payload.user_id))
        if member.bot:
            return None
        admin = member.guild_permissions.manage_guild
        actor = Actor(str(member.id), member.display_name, admin)
        self._people.seen(server, actor)
        return actor

    async def _where(self, guild: discord.Guild | None, channel_id: int) -> Place:
        channel = guild.get_channel_or_thread(channel_id) if guild else None
        if guild is None or channel is None:
            return await self._people.place(str(channel_id))
        team, number = str(guild.id), str(channel_id)
        if isinstance(channel, discord.Thread):
            parent = str(channel.parent_id)
            return Place(events.SURFACE, team, guild.name, parent, thread=number)
        return Place(events.SURFACE, team, guild.name, number)


def _origin(interaction: discord.Interaction) -> replies.Origin:
    if interaction.message is None:
        return "nothing"
    return "whisper" if interaction.message.flags.ephemeral else "message"


async def keep_listening(
    token: str,
    gateway: Callable[[], Gateway],
) -> None:
    """Run a `gateway`, and a new one whenever it ends, until cancelled.

    The library resumes broken connections itself; it gives up where it never had one, and on
    closures that it does not know. Raises ActionNeeded("chat_token_rejected").
    """
    while True:
        pause = PAUSE
        client = gateway()
        try:
            await client.start(token)
        except TryLater as error:
            pause = error.after
            _log.warning("discord_unreachable", reason=str(error), pause=pause)
        except discord.ConnectionClosed as error:
            if error.code == AUTHENTICATION_FAILED:
                raise ActionNeeded("chat_token_rejected") from error
            _log.warning("discord_closed", code=error.code, pause=pause)
        except (discord.DiscordException, *UNREACHABLE) as error:
            trouble = understood(error)
            if not isinstance(trouble, TryLater):
                raise trouble from error
            pause = trouble.after
            _log.warning("discord_unreachable", reason=str(error), pause=pause)
        except AttributeError:
            # The library asks the connection that it never had for its session.
            if client.session_began:
                raise
            _log.warning("discord_gateway_unreachable", pause=pause)
        finally:
            await client.close()
        await asyncio.sleep(pause)
