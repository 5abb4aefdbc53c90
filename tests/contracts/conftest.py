"""What several modules here ask for: a pretended S3, and the databases."""

from collections.abc import Iterator

import pytest

from tests.databases import clock, database, postgres
from tests.platforms.s3 import serving_s3

__all__ = ["clock", "database", "postgres"]


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    """The address of a fresh S3 without any bucket."""
    with serving_s3() as address:
        yield address
