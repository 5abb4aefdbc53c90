"""Every refusal of the HTTP API is a problem that says what would do: of the desk's guard, of a
body that is no form, of a method, and of a question that only looks like one.
"""

import asyncio
import base64
import io
import resource
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
from PIL import Image as Picture
from structlog.testing import capture_logs

from core.business.accounts import Account
from core.errors import UserError
from tests.desk import environment
from tests.driving.chat import until
from tests.flows.programs import EVERYTHING, Programs, opened, photo, said
from tests.platforms.openai import OpenAIServer

FORM = "multipart/form-data; boundary=x"


class Slow:
    """The `Fetcher` port, where every address takes too long."""

    async def fetch(self, url: str, limit: int) -> AsyncGenerator[bytes, None]:  # noqa: ARG002  # the port's signature
        """Nothing comes in time."""
        if url:
            raise UserError("address_slow", seconds=10)
        yield b""


async def test_the_guard_speaks_to_programs_in_problems(
    bakery: httpx2.AsyncClient, programs: Programs
) -> None:
    """By a wrong name of the desk, and from another site's page; people still get a page."""
    strange = {"host": "evil.example"}
    refused = await bakery.get("/images/list", headers=strange)
    assert said(refused, 400) == "wrong_host"
    assert programs.desk.settings.address in refused.json()["detail"]
    crossed = await bakery.delete("/images/1", headers={"origin": "https://evil.example"})
    assert said(crossed, 403) == "cross_site"
    crossed = await bakery.delete("/images/1", headers={"origin": "http://["})
    assert said(crossed, 403) == "cross_site"
    page = await bakery.get(programs.desk.settings.address, headers=strange)
    assert page.headers["content-type"].startswith("text/html")


async def test_a_form_that_cannot_be_read_is_refused(bakery: httpx2.AsyncClient) -> None:
    """Also where it is only its boundary that is too long."""
    kind = {"content-type": f"multipart/form-data; boundary={'x' * 257}"}
    refused = await bakery.post("/images/upload", content=b"--x", headers=kind)
    assert said(refused, 400) == "file_missing"


async def test_a_wrong_method_is_told_the_right_ones(bakery: httpx2.AsyncClient) -> None:
    """All that the address takes, as HTTP demands (RFC 9110 §15.5.6)."""
    for method, address, allowed in (
        ("PUT", "/images/1", "GET, PATCH, DELETE"),
        ("OPTIONS", "/images/1", "GET, PATCH, DELETE"),
        ("GET", "/publishing/site", "POST"),
        ("POST", "/jobs/1", "GET"),
    ):
        refused = await bakery.request(method, address)
        assert said(refused, 405) == "request_wrong"
        assert refused.headers["allow"] == allowed, (method, address)


async def test_an_upload_that_is_no_form_is_told_to_be_one(bakery: httpx2.AsyncClient) -> None:
    """The bare bytes, JSON, nothing at all, no boundary, and the bytes in a nameless field: none
    of them is called too long.
    """
    data = photo(side=2000) + bytes(500_000)
    field = b'--x\r\ncontent-disposition: form-data; name="file"\r\n\r\n%b\r\n--x--\r\n'
    bodies = [("image/jpeg", data), ("application/json", b'{"business_id": 1}'), ("", b"")]
    bodies += [("multipart/form-data", data), (FORM, field % data), (FORM, data)]
    for kind, body in bodies:
        headers = {"content-type": kind} if kind else {}
        answer = await bakery.post("/images/upload", content=body, headers=headers)
        assert said(answer, 400) == "file_missing", kind
        assert "multipart/form-data" in answer.json()["detail"]


async def test_a_program_that_leaves_in_the_middle_is_no_mistake_of_ours(
    bakery: httpx2.AsyncClient,
) -> None:
    """It is noted in a line, without a traceback, and the next request is answered."""
    head = (
        f"POST /api/v1/images/upload HTTP/1.1\r\nhost: {bakery.base_url.host}\r\n"
        f"authorization: {bakery.headers['authorization']}\r\n"
        f"content-type: {FORM}\r\ncontent-length: 9999\r\n\r\n--x\r\n"
    )
    with capture_logs() as logs:
        _, writer = await asyncio.open_connection(bakery.base_url.host, bakery.base_url.port)
        writer.write(head.encode())
        await writer.drain()
        writer.close()
        await until(lambda: [log for log in logs if log.get("path") == "/api/v1/images/upload"])
        assert (await bakery.get("/images/list")).json()["total"] == 0
    told = [(log["event"], log["log_level"]) for log in logs if "path" in log]
    assert told == [("client_left", "info")]


