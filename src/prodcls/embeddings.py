"""Embeddings as data, and how a block's texts or photos become embeddings."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from prodcls.embedding_store import EmbeddingStore, EmbedStats, Stored, content_key
from prodcls.encoders import Encoder, Item
from prodcls.errors import ImageError

__all__ = ["Copies", "EmbedProgress", "EmbedStats", "EmbeddingStore", "Embeddings", "embed"]

SHARD_ITEMS = 1024
"""Items encoded between two writes to the store: what an interruption can lose."""

EmbedProgress = Callable[[int, int], None]
"""Called with the contents encoded so far and how many there are to encode."""


@dataclass(frozen=True)
class Copies:
    """Vectors of altered copies of n products, that a probe learns from beside the products themselves.

    Attributes
    ----------
    vectors : ndarray of shape (m, d), float32
    source : ndarray of shape (m,), intp
        Position of the product, in [0, n).
    """

    vectors: NDArray[np.float32]
    source: NDArray[np.intp]

    def take(self, rows: NDArray[np.intp], n: int) -> Copies:
        """Return the copies of the products at ``rows``, shape (k,), out of ``n``, with their positions in it."""
        place = np.full(n, -1, dtype=np.intp)
        place[rows] = np.arange(len(rows))
        kept = place[self.source] >= 0
        return Copies(self.vectors[kept], place[self.source[kept]])


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
    copies : Copies or None
        Of some of the products, for training only.
    """

    block: str
    encoder: str
    vectors: NDArray[np.float32]
    present: NDArray[np.bool_]
    read_share: NDArray[np.float32]
    copies: Copies | None = None

    def take(self, rows: NDArray[np.intp]) -> Embeddings:
        """Return the products at ``rows``, shape (m,), and their copies."""
        return replace(
            self,
            vectors=self.vectors[rows],
            present=self.present[rows],
            read_share=self.read_share[rows],
            copies=None if self.copies is None else self.copies.take(rows, len(self.present)),
        )


def embed(
    block: str,
    items: Sequence[Item | None],
    encoder: Encoder,
    store: EmbeddingStore,
    progress: EmbedProgress | None = None,
) -> Embeddings:
    """Return the vectors of ``items``, encoding only what the store does not have.

    Equal contents are encoded once. What was done is appended to ``store.stats``.

    Parameters
    ----------
    block : str
        Name of the evidence that is made from the vectors.
    items : sequence of (str, Path, PhotoCopy or None), length n
        None and blank texts are missing. A photo that cannot be read is missing too, and listed in the stats.
    encoder : Encoder
        Not asked to do anything when the store has all vectors.
    store : EmbeddingStore
    progress : callable, optional
        Called with (0, total) at first and after each content encoded; not called when there is none to encode.

    Returns
    -------
    Embeddings

    Raises
    ------
    InputError
        If the encoder's weights are not the pinned ones.
    """
    keys, failed = _keys(items)
    contents = {key: item for key, item in zip(keys, items, strict=True) if key is not None and item is not None}
    found, damaged = store.load(encoder.identity, list(contents))
    # In the order of their digests: long and short texts mixed, so that the time left can be told.
    missing = sorted(contents.keys() - found.keys())
    reused = len(found)
    started = time.perf_counter()
    for first in range(0, len(missing), SHARD_ITEMS):
        chunk = missing[first : first + SHARD_ITEMS]
        encoded = encoder.encode([contents[key] for key in chunk], _shifted(progress, first, len(missing)))
        found.update(store.add(encoder.identity, chunk, encoded))
        broken = {chunk[j]: error for j, error in encoded.failed.items()}
        failed.update({i: broken[key] for i, key in enumerate(keys) if key in broken})
    seconds = time.perf_counter() - started if missing else 0.0
    stats = EmbedStats(block, encoder.identity, len(missing), reused, damaged, seconds, dict(sorted(failed.items())))
    store.stats.append(stats)
    return _assemble(block, encoder, [found.get(key) if key is not None else None for key in keys])


def _keys(items: Sequence[Item | None]) -> tuple[list[bytes | None], dict[int, ImageError]]:
    """Return the key of each item, None for missing ones, and the photos whose files cannot be read."""
    keys: list[bytes | None] = []
    failed: dict[int, ImageError] = {}
    for i, item in enumerate(items):
        key = None
        if item is not None and str(item).strip():
            try:
                key = content_key(item)
            except ImageError as error:
                failed[i] = error
        keys.append(key)
    return keys, failed


def _shifted(progress: EmbedProgress | None, first: int, total: int) -> Callable[[int], None] | None:
    """Return what an encoder of one chunk reports to, after telling that ``first`` contents are done."""
    if progress is None:
        return None
    progress(first, total)
    return lambda done: progress(first + done, total)


def _assemble(block: str, encoder: Encoder, rows: Sequence[Stored | None]) -> Embeddings:
    """Return the embeddings whose rows are given; None is missing."""
    vectors = np.zeros((len(rows), encoder.dimension), dtype=np.float32)
    read_share = np.ones(len(rows), dtype=np.float32)
    present = np.array([row is not None for row in rows], dtype=np.bool_)
    for i, row in enumerate(rows):
        if row is not None:
            vectors[i], read_share[i] = row.vector, row.read_share
    return Embeddings(block, encoder.identity, vectors, present, read_share)
