"""Pictures that are small on disk and large, slow or endless in a decoder; each is made here, byte by byte."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable

import numpy as np
from PIL import Image

__all__ = ["BOMBS"]

BOMBS: dict[str, Callable[[], bytes]] = {}
PNG = b"\x89PNG\r\n\x1a\n"


def bomb(make: Callable[[], bytes]) -> Callable[[], bytes]:
    BOMBS[make.__name__] = make
    return make


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def header(width: int, height: int, *, depth: int = 8, colour: int = 2, interlaced: int = 0) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced))


def zeros(count: int) -> bytes:
    packer = zlib.compressobj(9)
    block = bytes(1 << 20)
    return (
        b"".join(packer.compress(block[: min(1 << 20, count - at)]) for at in range(0, count, 1 << 20)) + packer.flush()
    )


def png(*parts: bytes) -> bytes:
    return b"".join((PNG, *parts, chunk(b"IEND", b"")))


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def noise(width: int, height: int) -> Image.Image:
    return Image.fromarray(np.random.default_rng(0).integers(0, 255, (height, width, 3)).astype(np.uint8))


@bomb
def png_of_50_million_pixels() -> bytes:
    return png(header(7071, 7071), chunk(b"IDAT", zeros((3 * 7071 + 1) * 7071)))


@bomb
def png_of_50_million_deep_pixels() -> bytes:
    return png(header(7071, 7071, depth=16), chunk(b"IDAT", zeros((6 * 7071 + 1) * 7071)))


@bomb
def png_of_50_million_interlaced_pixels_with_alpha() -> bytes:
    return png(header(7071, 7071, colour=6, interlaced=1), chunk(b"IDAT", zeros((4 * 7071 + 1) * 7071)))


@bomb
def png_of_two_billion_pixels() -> bytes:
    return png(header(2**31 - 1, 2**31 - 1), chunk(b"IDAT", zeros(1000)))


@bomb
def png_line_of_a_million_pixels() -> bytes:
    return png(header(1_000_000, 1), chunk(b"IDAT", zeros(3_000_001)))


@bomb
def png_that_changes_its_size() -> bytes:
    return png(header(9, 9), header(7071, 7071), chunk(b"IDAT", zeros((3 * 7071 + 1) * 7071)))


@bomb
def png_with_a_gigabyte_after_its_pixels() -> bytes:
    return png(header(9, 9), chunk(b"IDAT", zeros(1 << 30)))


@bomb
def png_with_a_huge_profile() -> bytes:
    return png(header(9, 9), chunk(b"iCCP", b"p\0\0" + zeros(1 << 30)), chunk(b"IDAT", zeros(28 * 9)))


@bomb
def png_with_huge_texts() -> bytes:
    text = chunk(b"zTXt", b"k\0\0" + zeros(900_000))
    return png(header(9, 9), *([text] * 2000), chunk(b"IDAT", zeros(28 * 9)))


@bomb
def png_with_huge_texts_after_its_pixels() -> bytes:
    text = chunk(b"zTXt", b"k\0\0" + zeros(900_000))
    return png(header(9, 9), chunk(b"IDAT", zeros(28 * 9)), *([text] * 2000))


@bomb
def png_of_a_million_empty_chunks() -> bytes:
    return png(header(9, 9), chunk(b"IDAT", b"") * 1_000_000, chunk(b"IDAT", zeros(28 * 9)))


@bomb
def png_with_notes_of_a_camera_in_a_circle() -> bytes:
    notes = b"MM\0*\0\0\0\x08" + struct.pack(">H", 65535) + struct.pack(">HHII", 0x8769, 4, 1, 8) * 65535
    return png(header(9, 9), chunk(b"eXIf", notes + b"\0\0\0\x08"), chunk(b"IDAT", zeros(28 * 9)))


@bomb
def png_of_100_000_frames() -> bytes:
    control = chunk(b"fcTL", struct.pack(">IIIIIHHBB", 0, 9, 9, 0, 0, 1, 100, 0, 0))
    many = b"".join(
        chunk(b"fcTL", struct.pack(">IIIIIHHBB", 2 * i + 1, 9, 9, 0, 0, 1, 100, 0, 0))
        + chunk(b"fdAT", struct.pack(">I", 2 * i + 2) + zeros(28 * 9))
        for i in range(99_999)
    )
    return png(header(9, 9), chunk(b"acTL", struct.pack(">II", 100_000, 0)), control, chunk(b"IDAT", zeros(252)), many)


@bomb
def jpeg_of_10_000_passes() -> bytes:
    whole = saved(noise(1500, 1500), "JPEG", progressive=True, quality=10)
    last = whole.rindex(b"\xff\xda")
    return whole[:last] + whole[last:-2] * 3 + b"\xff\xda\0\x08\x01\x01\x00\x01\x3f\x00" * 10_000 + b"\xff\xd9"


@bomb
def jpeg_of_99_passes_over_16_million_pixels() -> bytes:
    whole = saved(Image.new("RGB", (4000, 4000)), "JPEG", progressive=True)
    return whole[:-2] + b"\xff\xda\0\x08\x01\x01\x00\x01\x3f\x00" * 88 + b"\xff\xd9"


@bomb
def jpeg_of_50_million_progressive_pixels() -> bytes:
    return saved(Image.new("RGB", (7071, 7071), "red"), "JPEG", progressive=True, subsampling=0)


@bomb
def jpeg_of_four_billion_pixels() -> bytes:
    whole = saved(noise(16, 16), "JPEG")
    at = whole.index(b"\xff\xc0")
    return whole[: at + 5] + b"\xff\xff\xff\xff" + whole[at + 9 :]


@bomb
def jpeg_of_eight_million_segments() -> bytes:
    whole = saved(noise(16, 16), "JPEG")
    return whole[:2] + b"\xff\xfe\0\x02" * 8_000_000 + whole[2:]


@bomb
def jpeg_of_30_million_fill_bytes() -> bytes:
    whole = saved(noise(16, 16), "JPEG")
    return whole[:2] + b"\xff" * 30_000_000 + whole[2:]


@bomb
def jpeg_of_30_megabytes_of_notes() -> bytes:
    whole = saved(noise(16, 16), "JPEG")
    notes = (
        b"\xff\xe1\xff\xffExif\0\0II*\0\x08\0\0\0" + struct.pack("<H", 5400) + b"\x12\x01\x03\0\1\0\0\0\6\0\0\0" * 5459
    )
    return whole[:2] + (notes + bytes(65537 - len(notes))) * 470 + whole[2:]


@bomb
def webp_of_268_million_pixels() -> bytes:
    body = b"VP8X" + struct.pack("<I", 10) + b"\x10\0\0\0" + b"\xff\x3f\0\xff\x3f\0"
    body += b"VP8L" + struct.pack("<I", 8) + b"\x2f\xff\xff\xff\x0f\0\0\0"
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body


@bomb
def webp_of_50_million_pixels() -> bytes:
    return saved(Image.new("RGB", (7071, 7071), "red"), "WEBP", lossless=True, method=0)


@bomb
def webp_with_tables_beyond_their_end() -> bytes:
    """CVE-2023-4863: a lossless WebP whose code lengths overflow the decoder's table; here their bits are scrambled."""
    whole = bytearray(saved(noise(64, 64), "WEBP", lossless=True))
    whole[25:60] = bytes(np.random.default_rng(1).integers(0, 255, 35).astype(np.uint8))
    return bytes(whole)


