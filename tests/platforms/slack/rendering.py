"""The JSON in which Slack tells of its state: messages, files, people, channels, views.

It owns these shapes (https://docs.slack.dev/reference/objects). It must not change any state.
"""

from typing import Any, Final

from .app import InstalledApp
from .workspace import Channel, File, Message, User, View, Workspace

Json = dict[str, Any]
REACTORS_LISTED: Final = 2  # without `full`, Slack lists only some of those who reacted
TOLD_OF_FILES: Final = (
    *("id", "created", "name", "title", "mimetype", "filetype", "pretty_type", "user", "size"),
    *("mode", "is_external", "is_public", "url_private", "url_private_download", "permalink"),
)
FILETYPES: Final = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif"}


def sniff(content: bytes) -> str:
    """The media type of an uploaded file by its first bytes, as Slack finds it out."""
    for start, mimetype in (
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"GIF8", "image/gif"),
        (b"PK\x03\x04", "application/zip"),
        (b"%PDF", "application/pdf"),
    ):
        if content.startswith(start):
            return mimetype
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return "text/plain" if content.isascii() else "application/octet-stream"


class Renderer:
    """Draws a workspace's state for one app.

    Args:
        workspace: the state.
        app: the app that reads it.
        address: where this server is reached, for the URLs of files.
    """

    def __init__(self, workspace: Workspace, app: InstalledApp, address: str = "") -> None:
        self.workspace = workspace
        self.app = app
        self.address = address
        self.terse_files = False  # of files only ids are told, as of those of connected workspaces

    def message(self, message: Message, *, metadata: bool = False, full: bool = False) -> Json:
        """A message object.

        Args:
            message: the message.
            metadata: whether its metadata was asked for; it is left out otherwise.
            full: whether every reacting person is listed, not only some.
        """
        drawn: Json = {"type": "message", "ts": message.ts, "user": message.user}
        drawn |= {"text": message.text, "team": self.workspace.team_id}
        if message.from_app:
            drawn |= {"bot_id": self.workspace.bot_id, "app_id": self.app.id}
            drawn["bot_profile"] = self.bot_profile()
        for key in ("blocks", "attachments", "thread_ts", "subtype", "client_msg_id"):
            if getattr(message, key):
                drawn[key] = getattr(message, key)
        if message.files:
            drawn["files"] = [self._shared(self.workspace.files[each]) for each in message.files]
        if message.edited_ts:
            drawn["edited"] = {"user": message.user, "ts": message.edited_ts}
        if message.reactions:
            drawn["reactions"] = self.reactions(message, full=full)
        if metadata and message.metadata:
            drawn["metadata"] = message.metadata
        return drawn | self._thread_facts(message)

    def _shared(self, file: File) -> Json:
        if self.terse_files:
            return {"id": file.id, "mode": "file_access", "file_access": "check_file_info"}
        return self.file(file)

    def _thread_facts(self, message: Message) -> Json:
        thread = self.workspace.channels[message.channel].thread(message.thread_ts or message.ts)
        replies = [each for each in thread if each.thread_ts not in {None, each.ts}]
        if message.thread_ts not in {None, message.ts}:
            parents = [each for each in thread if each.ts == message.thread_ts]
            return {"parent_user_id": parents[0].user} if parents else {}
        if not replies:
            return {}
        return {
            "thread_ts": message.ts,
            "reply_count": len(replies),
            "reply_users": sorted({each.user for each in replies}),
            "latest_reply": replies[-1].ts,
        }

    def event_message(self, message: Message) -> Json:
        """A message as the `message` event tells of it."""
        channel = self.workspace.channels[message.channel]
        kinds = {"public": "channel", "private": "group", "im": "im"}
        return self.message(message) | {
            "channel": channel.id,
            "channel_type": kinds[channel.kind],
            "event_ts": message.ts,
        }

    def reactions(self, message: Message, *, full: bool) -> list[Json]:
        """Who reacted; without `full` the count is right and the list is not complete."""
        return [
            {
                "name": name,
                "users": list(users if full else users[:REACTORS_LISTED]),
                "count": len(users),
            }
            for name, users in message.reactions.items()
            if users
        ]

    def file(self, file: File) -> Json:
        """A file object; before Slack has processed it, it has neither type nor thumbnails."""
        url = f"{self.address}/files-pri/{self.workspace.team_id}-{file.id}/{file.name}"
        filetype = FILETYPES.get(file.mimetype, file.mimetype.rsplit("/", 1)[-1])
        drawn: Json = {
            "id": file.id,
            "created": int(file.created),
            "name": file.name,
            "title": file.title,
            "mimetype": file.mimetype,
            "filetype": filetype,
            "pretty_type": filetype.upper(),
            "user": file.user,
            "username": "",
            "editable": False,
            "size": file.length,
            "mode": "hosted",
            "is_external": False,
            "external_type": "",
            "is_public": bool(file.shared_in),
            "public_url_shared": False,
            "display_as_bot": False,
            "url_private": url,
            "url_private_download": f"{url}?download=1",
            "permalink": f"{self.address}/files/{file.user}/{file.id}/{file.name}",
            "channels": sorted({c for c, _ in file.shared_in if c.startswith("C")}),
            "groups": [],
            "ims": sorted({c for c, _ in file.shared_in if c.startswith("D")}),
            "shares": self._shares(file),
        }
        if file.alt_text:
            drawn["alt_txt"] = file.alt_text
        return drawn

    def _shares(self, file: File) -> Json:
        shares: Json = {}
        for channel, ts in file.shared_in:
            kind = "private" if channel.startswith("D") else "public"
            shares.setdefault(kind, {}).setdefault(channel, []).append({"ts": ts})
        return shares

    def user(self, user: User, *, locale: bool = False) -> Json:
        """A user object; the locale only where it was asked for."""
        drawn: Json = {
            "id": user.id,
            "team_id": self.workspace.team_id,
            "name": user.name.lower().replace(" ", "."),
            "real_name": user.name,
            "profile": {"real_name": user.name, "display_name": user.name},
            "deleted": False,
            "is_admin": user.admin,
            "is_owner": False,
            "is_primary_owner": False,
            "is_restricted": False,
            "is_ultra_restricted": False,
            "is_bot": user.bot,
            "is_app_user": False,
            "tz": user.tz,
        }
        return drawn | ({"locale": user.locale} if locale else {})

    def channel(self, channel: Channel) -> Json:
        """A conversation object; a direct message names its other person instead of itself."""
        drawn: Json = {
            "id": channel.id,
            "is_im": channel.kind == "im",
            "is_channel": channel.kind != "im",
            "is_private": channel.kind != "public",
            "is_archived": channel.archived,
        }
        bot = self.workspace.bot.id
        if channel.kind == "im":
            return drawn | {"user": next(iter(channel.members - {bot}))}
        return drawn | {"name": channel.name, "is_member": bot in channel.members}

    def bot_profile(self) -> Json:
        """The app behind a message."""
        return {
            "id": self.workspace.bot_id,
            "app_id": self.app.id,
            "name": self.workspace.bot.name,
            "team_id": self.workspace.team_id,
            "icons": {},
            "deleted": False,
            "updated": 0,
        }

    def view(self, view: View) -> Json:
        """A view object, with the state that interactions carry."""
        frame = {
            "title": None,
            "submit": None,
            "close": None,
            "callback_id": "",
            "external_id": "",
            "private_metadata": "",
            "clear_on_close": False,
            "notify_on_close": False,
        }
        return {
            **frame,
            **view.body,
            "id": view.id,
            "team_id": self.workspace.team_id,
            "app_id": self.app.id,
            "app_installed_team_id": self.workspace.team_id,
            "bot_id": self.workspace.bot_id,
            "root_view_id": view.stack()[-1].id,
            "previous_view_id": view.previous.id if view.previous else None,
            "hash": view.hash,
            "state": {"values": self._values(view)},
        }

    def _values(self, view: View) -> Json:
        """The state; of files in it Slack tells less than `files.info` does."""
        return {
            block: {action: self._state(state) for action, state in states.items()}
            for block, states in view.values.items()
        }

    def _state(self, state: Json) -> Json:
        if state["type"] != "file_input":
            return state
        told = ("id",) if self.terse_files else TOLD_OF_FILES
        return state | {"files": [{key: each[key] for key in told} for each in state["files"]]}
