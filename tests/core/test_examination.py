"""The check: whatever people bring gets a verdict, and what is stored of it is clean."""

import io
from collections.abc import AsyncIterator, Awaitable, Callable
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import pytest_asyncio
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from core.errors import UserError
from core.library import progression
from core.library.bitstreams import DECODER, LIBRARY, decode_webp, encode_webp, take_pixels
from core.library.examination import Examined, Examiner
from core.library.examiner import MOST_BYTES
from core.library.pictures import check
from core.library.progression import is_sound
from core.wording.errors import sentence
from tests.core import elsewhere, hostile
from tests.core.hostile import encode, scene

pytestmark = pytest.mark.asyncio(loop_scope="module")

Bring: TypeAlias = Callable[[bytes], Awaitable[Examined]]

NUMBERS = count()


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def bring(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Bring]:
    """Brings a file with these bytes to one examiner, and looks at all that it lets pass."""
    folder = tmp_path_factory.mktemp("brought")
    passed: set[Path] = set()
    async with Examiner() as examiner:

        async def bring_(data: bytes) -> Examined:
            source = folder / str(next(NUMBERS))
            source.write_bytes(data)
            try:
                found = await examiner.examine(source, "holiday.jpg")
            finally:
                assert source.read_bytes() == data
            passed.add(found.path)
            stored = found.path.read_bytes()
            shown = elsewhere.decode(stored)
            assert shown.size == (found.width, found.height)
            assert elsewhere.leftovers(stored) == []
            assert found.file_size == len(stored)
            return found

        yield bring_
    assert set(folder.glob("*.kept")) <= passed


async def refusal(bring: Bring, data: bytes) -> str:
    """The code with which a file is refused."""
    with pytest.raises(UserError) as refused:
        await bring(data)
    assert "unknown" not in sentence(refused.value.trouble)
    return refused.value.code


def pixels(data: bytes, mode: str = "RGB") -> Image.Image:
    """A stored file as the second decoder shows it."""
    return elsewhere.decode(data).convert(mode)


def difference(first: Image.Image, second: Image.Image) -> float:
    """The mean distance of two pictures of equal size, 0–255."""
    one, two = first.convert("RGB").tobytes(), second.convert("RGB").tobytes()
    assert len(one) == len(two)
    step = max(len(one) // 30_000, 1)
    pairs = list(zip(one[::step], two[::step], strict=True))
    return sum(abs(a - b) for a, b in pairs) / len(pairs)


@pytest.mark.parametrize(("kind", "mode"), hostile.EVERY_KIND)
async def test_every_kind_and_mode_that_people_bring_passes(
    bring: Bring, kind: str, mode: str
) -> None:
    """With all that is to be known of it, and looking as it did."""
    came = encode(scene().convert(mode), kind)
    found = await bring(came + hostile.TAIL)
    plain = check(came)
    assert (found.mime_type, found.width, found.height, found.frames) == (
        f"image/{kind.lower()}",
        640,
        480,
        1,
    )
    assert found.dhash == plain.dhash
    assert found.sha256 == sha256(found.path.read_bytes()).hexdigest()
    thumbnail = Image.open(io.BytesIO(found.thumbnail))
    assert (thumbnail.format, thumbnail.size) == ("JPEG", (256, 192))
    assert found.placeholder.startswith("data:image/webp;base64,")
    assert len(found.placeholder) < 1000
    assert difference(pixels(found.path.read_bytes()), Image.open(io.BytesIO(came))) < 1.5


@pytest.mark.parametrize("kind", list(hostile.MODES))
async def test_a_clean_file_is_kept_byte_for_byte(bring: Bring, kind: str) -> None:
    """Nothing is encoded, nothing written, nothing lost."""
    came = encode(scene(), kind)
    found = await bring((await bring(came)).path.read_bytes())
    assert not found.path.name.endswith(".kept")
    assert found.sha256 is None


@pytest.mark.parametrize("mode", ["L", "RGB"])
async def test_a_sound_progressive_picture_is_kept_byte_for_byte(bring: Bring, mode: str) -> None:
    """To encode it anew would cost it quality, and make it larger."""
    came = encode(scene().convert(mode), "JPEG", progressive=True)
    found = await bring(came)
    assert found.path.read_bytes() == came
    small = Image.open(io.BytesIO(found.thumbnail))
    assert difference(small, scene().convert(mode).resize(small.size)) < 4


async def test_a_damaged_progressive_picture_is_kept_as_everybody_shows_it(bring: Bring) -> None:
    """Of such a file decoders make different things, so what Pillow made of it is what is kept."""
    came = hostile.torn_scan(encode(scene(), "JPEG", progressive=True))
    stored = (await bring(came)).path.read_bytes()
    assert "progression" not in Image.open(io.BytesIO(stored)).info
    assert difference(pixels(stored), Image.open(io.BytesIO(came))) < 2


async def test_a_scan_cut_short_is_found_wherever_it_is(bring: Bring) -> None:
    """Such a file is never kept as it came."""
    whole = encode(hostile.photo(450, 430), "JPEG", progressive=True)
    for part in hostile.scans_cut_short(whole):
        found = await bring(part)
        assert found.path.name.endswith(".kept")


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32))
async def test_no_bytes_make_libjpeg_end_the_process(seed: int) -> None:
    """It is asked on threads that may end, also in processes that may not."""
    whole = encode(hostile.photo(450, 430), "JPEG", progressive=True)
    assert not is_sound(b"")
    for data in [whole[:500], *hostile.mutations(whole, seed, 20)]:
        is_sound(data)
    assert is_sound(whole)


