"""chat.*: posting, editing, deleting; and what a response URL or an acknowledgement posts.

It owns the rules on a message's content. It must not know who delivers the events about it.
"""

import copy
import re
from typing import Any, Final

from tests.platforms.slack.events import announce_change, announce_deletion, announce_message
from tests.platforms.slack.hub import Hub
from tests.platforms.slack.workspace import Channel, Json, Message, Refusal

from .registry import Args, method

LONGEST_TEXT: Final = 40_000
LONGEST_EDIT: Final = 4_000
CONTENT: Final = "text blocks attachments metadata mrkdwn parse link_names"
THREAD_TS: Final = re.compile(r"\d{10}\.\d{6}")


def check_content(hub: Hub, where: str, text: str, blocks: Any, attachments: Any) -> list[Json]:
    """The blocks of a message to be, or Slack's refusal of its content."""
    if not text and not blocks and not attachments:
        raise Refusal("no_text")
    if len(text) > LONGEST_TEXT:
        raise hub.judge.refuse(where, "msg_too_long", f"text has {len(text)} characters")
    if blocks is None:
        return []
    hub.judge.blocks(where, blocks, "message")
    named: list[Json] = copy.deepcopy(blocks)
    for block in named:
        block.setdefault("block_id", hub.workspace.new_id("b"))
    return named


def check_thread(hub: Hub, where: str, channel: Channel, thread_ts: str) -> str | None:
    """The thread that a reply goes to, or Slack's refusal."""
    if not thread_ts:
        return None
    if not THREAD_TS.fullmatch(thread_ts):
        raise hub.judge.refuse(where, "invalid_thread_ts", f"{thread_ts} is not a valid thread_ts")
    parent = channel.messages.get(thread_ts)
    if parent is None:
        raise Refusal("thread_not_found")
    if parent.thread_ts not in {None, parent.ts}:
        # Slack takes it and the reply is then seen nowhere.
        raise hub.judge.refuse(where, "invalid_thread_ts", "thread_ts names a reply, not a parent")
    return thread_ts


def _metadata(hub: Hub, args: Args) -> Json | None:
    metadata: Json | None = args.decoded("metadata")
    if metadata is None:
        return None
    fine = isinstance(metadata, dict) and set(metadata) <= {"event_type", "event_payload"}
    if not fine or not isinstance(metadata.get("event_type"), str):
        raise hub.judge.refuse(args.method, "invalid_metadata_format", "event_type is missing")
    if not isinstance(metadata.get("event_payload"), dict):
        raise hub.judge.refuse(args.method, "invalid_metadata_format", "event_payload: no object")
    return metadata


@method(
    "chat.postMessage",
    scope="chat:write",
    needs="channel",
    takes=f"{CONTENT} thread_ts reply_broadcast unfurl_links unfurl_media client_msg_id",
)
def post_message(hub: Hub, args: Args) -> Json:
    """Post as the app; `client_msg_id` is kept but does not make a repetition safe."""
    channel = hub.writable(args.text("channel"))
    thread_ts = check_thread(hub, args.method, channel, args.text("thread_ts"))
    attachments = args.decoded("attachments") or []
    text, blocks = args.text("text"), args.decoded("blocks")
    message = Message(
        channel.id,
        hub.workspace.new_ts(),
        hub.workspace.bot.id,
        text,
        check_content(hub, args.method, text, blocks, attachments),
        attachments,
        thread_ts=thread_ts,
        metadata=_metadata(hub, args),
        client_msg_id=args.text("client_msg_id") or None,
        subtype="thread_broadcast" if args.flag("reply_broadcast") else None,
        from_app=True,
    )
    _judge_whole(hub, args.method, message)
    if hub.faults.too_soon(channel.id, hub.workspace.now()):
        raise Refusal("ratelimited", retry_after=1)
    hub.posts[channel.id] += 1
    hub.workspace.add_message(message)
    hub.spawn(announce_message(hub, message))
    return {"channel": channel.id, "ts": message.ts, "message": _drawn(hub, message)}


def _judge_whole(hub: Hub, where: str, message: Message) -> None:
    event = hub.renderer.event_message(message)
    event.pop("subtype", None)
    hub.judge.message(where, event)


def _drawn(hub: Hub, message: Message) -> Json:
    return hub.renderer.message(message, metadata=True)


