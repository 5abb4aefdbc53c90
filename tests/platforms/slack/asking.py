"""What the tests of the rules ask of the real client: refusals, uploads, small blocks.

It owns no state and must not know the server's insides.
"""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

Json = dict[str, Any]


async def refused(call: Any) -> Json:
    """The answer of a call that must be refused."""
    with pytest.raises(SlackApiError) as caught:
        await call
    answer = caught.value.response
    assert answer["ok"] is False
    return dict(answer.data)


async def error(call: Any) -> str:
    """The error code of a call that must be refused."""
    return str((await refused(call))["error"])


async def uploaded(client: AsyncWebClient, content: bytes, name: str = "fox.png") -> str:
    """The id of a fresh upload that Slack has not processed yet."""
    return str((await client.files_upload_v2(file=content, filename=name))["files"][0]["id"])


def section(text: str) -> Json:
    """A paragraph."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def picture(file_id: str) -> Json:
    """An image block of an upload."""
    return {"type": "image", "slack_file": {"id": file_id}, "alt_text": "a fox"}


def buttons(count: int) -> Json:
    """A row of buttons."""
    text = {"type": "plain_text", "text": "x"}
    each = [{"type": "button", "action_id": f"b{n}", "text": text} for n in range(count)]
    return {"type": "actions", "elements": each}