async def test_where_libjpeg_cannot_be_asked_nothing_is_called_sound() -> None:
    """As in a Pillow that hides it."""
    whole = encode(scene(), "JPEG", progressive=True)
    assert progression.LIBRARY is not None
    assert is_sound(whole)
    assert not is_sound(whole, None)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
async def test_an_upright_picture_loses_its_metadata_but_no_pixel(bring: Bring, kind: str) -> None:
    """EXIF with its place, XMP, and a profile that changes nothing."""
    how = {"exif": hostile.with_exif(1), "xmp": hostile.XMP, "icc_profile": hostile.srgb_profile()}
    came = encode(scene(), kind, **how)
    assert elsewhere.leftovers(came) != []
    found = await bring(came)
    stored = found.path.read_bytes()
    assert pixels(stored).tobytes() == pixels(came).tobytes()
    assert "icc_profile" not in Image.open(io.BytesIO(stored)).info


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
async def test_all_eight_orientations_come_out_upright(
    bring: Bring, kind: str, orientation: int
) -> None:
    """Pixel by pixel where the kind has no loss."""
    upright = scene(640, 480)
    found = await bring(hostile.lying(kind, orientation, upright))
    shown = pixels(found.path.read_bytes())
    assert shown.size == (640, 480)
    if kind == "JPEG":
        assert difference(shown, upright) < 2
    else:
        assert shown.tobytes() == upright.tobytes()
    small = Image.open(io.BytesIO(found.thumbnail))
    assert difference(small, upright.resize(small.size)) < 4


