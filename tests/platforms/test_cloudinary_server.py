"""The strict Cloudinary, asked without our store: what it takes, and what it refuses."""

import hashlib
import time
from collections.abc import AsyncIterator

import httpx2
import pytest

from tests.platforms.cloudinary import CloudinaryServer
from tests.platforms.cloudinary.rules import Refused, check_file, check_name, check_signature
from tests.platforms.cloudinary.server import CLOUD, KEY, SECRET
from tests.platforms.picture_host import draw_file


@pytest.fixture
async def server() -> AsyncIterator[CloudinaryServer]:
    async with CloudinaryServer() as server:
        yield server


@pytest.fixture
async def http(server: CloudinaryServer) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=f"{server.base_url}/v1_1/{CLOUD}/") as http:
        yield http


def signed(**fields: str) -> dict[str, str]:
    """Fields as a client signs them now."""
    fields = {"timestamp": str(int(time.time())), "type": "authenticated"} | fields
    text = "&".join(f"{name}={fields[name]}" for name in sorted(fields))
    digest = hashlib.sha1(f"{text}{SECRET}".encode()).hexdigest()  # noqa: S324  # Cloudinary's
    return fields | {"api_key": KEY, "signature": digest}


def test_knows_the_documents_own_signature() -> None:
    """The example of Cloudinary's page "Signatures" passes, and with another secret does not."""
    fields = {
        "eager": "w_400,h_300,c_pad|w_260,h_200,c_crop",
        "public_id": "sample_image",
        "timestamp": "1315060510",
        "api_key": "1234",
        "signature": "bfd09f95f331f558cbd1320e67aa8d488770583e",
    }
    check_signature(fields, "1234", "abcd", now=1315060510)
    with pytest.raises(Refused, match="Invalid Signature"):
        check_signature(fields, "1234", "abce", now=1315060510)
    with pytest.raises(Refused, match="Unknown API key"):
        check_signature(fields, "1235", "abcd", now=1315060510)
    with pytest.raises(Refused, match="Stale request"):
        check_signature(fields, "1234", "abcd", now=1315060510 + 3601)


@pytest.mark.parametrize(
    "name", ["", "a b", "a?b", "a&b", "a%20", "a/", "/a", "a.", "v12/a", "1/v3/a", "x" * 256]
)
def test_refuses_names_that_cloudinary_would_change(name: str) -> None:
    """What is found again under another name is found by nobody."""
    with pytest.raises(Refused):
        check_name(name)
    check_name("1/0a1b-fox_5f.jpg")


def test_takes_pictures_only_as_pictures() -> None:
    """An image is one to its end, and within the plan; a raw file may be anything."""
    picture = draw_file(600, 400)
    assert check_file(picture, "image") == "jpg"
    assert check_file(b"anything", "raw") == ""
    for data in (b"", b"anything", picture[: len(picture) // 2], draw_file(5001, 5000, "PNG")):
        with pytest.raises(Refused):
            check_file(data, "image")
    with pytest.raises(Refused, match="File size too large"):
        check_file(bytes(10 * 1024**2 + 1), "raw")


async def test_keeps_what_stands_where_asked(
    server: CloudinaryServer, http: httpx2.AsyncClient
) -> None:
    """`overwrite=false` answers with what is there; without it the asset is replaced."""
    for data, more, held in (
        (b"one", {}, b"one"),
        (b"two", {"overwrite": "false"}, b"one"),
        (b"two", {}, b"two"),
    ):
        form = signed(public_id="a", **more)
        answer = await http.post("raw/upload", data=form, files={"file": ("f", data)})
        assert answer.json().get("existing", False) is (held != data)
        assert server.assets["raw", "authenticated", "a"].data == held


async def test_notes_what_everybody_would_see(
    server: CloudinaryServer, http: httpx2.AsyncClient
) -> None:
    """An upload of the usual type is no error at Cloudinary, but it is one of ours."""
    form = signed(public_id="a", type="upload")
    await http.post("raw/upload", data=form, files={"file": ("f", b"x")})
    assert server.violations == ["a is for everybody to see (upload)"]


async def test_never_gives_other_bytes(server: CloudinaryServer, http: httpx2.AsyncClient) -> None:
    """A picture asked for in another format would be converted: that is refused and noted."""
    form = signed(public_id="a")
    await http.post("image/upload", data=form, files={"file": ("f", draw_file(40, 40))})
    fine = await http.get("image/download", params=signed(public_id="a", format="jpg"))
    assert fine.content == draw_file(40, 40)
    wrong = await http.get("image/download", params=signed(public_id="a", format="png"))
    assert wrong.status_code == 400
    assert server.violations == ["a is jpg, asked for as png"]
    absent = await http.get("image/download", params=signed(public_id="b", format="jpg"))
    assert (absent.status_code, absent.json()["error"]["message"]) == (
        404,
        "Resource not found - b",
    )


async def test_lists_with_the_key_only(http: httpx2.AsyncClient) -> None:
    """The Admin API wants key and secret, and tells at most 500 assets."""
    path = "resources/raw/authenticated"
    assert (await http.get(path)).status_code == 401
    assert (await http.get(path, auth=(KEY, "other"))).status_code == 401
    assert (await http.get(path, auth=(KEY, SECRET))).json() == {"resources": []}
    too_many = await http.get(path, auth=(KEY, SECRET), params={"max_results": "501"})
    assert too_many.status_code == 400
