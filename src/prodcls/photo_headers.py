"""What the headers of a photo's file say, read without a decoder: format, size, frames, and whether to be wary of it.

Nothing here decompresses or allocates by what a file declares, and every walk is bounded, so that it can be run on the
bytes of strangers. What is odd is decoded in a process of its own (`prodcls.photo_guard`): formats that are rare in
catalogues and whose decoders had most of the known holes, animations, files with more structure than any camera or
program writes, and pictures so large that a mistake would be felt. Formats: JPEG ITU-T T.81 annex B, PNG W3C REC third
edition, WebP RFC 9649, GIF89a, TIFF 6.0 and BigTIFF, BMP.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

__all__ = ["Header", "read_header"]

ORDINARY_PIXELS = 16_000_000
"""Pixels up to which a picture is decoded in this process: 64 MB at four bytes each."""
ORDINARY_BYTES = 16 << 20
"""Bytes of such a file."""
ORDINARY_EXTRAS = 1 << 20
"""Bytes of text, colour profile and camera notes in one PNG or WebP file."""
ORDINARY_SEGMENTS = 400
"""Segments of a JPEG, or chunks of a WebP: a large colour profile takes some fifty."""
ORDINARY_CHUNKS = 20_000
"""Chunks of a PNG; writers cut the picture into pieces of 8 kB."""
ORDINARY_SCANS = 100
"""Passes of a progressive JPEG; cameras and programs write about ten."""
ORDINARY_SCANNED = 160_000_000
"""Passes of a progressive JPEG times its pixels."""
COUNTED = 2_000
"""Frames, and steps without a frame, after which counting stops."""

_FRAMES_OF_JPEG = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_LONE_MARKERS = frozenset((0x01, *range(0xD0, 0xD9)))
_TIFF_NUMBERS = {3: "H", 4: "I", 16: "Q"}
_EXTRAS = frozenset((b"iCCP", b"zTXt", b"iTXt", b"tEXt", b"eXIf", b"ICCP", b"EXIF", b"XMP "))


@dataclass(frozen=True)
class Header:
    """What a file says of its picture.

    Attributes
    ----------
    format : str
        As Pillow names it; empty when it is none that is read.
    size : tuple of int or None
        Width and height in pixels as declared; None when they do not stand where they should.
    frames : int
        Frames declared or met, counted up to `COUNTED`.
    doubt : str
        Why the picture is not decoded in this process; empty for ordinary photos.
    """

    format: str
    size: tuple[int, int] | None = None
    frames: int = 1
    doubt: str = ""


def read_header(data: bytes) -> Header:
    """Read what stands before and between the pixels.

    Parameters
    ----------
    data : bytes
        Of the file, or its beginning; then frames and doubts that come later are not seen.

    Returns
    -------
    Header
    """
    for mark, name, read in _READERS:
        if data.startswith(mark) and (name != "WEBP" or data[8:12] == b"WEBP"):
            try:
                header = read(data)
            except (struct.error, IndexError):  # the file ends within its headers
                header = Header(name, doubt="cut off within its headers")
            return header if header.doubt else Header(name, header.size, header.frames, _large(header, len(data)))
    return Header("")


def _large(header: Header, size: int) -> str:
    """Return why a picture of an ordinary form is decoded apart after all."""
    if header.size is None:
        return "no size where it should stand"
    if header.size[0] * header.size[1] > ORDINARY_PIXELS:
        return f"more than {ORDINARY_PIXELS} pixels"
    return f"more than {ORDINARY_BYTES} bytes" if size > ORDINARY_BYTES else ""


def _jpeg(data: bytes) -> Header:
    size, segments, at, parts = None, 0, 2, 0
    while at + 4 <= len(data) and segments <= ORDINARY_SEGMENTS:
        segments += 1
        if data[at] != 0xFF:
            return Header("JPEG", size, doubt="bytes between its segments")
        marker = data[at + 1]
        if marker == 0xDA:
            break
        if marker == 0xFF or marker in _LONE_MARKERS:
            at += 1 if marker == 0xFF else 2
            continue
        if marker in _FRAMES_OF_JPEG:
            if size is not None:
                return Header("JPEG", size, doubt="two sizes")
            size = (data[at + 7] << 8 | data[at + 8], data[at + 5] << 8 | data[at + 6])
            parts = data[at + 9] if marker <= 0xC1 else 0  # colours of a picture that is not progressive
        at += 2 + (data[at + 2] << 8 | data[at + 3])
    if segments > ORDINARY_SEGMENTS:
        return Header("JPEG", size, doubt="more segments than a photo has")
    if at + 4 < len(data) and parts and data[at + 4] == parts:  # the first pass has all colours and is the last
        return Header("JPEG", size)
    # Within the packed pixels 0xFF is never followed by this byte, so the count is exact from the first pass on.
    scans = data.count(b"\xff\xda", at)
    if scans > ORDINARY_SCANS or (size is not None and scans * size[0] * size[1] > ORDINARY_SCANNED):
        return Header("JPEG", size, doubt=f"{scans} passes over the picture")
    return Header("JPEG", size)


def _png(data: bytes) -> Header:
    size, frames, headers, extras, chunks = None, 1, 0, 0, 0
    for kind, start, length in _chunks(data, 8):
        chunks += 1
        if kind == b"IHDR":
            headers += 1
            size = size or struct.unpack_from(">II", data, start)
        elif kind == b"acTL":
            frames = max(frames, int(struct.unpack_from(">I", data, start)[0]))
        elif kind in _EXTRAS:
            extras += length
        if chunks > ORDINARY_CHUNKS:
            break
    if headers > 1 or chunks > ORDINARY_CHUNKS or extras > ORDINARY_EXTRAS:
        return Header("PNG", size, frames, "more headers, text or profile than a photo has")
    return Header("PNG", size, frames, "an animation" if frames > 1 else "")


def _webp(data: bytes) -> Header:
    size, frames, extras, chunks = None, 0, 0, 0
    for kind, start, length in _chunks(data, 12):
        chunks += 1
        size = size or _webp_size(kind, data, start)
        frames += kind == b"ANMF"
        extras += length if kind in _EXTRAS else 0
        if frames > COUNTED or chunks > ORDINARY_CHUNKS:
            break
    if frames:
        return Header("WEBP", size, frames, "an animation")
    odd = chunks > ORDINARY_SEGMENTS or extras > ORDINARY_EXTRAS
    return Header("WEBP", size, 1, "more parts or profile than a photo has" if odd else "")


def _webp_size(kind: bytes, data: bytes, start: int) -> tuple[int, int] | None:
    if kind == b"VP8X":
        low, high, width, tall = struct.unpack_from("<HBHB", data, start + 4)
        return 1 + low + (high << 16), 1 + width + (tall << 16)
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, start + 1)
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 ":
        across, down = struct.unpack_from("<HH", data, start + 6)
        return across & 0x3FFF, down & 0x3FFF
    return None


def _chunks(data: bytes, at: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield kind, start and length of each chunk of a PNG or RIFF file that begins within ``data``."""
    riff = data.startswith(b"RIFF")
    while at + 8 <= len(data):
        if riff:
            kind, length = struct.unpack_from("<4sI", data, at)
            after = length + length % 2
        else:
            length, kind = struct.unpack_from(">I4s", data, at)
            after = length + 4  # a checksum
        yield kind, at + 8, length
        at += 8 + after


