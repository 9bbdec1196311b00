"""Products through the encoders, with what each of their vectors is made of."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from prodcls.embeddings import Embeddings
from prodcls.encoders import Encoder, Item, Parts
from prodcls.explain.subject import Split, Subject
from prodcls.images import load_photo
from prodcls.inputs import Inputs
from prodcls.preparation import AUDIO_BLOCK, IMAGE_BLOCK, Readers, joined
from prodcls.sounds import Sound
from prodcls.trained import Served

__all__ = ["Dissected", "dissect", "dissect_item"]


@dataclass(frozen=True)
class Dissected:
    """One text, photo or sound, read part by part.

    Attributes
    ----------
    embedding : Embeddings
        Of length 1.
    split : Split or None
        What its vector is made of; None where there is nothing to read.
    photo_size : tuple of int, or None
        Width and height in pixels, of a photo.
    """

    embedding: Embeddings
    split: Split | None
    photo_size: tuple[int, int] | None = None


def dissect(
    inputs: Inputs, photo: Path | None, served: Served, readers: Readers, sound: Sound | None = None
) -> Subject:
    """Return a product with its texts, photo and sound encoded, part by part.

    Parameters
    ----------
    inputs : Inputs
        One product; its embeddings are not looked at.
    photo : Path or None
    served : Served
        Such as a bundle, or the model of a fold.
    readers : Readers
    sound : Sound, optional

    Returns
    -------
    Subject
        With the vectors and columns that the model is served.

    Raises
    ------
    MediaError
        If the photo or the sound cannot be read.
    """
    recipe, known = served.recipe, served.known
    found = {column: dissect_item(column, inputs.texts[column][0], readers.text) for column in recipe.text_columns}
    if readers.image:
        found[IMAGE_BLOCK] = dissect_item(IMAGE_BLOCK, photo, readers.image)
    if readers.audio is not None:
        found[AUDIO_BLOCK] = dissect_item(AUDIO_BLOCK, sound, (readers.audio,))
    dense = {block: one.embedding for block, one in found.items()}
    splits = {block: one.split for block, one in found.items() if one.split is not None}
    size = found[IMAGE_BLOCK].photo_size if IMAGE_BLOCK in found else None
    return Subject(replace(inputs, dense=dense).aligned(known.numeric, known.categorical), splits, size)


def dissect_item(block: str, item: Item | None, encoders: tuple[Encoder, ...]) -> Dissected:
    """Return one item as `prodcls.embeddings.embed` and `joined` would, and what its vector is made of.

    Parameters
    ----------
    block : str
    item : str, Path, Sound or None
        Nothing is read of None and of blank texts.
    encoders : tuple of Encoder

    Returns
    -------
    Dissected

    Raises
    ------
    MediaError
        If the photo or the sound cannot be read.
    """
    if item is None or not str(item).strip():
        absent = [_embedding(block, e, np.zeros(e.dimension, np.float32), present=False) for e in encoders]
        return Dissected(joined(absent), None)
    parts = tuple(encoder.encode_parts([item])[0] for encoder in encoders)
    embedding = joined([_of_parts(block, e, p) for e, p in zip(encoders, parts, strict=True)])
    if not isinstance(item, Path):
        return Dissected(embedding, Split(encoders, parts))
    height, width = load_photo(item).shape[:2]
    return Dissected(embedding, Split(encoders, parts), (width, height))


def _of_parts(block: str, encoder: Encoder, parts: Parts) -> Embeddings:
    return _embedding(block, encoder, parts.vector, present=True)


def _embedding(block: str, encoder: Encoder, vector: NDArray[np.float32], *, present: bool) -> Embeddings:
    ones = np.ones(1, dtype=np.float32)
    return Embeddings(block, encoder.identity, vector[None], np.array([present]), ones)
