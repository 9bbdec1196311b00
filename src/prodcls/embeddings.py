"""Embeddings as data, and the store that keeps them between fits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Embeddings"]


@dataclass(frozen=True)
class Embeddings:
    """Vectors of one block for n products.

    Attributes
    ----------
    block : str
        Such as ``"title"``, ``"text"`` or ``"image"``; names the evidence made from it.
    encoder : str
        Identity of the encoder (weights, preprocessing version, runtime).
    vectors : ndarray of shape (n, d), float32
        Zero rows where ``present`` is False.
    present : ndarray of shape (n,), bool
        False where the product has no such text or photo.
    read_share : ndarray of shape (n,), float32
        Share of the text within the encoder's limit, in [0, 1]; 1 for photos.
    """

    block: str
    encoder: str
    vectors: NDArray[np.float32]
    present: NDArray[np.bool_]
    read_share: NDArray[np.float32]
