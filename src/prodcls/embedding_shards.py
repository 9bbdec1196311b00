"""Files of vectors: what is in them, and how some rows are read of many files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from prodcls.atomic import read_addressed

__all__ = ["KEY", "KEY_BYTES", "Keys", "Shard", "ShardIndex", "file_identity", "read_rows", "read_shard"]

KEY_BYTES = 32

KEY = np.dtype(f"S{KEY_BYTES}")

Keys = NDArray[np.bytes_]
"""Keys of contents in one array of 32 bytes each; compared byte by byte."""


@dataclass(frozen=True)
class Shard:
    """The rows of one file.

    Attributes
    ----------
    keys : ndarray of shape (m,), 32 bytes each
    vectors : ndarray of shape (m, d), float32
    read_share : ndarray of shape (m,), float32
    """

    keys: Keys
    vectors: NDArray[np.float32]
    read_share: NDArray[np.float32]

    def take(self, rows: NDArray[np.intp]) -> Shard:
        """Return the rows at ``rows``."""
        return Shard(self.keys[rows], self.vectors[rows], self.read_share[rows])


@dataclass(frozen=True)
class ShardIndex:
    """Which keys a shard has, so that only what is wanted is read of it: some bytes a row.

    Attributes
    ----------
    file : tuple of int
        By which another file of the same name is told.
    prefixes : ndarray of shape (m,), uint64
        First bytes of the keys, ascending.
    rows : ndarray of shape (m,), int32
        Where each stands.
    """

    file: tuple[int, int]
    prefixes: NDArray[np.uint64]
    rows: NDArray[np.int32]

    @classmethod
    def of(cls, file: tuple[int, int], keys: Keys) -> ShardIndex:
        """Return the index of a shard with ``keys``."""
        prefixes = _prefixes(keys)
        order = np.argsort(prefixes, kind="stable")
        return cls(file, prefixes[order], order.astype(np.int32))

    def find(self, wanted: Keys) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Return the rows, ascending, that are likely to be ``wanted``, and the places of these there."""
        asked = _prefixes(wanted)
        at = np.minimum(np.searchsorted(self.prefixes, asked), len(self.prefixes) - 1)
        places = np.flatnonzero(self.prefixes[at] == asked)
        rows = self.rows[at[places]].astype(np.intp)
        order = np.argsort(rows)
        return rows[order], places[order]


def file_identity(path: Path) -> tuple[int, int]:
    """Return what tells a file from another one that takes its name later, zeros when it is gone."""
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_ino, found.st_size


def _prefixes(keys: Keys) -> NDArray[np.uint64]:
    """Return the first eight bytes of keys as numbers that are in the same order."""
    raw = np.frombuffer(np.ascontiguousarray(keys).tobytes(), dtype=">u8").reshape(-1, KEY_BYTES // 8)
    return raw[:, 0].astype(np.uint64)


def read_rows(path: Path, rows: NDArray[np.intp]) -> Shard | None:
    """Return some rows of a shard that was verified before, or None when it is gone."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="np") as file:
            first, last = int(rows[0]), int(rows[-1]) + 1
            keys, vectors, shares = (file.get_slice(name)[first:last] for name in ("keys", "vectors", "read_share"))
    except (OSError, SafetensorError):
        return None
    found = Shard(np.frombuffer(keys.tobytes(), dtype=KEY), vectors, shares)
    return found.take(rows - first)


def read_shard(path: Path) -> Shard | None:
    """Return the rows of a shard, or None when the file is damaged or gone."""
    from safetensors.numpy import load

    data = read_addressed(path)
    if data is None:
        return None
    tensors = load(data)
    del data  # the tensors are copies
    keys = np.frombuffer(tensors["keys"].tobytes(), dtype=KEY)
    return Shard(keys, tensors["vectors"], tensors["read_share"])