@bomb
def webp_of_5_000_frames() -> bytes:
    frame = saved(noise(4, 4), "WEBP", lossless=True)[12:]
    one = b"ANMF" + struct.pack("<I", 16 + len(frame)) + bytes(6) + b"\3\0\0\3\0\0\1\0\0\0" + frame
    body = b"VP8X" + struct.pack("<I", 10) + b"\2\0\0\0\3\0\0\3\0\0" + b"ANIM" + struct.pack("<I", 6) + bytes(6)
    body += one * 5000
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body


@bomb
def gif_of_100_000_frames() -> bytes:
    whole = saved(Image.new("P", (9, 9)), "GIF")
    at = whole.index(b",")
    return whole[:at] + (b"!\xf9\4\0\1\0\0\0" + whole[at:-1]) * 100_000 + b";"


@bomb
def gif_of_16_million_blocks() -> bytes:
    whole = saved(Image.new("P", (9, 9)), "GIF")
    at = whole.index(b",")
    return whole[:at] + b"!\xfe" + b"\1x" * 16_000_000 + b"\0" + whole[at:]


@bomb
def gif_with_a_frame_larger_than_its_screen() -> bytes:
    return b"GIF89a\x09\0\x09\0\x80\0\0\0\0\0\xff\xff\xff," + bytes(4) + b"\xff\xff\xff\xff\0\x02\x02\x4c\x01\0;"


