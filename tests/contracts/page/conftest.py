"""A page for each test, and people before it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.business.members import Member

from .grounds import Browser, Ground, open_ground


@pytest.fixture
async def ground(tmp_path: Path) -> AsyncIterator[Ground]:
    """A page on an empty database."""
    async with open_ground(tmp_path) as opened:
        yield opened


@pytest.fixture
async def ada(ground: Ground) -> Member:
    """A member of business 1, from Slack."""
    return await ground.member("Ada")


@pytest.fixture
async def browser(ground: Ground, ada: Member) -> AsyncIterator[Browser]:
    """Ada's browser, signed in."""
    async with ground.signed_in(ada) as opened:
        yield opened
