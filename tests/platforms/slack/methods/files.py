"""files.*: the three-step upload with its late share, and facts about files.

It owns the life of an upload (https://docs.slack.dev/messaging/working-with-files): URL given,
bytes taken, completed once, and only some time later processed and shared. It must not know how
bytes arrive.
"""

import asyncio
from typing import Final

from tests.platforms.slack.events import announce_file, announce_message
from tests.platforms.slack.hub import Hub
from tests.platforms.slack.rendering import sniff
from tests.platforms.slack.workspace import Channel, File, Json, Message, Refusal

from .chat import check_thread
from .registry import Args, method

BIGGEST: Final = 1_000_000_000


@method(
    "files.getUploadURLExternal",
    scope="files:write",
    needs="filename length",
    takes="alt_txt snippet_type",
)
def get_upload_url(hub: Hub, args: Args) -> Json:
    """A URL for the bytes of one file."""
    length = args.number("length", 0)
    if not 0 < length <= BIGGEST:
        raise hub.judge.refuse(args.method, "invalid_arguments", f"length {length} is no size")
    space, name = hub.workspace, args.text("filename")
    file = File(space.new_id("F"), name, name, length, space.bot.id, space.now())
    file.alt_text = args.text("alt_txt")
    space.files[file.id] = file
    return {"upload_url": f"{hub.renderer.address}/upload/v1/{file.id}", "file_id": file.id}


def take_bytes(hub: Hub, file_id: str, content: bytes) -> None:
    """The bytes that arrived at an upload URL; sending them again before completion is fine."""
    file = hub.workspace.files.get(file_id)
    if file is None or file.completed:
        raise Refusal("file_not_found")
    if len(content) != file.length:
        reason = f"{file.length} bytes were announced, {len(content)} came"
        raise hub.judge.refuse("upload", "invalid_length", reason)
    file.content, file.uploaded = content, True


@method(
    "files.completeUploadExternal",
    scope="files:write",
    needs="files",
    takes="channel_id channels thread_ts initial_comment blocks",
)
def complete_upload(hub: Hub, args: Args) -> Json:
    """Finish uploads, once; the share happens later and its `ts` is told nowhere in the answer."""
    found = [_uploaded(hub, args, each) for each in args.decoded("files")]
    targets = args.text("channel_id") or args.text("channels")
    channels = [hub.writable(each) for each in targets.split(",") if each]
    thread_ts = None
    if channels:
        thread_ts = check_thread(hub, args.method, channels[0], args.text("thread_ts"))
    for file in found:
        file.completed = True
    hub.spawn(_share(hub, found, channels, thread_ts, args.text("initial_comment")))
    return {"files": [hub.renderer.file(file) for file in found]}


def _uploaded(hub: Hub, args: Args, named: Json) -> File:
    file = hub.workspace.files.get(str(named.get("id")))
    if file is None or not file.uploaded or file.user != hub.workspace.bot.id:
        raise Refusal("file_not_found")
    if file.completed:
        raise hub.judge.refuse(args.method, "file_not_found", f"{file.id} was completed before")
    file.title = named.get("title") or file.name
    return file


async def _share(
    hub: Hub, files: list[File], channels: list[Channel], thread_ts: str | None, text: str
) -> None:
    await asyncio.sleep(hub.share_delay)
    for file in files:
        file.mimetype, file.processed = sniff(file.content), True
    hub.workspace.changed()
    for channel in channels:
        space = hub.workspace
        message = Message(channel.id, space.new_ts(), space.bot.id, text, from_app=True)
        message.files = [file.id for file in files]
        message.thread_ts, message.subtype = thread_ts, "file_share"
        hub.posts[channel.id] += 1
        space.add_message(message)
        await announce_message(hub, message)
        for file in files:
            await announce_file(hub, message, file)


def readable(hub: Hub, file_id: str) -> File:
    """A file that the app may see: its own, or one shared where it is a member."""
    file = hub.workspace.files.get(file_id)
    if file is None:
        raise Refusal("file_not_found")
    places = [hub.workspace.channels[channel] for channel, _ in file.shared_in]
    given = any(file_id in view_files(view.values) for view in hub.workspace.views.values())
    if file.user == hub.workspace.bot.id or given or any(map(hub.is_member, places)):
        return file
    raise Refusal("file_not_found")


def view_files(values: dict[str, dict[str, Json]]) -> set[str]:
    """The ids of the files that a person put into a modal's file inputs."""
    states = [state for block in values.values() for state in block.values()]
    return {file["id"] for state in states for file in state.get("files") or []}


@method("files.info", scope="files:read", needs="file", takes="count page limit cursor")
def info(hub: Hub, args: Args) -> Json:
    """Facts about a file; no `mimetype` until Slack has processed it."""
    return {"file": hub.renderer.file(readable(hub, args.text("file"))), "comments": []}