@pytest.mark.parametrize(
    ("exif", "orientation"),
    [
        (b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0", 6),
        (b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x08\0\0", 8),
        (b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x04\0\0\0\x01\0\0\0\x03", 3),
        (b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x09\0\0", 1),
        (b"II*\0\xff\xff\xff\xff", 1),
        (b"II*\0\x08\0\0\0\xff\xff", 1),
        (b"no EXIF", 1),
    ],
)
async def test_exif_is_read_in_both_byte_orders_and_ignored_where_it_is_broken(
    bring: Bring, exif: bytes, orientation: int
) -> None:
    """As cameras, programs and vandals write it."""
    upright = scene(640, 480)
    for kind in ("JPEG", "PNG", "WEBP"):
        found = await bring(hostile.lying(kind, orientation, upright, b"Exif\0\0" + exif))
        assert (found.width, found.height) == (640, 480)
        assert difference(pixels(found.path.read_bytes()), upright) < 2


@pytest.mark.parametrize(
    ("kind", "mode"),
    [("JPEG", "RGB"), ("PNG", "RGB"), ("PNG", "P"), ("PNG", "RGBA"), ("WEBP", "RGBA")],
)
async def test_other_colours_are_converted_by_their_profile(
    bring: Bring, kind: str, mode: str
) -> None:
    """The profile swaps red and blue, whatever it calls itself; the eye decides."""
    red, green, blue = scene().split()
    exchanged = Image.merge("RGB", (blue, green, red))
    image = exchanged.quantize(8) if mode == "P" else exchanged.convert(mode)
    found = await bring(encode(image, kind, icc_profile=hostile.swapped_profile()))
    assert found.path.name.endswith(".kept")
    assert difference(pixels(found.path.read_bytes()), scene()) < 5
    small = Image.open(io.BytesIO(found.thumbnail))
    assert difference(small, scene().resize(small.size)) < 6


async def test_a_grey_picture_with_a_profile_for_colours_is_kept(bring: Bring) -> None:
    """A profile of another kind says nothing about it, nor does a broken one."""
    for profile in (hostile.swapped_profile(), b"no profile at all"):
        came = encode(scene().convert("L"), "JPEG", icc_profile=profile)
        found = await bring(came)
        assert pixels(found.path.read_bytes()).tobytes() == pixels(came).tobytes()


async def test_printing_colours_become_screen_colours(bring: Bring) -> None:
    """CMYK and YCCK."""
    for came in (encode(scene().convert("CMYK"), "JPEG", quality=95), hostile.ycck()):
        found = await bring(came)
        shown = Image.open(io.BytesIO(found.path.read_bytes()))
        assert shown.mode == "RGB"
        assert difference(shown, Image.open(io.BytesIO(came)).convert("RGB")) < 4


async def test_sixteen_bits_are_kept_and_seen(bring: Bring) -> None:
    """Grey stays grey in the thumbnail: cutting instead of scaling would make it white."""
    grey = encode(Image.new("I;16", (500, 500), 32_768), "PNG")
    found = await bring(grey)
    assert found.path.read_bytes() == grey
    assert Image.open(io.BytesIO(found.thumbnail)).getpixel((9, 9)) == (128, 128, 128)
    deep = hostile.png(500, 500, hostile.black(500, 4000), form=b"\x10\x06")
    assert (await bring(deep)).mime_type == "image/png"


async def test_transparency_is_kept(bring: Bring) -> None:
    """Also where it is a colour of the palette, and also where the picture is turned."""
    glass = Image.new("RGBA", (500, 400), (255, 0, 0, 0))
    for image, how in ((glass, {}), (glass.convert("P"), {"transparency": 0})):
        for orientation in (1, 6):
            came = encode(image, "PNG", exif=hostile.with_exif(orientation), **how)
            found = await bring(came)
            assert pixels(found.path.read_bytes(), "RGBA").getpixel((5, 5)) == (255, 0, 0, 0)
            assert Image.open(io.BytesIO(found.thumbnail)).getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
async def test_an_animation_keeps_every_frame_and_its_pace(bring: Bring, kind: str) -> None:
    """A plain save keeps one frame of many; nothing of the frames may change."""
    came = hostile.animated(kind, 6)
    found = await bring(came + hostile.TAIL)
    assert found.frames == 6
    before, after = Image.open(io.BytesIO(came)), Image.open(io.BytesIO(found.path.read_bytes()))
    for number in range(6):
        before.seek(number)
        after.seek(number)
        assert before.convert("RGBA").tobytes() == after.convert("RGBA").tobytes()
        assert before.info.get("duration") == after.info.get("duration")
    assert after.info["loop"] == 0


async def test_an_animation_that_lies_on_its_side_is_refused(bring: Bring) -> None:
    """Viewers would show it otherwise once its EXIF is gone."""
    for kind in ("PNG", "WEBP"):
        came = hostile.animated(kind, 3, exif=hostile.with_exif(6).tobytes())
        assert await refusal(bring, came) == "picture_turned_animation"


async def test_an_animation_with_a_frame_broken_is_refused(bring: Bring) -> None:
    """Every frame is decoded, not just the one that is seen first."""
    for kind in ("GIF", "PNG", "WEBP"):
        whole = hostile.animated(kind, 6)
        place = len(whole) * 3 // 4
        assert await refusal(bring, whole[:place] + whole[place + 9 :]) == "picture_broken"


@pytest.mark.parametrize("kind", list(hostile.MODES))
async def test_scripts_never_reach_the_store(bring: Bring, kind: str) -> None:
    """Behind the end, in comments, in metadata, in unknown parts, in the thumbnail's place."""
    came = hostile.with_payloads(kind)
    assert came.count(b"<?php") >= 3
    found = await bring(came)
    assert b"<script" not in found.path.read_bytes()


@pytest.mark.parametrize("kind", list(hostile.MODES))
async def test_a_file_cut_short_anywhere_is_refused(bring: Bring, kind: str) -> None:
    """Down to its last byte."""
    whole = encode(hostile.photo(450, 430), kind)
    codes = {await refusal(bring, part) for part in hostile.truncations(whole)}
    assert codes <= {"picture_broken", "picture_not_an_image"}
    await bring(whole)


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
async def test_an_animation_cut_short_anywhere_is_refused(bring: Bring, kind: str) -> None:
    """Although what came of it may be good to look at."""
    for part in hostile.truncations(hostile.animated(kind, 5)):
        assert await refusal(bring, part) in {"picture_broken", "picture_not_an_image"}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "picture_empty"),
        (b"hello, I am no picture", "picture_not_an_image"),
        (b"<?php echo 1;", "picture_not_an_image"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "picture_type_unsupported"),
        (encode(scene(), "BMP"), "picture_type_unsupported"),
        (encode(scene(), "TIFF"), "picture_type_unsupported"),
        (encode(scene(), "AVIF"), "picture_type_unsupported"),
        (b"\xff\xd8\xff\xe0" + bytes(600), "picture_broken"),
        (hostile.SIGNATURE + bytes(600), "picture_broken"),
        (b"GIF89a" + bytes(600), "picture_broken"),
        (b"RIFF\0\0\0\0WEBP" + bytes(600), "picture_broken"),
        (b"\x89PNG\r\n\x1a\n" + encode(scene(), "JPEG"), "picture_broken"),
        (hostile.frame_beyond(), "picture_broken"),
        (hostile.wrong_checksum(), "picture_broken"),
        (encode(Image.new("L", (399, 800)), "PNG"), "picture_too_small"),
        (encode(Image.new("L", (500, 4097)), "PNG"), "picture_too_large"),
        *((hostile.huge(kind), "picture_too_large") for kind in hostile.MODES),
        (encode(scene(), "PNG") + bytes(MOST_BYTES), "upload_too_big"),
    ],
)
async def test_what_may_not_pass_has_one_reason(bring: Bring, data: bytes, code: str) -> None:
    """By its bytes, never by its name, and stable."""
    assert await refusal(bring, data) == code


async def test_the_name_decides_nothing(tmp_path: Path) -> None:
    """Neither a wrong extension nor one that is not taken."""
    async with Examiner() as examiner:
        for name in ("x.exe", "../../x.php", "x.gif", ""):
            source = tmp_path / "file"
            source.write_bytes(encode(scene(), "PNG"))
            assert (await examiner.examine(source, name)).mime_type == "image/png"


@pytest.mark.parametrize("size", [(500, 400), (2100, 2000)])
async def test_a_bitstream_is_the_same_picture_by_either_decoder(size: tuple[int, int]) -> None:
    """The plain decoder is there, and Pillow's stands in where it is hidden; a large picture is
    made by two threads.
    """
    image = hostile.photo(*size).convert("RGBA")
    image.putalpha(Image.linear_gradient("L").resize(size))
    for how in ({"lossless": True, "exact": True}, {"quality": 80}):
        data = encode(image, "WEBP", **how)
        assert DECODER is not None
        plain = decode_webp(data, *size)
        assert plain.tobytes() == decode_webp(data, *size, None).tobytes()


@pytest.mark.parametrize("mode", ["RGBX", "RGBA"])
@pytest.mark.parametrize(
    "how", [{"quality": 90, "method": 0}, {"quality": 0, "method": 0, "lossless": True}]
)
async def test_pixels_make_the_same_webp_by_either_encoder(mode: str, how: dict[str, Any]) -> None:
    """The plain encoder is there, and Pillow's stands in where it is hidden."""
    image = hostile.photo(501, 403)
    if mode == "RGBA":
        image.putalpha(Image.linear_gradient("L").resize(image.size))
    pixels = take_pixels(image.convert(mode))
    assert LIBRARY is not None
    made = encode_webp(pixels, **how)
    assert made == encode_webp(pixels, **how, library=None) == encode(image, "WEBP", **how)
    again = decode_webp(made, *image.size)
    assert (again.mode, again.size) == (mode, image.size)


async def test_pixels_that_no_webp_can_hold_are_refused() -> None:
    """The plain encoder says so, and writes nothing."""
    wide = take_pixels(Image.new("RGBX", (16_400, 2)))
    with pytest.raises(OSError, match="cannot be encoded"):
        encode_webp(wide, 90, 0)


@settings(max_examples=60, deadline=None)
@given(
    kind_mode=st.sampled_from(hostile.EVERY_KIND),
    width=st.integers(390, 620),
    height=st.integers(390, 620),
    orientation=st.integers(1, 8),
    tail=st.binary(max_size=40),
)
async def test_any_size_and_mode_comes_out_upright_and_clean(
    bring: Bring, kind_mode: tuple[str, str], width: int, height: int, orientation: int, tail: bytes
) -> None:
    """Or is refused for its size alone."""
    kind, mode = kind_mode
    exif = {"exif": hostile.with_exif(orientation)} if kind != "GIF" else {}
    came = encode(scene(width, height).convert(mode), kind, **exif) + tail
    if min(width, height) < 400:
        assert await refusal(bring, came) == "picture_too_small"
        return
    found = await bring(came)
    turned = orientation > 4 and kind != "GIF"
    assert (found.width, found.height) == ((height, width) if turned else (width, height))


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**32), kind=st.sampled_from([*hostile.MODES, "moving", "finer"]))
async def test_whatever_is_changed_in_a_file_what_passes_is_a_picture(
    bring: Bring, seed: int, kind: str
) -> None:
    """Bytes changed, cut out, put in: refused by a code, or stored as others can read it."""
    made = {
        "moving": lambda: hostile.animated("WEBP", 3),
        "finer": lambda: encode(scene(420, 410), "JPEG", progressive=True),
    }
    whole = made[kind]() if kind in made else encode(scene(420, 410), kind)
    for data in hostile.mutations(whole, seed, 10):
        try:
            await bring(data)
        except UserError as refused:
            assert refused.code.startswith("picture_")  # noqa: PT017  # either outcome is right
