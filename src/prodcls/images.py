"""Product photos: found inside their folder only, decoded within limits, brought to plain RGB."""

from __future__ import annotations

import hashlib
import io
import os
import re
import stat
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from prodcls.errors import ImageError
from prodcls.photo_decoding import FORMATS, WHITE, check_size, decode
from prodcls.photo_guard import decode_apart
from prodcls.photo_headers import Header, read_header

__all__ = [
    "MAX_FRAMES",
    "MAX_PHOTO_BYTES",
    "check_photo",
    "difference_hash",
    "letterbox",
    "load_photo",
    "photo_digest",
    "read_file",
    "resolve_photo",
    "thumbnail_jpeg",
]

MAX_PHOTO_BYTES = 32 << 20
"""Bytes of a photo's file."""

MAX_FRAMES = 1000
"""Frames of an animation, of which the first is taken."""

HEAD_BYTES = 64 << 10
"""Bytes looked at by `check_photo`: cameras put their notes, at most as long, before the size."""

THUMBNAIL_QUALITY = 80

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def resolve_photo(cell: str, root: Path) -> Path:
    """Return the regular file that ``cell`` names inside ``root``; links may not lead out of it.

    Parameters
    ----------
    cell : str
        As it stands in the catalogue.
    root : Path
        Folder that the photo must lie in.

    Raises
    ------
    ImageError
        Codes ``photo-url``, ``photo-outside``, ``photo-absent``, ``photo-name``, ``photo-not-a-file``,
        ``photo-hard-link``.
    """
    name = cell.strip().replace("\\", "/")
    if _SCHEME.match(name) or name.startswith("//"):
        raise ImageError("addresses and drives are not followed: give a file below the image folder", code="photo-url")
    if not name or _CONTROL.search(name):
        raise ImageError("the name is empty or holds control characters", code="photo-name")
    try:
        base = root.resolve(strict=True)
        # A path that leaves the folder is refused before anything outside is asked for.
        if not _inside(Path(name), base):
            raise ImageError("the path leaves the image folder", code="photo-outside")
        path = (base / name).resolve(strict=True)
        if not path.is_relative_to(base):
            raise ImageError("a link leads out of the image folder", code="photo-outside")
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        raise ImageError("photo absent: there is no such file", code="photo-absent") from None
    except (OSError, RuntimeError, ValueError) as error:
        raise ImageError(f"the name cannot be looked up ({type(error).__name__})", code="photo-name") from None
    if not stat.S_ISREG(found.st_mode):
        raise ImageError("the name is not that of a file", code="photo-not-a-file")
    if found.st_nlink > 1:  # of whose names any may lie outside, and none is more the file's own than another
        reason = "the file has further names (hard links), perhaps outside the image folder: put a copy there"
        raise ImageError(reason, code="photo-hard-link")
    return path


def _inside(name: Path, base: Path) -> bool:
    if name.is_absolute():
        return name.is_relative_to(base) and ".." not in name.parts
    depth = 0
    for part in name.parts:
        depth += -1 if part == ".." else 1
        if depth < 0:
            return False
    return True


def read_file(path: Path, most: int | None = None, limit: int | None = None) -> bytes:
    """Return the bytes of a file, or its first ``most``; follow no link in its place, wait for no pipe.

    Parameters
    ----------
    path : Path
    most : int, optional
    limit : int, optional
        Bytes that the file may have; `MAX_PHOTO_BYTES` by default.

    Returns
    -------
    bytes

    Raises
    ------
    ImageError
        Codes ``photo-too-large``, ``photo-absent``, ``photo-not-a-file``.
    """
    limit = MAX_PHOTO_BYTES if limit is None else limit
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        with os.fdopen(os.open(path, flags), "rb") as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise ImageError("the name is not that of a file", code="photo-not-a-file")
            if found.st_size > limit:
                reason = f"the file has {found.st_size} bytes, more than {limit}"
                raise ImageError(reason, code="photo-too-large")
            return file.read(found.st_size if most is None else min(most, found.st_size))
    except OSError as error:
        raise ImageError(f"photo absent ({error.strerror})", code="photo-absent") from None


def _checked_header(data: bytes) -> Header:
    """Return what the headers say; raises ImageError where that alone is a reason to refuse the photo."""
    header = read_header(data)
    if not header.format:
        raise ImageError(f"photo absent: not a picture in {', '.join(FORMATS)}", code="photo-corrupt")
    if header.size is not None:
        check_size(*header.size)
    if header.frames > MAX_FRAMES:
        raise ImageError(f"an animation of more than {MAX_FRAMES} frames is no photo", code="photo-too-many-frames")
    return header


def check_photo(path: Path) -> None:
    """Look at a photo's size and first headers without decoding anything.

    Parameters
    ----------
    path : Path

    Raises
    ------
    ImageError
        Codes ``photo-too-large``, ``photo-too-many-frames``, ``photo-corrupt``, ``photo-no-shape``, ``photo-absent``,
        ``photo-not-a-file``.
    """
    _checked_header(read_file(path, HEAD_BYTES))


def load_photo(path: Path) -> NDArray[np.uint8]:
    """Decode a photo: first frame, upright by its EXIF orientation, transparency on white.

    Photos with an odd header are decoded in a process of its own, with a limit on memory and time.

    Parameters
    ----------
    path : Path

    Returns
    -------
    ndarray of shape (h, w, 3), uint8
        RGB. Photos larger than `prodcls.photo_decoding.WORKING_SIDE` are scaled down to it.

    Raises
    ------
    ImageError
        Those of `check_photo`, and ``photo-refused`` where the limits were reached.
    """
    data = read_file(path)
    header = _checked_header(data)
    return decode_apart(data) if header.doubt else decode(data)


def letterbox(pixels: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Fit a picture of shape (h, w, 3) into (side, side, 3) with its proportions kept, centred on white."""
    height, width = pixels.shape[:2]
    scale = side / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    resized = Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC)
    canvas = Image.new("RGB", (side, side), WHITE)
    canvas.paste(resized, ((side - size[0]) // 2, (side - size[1]) // 2))
    return np.asarray(canvas, dtype=np.uint8)


def photo_digest(path: Path) -> str:
    """Return the SHA-256 of the file's bytes as 64 hex digits."""
    return hashlib.sha256(read_file(path)).hexdigest()


def thumbnail_jpeg(path: Path, side: int = 192) -> bytes:
    """Return the photo as a JPEG of at most ``side`` x ``side`` pixels, without EXIF or any other metadata."""
    image = Image.fromarray(load_photo(path))
    image.thumbnail((side, side), Image.Resampling.BICUBIC)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=THUMBNAIL_QUALITY, optimize=True)
    return buffer.getvalue()


def difference_hash(pixels: NDArray[np.uint8]) -> int:
    """Return 64 bits, one for each step to the right that gets brighter on an 8 x 9 grid.

    Pictures of the same product differ in few bits. The idea is N. Krawetz's "dHash" (2013).
    """
    small = np.asarray(Image.fromarray(pixels).convert("L").resize((9, 8), Image.Resampling.BICUBIC), dtype=np.int16)
    bits = (small[:, 1:] > small[:, :-1]).ravel()
    return int.from_bytes(np.packbits(bits).tobytes(), "big")
