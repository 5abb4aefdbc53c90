"""Events and gestures POSTed to the app, signed with its secret.

It owns the signature of https://docs.slack.dev/authentication/verifying-requests-from-slack and
the three body formats. It must not know what the payloads mean. The forged, stale and repeated
requests of the tests are made here too.
"""

import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import urlencode

import aiohttp

from .delivery import Answer, Sent

Json = dict[str, Any]


class SignedHttp:
    """POSTs to the app's one URL.

    Args:
        url: the app's endpoint, for example `http://127.0.0.1:8000/slack/events`.
        secret: the signing secret.
        ack_window: seconds within which the app must have answered.
    """

    def __init__(self, url: str, secret: str, ack_window: float) -> None:
        self.url = url
        self._secret = secret
        self._ack_window = ack_window
        # Slack has no limit on connections: five hundred commands at once come at once.
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))

    async def carry(self, sent: Sent, attempt: int, reason: str) -> Answer:
        """POST a payload and read the answer."""
        body, headers = self.sign(sent)
        if attempt:
            headers |= {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": f"http_{reason}"}
        sent.raw = (body, headers)
        return await self.post(body, headers)

    def sign(self, sent: Sent, secret: str | None = None, age: float = 0) -> tuple[bytes, Json]:
        """The body and headers in which a payload travels.

        Args:
            sent: what travels.
            secret: another secret than the app's, for a forged request.
            age: how many seconds ago it was signed; negative for the future.
        """
        if sent.kind == "events_api":
            body, content_type = json.dumps(sent.payload), "application/json"
        else:
            fields = sent.payload
            if sent.kind == "interactive":
                fields = {"payload": json.dumps(sent.payload)}
            body, content_type = urlencode(fields), "application/x-www-form-urlencoded"
        stamp = str(int(time.time() - age))
        digest = hmac.new(
            (secret or self._secret).encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256
        )
        return body.encode(), {
            "Content-Type": content_type,
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": f"v0={digest.hexdigest()}",
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        }

    async def post(self, body: bytes, headers: Json) -> Answer:
        """One request as it is, signed or not."""
        try:
            async with self._session.post(
                self.url,
                data=body,
                headers=headers,
                timeout=aiohttp.ClientTimeout(total=self._ack_window),
            ) as response:
                text = await response.text()
                payload: Any = text
                if response.content_type == "application/json" and text:
                    payload = json.loads(text)
                error = None if response.status < 300 else "http_error"
                return Answer(error, payload or None, response.status)
        except TimeoutError:
            return Answer("operation_timeout")
        except aiohttp.ClientError:
            return Answer("connection_lost")

    async def forged(self, sent: Sent) -> int:
        """Send a payload signed with a wrong secret; the HTTP status that came back."""
        return (await self.post(*self.sign(sent, secret="another-secret"))).status or 0

    async def stale(self, sent: Sent, age: float = 301) -> int:
        """Send a payload rightly signed, but this many seconds ago; the HTTP status."""
        return (await self.post(*self.sign(sent, age=age))).status or 0

    async def repeated(self, sent: Sent) -> int:
        """Send the very same request, byte for byte, once more; the HTTP status."""
        if sent.raw is None:
            raise ValueError("this payload never went over HTTP")
        return (await self.post(*sent.raw)).status or 0

    async def verify(self) -> bool:
        """Slack's check of a new URL: whether the app echoes the challenge."""
        handshake = {"type": "url_verification", "token": "t", "challenge": "three-foxes"}
        answer = await self.post(*self.sign(Sent("events_api", handshake)))
        if isinstance(answer.payload, dict):
            return bool(answer.payload.get("challenge") == "three-foxes")
        return bool(answer.payload == "three-foxes")

    async def close(self) -> None:
        """Close the connections to the app."""
        await self._session.close()
