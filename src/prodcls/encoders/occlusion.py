"""Parts of a text for encoders that tell none: what leaving it out does to the vector."""

from __future__ import annotations

import itertools
import re

import numpy as np

from prodcls.encoders.base import Encoder, Item, Parts
from prodcls.errors import InputError

__all__ = ["MOST_PIECES", "occluded"]

MOST_PIECES = 64
"""Pieces of a text at most: each is one more text to encode. Longer texts are left out several words at a time."""

# Thai, Lao, Burmese, Khmer, kana and Han are not spaced: single characters there, words elsewhere.
_UNSPACED = "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"
_PIECE = re.compile(rf"{_UNSPACED}|(?:(?!{_UNSPACED})\w)+")


def occluded(encoder: Encoder, item: Item) -> Parts:
    """Split the vector of a text over its words by occlusion.

    A word's part is the text's vector less that of the text without the word (Zeiler and Fergus, Visualizing and
    understanding convolutional networks, ECCV 2014, section 4.2). What the parts do not sum to is one part more, on no
    word, so that together they are the vector.

    Parameters
    ----------
    encoder : Encoder
    item : str

    Returns
    -------
    Parts
        ``approximate`` is True.

    Raises
    ------
    InputError
        Code ``photo-without-parts``, for a photo.
    """
    if not isinstance(item, str):
        message = f"encoder {encoder.name!r} tells nothing of the regions of a photo"
        raise InputError(message, code="photo-without-parts")
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


def _pieces(text: str) -> list[tuple[int, int]]:
    """Return where the pieces of a text begin and end, at most `MOST_PIECES` of them."""
    found = [match.span() for match in _PIECE.finditer(text)]
    bounds = np.linspace(0, len(found), min(MOST_PIECES, len(found)) + 1).astype(int).tolist()
    return [(found[first][0], found[end - 1][1]) for first, end in itertools.pairwise(bounds) if end > first]