async def test_what_only_looks_like_a_question_is_refused(bakery: httpx2.AsyncClient) -> None:
    """A page marker of nothing but brackets, and half a sign where a word is expected."""
    cursor = base64.urlsafe_b64encode(b"[" * 20_000).decode()
    refused = await bakery.get("/images/list", params={"cursor": cursor})
    assert said(refused, 400) == "cursor_wrong"
    for name in ("size", "quality", "style", "model"):
        body = f'{{"business_id": 1, "prompt": "a fox", "{name}": "\\ud800"}}'
        kind = {"content-type": "application/json"}
        answer = await bakery.post("/images/generate", content=body, headers=kind)
        assert said(answer, 400) == "request_wrong"
        assert answer.json()["facts"] == {"fields": [name]}


async def test_only_a_limit_says_when_to_come_again(tmp_path: Path) -> None:
    """Another address is slow: asking again after so many seconds would help nobody."""
    async with opened(environment(tmp_path), Slow()) as programs:
        async with programs.desk.database.write() as unit:
            unit.accounts.add(Account(1, "site", "site", "Bakery", "", unit.now))
        token = await programs.token("--business", "1", *EVERYTHING)
        async with programs.client(token) as bakery:
            order = {"business_id": 1, "content_images": ["https://example.org/a.jpg"]}
            refused = await bakery.post("/publishing/site", json=order)
    assert said(refused, 400) == "address_slow"
    assert "retry-after" not in refused.headers


async def test_an_answer_stands_although_its_model_went_away(
    tmp_path: Path, openai: OpenAIServer
) -> None:
    """Sent again under its key, to a desk that has lost its provider: the same picture."""
    order = {"business_id": 1, "prompt": "a fox", "model": "gpt-image-2"}
    key = {"idempotency-key": "fox"}
    plain = environment(tmp_path)
    rich = environment(tmp_path, OPENAI_API_KEY="sk-test", OPENAI_BASE_URL=openai.base_url)
    async with opened(rich) as programs:
        token = await programs.token("--business", "1", *EVERYTHING)
        async with programs.client(token) as bakery:
            made = await bakery.post("/images/generate", json=order, headers=key)
    assert made.status_code == 200, made.text
    async with opened(plain) as programs, programs.client(token) as bakery:
        again = await bakery.post("/images/generate", json=order, headers=key)
        assert again.status_code == 200, again.text
        assert again.json()["image"]["id"] == made.json()["image"]["id"]
        other = await bakery.post("/images/generate", json=order)
        assert said(other, 400) == "model_unknown"


async def test_the_document_tells_what_may_be_asked(bakery: httpx2.AsyncClient) -> None:
    """The list's choices, its numbers' bounds, one shape for each status; the page names them."""
    document = (await bakery.get(str(bakery.base_url.join("/api/openapi.json")))).json()
    listed = document["paths"]["/v1/images/list"]["get"]["parameters"]
    asked = {one["name"]: one["schema"] for one in listed}
    assert asked["sort"]["enum"] == ["newest", "oldest", "most_used", "name"]
    assert "ai_generated" in asked["filter"]["enum"]
    assert (asked["limit"]["type"], asked["limit"]["maximum"]) == ("integer", 100)
    assert asked["from"]["format"] == asked["to"]["format"] == "date"
    made = document["paths"]["/v1/images/generate"]["post"]["responses"]
    shapes = {
        status: made[status]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        for status in ("200", "202")
    }
    assert shapes == {"200": "OneImage", "202": "Begun"}
    page = (await bakery.get(str(bakery.base_url.join("/api/docs")))).text
    for told in ("most_used", "1024x1792", "minimalist", "120 times a minute", "wait=5"):
        assert told in page, told


async def test_an_images_person_can_be_asked_for(bakery: httpx2.AsyncClient) -> None:
    """By the id that images tell."""
    files = {"file": ("fox.jpg", photo())}
    brought = await bakery.post("/images/upload", data={"business_id": "1"}, files=files)
    person = brought.json()["image"]["creator_id"]
    for asked, count in ((person, 1), ("0" * 32, 0)):
        found = await bakery.get("/images/list", params={"person": asked})
        assert found.json()["total"] == count


def noise() -> bytes:
    """A JPEG of several megabytes."""
    out = io.BytesIO()
    Picture.effect_noise((2000, 2000), 90).convert("RGB").save(out, "JPEG", quality=95)
    return out.getvalue()


@contextmanager
def full_disk() -> Iterator[None]:
    """Let no file of this process, in which the desk runs, grow beyond a megabyte."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def test_a_file_that_finds_no_room_is_told_so(bakery: httpx2.AsyncClient) -> None:
    """In a sentence that sends nobody to wait, and whole: the same file is stored once there is
    room.
    """
    data, form = noise(), {"business_id": "1"}
    with full_disk():
        refused = await bakery.post("/images/upload", data=form, files={"file": ("a.jpg", data)})
    assert said(refused, 503) == "disk_full"
    assert refused.headers["retry-after"]
    assert refused.json()["detail"] == (
        "The disk is full. Nothing is lost; ask again later, when there is room."
    )
    stored = await bakery.post("/images/upload", data=form, files={"file": ("a.jpg", data)})
    assert stored.json()["duplicate"] is False
