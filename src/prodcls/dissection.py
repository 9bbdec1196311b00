"""One product through the encoders, with what each of its vectors is made of."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from prodcls.embeddings import Embeddings
from prodcls.encoders import Encoder, Item, Parts
from prodcls.explain.subject import Split, Subject
from prodcls.images import load_photo
from prodcls.inputs import Inputs
from prodcls.preparation import IMAGE_BLOCK, Readers, joined
from prodcls.trained import Served

__all__ = ["dissect"]


def dissect(inputs: Inputs, photo: Path | None, served: Served, readers: Readers) -> Subject:
    """Return a product with its texts and photo encoded, part by part.

    Parameters
    ----------
    inputs : Inputs
        One product; its embeddings are not looked at.
    photo : Path or None
    served : Served
        Such as a bundle, or the model of a fold.
    readers : Readers

    Returns
    -------
    Subject
        With the vectors and columns that the model is served.

    Raises
    ------
    ImageError
        If the photo cannot be read.
    """
    recipe, known = served.recipe, served.known
    dense, splits = {}, {}
    for column in recipe.text_columns:
        dense[column], split = _encode(column, inputs.texts[column][0], readers.text)
        if split is not None:
            splits[column] = split
    size = None
    if readers.image is not None:
        dense[IMAGE_BLOCK], split = _encode(IMAGE_BLOCK, photo, (readers.image,))
        if split is not None and photo is not None:
            splits[IMAGE_BLOCK] = split
            height, width = load_photo(photo).shape[:2]
            size = (width, height)
    return Subject(replace(inputs, dense=dense).aligned(known.numeric, known.categorical), splits, size)


def _encode(block: str, item: Item | None, encoders: tuple[Encoder, ...]) -> tuple[Embeddings, Split | None]:
    """Return one item as `prodcls.embeddings.embed` and `joined` would, and what its vector is made of."""
    if item is None or not str(item).strip():
        return joined([_embedding(block, e, np.zeros(e.dimension, np.float32), present=False) for e in encoders]), None
    parts = tuple(encoder.encode_parts([item])[0] for encoder in encoders)
    return joined([_of_parts(block, e, p) for e, p in zip(encoders, parts, strict=True)]), Split(encoders, parts)


def _of_parts(block: str, encoder: Encoder, parts: Parts) -> Embeddings:
    return _embedding(block, encoder, parts.vector, present=True)


def _embedding(block: str, encoder: Encoder, vector: NDArray[np.float32], *, present: bool) -> Embeddings:
    ones = np.ones(1, dtype=np.float32)
    return Embeddings(block, encoder.identity, vector[None], np.array([present]), ones)
