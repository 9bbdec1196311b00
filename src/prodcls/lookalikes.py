"""Photos that look alike: the same picture in another size, format or light, by embedding and by perceptual hash."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["ALIKE", "MAX_BITS", "alike_pairs", "near_hashes"]

ALIKE = 0.98
"""Cosine of the embeddings of two photos from which on they are taken for the same picture."""

MAX_BITS = 4
"""Bits of 64 in which the difference hashes of the same picture may differ."""

CHUNK_ROWS = 1024
"""Rows compared at a time; bounds memory to CHUNK_ROWS x rows."""

MAX_ROWS = 20_000
"""Photos up to which all pairs are compared: time grows with the square of their number."""


def alike_pairs(vectors: NDArray[np.float32], present: NDArray[np.bool_], *, least: float = ALIKE) -> NDArray[np.int64]:
    """Return the pairs of products whose photos have nearly the same embedding.

    Parameters
    ----------
    vectors : ndarray of shape (n, d), float32
        Unit length.
    present : ndarray of shape (n,), bool
        Whether the product has a photo.
    least : float
        Cosine, in (0, 1].

    Returns
    -------
    ndarray of shape (m, 2), int64
        The first before the second, in order; none where there are more than `MAX_ROWS` photos.
    """
    rows = np.flatnonzero(present)
    found = [np.empty((0, 2), dtype=np.int64)]
    if len(rows) <= MAX_ROWS:
        photos = vectors[rows]
        for start in range(0, len(rows), CHUNK_ROWS):
            left, right = np.nonzero(photos[start : start + CHUNK_ROWS] @ photos[start:].T >= least)
            later = right > left
            found.append(np.stack([rows[start + left[later]], rows[start + right[later]]], axis=1))
    return np.concatenate(found)


def near_hashes(pairs: NDArray[np.int64], hashes: dict[int, int]) -> NDArray[np.bool_]:
    """Tell for each pair whether the difference hashes of its photos agree.

    Parameters
    ----------
    pairs : ndarray of shape (m, 2), int64
    hashes : dict of int to int
        Difference hash of 64 bits by product; photos without one agree with none.

    Returns
    -------
    ndarray of shape (m,), bool
    """
    return np.array(
        [a in hashes and b in hashes and (hashes[a] ^ hashes[b]).bit_count() <= MAX_BITS for a, b in pairs.tolist()],
        dtype=bool,
    )
