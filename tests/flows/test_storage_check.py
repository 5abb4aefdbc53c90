"""`imagedesk storage check`, run as a process against sound and broken stores."""

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.stores.permissions import iam_policy
from core.settings import Settings
from tests.contracts.blob_grounds import bucket_environment, open_bucket
from tests.desk import environment, running_desk
from tests.flows.shelves import look
from tests.platforms.cloudinary import CloudinaryServer
from tests.platforms.s3 import serving_s3
from tests.terminal import imagedesk

CHECK = ("storage", "check")
STEPS = ("Write: ", "Read: ", "List: ", "Link: ", "Delete: ")


@pytest.fixture
async def cloudinary() -> AsyncIterator[CloudinaryServer]:
    async with CloudinaryServer() as server:
        yield server
        assert server.violations == []


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return environment(tmp_path)


@pytest.fixture
def bucket() -> Iterator[dict[str, str]]:
    """The settings of a bucket."""
    with serving_s3() as address:
        yield bucket_environment(address) | {"STORAGE_PROVIDER": "s3"}


async def test_a_sound_bucket_passes_every_step(
    environ: dict[str, str], bucket: dict[str, str]
) -> None:
    """Each step is ticked, nothing is left behind, and what to paste is JSON for this bucket and
    this page.
    """
    environ |= bucket | {"PUBLIC_URL": "https://desk.example.org"}
    ended = await imagedesk(environ, *CHECK)
    assert (ended.code, ended.err) == (0, "")
    for step in STEPS:
        assert f"✓ {step}" in ended.out
    assert "✗" not in ended.out
    decoder = json.JSONDecoder()
    policy, _ = decoder.raw_decode(ended.out[ended.out.index("{\n") :])
    objects, listing = policy["Statement"]
    name = environ["AWS_S3_BUCKET"]
    assert objects["Action"] == ["s3:PutObject", "s3:GetObject", "s3:DeleteObject"]
    assert objects["Resource"] == f"arn:aws:s3:::{name}/*"
    assert (listing["Action"], listing["Resource"]) == (["s3:ListBucket"], f"arn:aws:s3:::{name}")
    (rule,), _ = decoder.raw_decode(ended.out[ended.out.index("[\n  {\n") :])
    assert rule["AllowedOrigins"] == ["https://desk.example.org"]
    assert rule["AllowedMethods"] == ["GET", "HEAD"]
    assert (await look(environ, "s3")).objects == {}


async def test_a_sound_cloudinary_passes_every_step(
    environ: dict[str, str], cloudinary: CloudinaryServer
) -> None:
    """Before it is used: a store is checked by its name, whatever is configured."""
    ended = await imagedesk(environ | cloudinary.settings(), *CHECK, "cloudinary")
    assert (ended.code, ended.err) == (0, "")
    for step in STEPS:
        assert f"✓ {step}" in ended.out
    assert "needs no policy" in ended.out
    assert cloudinary.assets == {}


async def test_a_folder_needs_the_desk_for_its_links(environ: dict[str, str]) -> None:
    """While the desk is stopped its links are only a warning; while it runs they are ticked."""
    ended = await imagedesk(environ, *CHECK)
    assert ended.code == 0
    assert "! Link: " in ended.out
    assert "→ Start the desk" in ended.out
    async with running_desk(environ, demo=True):
        ended = await imagedesk(environ, *CHECK)
    assert (ended.code, ended.err) == (0, "")
    assert "✓ Link: without its signature it is refused" in ended.out
    assert "local does all that the desk asks of a store." in ended.out


async def test_a_bucket_that_is_not_there_is_said(
    environ: dict[str, str], bucket: dict[str, str]
) -> None:
    """With the store's own word, the settings to look at, and the policy; nothing else is tried."""
    ended = await imagedesk(environ | bucket | {"AWS_S3_BUCKET": "nobodys"}, *CHECK)
    assert ended.code == 1
    assert "✗ Write: " in ended.out
    assert "(NoSuchBucket)" in ended.out
    assert "→ The key needs s3:PutObject" in ended.out
    assert "Read: " not in ended.out
    assert "s3 does not work yet" in ended.out
    assert "arn:aws:s3:::nobodys" in ended.out


@pytest.mark.parametrize(
    ("call", "step"),
    [("download", "Read"), ("list", "List"), ("destroy", "Delete")],
)
async def test_each_step_fails_by_itself(
    environ: dict[str, str], cloudinary: CloudinaryServer, call: str, step: str
) -> None:
    """What is refused is said where it is refused; the steps after it are tried all the same."""
    refusal = {"error": {"message": "this key may not"}}
    cloudinary.fail(call, status=403, body=refusal, times=None)
    ended = await imagedesk(environ | cloudinary.settings(), *CHECK, "cloudinary")
    assert ended.code == 1
    assert f"✗ {step}: " in ended.out
    assert "(this key may not)" in ended.out
    assert "✓ Write: stored it from a file" in ended.out
    assert " Delete: " in ended.out


async def test_an_open_bucket_is_a_warning(environ: dict[str, str], bucket: dict[str, str]) -> None:
    """A bucket that serves without a signature works, but whoever guesses a name sees it all."""
    open_bucket(bucket)
    ended = await imagedesk(environ | bucket, *CHECK)
    assert ended.code == 0
    assert "! Link without a signature: it is served to everybody" in ended.out
    assert "→ Turn on “Block all public access”" in ended.out


async def test_a_store_that_does_not_answer_is_said(
    environ: dict[str, str], bucket: dict[str, str]
) -> None:
    """As an outage, with the endpoint to look at."""
    ended = await imagedesk(environ | bucket | {"S3_ENDPOINT_URL": "http://127.0.0.1:1"}, *CHECK)
    assert ended.code == 1
    assert "✗ Write: The picture store does not answer. Run the command again later" in ended.out
    assert "S3_ENDPOINT_URL" in ended.out


@pytest.mark.parametrize(
    ("region", "partition"),
    [("eu-central-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")],
)
def test_the_policy_names_the_regions_partition(region: str, partition: str) -> None:
    """In China and the US government's regions other names are used."""
    policy = iam_policy(Settings(aws_s3_bucket="desk", aws_s3_region=region))
    assert f"arn:{partition}:s3:::desk/*" in policy
