"""The bytes of a photo become upright RGB on white; runs in this process, or in one of its own for what is odd."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image

from prodcls.errors import ImageError

__all__ = ["FORMATS", "MAX_PIXELS", "MAX_RATIO", "MAX_SIDE", "WHITE", "WORKING_SIDE", "check_size", "decode"]

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
"""Formats that are read; Pillow knows dozens more, some of which run other programs."""

MAX_PIXELS = 50_000_000
"""Pixels that a photo may decode to (200 MB at four bytes each)."""

MAX_SIDE = 30_000
"""Pixels of a side."""

MAX_RATIO = 200
"""Longest over shortest side; beyond it a picture is no photo of a product."""

WORKING_SIDE = 2048
"""Pixels of the longest side after loading; encoders see far fewer."""

WHITE = (255, 255, 255)

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


def decode(data: bytes) -> NDArray[np.uint8]:
    """Decode a photo: first frame, upright by its EXIF orientation, transparency on white.

    Parameters
    ----------
    data : bytes
        Of the whole file.

    Returns
    -------
    ndarray of shape (h, w, 3), uint8
        RGB. Photos larger than `WORKING_SIDE` are scaled down to it.

    Raises
    ------
    ImageError
        Codes ``photo-too-large``, ``photo-corrupt``, ``photo-no-shape``, ``photo-refused``.
    """
    with _decoding(), Image.open(io.BytesIO(data), formats=FORMATS) as image:
        check_size(*image.size)
        # JPEG decoders can leave out fine detail that would be scaled away anyway.
        image.draft(None, (WORKING_SIDE, WORKING_SIDE))
        image.load()
        return np.asarray(_upright(_scaled_rgb(image), image), dtype=np.uint8)


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
    except MemoryError as error:
        raise ImageError(
            "photo absent: to decode it takes more memory than a photo may", code="photo-refused"
        ) from error
    except Exception as error:  # Pillow's decoders raise nearly every type there is
        reason = f"photo absent: not a whole picture in {', '.join(FORMATS)} ({type(error).__name__})"
        raise ImageError(reason, code="photo-corrupt") from error


def check_size(width: int, height: int) -> None:
    """Refuse a picture by its sides in pixels.

    Parameters
    ----------
    width : int
    height : int

    Raises
    ------
    ImageError
        Codes ``photo-too-large``, ``photo-corrupt``, ``photo-no-shape``.
    """
    if min(width, height) < 1:
        raise ImageError(f"photo absent: {width} x {height} pixels are no picture", code="photo-corrupt")
    if width * height > MAX_PIXELS:
        raise ImageError(f"{width} x {height} pixels are more than {MAX_PIXELS}", code="photo-too-large")
    if max(width, height) > MAX_SIDE:
        raise ImageError(f"{width} x {height} pixels: a side is longer than {MAX_SIDE}", code="photo-too-large")
    if max(width, height) > MAX_RATIO * min(width, height):
        raise ImageError(f"{width} x {height} pixels are no photo", code="photo-no-shape")


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
    plain = Image.new("RGB", image.size, WHITE)
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
