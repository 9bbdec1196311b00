"""Product photos: found inside their folder only, decoded within limits, brought to plain RGB."""

from __future__ import annotations

import hashlib
import io
import re
import stat
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image

from prodcls.errors import ImageError

__all__ = [
    "FORMATS",
    "MAX_PHOTO_BYTES",
    "MAX_PIXELS",
    "MAX_RATIO",
    "WORKING_SIDE",
    "check_photo",
    "difference_hash",
    "letterbox",
    "load_photo",
    "photo_digest",
    "resolve_photo",
    "thumbnail_jpeg",
]

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
"""Formats that are read; Pillow knows dozens more, some of which run other programs."""

MAX_PHOTO_BYTES = 32 << 20
"""Bytes of a photo's file."""

MAX_PIXELS = 50_000_000
"""Pixels that a photo may decode to (200 MB at four bytes each)."""

MAX_RATIO = 200
"""Longest over shortest side; beyond it a picture is no photo of a product."""

WORKING_SIDE = 2048
"""Pixels of the longest side after loading; encoders see far fewer."""

THUMBNAIL_QUALITY = 80

# EXIF orientation -> what undoes it (CIPA DC-008, tag 274).
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_STRIP = 64  # rows of the reduced picture that are converted at a time
_WHITE = (255, 255, 255)
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
        Codes ``photo-url``, ``photo-outside``, ``photo-absent``, ``photo-name``, ``photo-not-a-file``.
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
        regular = stat.S_ISREG(path.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        raise ImageError("photo absent: there is no such file", code="photo-absent") from None
    except (OSError, RuntimeError, ValueError) as error:
        raise ImageError(f"the name cannot be looked up ({type(error).__name__})", code="photo-name") from None
    if not regular:
        raise ImageError("the name is not that of a file", code="photo-not-a-file")
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


def _check_bytes(path: Path) -> None:
    size = path.stat().st_size
    if size > MAX_PHOTO_BYTES:
        raise ImageError(f"the file has {size} bytes, more than {MAX_PHOTO_BYTES}", code="photo-too-large")


def _read(path: Path) -> bytes:
    try:
        _check_bytes(path)
        return path.read_bytes()
    except OSError as error:
        raise ImageError(f"photo absent ({error.strerror})", code="photo-absent") from None


@contextmanager
def _decoding() -> Iterator[None]:
    """Turn whatever a decoder raises on damaged bytes into an `ImageError`, and keep its warnings quiet."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except ImageError:
        raise
    except Image.DecompressionBombError as error:
        raise ImageError(f"the picture has more than {MAX_PIXELS} pixels", code="photo-too-large") from error
    except Exception as error:  # Pillow's decoders raise nearly every type there is
        reason = f"photo absent: not a whole picture in {', '.join(FORMATS)} ({type(error).__name__})"
        raise ImageError(reason, code="photo-corrupt") from error


def _check_size(image: Image.Image) -> None:
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise ImageError(f"{width} x {height} pixels are more than {MAX_PIXELS}", code="photo-too-large")
    if max(width, height) > MAX_RATIO * min(width, height):
        raise ImageError(f"{width} x {height} pixels are no photo", code="photo-no-shape")


def check_photo(path: Path) -> None:
    """Look at a photo's size and header without decoding its pixels.

    Parameters
    ----------
    path : Path

    Raises
    ------
    ImageError
        Codes ``photo-too-large``, ``photo-corrupt``, ``photo-no-shape``, ``photo-absent``.
    """
    _check_bytes(path)
    with _decoding(), Image.open(path, formats=FORMATS) as image:
        _check_size(image)


def load_photo(path: Path) -> NDArray[np.uint8]:
    """Decode a photo: first frame, upright by its EXIF orientation, transparency on white.

    Parameters
    ----------
    path : Path

    Returns
    -------
    ndarray of shape (h, w, 3), uint8
        RGB. Photos larger than `WORKING_SIDE` are scaled down to it.

    Raises
    ------
    ImageError
        Codes ``photo-too-large``, ``photo-corrupt``, ``photo-no-shape``, ``photo-absent``.
    """
    data = _read(path)
    with _decoding(), Image.open(io.BytesIO(data), formats=FORMATS) as image:
        _check_size(image)
        # JPEG decoders can leave out fine detail that would be scaled away anyway.
        image.draft(None, (WORKING_SIDE, WORKING_SIDE))
        image.load()
        return np.asarray(_upright(_scaled_rgb(image), image), dtype=np.uint8)


def _scaled_rgb(image: Image.Image) -> Image.Image:
    """Return ``image`` in RGB with no side above `WORKING_SIDE`.

    Large photos are averaged over whole blocks strip by strip, so that they are never held in two modes at once.
    """
    width, height = image.size
    scale = WORKING_SIDE / max(width, height)
    if scale >= 1:
        return _rgb(image)
    block = int(1 / scale)
    reduced = Image.new("RGB", (-(-width // block), -(-height // block)))
    step = block * _STRIP
    for top in range(0, height, step):
        strip = _rgb(image.crop((0, top, width, min(top + step, height))))
        reduced.paste(strip.reduce(block), (0, top // block))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return reduced.resize(size, Image.Resampling.BICUBIC, box=(0, 0, width / block, height / block))


def _rgb(image: Image.Image) -> Image.Image:
    """Return ``image`` in mode RGB, transparency on white; raises ValueError for modes without a meaning in RGB."""
    if image.mode.startswith(("I", "F")):
        return _from_deep(image)
    if "transparency" not in image.info and image.mode not in {"RGBA", "LA", "PA", "RGBa", "La"}:
        return image.convert("RGB")
    layer = image.convert("RGBA")
    plain = Image.new("RGB", image.size, _WHITE)
    plain.paste(layer, mask=layer.getchannel("A"))
    return plain


def _upright(plain: Image.Image, image: Image.Image) -> Image.Image:
    """Turn ``plain`` as the camera's note in ``image`` says; a damaged note is no reason to lose the photo."""
    turn = None
    with suppress(Exception):
        turn = _TURNS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    return plain if turn is None else plain.transpose(turn)


def _from_deep(image: Image.Image) -> Image.Image:
    """Scale 16-bit grey to 8 bits; Pillow's own conversion cuts every value above 255 to white."""
    values = np.asarray(image)
    if image.mode == "F" or values.min() < 0 or values.max() > 65535:
        raise ValueError("neither 8 nor 16 bits a channel")
    grey = ((values.astype(np.uint32) + 128) // 257).astype(np.uint8)
    return Image.fromarray(grey).convert("RGB")


def letterbox(pixels: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Fit a picture of shape (h, w, 3) into (side, side, 3) with its proportions kept, centred on white."""
    height, width = pixels.shape[:2]
    scale = side / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    resized = Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC)
    canvas = Image.new("RGB", (side, side), _WHITE)
    canvas.paste(resized, ((side - size[0]) // 2, (side - size[1]) // 2))
    return np.asarray(canvas, dtype=np.uint8)


def photo_digest(path: Path) -> str:
    """Return the SHA-256 of the file's bytes as 64 hex digits."""
    return hashlib.sha256(_read(path)).hexdigest()


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
