"""Signed Slack commands, all at once or one after the other, sent by a process of its own.

    python -m bench.load together|in-turn PORT COUNT SECRET TEAM CHANNEL USER,USER,…

Prints a JSON list: milliseconds from each request's first byte to its whole answer. It owns the
client's side alone and does as little as it can, so that what is measured is the server.
"""

import asyncio
import hashlib
import hmac
import json
import sys
import time
from urllib.parse import urlencode
from uuid import uuid4

HOST = "127.0.0.1"
PATH = "/slack/events"


def signed(body: str, secret: str) -> bytes:
    """A request as Slack sends it, whole."""
    stamp = str(int(time.time()))
    digest = hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256)
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\nX-Slack-Request-Timestamp: {stamp}\r\n"
        f"X-Slack-Signature: v0={digest.hexdigest()}\r\n\r\n"
    )
    return f"{head}{body}".encode()


def command(team: str, channel: str, user: str) -> str:
    """A slash command's form, with a trigger that nobody had before."""
    return urlencode(
        {
            "token": "unused",
            "team_id": team,
            "team_domain": "bench",
            "channel_id": channel,
            "channel_name": "bench",
            "user_id": user,
            "user_name": "ada",
            "command": "/generate",
            "text": "a lighthouse at dusk --style vintage",
            "api_app_id": "A0BENCH",
            "is_enterprise_install": "false",
            "response_url": "http://127.0.0.1:1/response",
            "trigger_id": uuid4().hex,
        }
    )


async def send(port: int, request: bytes) -> float:
    """Milliseconds until the acknowledgement; RuntimeError where it is none."""
    begun = time.perf_counter()
    reader, writer = await asyncio.open_connection(HOST, port)
    writer.write(request)
    answer = await reader.read()
    taken = (time.perf_counter() - begun) * 1000
    writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    if b" 200 " not in head.split(b"\r\n")[0] or b"text" in body:
        raise RuntimeError(answer.decode(errors="replace"))
    return taken


async def send_all(how: str, port: int, requests: list[bytes]) -> list[float]:
    """Each request's milliseconds."""
    if how == "together":
        return await asyncio.gather(*(send(port, request) for request in requests))
    return [await send(port, request) for request in requests]


def main() -> None:
    """Make all requests, then send them."""
    how, port, count, secret, team, channel, users = sys.argv[1:]
    people = users.split(",")
    requests = [
        signed(command(team, channel, people[number % len(people)]), secret)
        for number in range(int(count))
    ]
    sys.stdout.write(json.dumps(asyncio.run(send_all(how, int(port), requests))))


if __name__ == "__main__":
    main()
