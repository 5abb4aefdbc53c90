"""What every answer carries, and what no request gets past."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response

from core.errors import Trouble
from core.wording import page as words
from core.wording.errors import sentence

from .grounds import Browser, Ground

CARRIED = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}


async def test_a_foreign_host_name_is_refused(ground: Ground, browser: Browser) -> None:
    """A page of a stranger that points its own name at this machine reads nothing."""
    for host in ("evil.example", "127.0.0.1.evil.example", "["):
        answer = await browser.get("/", headers={"host": host})
        assert answer.status_code == 400
        assert "This desk is reached at http://127.0.0.1:8080" in answer.text


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost:9", "[::1]:8080", "desk.example"])
async def test_its_own_name_and_loopback_are_answered(ground: Ground, host: str) -> None:
    ground.changes["address"] = "https://desk.example"
    async with ground.browser() as browser:
        assert (await browser.get("/health", headers={"host": host})).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
    ],
)
async def test_what_comes_from_another_site_changes_nothing(
    ground: Ground, browser: Browser, headers: dict[str, str]
) -> None:
    sent = {"text": "/generate a fox", "id": "a1", "csrf": await browser.token()}
    answer = await browser.post("/say", data=sent, headers=headers)
    assert answer.status_code == 403
    assert sentence(Trouble("cross_site")) in answer.text
    assert not ground.inbox.deliveries


@pytest.mark.parametrize("path", ["/say", "/press", "/submit", "/react", "/sign-out"])
@pytest.mark.parametrize("token", ["", "guess"])
async def test_nothing_is_done_without_the_token_of_ones_own_page(
    ground: Ground, browser: Browser, path: str, token: str
) -> None:
    answer = await browser.post(path, data={"text": "/help", "id": "a1", "csrf": token})
    assert answer.status_code == 403
    assert words.OLD_PAGE in answer.text
    assert not ground.inbox.deliveries


async def test_the_token_of_another_session_is_worthless(ground: Ground, browser: Browser) -> None:
    async with ground.signed_in(await ground.member("Bob")) as bob:
        token = await bob.token()
    answer = await browser.post("/say", data={"text": "/help", "id": "a1", "csrf": token})
    assert answer.status_code == 403


@pytest.mark.parametrize("path", ["/", "/nowhere", "/health", "/static/desk.css", "/sign-in/x"])
async def test_every_answer_carries_the_same_rules(browser: Browser, path: str) -> None:
    answer = await browser.get(path)
    assert CARRIED.items() <= dict(answer.headers).items()
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "access-control-allow-origin" not in answer.headers


class Inline(HTMLParser):
    """Finds scripts and styles that stand in a page itself."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.foreign: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of one element."""
        given = dict(attrs)
        data = given.get("type") == "application/json"
        if tag == "style" or (tag == "script" and "src" not in given and not data):
            self.found.append(tag)
        self.found += [name for name in given if name == "style" or name.startswith("on")]
        if tag in {"script", "link", "img"}:
            address = given.get("src") or given.get("href") or ""
            self.foreign += [address] if re.match(r"https?:|//", address) else []


async def test_the_page_holds_no_inline_code_and_loads_nothing_from_elsewhere(
    browser: Browser,
) -> None:
    await browser.act("/say", {"text": "<script>alert(1)</script> https://example.org/?a=1&b=2"})
    text = (await browser.get("/")).text
    reader = Inline()
    reader.feed(text)
    assert reader.found == []
    assert reader.foreign == []
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert 'href="https://example.org/?a=1&amp;b=2"' in text


@pytest.mark.parametrize("path", ["/nowhere", "/p/nothing", "/feed/99.atom", "/threads/none"])
async def test_what_is_not_there_is_said_in_plain_words(browser: Browser, path: str) -> None:
    answer = await browser.get(path)
    assert answer.status_code == 404
    assert words.ERRORS[404][1] in answer.text


async def test_a_mistake_of_ours_is_said_without_a_traceback(
    ground: Ground, browser: Browser
) -> None:
    ground.inbox.failures = 2
    token = await browser.token()
    sent = {"text": "/help", "id": "a1", "csrf": token}
    answer = await browser.post("/say", data=sent)
    assert answer.status_code == 500
    assert words.ERRORS[500][1] in answer.text
    assert "database is locked" not in answer.text
    assert "Traceback" not in answer.text
    assert CARRIED.items() <= dict(answer.headers).items()


async def test_scripts_are_told_in_a_sentence_too(browser: Browser) -> None:
    answer = await browser.get("/nowhere", headers={"accept": "application/json"})
    assert answer.json() == {"error": words.ERRORS[404][1]}


async def test_health_tells_whether_the_database_answers(ground: Ground) -> None:
    async with ground.browser() as browser:
        assert (await browser.get("/health")).status_code == 200
        async with ground.database.engine.begin() as connection:
            await connection.exec_driver_sql("ALTER TABLE teams RENAME TO gone")
        assert (await browser.get("/health")).status_code == 503


async def slack(request: Request) -> Response:
    """A handler as Slack's adapter brings one: it checks the signature by itself."""
    return Response(f"heard {(await request.body()).decode()}")


async def test_slack_needs_no_token_of_the_page_where_it_speaks_http(ground: Ground) -> None:
    """It signs what it sends; without Slack over HTTP there is nothing at its address."""
    sent: dict[str, Any] = {"headers": {"origin": "https://slack.com"}, "content": "hello"}
    async with ground.browser() as stranger:
        assert (await stranger.post("/slack/events", **sent)).status_code == 403
        assert (await stranger.post("/slack/events", content="hello")).status_code == 404
    ground.changes["slack"] = slack
    async with ground.browser() as stranger:
        answer = await stranger.post("/slack/events", **sent)
    assert (answer.status_code, answer.text) == (200, "heard hello")
