"""Embeddings as data, and how a block's texts, photos or sounds become embeddings."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from prodcls.embedding_store import KEY, EmbeddingStore, EmbedStats, Keys, Take, content_key
from prodcls.encoders import Encoded, Encoder, Item
from prodcls.errors import MediaError
from prodcls.scratch import CHUNK_ROWS, VectorFile

__all__ = ["Copies", "EmbedProgress", "EmbedStats", "EmbeddingStore", "Embeddings", "VectorStore", "embed"]

FIRST_ITEMS, SHARD_ITEMS = 16, 1024
"""Items encoded before the first write to the store, and at most between two writes."""

WRITE_SECONDS = 5.0
"""Time between two writes that is aimed at: what an interruption can lose."""

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
        Such as ``"title"``, ``"text"``, ``"image"`` or ``"audio"``; names the evidence made from it.
    encoder : str
        Identity of the encoder (weights, preprocessing version, runtime).
    vectors : ndarray of shape (n, d), float32
        Zero rows where ``present`` is False.
    present : ndarray of shape (n,), bool
        False where the product has no such text, photo or sound.
    read_share : ndarray of shape (n,), float32
        Share of the text or the sound within the encoder's limit, in [0, 1]; 1 for photos.
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


class VectorStore(Protocol):
    """What keeps vectors from one call of `embed` to the next: an `EmbeddingStore`, or something in memory.

    Attributes
    ----------
    stats : list of EmbedStats
        One entry for each call of `embed`, in order.
    """

    stats: list[EmbedStats]

    @property
    def scratch(self) -> Path | None:
        """Folder for vectors that are many; None keeps them in memory."""

    def read(self, encoder: str, wanted: Keys, take: Take) -> int:
        """Hand on what there is of ``wanted``; see `EmbeddingStore.read`."""

    def add(self, encoder: str, keys: Sequence[bytes], encoded: Encoded) -> None:
        """Keep vectors; see `EmbeddingStore.add`."""


def embed(
    block: str,
    items: Sequence[Item | None],
    encoder: Encoder,
    store: VectorStore,
    progress: EmbedProgress | None = None,
) -> Embeddings:
    """Return the vectors of ``items``, encoding only what the store does not have.

    Equal contents are encoded once. What was done is appended to ``store.stats``.

    Parameters
    ----------
    block : str
        Name of the evidence that is made from the vectors.
    items : sequence of (str, Path, PhotoCopy, Sound or None), length n
        None and blank texts are missing. A photo or sound that cannot be read is missing too, and listed in the stats.
    encoder : Encoder
        Not asked to do anything when the store has all vectors.
    store : VectorStore
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
    contents, failed = _contents(items)
    rows = _Rows(contents, encoder.dimension, store.scratch)
    damaged = store.read(encoder.identity, contents.keys, rows.take)
    # In the order of their digests: long and short texts mixed, so that the time left can be told.
    missing = np.flatnonzero(~rows.found)
    started = before = time.perf_counter()
    first, size = 0, min(FIRST_ITEMS, SHARD_ITEMS)
    while first < len(missing):
        chunk = missing[first : first + size]
        asked = [items[i] for i in contents.items[contents.bounds[chunk]]]
        encoded = encoder.encode(asked, _shifted(progress, first, len(missing)))
        store.add(encoder.identity, [contents.keys[j : j + 1].tobytes() for j in chunk], encoded)
        whole = np.array([j for j in range(len(chunk)) if j not in encoded.failed], dtype=np.intp)
        rows.take(chunk[whole], encoded.vectors[whole], encoded.read_share[whole])
        for j, error in encoded.failed.items():
            failed.update(dict.fromkeys(contents.rows(chunk[j : j + 1]).tolist(), error))
        first, now = first + len(chunk), time.perf_counter()
        size, before = _next_size(len(chunk), now - before), now
    seconds = time.perf_counter() - started if len(missing) else 0.0
    reused = len(contents.keys) - len(missing)
    stats = EmbedStats(block, encoder.identity, len(missing), reused, damaged, seconds, dict(sorted(failed.items())))
    store.stats.append(stats)
    return Embeddings(block, encoder.identity, rows.vectors.array(), rows.present, rows.read_share)


