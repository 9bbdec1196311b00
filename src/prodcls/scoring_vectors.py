"""Vectors that explaining products yields on the way, handed to `prodcls.embeddings.embed` before the store's own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from prodcls.embedding_store import Keys, Stored, Take, content_key
from prodcls.embeddings import EmbedStats, VectorStore
from prodcls.encoders import Encoded, Encoder, Item

__all__ = ["FreshVectors"]


class FreshVectors:
    """A store with the vectors of products that were just read part by part: nothing is encoded twice.

    Those that are asked for and that the store below lacks are added to it.

    Parameters
    ----------
    store : VectorStore

    Attributes
    ----------
    stats : list of EmbedStats
        What the store below was asked for.
    """

    def __init__(self, store: VectorStore) -> None:
        self.store = store
        self.stats: list[EmbedStats] = store.stats
        self._fresh: dict[tuple[str, bytes], Stored] = {}

    @property
    def scratch(self) -> Path | None:
        """Folder of the store below."""
        return self.store.scratch

    def keep(self, encoder: Encoder, item: Item, row: Stored) -> None:
        """Keep the vector of an item until `forget`."""
        self._fresh[encoder.identity, content_key(item)] = row

    def forget(self) -> None:
        """Let go of what was kept."""
        self._fresh.clear()

    def read(self, encoder: str, wanted: Keys, take: Take) -> int:
        """Hand on what there is of ``wanted``; see `prodcls.embedding_store.EmbeddingStore.read`."""
        found = np.zeros(len(wanted), dtype=np.bool_)

        def noted(places: np.ndarray, vectors: np.ndarray, shares: np.ndarray) -> None:
            found[places] = True
            take(places, vectors, shares)

        damaged = self.store.read(encoder, wanted, noted)
        keys = {i: wanted[i : i + 1].tobytes() for i in np.flatnonzero(~found).tolist()}
        fresh = {i: self._fresh[encoder, key] for i, key in keys.items() if (encoder, key) in self._fresh}
        if fresh:
            shares = np.array([row.read_share for row in fresh.values()], dtype=np.float32)
            encoded = Encoded(np.stack([row.vector for row in fresh.values()]), shares)
            self.store.add(encoder, [keys[i] for i in fresh], encoded)
            take(np.array(list(fresh), dtype=np.intp), encoded.vectors, encoded.read_share)
        return damaged

    def add(self, encoder: str, keys: Sequence[bytes], encoded: Encoded) -> None:
        """Keep vectors in the store below."""
        self.store.add(encoder, keys, encoded)