@bomb
def bmp_of_negative_sides() -> bytes:
    return (
        b"BM" + struct.pack("<IHHI", 200, 0, 0, 54) + struct.pack("<IiiHHIIiiII", 40, -9, -9, 1, 24, 0, 0, 0, 0, 0, 0)
    )


@bomb
def bmp_of_the_largest_sides() -> bytes:
    sides = struct.pack("<IiiHHIIiiII", 40, 2**31 - 1, -(2**31), 1, 24, 0, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 200, 0, 0, 54) + sides


@bomb
def bmp_of_runs_that_jump() -> bytes:
    """Run-length data that moves on and on without a pixel."""
    runs = b"\0\2\xff\xff" * 2_000_000
    sides = struct.pack("<IiiHHIIiiII", 40, 7000, 7000, 1, 8, 1, len(runs), 0, 0, 256, 0)
    return b"BM" + struct.pack("<IHHI", 54 + 1024 + len(runs), 0, 0, 54 + 1024) + sides + bytes(1024) + runs


def tiff(entries: list[tuple[int, int, int, int]], data: bytes = b"", following: int = 0) -> bytes:
    directory = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return b"II*\0\x08\0\0\0" + directory + struct.pack("<I", following) + data


@bomb
def tiff_of_directories_in_a_circle() -> bytes:
    """As in CVE-2021-28676 (FLI): a decoder that follows the chain never ends."""
    return tiff([(256, 4, 1, 9), (257, 4, 1, 9), (258, 3, 1, 8), (273, 4, 1, 8)], following=8)


@bomb
def tiff_of_absurd_strips() -> bytes:
    most = 2**32 - 1
    sides = [(256, 4, 1, 7000), (257, 4, 1, 7000), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1)]
    return tiff(
        [*sides, (273, 4, 1 << 22, 200), (277, 3, 1, 1), (278, 4, 1, 1), (279, 4, 1 << 22, most)], bytes(16 << 20)
    )


@bomb
def tiff_of_a_strip_of_four_gigabytes() -> bytes:
    most = 2**32 - 1
    sides = [(256, 4, 1, 7000), (257, 4, 1, 7000), (258, 3, 1, 8), (259, 3, 1, 8), (262, 3, 1, 1)]
    return tiff([*sides, (273, 4, 1, 200), (277, 3, 1, 1), (278, 4, 1, most), (279, 4, 1, most)], zeros(49_000_000))


@bomb
def tiff_of_50_million_pixels_with_alpha() -> bytes:
    image = Image.new("RGBA", (7071, 7071), (1, 2, 3, 4))
    return saved(image, "TIFF", compression="tiff_adobe_deflate")


@bomb
def tiff_of_50_million_pixels_in_fax_code() -> bytes:
    return saved(Image.new("1", (7071, 7071)), "TIFF", compression="group4")


@bomb
def tiff_whose_tag_counts_four_billion() -> bytes:
    """CVE-2022-45199: memory taken by a declared count of samples."""
    most = 2**32 - 1
    return tiff(
        [(256, 4, 1, 9), (257, 4, 1, 9), (258, 3, most, 8), (270, 2, most, 8), (273, 4, most, 8), (277, 3, 1, 65535)]
    )
