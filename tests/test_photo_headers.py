"""Headers are read as Pillow reads them, and what is odd is doubted."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from prodcls import photo_headers
from prodcls.photo_headers import COUNTED, read_header

KINDS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
ORDINARY = {"JPEG", "PNG", "WEBP"}


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


@given(st.sampled_from(KINDS), st.integers(1, 600), st.integers(1, 600))
@settings(max_examples=80)
def test_formats_and_sizes_are_those_of_pillow(kind: str, width: int, height: int) -> None:
    header = read_header(saved(Image.new("RGB", (width, height), "red"), kind))
    assert (header.format, header.size, header.frames) == (kind, (width, height), 1)
    assert (header.doubt == "") == (kind in ORDINARY)


@pytest.mark.parametrize("options", [{"lossless": True}, {"lossless": False}, {"exif": b"Exif\0\0MM\0*\0\0\0\x08\0\0"}])
def test_each_kind_of_webp_is_read(options: dict[str, object]) -> None:
    assert read_header(saved(Image.new("RGB", (300, 77)), "WEBP", **options)).size == (300, 77)
    with_alpha = read_header(saved(Image.new("RGBA", (300, 77), (1, 2, 3, 4)), "WEBP", **options))
    assert (with_alpha.size, with_alpha.doubt) == ((300, 77), "")


def test_each_order_of_tiff_is_read() -> None:
    for options in ({}, {"big_tiff": True}):
        assert read_header(saved(Image.new("RGB", (30, 7)), "TIFF", **options)).size == (30, 7)
    entries = struct.pack(">HHIHH", 256, 3, 1, 30, 0) + struct.pack(">HHII", 257, 4, 1, 7)
    assert read_header(b"MM\0*\0\0\0\x08\0\2" + entries + bytes(4)).size == (30, 7)


def test_photos_as_cameras_and_shops_write_them_are_ordinary() -> None:
    image = Image.fromarray(np.random.default_rng(0).integers(0, 255, (400, 500, 3)).astype(np.uint8))
    for options in ({}, {"progressive": True}, {"icc_profile": bytes(500_000)}, {"comment": b"x" * 60_000}):
        assert read_header(saved(image, "JPEG", **options)) == photo_headers.Header("JPEG", (500, 400))
    assert read_header(saved(image.convert("CMYK"), "JPEG")).doubt == ""
    assert read_header(saved(image, "PNG", icc_profile=bytes(100_000))).doubt == ""


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "TIFF"])
def test_frames_are_counted(kind: str) -> None:
    frames = [Image.new("RGB", (8, 8), (9 * i, 0, 0)) for i in range(7)]
    header = read_header(saved(frames[0], kind, save_all=True, append_images=frames[1:]))
    assert header.frames == 7
    assert header.doubt != ""


def test_what_is_odd_is_doubted() -> None:
    image = Image.new("RGB", (40, 30))
    jpeg, png = saved(image, "JPEG"), saved(image, "PNG")
    progressive = saved(image, "JPEG", progressive=True)
    size = png[8 : 8 + 25]
    odd = {
        "fill bytes": jpeg[:2] + b"\xff" * 500 + jpeg[2:],
        "segments": jpeg[:2] + b"\xff\xfe\0\2" * 500 + jpeg[2:],
        "junk": jpeg[:20] + b"junk" + jpeg[20:],
        "passes": progressive[:-2] + b"\xff\xda\0\x08\1\1\0\1\x3f\0" * 200,
        "no size": jpeg[: jpeg.index(b"\xff\xc0")],
        "two sizes": png[:33] + size + png[33:],
        "texts": png[:33] + chunk(b"zTXt", bytes(2 << 20)) + png[33:],
        "texts behind": png[:-12] + chunk(b"tEXt", bytes(2 << 20)) + png[-12:],
        "chunks": png[:33] + chunk(b"IDAT", b"") * 30_000 + png[33:],
        "cut": png[:20],
        "pixels": saved(Image.new("L", (5000, 4000)), "PNG"),
        "bytes": png + bytes(17 << 20),
    }
    assert [name for name, data in odd.items() if not read_header(data).doubt] == []


def test_counting_stops() -> None:
    circle = b"II*\0\x08\0\0\0" + struct.pack("<H", 0) + struct.pack("<I", 8)
    assert read_header(circle).frames == COUNTED + 1
    one = saved(Image.new("P", (9, 9)), "GIF")
    at = one.index(b",")
    assert read_header(one[:at] + one[at:-1] * 5000 + b";").frames == COUNTED + 1


@given(st.sampled_from(KINDS), st.binary(max_size=200), st.data())
@settings(max_examples=300)
def test_any_bytes_give_a_header(kind: str, junk: bytes, data: st.DataObject) -> None:
    whole = saved(Image.new("RGB", (9, 9)), kind)
    cut = data.draw(st.integers(0, len(whole)))
    header = read_header(whole[:cut] + junk)
    assert header.format in ("", *KINDS)
    assert header.frames >= 0


def test_other_bytes_have_no_format() -> None:
    for data in (b"", b"<html>", b"%PDF-1.7", b"RIFF\0\0\0\0WAVE", b"P6 9 9 255 "):
        assert read_header(data).format == ""
