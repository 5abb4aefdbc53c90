"""Bytes to and from Slack.

Owns uploading (in steps: an address, the bytes, one completion, Slack's processing) and fetching
what people attached. It must not know cards.

The completion is asynchronous and can be done once only: after an uncertain answer, and after a
certain one too, `files.info` tells whether it took effect
(https://docs.slack.dev/reference/methods/files.completeUploadExternal).
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from io import BytesIO
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp
import structlog
from slack_sdk.web.async_client import AsyncWebClient

from core.chat import Attachment, File
from core.errors import ActionNeeded, DeskError, TryLater, UserError
from core.ports import Load

from .calls import in_our_words
from .people import GLANCE_SECONDS, People
from .words import cut

Json = dict[str, Any]

_log = structlog.get_logger(__name__)

PROCESSING_SECONDS: Final = 30.0
LOOKS: Final = (0.1, 0.2, 0.4, 0.8, 1.5)  # seconds between looks; the last one goes on
LONGEST_ALT: Final = 1000
CHUNK: Final = 64 * 1024
TRANSFER: Final = aiohttp.ClientTimeout(total=300, sock_connect=10, sock_read=30)
HTTP_OK: Final = 200


class Files:
    """Sends and fetches files.

    `people` tells which messages are our own; `processing_seconds` is how long Slack may take to
    process an upload before it is given up for now.
    """

    def __init__(
        self,
        client: AsyncWebClient,
        people: People,
        processing_seconds: float = PROCESSING_SECONDS,
    ) -> None:
        self._client = client
        self._people = people
        self._processing_seconds = processing_seconds
        self._api = urlsplit(client.base_url)

    async def upload(self, files: Sequence[File], load: Load) -> dict[str, str]:
        """Send pictures that messages may then show, all at once; Slack's ids by `File.id`.

        May be repeated: what was sent before and is not shown is seen by nobody. Raises as
        `in_our_words`.
        """
        if not files:
            return {}
        sent = await self._send_all(files, load)
        await self._complete(files, sent)
        await self._until([*sent.values()], lambda told: bool(told.get("mimetype")))
        return sent

    async def share(
        self, files: Sequence[File], load: Load, channel: str, thread: str, *, repeat: bool
    ) -> dict[str, str]:
        """Offer files for download in a thread, by a message of their own; ids by `File.id`.

        With `repeat`, the thread is searched first for files of ours with that name and size.
        Raises as `in_our_words`.
        """
        there = await self._shared(channel, thread) if repeat and files else {}
        found = {}
        for file in files if there else ():
            key = (file.filename, len(await load(file)))
            if key in there:
                found[file.id] = there[key]
        missing = [file for file in files if file.id not in found]
        if not missing:
            return found
        sent = await self._send_all(missing, load)
        await self._complete(missing, sent, channel, thread)
        await self._until([*sent.values()], lambda told: _stands_in(told, channel))
        return found | sent

    async def name(self, attachments: Sequence[Attachment]) -> tuple[Attachment, ...]:
        """The same attachments, those that Slack told only the id of with name, address and size,
        as far as Slack tells them at once.

        https://docs.slack.dev/reference/objects/file-object, `file_access`
        """
        named = list(attachments)
        try:
            async with asyncio.timeout(GLANCE_SECONDS):
                for number, each in enumerate(named):
                    if not each.url:
                        told = await self._facts(each.id)
                        named[number] = read_attachment({"id": each.id, **told})
        except (TimeoutError, DeskError) as error:
            _log.warning("slack_file_unknown", reason=str(error))
        return tuple(named)

    async def fetch(self, attachment: Attachment, limit: int) -> AsyncIterator[bytes]:
        """Stream what a person attached, as the port says; also raises
        ActionNeeded("chat_forbidden") where Slack shows its sign-in page instead of the file.
        """
        url = attachment.url or await self._address(attachment.id)
        if not self._is_slacks(url):
            raise UserError("upload_gone", filename=attachment.filename)
        if attachment.size > limit:
            raise UserError("upload_too_big", limit=limit, filename=attachment.filename)
        headers = {"Authorization": f"Bearer {self._client.token}"}
        with in_our_words():
            async with (
                aiohttp.ClientSession(timeout=TRANSFER) as session,
                # A redirect would carry the token on; Slack redirects only to its sign-in page.
                session.get(url, headers=headers, allow_redirects=False) as response,
            ):
                _check_download(response, attachment)
                taken = 0
                async for chunk in response.content.iter_chunked(CHUNK):
                    taken += len(chunk)
                    if taken > limit:
                        raise UserError("upload_too_big", limit=limit, filename=attachment.filename)
                    yield chunk

    def _is_slacks(self, url: str) -> bool:
        """Whether our token may be shown to this address."""
        parts = urlsplit(url)
        if (parts.scheme, parts.netloc) == (self._api.scheme, self._api.netloc):
            return True
        host = parts.hostname or ""
        return parts.scheme == "https" and (host == "slack.com" or host.endswith(".slack.com"))

    async def _address(self, file_id: str) -> str:
        """Files from connected workspaces come without an address."""
        return str((await self._facts(file_id)).get("url_private") or "")

    async def _send_all(self, files: Sequence[File], load: Load) -> dict[str, str]:
        results = await asyncio.gather(
            *(self._send(file, load) for file in files), return_exceptions=True
        )
        sent: dict[str, str] = {}
        for file, result in zip(files, results, strict=True):
            if isinstance(result, BaseException):
                raise result
            sent[file.id] = result
        return sent

    async def _send(self, file: File, load: Load) -> str:
        data, alt = await load(file), cut(file.alt, LONGEST_ALT)
        with in_our_words():
            # The SDK's own method puts the alt text into the address, which grows too long for it.
            asked = {"filename": file.filename, "length": len(data), "alt_txt": alt or None}
            ticket = await self._client.api_call("files.getUploadURLExternal", data=asked)
            async with (
                aiohttp.ClientSession(timeout=TRANSFER) as session,
                session.post(ticket["upload_url"], data=BytesIO(data)) as response,
            ):
                if response.status != HTTP_OK:
                    raise TryLater("chat_unavailable", after=2, reason=f"HTTP {response.status}")
        return str(ticket["file_id"])

    async def _complete(
        self,
        files: Sequence[File],
        sent: Mapping[str, str],
        channel: str | None = None,
        thread: str | None = None,
    ) -> None:
        """The one completion; with an uncertain answer it counts as done, for `_until` looks."""
        named: list[dict[str, str | None]] = [
            {"id": sent[file.id], "title": file.filename} for file in files
        ]
        try:
            with in_our_words(channel or ""):
                await self._client.files_completeUploadExternal(
                    files=named, channel_id=channel, thread_ts=thread
                )
        except TryLater as error:
            if error.code != "chat_unavailable":
                raise

    async def _until(self, file_ids: Sequence[str], fine: Callable[[Json], bool]) -> None:
        """Wait until Slack tells of every file what is wanted. Raises TryLater when it does not."""
        try:
            async with asyncio.timeout(self._processing_seconds):
                for file_id in file_ids:
                    looks = iter(LOOKS)
                    while not fine(await self._facts(file_id)):  # noqa: ASYNC110  # Slack's state, not ours
                        await asyncio.sleep(next(looks, LOOKS[-1]))
        except TimeoutError as error:
            raise TryLater("chat_unavailable", after=5, reason="file_not_processed") from error

    async def _facts(self, file_id: str) -> Json:
        """A file as Slack tells of it; {} where an upload was perhaps never completed."""
        try:
            with in_our_words():
                told: Json = (await self._client.files_info(file=file_id))["file"]
        except ActionNeeded as error:
            if error.facts.get("reason") != "file_not_found":
                raise
            return {}
        return told

    async def _shared(self, channel: str, thread: str) -> dict[tuple[str, int], str]:
        """Our files that stand in a thread, by name and size."""
        desk, found = await self._people.desk(), {}
        async for message in thread_messages(self._client, channel, thread):
            for file in message.get("files") or () if message.get("user") == desk.user else ():
                found[str(file.get("title")), int(file.get("size") or 0)] = str(file["id"])
        return found


def read_attachment(file: Mapping[str, Any]) -> Attachment:
    """A file object; where Slack tells no more than its id, that stands for its name."""
    return Attachment(
        id=file["id"],
        filename=file.get("name") or file["id"],
        url=file.get("url_private") or "",
        size=int(file.get("size") or 0),
    )


async def thread_messages(client: AsyncWebClient, channel: str, thread: str) -> AsyncIterator[Json]:
    """A whole thread, oldest first, with metadata. Raises as `in_our_words`."""
    cursor = ""
    while True:
        with in_our_words(channel):
            told = await client.conversations_replies(
                channel=channel, ts=thread, limit=200, cursor=cursor, include_all_metadata=True
            )
        for message in told["messages"]:
            yield message
        cursor = (told.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            return


def _stands_in(file: Json, channel: str) -> bool:
    shares = file.get("shares") or {}
    return any(channel in channels for channels in shares.values())


def _check_download(response: aiohttp.ClientResponse, attachment: Attachment) -> None:
    status = response.status
    if status >= 500 or status == 429:  # noqa: PLR2004  # HTTP's own numbers
        raise TryLater("chat_unavailable", after=5, reason=f"HTTP {status}")
    signing_in = response.content_type == "text/html" or 300 <= status < 400  # noqa: PLR2004  # as above
    if signing_in and not attachment.filename.lower().endswith((".html", ".htm")):
        raise ActionNeeded("chat_forbidden", permission="files:read")
    if status != HTTP_OK:
        raise UserError("upload_gone", filename=attachment.filename)
