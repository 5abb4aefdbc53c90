"""Pictures: hostile bytes are refused with one stable code, good ones come out clean, upright."""

import io
import struct
import time
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from core.errors import UserError
from core.library.decoding import decode
from core.library.pictures import check, open_upright, preview, thumbnail
from core.wording.errors import SENTENCES, sentence
from tests.core.hostile import EVERY_KIND, MODES, TAIL, encode, scene, with_exif


def opened(data: bytes) -> Image.Image:
    """The first frame, decoded without any of our own code."""
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def kept_of(data: bytes) -> bytes:
    """What the library keeps of bytes that are brought."""
    return decode(data).stored()


def difference(first: Image.Image, second: Image.Image) -> float:
    """The mean distance of two pictures of equal size, 0–255."""
    one, two = first.convert("RGB").tobytes(), second.convert("RGB").tobytes()
    assert len(one) == len(two)
    step = max(len(one) // 30_000, 1)
    pairs = list(zip(one[::step], two[::step], strict=True))
    return sum(abs(a - b) for a, b in pairs) / len(pairs)


@pytest.mark.parametrize(("kind", "mode"), EVERY_KIND)
def test_every_kind_and_mode_that_people_bring_passes(kind: str, mode: str) -> None:
    """JPEG, PNG, GIF and WebP, in every colour mode they know."""
    found = check(encode(scene().convert(mode), kind))
    assert (found.mime_type, found.width, found.height) == (f"image/{kind.lower()}", 640, 480)
    assert found.frames == 1
    assert len(found.sha256) == 64
    assert len(found.dhash) == 16


@pytest.mark.parametrize(("kind", "mode"), EVERY_KIND)
def test_what_is_stored_is_the_same_picture_without_a_tail(kind: str, mode: str) -> None:
    """Same type, same pixels to the eye, nothing behind the end."""
    came = encode(scene().convert(mode), kind)
    kept = kept_of(came + TAIL)
    assert b"<?php" not in kept
    assert check(kept).mime_type == check(came).mime_type
    assert difference(opened(kept), opened(came)) < 1.5


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_metadata_never_reaches_the_store(kind: str) -> None:
    """EXIF with its place, XMP and comments are gone; storing what came would keep them."""
    came = encode(scene(), kind, exif=with_exif(1), xmp=b"<x:xmpmeta>SecretName</x:xmpmeta>")
    assert b"SecretCam" in came
    kept = kept_of(came)
    assert b"SecretCam" not in kept
    assert b"SecretName" not in kept
    assert not {"exif", "xmp", "icc_profile", "comment"} & set(opened(kept).info)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_all_eight_orientations_come_out_upright(kind: str, orientation: int) -> None:
    """Check, store, preview and thumbnail agree on which way is up."""
    undo: dict[int, Image.Transpose] = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    upright = scene()
    lying = upright.transpose(undo[orientation]) if orientation in undo else upright
    came = encode(lying, kind, exif=with_exif(orientation))
    found = check(came)
    assert (found.width, found.height) == (640, 480)
    for result in (kept_of(came), preview(came), thumbnail(came)):
        image = opened(result)
        assert difference(image, upright.resize(image.size)) < 4


def test_a_picture_in_other_colours_is_converted_by_its_profile() -> None:
    """The profile says that red is blue and blue is red; the eye decides, and no profile stays."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    named = profile.replace("sRGB".encode("utf-16-be"), "test".encode("utf-16-be"))
    swapped = named.replace(b"rXYZ", b"?XYZ").replace(b"bXYZ", b"rXYZ").replace(b"?XYZ", b"bXYZ")
    red, green, blue = scene().split()
    exchanged = Image.merge("RGB", (blue, green, red))
    for kind in ("PNG", "JPEG", "WEBP"):
        kept = opened(kept_of(encode(exchanged, kind, icc_profile=swapped)))
        assert "icc_profile" not in kept.info
        assert difference(kept, scene()) < 5


def test_a_broken_profile_does_not_cost_the_picture() -> None:
    """It is ignored, as browsers do."""
    kept = kept_of(encode(scene(), "JPEG", icc_profile=b"no profile at all"))
    assert difference(opened(kept), scene()) < 3


def test_sixteen_bits_of_grey_stay_grey() -> None:
    """All sixteen are kept, and small versions are not white: that is what cutting instead of
    scaling would give.
    """
    came = encode(Image.new("I;16", (500, 500), 32_768), "PNG")
    kept = opened(kept_of(came))
    assert (kept.mode, kept.getpixel((5, 5))) == ("I;16", 32_768)
    assert opened(thumbnail(came)).getpixel((5, 5)) == (128, 128, 128)


def test_transparency_is_kept_in_store_and_white_in_previews() -> None:
    """Also where it is a colour of the palette."""
    glass = Image.new("RGBA", (500, 500), (255, 0, 0, 0))
    for came in (encode(glass, "PNG"), encode(glass.convert("P"), "PNG", transparency=0)):
        assert opened(kept_of(came)).has_transparency_data
        assert opened(preview(came)).getpixel((250, 250)) == (255, 255, 255)


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_an_animation_keeps_every_frame_and_its_pace(kind: str) -> None:
    """A plain save keeps one frame of many; nothing of the frames may change."""
    frames = [scene().rotate(20 * turn) for turn in range(6)]
    came = encode(frames[0], kind, save_all=True, append_images=frames[1:], duration=80, loop=0)
    kept = kept_of(came + TAIL)
    assert check(kept).frames == check(came).frames == 6
    assert TAIL not in kept
    before, after = Image.open(io.BytesIO(came)), Image.open(io.BytesIO(kept))
    for number in range(6):
        before.seek(number)
        after.seek(number)
        assert before.convert("RGB").tobytes() == after.convert("RGB").tobytes()
        assert before.info.get("duration") == after.info.get("duration")
    assert after.info["loop"] == 0


def test_a_comment_in_an_animation_is_dropped() -> None:
    """GIF, PNG and WebP alike."""
    frames = [scene(), scene().rotate(90)]
    gif = encode(frames[0], "GIF", save_all=True, append_images=frames[1:], comment=b"SecretName")
    webp = encode(
        frames[0], "WEBP", save_all=True, append_images=frames[1:], exif=with_exif(1).tobytes()
    )
    assert b"SecretName" in gif
    assert b"SecretCam" in webp
    assert b"SecretName" not in kept_of(gif)
    assert b"SecretCam" not in kept_of(webp)
    assert "exif" not in opened(kept_of(webp)).info


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "picture_empty"),
        (b"hello, I am no picture", "picture_not_an_image"),
        (b"GIF is what I am called", "picture_not_an_image"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "picture_type_unsupported"),
        (b"BM" + bytes(60), "picture_type_unsupported"),
        (b"\0\0\0\x20ftypheic" + bytes(60), "picture_type_unsupported"),
        (b"\xff\xd8\xff\xe0" + bytes(600), "picture_broken"),
        (b"\x89PNG\r\n\x1a\n" + bytes(600), "picture_broken"),
        (b"GIF89a" + bytes(600), "picture_broken"),
        (b"RIFF\0\0\0\0WEBP" + bytes(600), "picture_broken"),
    ],
)
def test_what_is_no_picture_is_refused_by_its_own_code(data: bytes, code: str) -> None:
    """By its bytes, never by its name."""
    with pytest.raises(UserError) as refused:
        check(data)
    assert refused.value.code == code
    assert "unknown" not in sentence(refused.value.trouble)
    assert code in SENTENCES


@pytest.mark.parametrize("kind", list(MODES))
@pytest.mark.parametrize("share", [0.02, 0.3, 0.7])
def test_a_picture_cut_short_is_refused(kind: str, share: float) -> None:
    """However much of it arrived."""
    whole = encode(Image.effect_noise((450, 450), 80).convert("L"), kind)
    with pytest.raises(UserError) as refused:
        check(whole[: int(len(whole) * share)])
    assert refused.value.code in {"picture_broken", "picture_not_an_image"}


@pytest.mark.parametrize(
    ("width", "height", "code"),
    [
        (399, 800, "picture_too_small"),
        (800, 399, "picture_too_small"),
        (4097, 500, "picture_too_large"),
        (500, 4097, "picture_too_large"),
    ],
)
def test_sides_go_from_400_to_4096_pixels(width: int, height: int, code: str) -> None:
    """The refusal says what came and what may come."""
    check(encode(Image.new("L", (400, 4096)), "PNG"))
    with pytest.raises(UserError) as refused:
        check(encode(Image.new("L", (width, height)), "PNG"))
    assert refused.value.code == code
    assert refused.value.facts == {"width": width, "height": height, "least": 400, "most": 4096}


def test_a_bomb_is_refused_before_it_unfolds() -> None:
    """50,000 × 50,000 pixels in a few bytes: the header is enough."""
    header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    chunks = b""
    for name, body in ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")):
        length, digest = struct.pack(">I", len(body)), struct.pack(">I", zlib.crc32(name + body))
        chunks += length + name + body + digest
    started = time.perf_counter()
    with pytest.raises(UserError, match="picture_too_large"):
        check(b"\x89PNG\r\n\x1a\n" + chunks)
    assert time.perf_counter() - started < 0.5


def test_ten_thousand_frames_are_refused_within_a_second() -> None:
    """Counted without decoding: walking them would take minutes."""
    first = encode(Image.new("P", (1000, 1000)), "GIF")
    frame = b"\x2c" + struct.pack("<HHHH", 0, 0, 1, 1) + b"\0\x02\x02\x44\x01\0"
    started = time.perf_counter()
    with pytest.raises(UserError) as refused:
        check(first[:-1] + frame * 10_000 + b"\x3b")
    assert refused.value.code == "picture_too_many_frames"
    assert time.perf_counter() - started < 1


def test_one_frame_of_a_jpeg_with_several_is_enough() -> None:
    """Phones put depth maps and second lenses behind the picture; they are dropped."""
    came = encode(scene(), "MPO", save_all=True, append_images=[scene().rotate(180)])
    assert check(came).frames == 1
    kept = kept_of(came)
    assert opened(kept).format == "JPEG"
    assert len(kept) < len(came)


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_no_bytes_can_do_worse_than_be_refused(data: st.DataObject) -> None:
    """Whatever is changed in a file, the answer is a picture or one of our codes."""
    kind = data.draw(st.sampled_from(list(MODES)))
    image = scene(420, 400).convert("L")
    whole = bytearray(
        encode(image, kind, save_all=True, append_images=[image.rotate(90)])
        if data.draw(st.booleans()) and kind != "JPEG"
        else encode(image, kind)
    )
    for _ in range(data.draw(st.integers(1, 12))):
        place = data.draw(st.integers(0, len(whole) - 1))
        whole[place] = data.draw(st.integers(0, 255))
    try:
        check(bytes(whole))
        kept = kept_of(bytes(whole))
    except UserError as refused:
        assert refused.code.startswith("picture_")  # noqa: PT017  # either outcome is right
    else:
        assert check(kept).frames >= 1


@pytest.mark.parametrize("number", range(1, 11))
def test_a_preview_carries_its_number_on_any_ground(number: int) -> None:
    """A light ring around a dark disc in the upper left corner."""
    for ground in ("black", "white"):
        came = encode(Image.new("RGB", (1200, 900), ground), "PNG")
        with_number, without = opened(preview(came, number)), opened(preview(came))
        corner = (0, 0, 140, 140)
        assert difference(with_number.crop(corner), without.crop(corner)) > 15
        assert (
            difference(with_number.crop((200, 200, 1000, 700)), without.crop((200, 200, 1000, 700)))
            < 1
        )


def test_no_two_numbers_look_alike() -> None:
    """1 to 10, each its own."""
    came = encode(Image.new("RGB", (1000, 1000), "grey"), "PNG")
    assert len({preview(came, number) for number in range(1, 11)}) == 10


def test_a_preview_is_small_enough_for_every_chat() -> None:
    """At most 1024 pixels and 1 MB, even of noise; ten of them go into one message."""
    came = encode(Image.effect_noise((2000, 1500), 120).convert("RGB"), "PNG", compress_level=1)
    shown = preview(came, 3)
    image = opened(shown)
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (1024, 768))
    assert len(shown) <= 1_000_000


def test_a_thumbnail_fits_a_grid() -> None:
    """256 pixels on the longer side, and nothing is made larger than it is."""
    assert opened(thumbnail(encode(scene(1600, 800), "JPEG"))).size == (256, 128)
    assert open_upright(encode(scene(), "PNG"), 2000).size == (640, 480)


def test_near_duplicates_have_near_hashes() -> None:
    """Scaled and re-encoded is close, another picture is far."""
    first = check(encode(scene(), "PNG")).dhash
    again = check(encode(scene().resize((900, 675)), "JPEG", quality=60)).dhash
    other = check(encode(scene().rotate(90, expand=True), "PNG")).dhash
    assert (int(first, 16) ^ int(again, 16)).bit_count() <= 4
    assert (int(first, 16) ^ int(other, 16)).bit_count() > 4
