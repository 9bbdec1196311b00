"""Vectors of the texts and photos seen last, kept in memory: a store that forgets."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock

import numpy as np

from prodcls.embedding_store import EmbedStats, Keys, Stored, Take
from prodcls.encoders import Encoded
from prodcls.scoring_recent import Recent

__all__ = ["RecentVectors", "VectorCache"]

ENTRY_BYTES = 200
"""Bytes that an entry takes besides its vector, about."""


class VectorCache:
    """Vectors by encoder and content, of which those used longest ago are forgotten; for several threads.

    Parameters
    ----------
    limit : int
        Bytes.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.hits = 0
        self.misses = 0
        self._kept: Recent[tuple[str, bytes], Stored] = Recent(limit)
        self._lock = Lock()

    @property
    def size(self) -> int:
        """Bytes that are in use."""
        return self._kept.size

    def find(self, encoder: str, keys: Sequence[bytes]) -> dict[bytes, Stored]:
        """Return what there is of ``keys``, and count it."""
        with self._lock:
            found = {key: row for key in keys if (row := self._kept.get((encoder, key))) is not None}
            self.hits += len(found)
            self.misses += len(keys) - len(found)
            return found

    def keep(self, encoder: str, rows: dict[bytes, Stored]) -> None:
        """Add vectors, and forget others where there is no room."""
        with self._lock:
            for key, row in rows.items():
                if (encoder, key) not in self._kept:
                    self._kept.put((encoder, key), row, row.vector.nbytes + ENTRY_BYTES)


class RecentVectors:
    """What `prodcls.embeddings.embed` asks for in place of the store on disk; one for each batch.

    What a batch encoded it can read until it ends, however little the cache keeps.

    Parameters
    ----------
    cache : VectorCache
    """

    scratch = None

    def __init__(self, cache: VectorCache) -> None:
        self.cache = cache
        self.stats: list[EmbedStats] = []
        self._own: dict[tuple[str, bytes], Stored] = {}

    def read(self, encoder: str, wanted: Keys, take: Take) -> int:
        """Hand on what is known of ``wanted``; nothing in memory is ever damaged."""
        keys = [wanted[i : i + 1].tobytes() for i in range(len(wanted))]
        found = self.cache.find(encoder, [key for key in keys if (encoder, key) not in self._own])
        self._own |= {(encoder, key): row for key, row in found.items()}
        places = np.array([i for i, key in enumerate(keys) if (encoder, key) in self._own], dtype=np.intp)
        if len(places):
            rows = [self._own[encoder, keys[i]] for i in places]
            shares = np.array([row.read_share for row in rows], dtype=np.float32)
            take(places, np.stack([row.vector for row in rows]), shares)
        return 0

    def add(self, encoder: str, keys: Sequence[bytes], encoded: Encoded) -> None:
        """Keep the vectors of the items that did not fail."""
        rows = {
            key: Stored(encoded.vectors[i].copy(), float(encoded.read_share[i]))
            for i, key in enumerate(keys)
            if i not in encoded.failed
        }
        self._own |= {(encoder, key): row for key, row in rows.items()}
        self.cache.keep(encoder, rows)
