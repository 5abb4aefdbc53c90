"""conversations.*: history, replies, facts about a channel, opening a direct message.

It owns what the app may read where. It must not change messages.
"""

from tests.platforms.slack.app import FAMILY
from tests.platforms.slack.hub import Hub
from tests.platforms.slack.workspace import Channel, Json, Message, Refusal

from .registry import Args, method, page

WINDOW = "oldest latest inclusive limit cursor include_all_metadata"


def _readable(hub: Hub, args: Args) -> Channel:
    channel = hub.channel(args.text("channel"))
    hub.app.require(f"{FAMILY[channel.kind]}:history")
    if not hub.is_member(channel):
        raise Refusal("not_in_channel")
    return channel


def _within(args: Args, message: Message) -> bool:
    oldest, latest = args.text("oldest"), args.text("latest")
    bounds = {bound for bound in (oldest, latest) if bound}
    if message.ts in bounds:
        return args.flag("inclusive")
    early = bool(oldest) and float(message.ts) < float(oldest)
    return not early and not (latest and float(message.ts) > float(latest))


@method("conversations.history", needs="channel", takes=WINDOW)
def history(hub: Hub, args: Args) -> Json:
    """The channel's own messages, newest first, without the replies in threads."""
    channel = _readable(hub, args)
    found = [
        message
        for message in reversed(channel.messages.values())
        if message.thread_ts in {None, message.ts} or message.subtype == "thread_broadcast"
    ]
    found = [message for message in found if _within(args, message)]
    return _drawn(hub, args, found, 100)


@method("conversations.replies", needs="channel ts", takes=WINDOW)
def replies(hub: Hub, args: Args) -> Json:
    """A thread, oldest first; its parent leads every page's list."""
    channel = _readable(hub, args)
    asked = channel.messages.get(args.text("ts"))
    if asked is None:
        raise Refusal("thread_not_found")
    thread = channel.thread(asked.thread_ts or asked.ts)
    found = [message for message in thread[1:] if _within(args, message)]
    return _drawn(hub, args, [*thread[:1], *found], 1000)


def _drawn(hub: Hub, args: Args, found: list[Message], default: int) -> Json:
    messages, following = page(found, args, default, 1000)
    metadata = args.flag("include_all_metadata")
    drawn = [hub.renderer.message(message, metadata=metadata) for message in messages]
    more = bool(following["response_metadata"]["next_cursor"])
    return {"messages": drawn, "has_more": more, **following}


@method("conversations.info", needs="channel", takes="include_locale include_num_members")
def info(hub: Hub, args: Args) -> Json:
    """Facts about a channel, also of a public one that the app is not in."""
    channel = hub.channel(args.text("channel"))
    hub.app.require(f"{FAMILY[channel.kind]}:read")
    return {"channel": hub.renderer.channel(channel)}


@method("conversations.members", needs="channel", takes="limit cursor")
def members(hub: Hub, args: Args) -> Json:
    """Who is in a channel."""
    channel = hub.channel(args.text("channel"))
    hub.app.require(f"{FAMILY[channel.kind]}:read")
    found, following = page(sorted(channel.members), args, 100, 1000)
    return {"members": found, **following}


@method("conversations.open", scope="im:write", takes="users channel return_im prevent_creation")
def open_direct_message(hub: Hub, args: Args) -> Json:
    """The direct message with one person, made where there was none."""
    wanted = args.text("users")
    if args.text("channel"):
        channel = hub.channel(args.text("channel"))
        return {"channel": {"id": channel.id}, "no_op": True, "already_open": True}
    if wanted not in hub.workspace.users:
        raise Refusal("user_not_found")
    return {"channel": {"id": hub.workspace.direct_message(wanted).id}}
