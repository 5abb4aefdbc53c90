"""What several modules here ask for: a pretended S3, the databases, a library and its readers."""

from collections.abc import Iterator

import pytest

from storage.database import Database
from tests.contracts.blob_grounds import StoppedClock
from tests.contracts.browsing_grounds import Reader
from tests.contracts.library_grounds import Library
from tests.databases import clock, database, postgres
from tests.platforms.s3 import serving_s3

__all__ = ["clock", "database", "postgres"]


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    """The address of a fresh S3 without any bucket."""
    with serving_s3() as address:
        yield address


@pytest.fixture
async def library(database: Database, clock: StoppedClock) -> Library:
    """An empty library."""
    library = Library(database, clock)
    await library.found()
    return library


@pytest.fixture
def ada(library: Library) -> Reader:
    """Whose pictures they are."""
    return Reader(library, "Ada")


@pytest.fixture
def eve(library: Library) -> Reader:
    """A colleague without any rights to others' pictures."""
    return Reader(library, "Eve")
