"""The pretended S3 that several modules here ask for."""

from collections.abc import Iterator

import pytest

from tests.platforms.s3 import serving_s3


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    """The address of a fresh S3 without any bucket."""
    with serving_s3() as address:
        yield address