def _next_size(items: int, seconds: float) -> int:
    """Return how many items to encode before the next write, when the last ones took so long."""
    return int(np.clip(items * WRITE_SECONDS / max(seconds, 1e-3), 1, SHARD_ITEMS))


@dataclass(frozen=True)
class _Contents:
    """What n items hold, equal contents once.

    Attributes
    ----------
    keys : ndarray of shape (u,), 32 bytes each
        Ascending.
    items : ndarray of shape (m,), intp
        The items that are not missing, by content; those of one content ascending.
    bounds : ndarray of shape (u + 1,), intp
        Where each content begins in ``items``, and the end.
    total : int
        n.
    """

    keys: Keys
    items: NDArray[np.intp]
    bounds: NDArray[np.intp]
    total: int

    def rows(self, places: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return the items with the contents at ``places``, content by content."""
        ends = zip(self.bounds[places].tolist(), self.bounds[places + 1].tolist(), strict=True)
        return np.concatenate([self.items[start:end] for start, end in ends])


class _Rows:
    """Vectors of n items as those of their contents come in.

    Parameters
    ----------
    contents : _Contents
    dimension : int
    folder : Path or None
        For the vectors, see `VectorFile`.

    Attributes
    ----------
    vectors : VectorFile
    read_share, present : ndarray of shape (n,)
    found : ndarray of shape (u,), bool
        Contents that came in.
    """

    def __init__(self, contents: _Contents, dimension: int, folder: Path | None) -> None:
        n = contents.total
        self.vectors = VectorFile((n, dimension), folder)
        self.read_share = np.ones(n, dtype=np.float32)
        self.present = np.zeros(n, dtype=np.bool_)
        self.found = np.zeros(len(contents.keys), dtype=np.bool_)
        self._contents = contents

    def take(self, places: NDArray[np.intp], vectors: NDArray[np.float32], read_share: NDArray[np.float32]) -> None:
        """Put what belongs to the contents at ``places``, shape (m,), in the rows of their items."""
        if not len(places):
            return
        self.found[places] = True
        rows = self._contents.rows(places)
        source = np.repeat(np.arange(len(places)), self._contents.bounds[places + 1] - self._contents.bounds[places])
        order = np.argsort(rows)
        self.present[rows] = True
        self.read_share[rows] = read_share[source]
        for start in range(0, len(rows), CHUNK_ROWS):  # one content may be in any number of items
            some = order[start : start + CHUNK_ROWS]
            self.vectors.put(rows[some], vectors[source[some]])


def _contents(items: Sequence[Item | None]) -> tuple[_Contents, dict[int, MediaError]]:
    """Return what the items hold, and the photos whose files cannot be read."""
    keys = np.zeros(len(items), dtype=KEY)
    there = np.zeros(len(items), dtype=np.bool_)
    failed: dict[int, MediaError] = {}
    for i, item in enumerate(items):
        if item is not None and str(item).strip():
            try:
                keys[i], there[i] = content_key(item), True
            except MediaError as error:
                failed[i] = error
    rows = np.flatnonzero(there)
    order = rows[np.argsort(keys[rows], kind="stable")]
    unique, bounds = np.unique(keys[order], return_index=True)
    return _Contents(unique, order, np.append(bounds, len(order)), len(items)), failed


def _shifted(progress: EmbedProgress | None, first: int, total: int) -> Callable[[int], None] | None:
    """Return what an encoder of one chunk reports to, after telling that ``first`` contents are done."""
    if progress is None:
        return None
    progress(first, total)
    return lambda done: progress(first + done, total)
