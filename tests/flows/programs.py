"""Programs that use a desk over HTTP: two businesses, tokens of the command line, what is sent.

Owns how they come to the desk and what every refusal looks like. It must not know what is asked.
"""

import io
import random
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from PIL import Image as Picture

from bot.wiring import Running
from core.business.accounts import Account, seal_context
from core.business.members import Business, Member
from core.ports import Fetcher
from tests.desk import environment, running_desk
from tests.platforms.graph import Page
from tests.terminal import imagedesk

EVERYTHING = ("--scope", "read", "--scope", "write", "--scope", "publish")


@dataclass
class Programs:
    """A running desk, its settings, and how programs come to it."""

    desk: Running
    environ: Mapping[str, str]

    async def token(self, *words: str) -> str:
        """A token as `imagedesk token create` prints it."""
        ended = await imagedesk(self.environ, "token", "create", *words)
        assert ended.code == 0, ended.said
        return ended.out.split()[-1]

    def client(self, token: str = "") -> httpx2.AsyncClient:
        """A program that sends `token`, if there is one."""
        headers = {"authorization": f"Bearer {token}"} if token else {}
        address = f"{self.desk.settings.address}/api/v1"
        return httpx2.AsyncClient(base_url=address, headers=headers, timeout=70)


@asynccontextmanager
async def opened(
    environ: Mapping[str, str], fetcher: Fetcher | None = None
) -> AsyncIterator[Programs]:
    """A desk with the businesses Bakery (1) and Garage (2), of one person each, which are made
    where they are not there yet.
    """
    async with running_desk(environ, demo=True, fetcher=fetcher) as desk:
        async with desk.database.write() as unit:
            for name in ("Bakery", "Garage"):
                if await unit.businesses.by_team("slack", f"T-{name}"):
                    continue
                made = Business(name, unit.now)
                await unit.businesses.join("slack", f"T-{name}", made)
                unit.members.add(Member(made.id, "slack", f"U-{name}", f"Ada {name}"))
        yield Programs(desk, environ)


async def connect(programs: Programs, page: Page, business: int) -> dict[str, str]:
    """Connect both accounts, as `imagedesk account add` does; their ids by network."""
    assert page.instagram
    made = {}
    async with programs.desk.database.write() as unit:
        for network, id_, name in (
            ("facebook", page.id, page.name),
            ("instagram", page.instagram.id, page.instagram.username),
        ):
            account = Account(business, network, id_, name, "", unit.now)
            account.sealed = programs.desk.vault.seal(page.token, seal_context(account))
            unit.accounts.add(account)
            made[network] = account.id
    return made


@pytest.fixture
async def programs(tmp_path: Path) -> AsyncIterator[Programs]:
    """A desk as `opened` starts it."""
    async with opened(environment(tmp_path)) as found:
        yield found


@pytest.fixture
async def bakery(programs: Programs) -> AsyncIterator[httpx2.AsyncClient]:
    """A program of the first business."""
    async with programs.client(await programs.token("--business", "1", *EVERYTHING)) as client:
        yield client


@pytest.fixture
async def garage(programs: Programs) -> AsyncIterator[httpx2.AsyncClient]:
    """A program of the second business."""
    async with programs.client(await programs.token("--business", "2", *EVERYTHING)) as client:
        yield client


def photo(number: int = 1, side: int = 500) -> bytes:
    """A JPEG, another one for each number."""
    source = random.Random(number)  # noqa: S311  # the same for a number, nothing else
    out = io.BytesIO()
    small = Picture.frombytes("RGB", (16, 16), source.randbytes(16 * 16 * 3))
    small.resize((side, side)).save(out, "JPEG")
    return out.getvalue()


async def uploaded(
    client: httpx2.AsyncClient, name: str = "fox.jpg", number: int = 1, business: int = 1
) -> dict[str, Any]:
    """The image that became of a file."""
    answer = await client.post(
        "/images/upload",
        data={"business_id": str(business)},
        files={"file": (name, photo(number))},
    )
    assert answer.status_code == 200, answer.text
    image: dict[str, Any] = answer.json()["image"]
    return image


def said(answer: httpx2.Response, status: int) -> str:
    """The reason code of a refusal, which must be a problem with this status."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == status
    assert body["detail"].endswith(".")
    return str(body["code"])
