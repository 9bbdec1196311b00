"""The store that keeps vectors between fits, so that nothing is encoded twice.

A shard is a safetensors file ``ROOT/<encoder identity>/shard.<sha256 of the file>.safetensors`` with the tensors
``keys`` (m, 32) uint8, ``vectors`` (m, d) float32 and ``read_share`` (m,) float32. Shards are written whole and never
changed, each under a name of its own, so several processes can share a store; one that disappears, because another
process joined it into a larger one, costs at worst that its contents are encoded again.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from prodcls.atomic import cache_root, read_addressed, write_addressed
from prodcls.encoders import Encoded, Item
from prodcls.errors import ImageError
from prodcls.images import photo_digest
from prodcls.photo_copies import PhotoCopy

__all__ = ["EmbedStats", "EmbeddingStore", "Stored", "content_key"]

MERGE_SHARDS = 32
"""Small shards of one encoder from which on they are joined into one."""
SMALL_SHARD = 1 << 19
"""Bytes below which a shard counts as small: about 250 rows of 512 dimensions."""

_KEY_BYTES = 32

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Stored:
    """One row of the store.

    Attributes
    ----------
    vector : ndarray of shape (d,), float32
    read_share : float
    """

    vector: NDArray[np.float32]
    read_share: float

    def copy(self) -> Stored:
        """Return the row in memory of its own."""
        return Stored(self.vector.copy(), self.read_share)


@dataclass(frozen=True)
class EmbedStats:
    """What one call of `prodcls.embeddings.embed` did.

    Attributes
    ----------
    block, encoder : str
    encoded, reused : int
        Different contents encoded now, and found in the store.
    damaged : int
        Shards that were not what their names say; their contents were encoded again.
    seconds : float
        Time spent encoding, loading the encoder included.
    failed : dict of int to ImageError
        Photos that could not be read, by their place among the items; they count as missing.
    """

    block: str
    encoder: str
    encoded: int
    reused: int
    damaged: int
    seconds: float
    failed: dict[int, ImageError]


@dataclass
class EmbeddingStore:
    """Vectors by encoder and content.

    Attributes
    ----------
    root : Path
        Made at the first write. ``cache_root() / "embeddings"`` by default.
    stats : list of EmbedStats
        One entry for each call of `prodcls.embeddings.embed` with this store, in order.
    """

    root: Path = field(default_factory=lambda: cache_root() / "embeddings")
    stats: list[EmbedStats] = field(default_factory=list)

    def load(self, encoder: str, keys: Sequence[bytes]) -> tuple[dict[bytes, Stored], int]:
        """Return what the store has of ``keys``.

        Parameters
        ----------
        encoder : str
            Identity.
        keys : sequence of bytes
            From `content_key`.

        Returns
        -------
        found : dict of bytes to Stored
        damaged : int
            Shards that were not what their names say. They are removed.
        """
        wanted = set(keys)
        found: dict[bytes, Stored] = {}
        damaged = 0
        for path in self._shards(encoder):
            if len(found) == len(wanted):
                break
            shard = _read(path)
            if shard is None:
                damaged += self._drop_damaged(path)
            else:
                # Copies, so that one wanted row does not keep its whole shard in memory.
                used = {key: shard[key].copy() for key in shard.keys() & wanted}
                found.update(used)
                if used:
                    _mark_used(path)
        return found, damaged

    def add(self, encoder: str, keys: Sequence[bytes], encoded: Encoded) -> dict[bytes, Stored]:
        """Keep vectors as a new shard.

        Parameters
        ----------
        encoder : str
            Identity.
        keys : sequence of bytes, length m
        encoded : Encoded
            Of m items. Those that failed are not kept.

        Returns
        -------
        dict of bytes to Stored
            What was kept.
        """
        rows = {
            key: Stored(encoded.vectors[i], float(encoded.read_share[i]))
            for i, key in enumerate(keys)
            if i not in encoded.failed
        }
        if rows:
            self._write(encoder, rows)
            self._merge(encoder)
        return rows

    def _write(self, encoder: str, rows: dict[bytes, Stored]) -> Path:
        """Write a shard of at least one row."""
        from safetensors.numpy import save

        data = save(
            {
                "keys": np.frombuffer(b"".join(rows), dtype=np.uint8).reshape(-1, _KEY_BYTES),
                "vectors": np.stack([row.vector for row in rows.values()]),
                "read_share": np.array([row.read_share for row in rows.values()], dtype=np.float32),
            }
        )
        return write_addressed(self.root / encoder, "shard", ".safetensors", data)

    def _shards(self, encoder: str) -> list[Path]:
        """Return the files of one encoder, largest first: it holds most."""
        return sorted((self.root / encoder).glob("shard.*.safetensors"), key=lambda path: (-_size(path), path.name))

    def _drop_damaged(self, path: Path) -> int:
        """Remove a damaged shard; 0 when it is only gone, joined into another by another process."""
        if not path.exists():
            return 0
        _log.warning("embeddings in %s are damaged and encoded again", path)
        path.unlink(missing_ok=True)
        return 1

    def _merge(self, encoder: str) -> None:
        """Join the small shards of one encoder once there are many, as one row at a time makes them."""
        small = [path for path in self._shards(encoder) if _size(path) < SMALL_SHARD]
        if len(small) < MERGE_SHARDS:
            return
        rows: dict[bytes, Stored] = {}
        for path in small:
            rows.update(_read(path) or {})
        kept = self._write(encoder, rows) if rows else None
        for path in small:
            if path != kept:
                path.unlink(missing_ok=True)


def content_key(item: Item) -> bytes:
    """Return the SHA-256 of a text's UTF-8 bytes, of a photo's file, or of that and what a copy of it does to it.

    Parameters
    ----------
    item : str, Path or PhotoCopy

    Returns
    -------
    bytes of length 32

    Raises
    ------
    ImageError
        If the photo's file cannot be read.
    """
    if isinstance(item, PhotoCopy):
        return item.key()
    if isinstance(item, Path):
        return bytes.fromhex(photo_digest(item))
    # Half of a surrogate pair has no UTF-8 form; it still makes another text.
    return hashlib.sha256(item.encode("utf-8", "surrogatepass")).digest()


def _size(path: Path) -> int:
    """Return the bytes of a file, 0 when it is gone."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _mark_used(path: Path) -> None:
    """Give a shard the present time, by which `prodcls cache --prune` tells what was used longest ago."""
    with suppress(OSError):  # gone, or a store that may only be read
        os.utime(path)


def _read(path: Path) -> dict[bytes, Stored] | None:
    """Return the rows of a shard, or None when the file is damaged or gone."""
    from safetensors.numpy import load

    data = read_addressed(path)
    if data is None:
        return None
    tensors = load(data)
    keys = (row.tobytes() for row in tensors["keys"])
    return {
        key: Stored(vector, float(share))
        for key, vector, share in zip(keys, tensors["vectors"], tensors["read_share"], strict=True)
    }