def _gif(data: bytes) -> Header:
    size = struct.unpack_from("<HH", data, 6)
    at = 13 + _colours(data[10])
    frames = steps = 0
    while at < len(data) and data[at] in (0x21, 0x2C) and frames <= COUNTED and steps <= 100 * COUNTED:
        frames += data[at] == 0x2C
        at += 2 if data[at] == 0x21 else 11 + _colours(data[at + 9])
        while at < len(data) and data[at] and steps <= 100 * COUNTED:
            at, steps = at + 1 + data[at], steps + 1
        at, steps = at + 1, steps + 1
    return Header("GIF", size, max(1, frames), "a GIF")


def _colours(packed: int) -> int:
    """Return the bytes of the colour table that a GIF's flags announce."""
    return 3 << (packed & 7) + 1 if packed & 0x80 else 0


def _bmp(data: bytes) -> Header:
    core = struct.unpack_from("<I", data, 14)[0] == 12
    width, height = struct.unpack_from("<HH" if core else "<ii", data, 18)
    return Header("BMP", (width, abs(height)), doubt="a BMP")


def _tiff(data: bytes) -> Header:
    """Follow the directories, each of which is a frame; a chain in a circle has as many as are counted."""
    order = "<" if data[:2] == b"II" else ">"
    big = 43 in (data[2], data[3])
    count, entry, offset = (f"{order}Q", 20, f"{order}Q") if big else (f"{order}H", 12, f"{order}I")
    (at,) = struct.unpack_from(offset, data, 8 if big else 4)
    found: dict[int, int] = {}
    frames = 0
    while at and frames <= COUNTED and at + struct.calcsize(count) <= len(data):
        (entries,) = struct.unpack_from(count, data, at)
        first = at + struct.calcsize(count)
        if not frames:
            found = _tiff_sides(data, order, range(first, min(first + entries * entry, len(data) - entry), entry))
        frames += 1
        after = first + entries * entry
        at = struct.unpack_from(offset, data, after)[0] if after + struct.calcsize(offset) <= len(data) else 0
    size = (found[256], found[257]) if len(found) == 2 else None
    return Header("TIFF", size, max(1, frames), "a TIFF")


def _tiff_sides(data: bytes, order: str, entries: range) -> dict[int, int]:
    """Return width (tag 256) and height (257) among the first entries of a directory."""
    found = {}
    for at in entries[:COUNTED]:
        tag, kind = struct.unpack_from(f"{order}HH", data, at)
        if tag in (256, 257) and kind in _TIFF_NUMBERS:
            value = at + entries.step - (8 if entries.step == 20 else 4)
            found[tag] = int(struct.unpack_from(order + _TIFF_NUMBERS[kind], data, value)[0])
    return found


_READERS: tuple[tuple[bytes, str, Callable[[bytes], Header]], ...] = (
    (b"\xff\xd8\xff", "JPEG", _jpeg),
    (b"\x89PNG\r\n\x1a\n", "PNG", _png),
    (b"RIFF", "WEBP", _webp),
    (b"GIF87a", "GIF", _gif),
    (b"GIF89a", "GIF", _gif),
    (b"BM", "BMP", _bmp),
    *((mark, "TIFF", _tiff) for mark in (b"II*\0", b"MM\0*", b"II\0*", b"MM*\0", b"II+\0", b"MM\0+")),
)
