"""Parts of a text, photo or sound for encoders that tell none: what leaving them out does to the vector."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from prodcls.encoders.items import Encoder, Item, Parts
from prodcls.encoders.photos import photo_pixels
from prodcls.photo_copies import PhotoCopy
from prodcls.photo_fitting import Fitting, border_colour
from prodcls.sound_segments import segment_seconds, shares_of, without, write_recording
from prodcls.sounds import Sound, read_sound

__all__ = ["GRID", "MOST_PIECES", "occluded"]

GRID = (7, 7)
"""Rows and columns of a photo's regions: each is one more photo to encode."""

HIDDEN_AT_ONCE = 7
"""Photos with a hidden region that are on disk at a time."""

MOST_PIECES = 64
"""Pieces of a text at most: each is one more text to encode. Longer texts are left out several words at a time."""

# Thai, Lao, Burmese, Khmer, kana and Han are not spaced: single characters there, words elsewhere.
_UNSPACED = "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"
_PIECE = re.compile(rf"{_UNSPACED}|(?:(?!{_UNSPACED})\w)+")


def occluded(encoder: Encoder, item: Item) -> Parts:
    """Split the vector of a text over its words, of a photo over its regions, or of a sound over its segments.

    A word's part is the text's vector less that of the text without the word (Zeiler and Fergus, Visualizing and
    understanding convolutional networks, ECCV 2014, section 4.2); a region is hidden under the colour of the photo's
    border, a segment is cut out. What the parts do not sum to is one part more, on no word, region or segment, so that
    together they are the vector.

    Parameters
    ----------
    encoder : Encoder
    item : str, Path, PhotoCopy or Sound

    Returns
    -------
    Parts
        ``approximate`` is True.

    Raises
    ------
    MediaError
        If the photo or the sound cannot be read.
    """
    if isinstance(item, Sound):
        return _cut(encoder, item)
    if not isinstance(item, str):
        return _hidden(encoder, item)
    spans = _pieces(item)
    texts = [item, *(item[:start] + " " + item[end:] for start, end in spans)]
    encoded = encoder.encode(texts)
    vectors = encoded.vectors.astype(np.float64)
    # Without its only word a text says nothing, and its vector is none.
    silent = np.array([not text.strip() for text in texts])
    vectors[silent] = 0.0
    effects = vectors[0] - vectors[1:]
    rest = vectors[0] - effects.sum(axis=0)
    vector = encoded.vectors[0]
    return Parts(
        vectors=np.vstack([effects, rest]),
        pooled=vector,
        vector=vector,
        spans=np.array([*spans, (0, 0)], dtype=np.int64).reshape(-1, 2),
        grid=None,
        linear=True,
        read_share=float(encoded.read_share[0]),
        approximate=True,
    )


def _hidden(encoder: Encoder, item: Path | PhotoCopy) -> Parts:
    """Split the vector of a photo over a grid laid upon it as it is: how the encoder takes it is not known."""
    pixels = photo_pixels(item)
    down, across = (
        np.linspace(0, side, count + 1).astype(int).tolist() for side, count in zip(pixels.shape[:2], GRID, strict=True)
    )
    boxes = [
        (slice(*rows), slice(*columns))
        for rows, columns in itertools.product(itertools.pairwise(down), itertools.pairwise(across))
    ]
    vector = encoder.encode([item]).vectors[0]
    starts = range(0, len(boxes), HIDDEN_AT_ONCE)
    without = np.concatenate([_without(encoder, pixels, boxes[start : start + HIDDEN_AT_ONCE]) for start in starts])
    effects = vector - without.astype(np.float64)
    return Parts(
        vectors=np.vstack([effects, vector - effects.sum(axis=0)]),
        pooled=vector,
        vector=vector,
        spans=None,
        grid=GRID,
        linear=True,
        approximate=True,
        fitting=Fitting(way="as it is"),
    )


def _without(encoder: Encoder, pixels: NDArray[np.uint8], boxes: Iterable[tuple[slice, slice]]) -> NDArray[np.float32]:
    """Return the vectors of a photo with one box hidden in each."""
    colour, paths = border_colour(pixels), list[Path]()
    with TemporaryDirectory(prefix="prodcls-hidden-") as folder:
        for box in boxes:
            shown = pixels.copy()
            shown[box] = colour
            paths.append(Path(folder) / f"{len(paths)}.bmp")
            Image.fromarray(shown).save(paths[-1])
        return encoder.encode(paths).vectors


def _cut(encoder: Encoder, sound: Sound) -> Parts:
    """Split the vector of a sound over its segments."""
    recording = read_sound(sound)
    seconds = segment_seconds(len(recording.samples) / recording.rate)
    encoded = encoder.encode([sound])
    for error in encoded.failed.values():
        raise error
    vector = encoded.vectors[0]
    with TemporaryDirectory(prefix="prodcls-cut-") as folder:
        # Without its only segment nothing is left to read, and the vector is none.
        left = [
            write_recording(without(recording, [share]), Path(folder) / f"{i}.wav")
            for i, share in enumerate(shares_of(seconds))
        ]
        effects = vector - encoder.encode(left).vectors.astype(np.float64)
    return Parts(
        vectors=np.vstack([effects, vector - effects.sum(axis=0)]),
        pooled=vector,
        vector=vector,
        spans=None,
        grid=None,
        linear=True,
        read_share=float(encoded.read_share[0]),
        approximate=True,
        seconds=seconds,
    )


def _pieces(text: str) -> list[tuple[int, int]]:
    """Return where the pieces of a text begin and end, at most `MOST_PIECES` of them."""
    found = [match.span() for match in _PIECE.finditer(text)]
    bounds = np.linspace(0, len(found), min(MOST_PIECES, len(found)) + 1).astype(int).tolist()
    return [(found[first][0], found[end - 1][1]) for first, end in itertools.pairwise(bounds) if end > first]