def own_message(hub: Hub, args: Args, error: str) -> Message:
    """The app's message that is to be changed, or Slack's refusal."""
    channel = hub.channel(args.text("channel"))
    if not hub.is_member(channel):
        raise Refusal("not_in_channel")
    message = channel.messages.get(args.text("ts"))
    if message is None:
        raise Refusal("message_not_found")
    if message.user != hub.workspace.bot.id:
        raise Refusal(error)
    if channel.archived:
        raise Refusal("is_inactive")
    return message


@method("chat.update", scope="chat:write", needs="channel ts", takes=f"{CONTENT} file_ids")
def update(hub: Hub, args: Args) -> Json:
    """Edit the app's own message; fields that are not sent stay as they were."""
    message = own_message(hub, args, "cant_update_message")
    text = args.text("text", message.text)
    blocks = args.decoded("blocks")
    attachments = args.decoded("attachments")
    if "text" in args and len(text) > LONGEST_EDIT:
        raise hub.judge.refuse(args.method, "msg_too_long", f"text has {len(text)} characters")
    changed = copy.copy(message)
    changed.text = text
    changed.attachments = message.attachments if attachments is None else attachments
    checked = check_content(hub, args.method, text, blocks, changed.attachments)
    changed.blocks = message.blocks if blocks is None else checked
    changed.metadata = _metadata(hub, args) or message.metadata
    _judge_whole(hub, args.method, changed)
    before = hub.renderer.message(message)
    message.text, message.blocks = changed.text, changed.blocks
    message.attachments, message.metadata = changed.attachments, changed.metadata
    message.edited_ts = hub.workspace.new_ts()
    message.edits += 1
    hub.workspace.changed()
    hub.spawn(announce_change(hub, message, before))
    return {
        "channel": message.channel,
        "ts": message.ts,
        "text": message.text,
        "message": _drawn(hub, message),
    }


@method("chat.delete", scope="chat:write", needs="channel ts", takes="as_user")
def delete(hub: Hub, args: Args) -> Json:
    """Delete the app's own message."""
    message = own_message(hub, args, "cant_delete_message")
    remove(hub, message)
    return {"channel": message.channel, "ts": message.ts}


def remove(hub: Hub, message: Message) -> None:
    """Take a message away and tell of it."""
    before = hub.renderer.message(message)
    del hub.workspace.channels[message.channel].messages[message.ts]
    hub.workspace.changed()
    hub.spawn(announce_deletion(hub, message, before))


@method(
    "chat.postEphemeral",
    scope="chat:write",
    needs="channel user",
    takes=f"{CONTENT} thread_ts",
)
def post_ephemeral(hub: Hub, args: Args) -> Json:
    """Post what only one member of the channel sees, and only until they reload."""
    channel = hub.writable(args.text("channel"))
    if args.text("user") not in channel.members:
        raise Refusal("user_not_in_channel")
    thread_ts = check_thread(hub, args.method, channel, args.text("thread_ts"))
    content = {key: args.decoded(key) for key in ("blocks", "attachments") if key in args}
    content |= {"text": args.text("text"), "thread_ts": thread_ts}
    message = whisper(hub, args.method, channel.id, args.text("user"), content)
    return {"message_ts": message.ts}


def whisper(hub: Hub, where: str, channel: str, user: str, content: Json) -> Message:
    """Show content (text, blocks, attachments, thread_ts) to one person in a channel."""
    text, attachments = content.get("text") or "", content.get("attachments") or []
    message = Message(
        channel,
        hub.workspace.new_ts(),
        hub.workspace.bot.id,
        text,
        check_content(hub, where, text, content.get("blocks"), attachments),
        attachments,
        thread_ts=content.get("thread_ts"),
        from_app=True,
        only_for=user,
    )
    hub.workspace.ephemerals.append(message)
    hub.workspace.changed()
    return message


def speak(hub: Hub, where: str, channel: str, content: Json) -> Message:
    """Post for all what an acknowledgement or response URL asks for; membership is not needed."""
    text, attachments = content.get("text") or "", content.get("attachments") or []
    blocks = check_content(hub, where, text, content.get("blocks"), attachments)
    bot = hub.workspace.bot.id
    message = Message(channel, hub.workspace.new_ts(), bot, text, blocks, attachments)
    message.thread_ts, message.from_app = content.get("thread_ts"), True
    hub.posts[channel] += 1
    hub.workspace.add_message(message)
    hub.spawn(announce_message(hub, message))
    return message
