"""The store that keeps vectors between fits, so that nothing is encoded twice.

A shard is a safetensors file ``ROOT/<encoder identity>/shard.<sha256 of the file>.safetensors`` with the tensors
``keys`` (m, 32) uint8, ``vectors`` (m, d) float32 and ``read_share`` (m,) float32. Shards are written whole and never
changed, each under a name of its own, so several processes can share a store; when one disappears, because another
process joined it into a larger one, the store is looked through again.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from prodcls.atomic import cache_root, discard, write_addressed
from prodcls.embedding_shards import KEY, KEY_BYTES, Keys, Shard, ShardIndex, file_identity, read_rows, read_shard
from prodcls.encoders import Encoded, Item
from prodcls.errors import MediaError
from prodcls.images import photo_digest
from prodcls.photo_copies import PhotoCopy
from prodcls.scratch import CHUNK_ROWS
from prodcls.sounds import Sound, sound_digest

__all__ = ["KEY", "EmbedStats", "EmbeddingStore", "Keys", "Stored", "Take", "content_key", "key_array"]

MERGE_SHARDS = 32
"""Small shards of one encoder from which on they are joined into one."""
SMALL_SHARD = 1 << 19
"""Bytes below which a shard counts as small: about 250 rows of 512 dimensions."""

LOOKS = 8
"""How often the store is looked through again because shards went meanwhile."""

JOINED_BYTES = 4 << 20
"""Bytes that are joined at a time; bounds the memory it takes."""

Take = Callable[[NDArray[np.intp], NDArray[np.float32], NDArray[np.float32]], None]
"""Called with places, shape (m,), and the vectors, shape (m, d), and shares read, shape (m,), that belong there."""

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
    failed : dict of int to MediaError
        Photos and sounds that could not be read, by their place among the items; they count as missing.
    """

    block: str
    encoder: str
    encoded: int
    reused: int
    damaged: int
    seconds: float
    failed: dict[int, MediaError]


@dataclass
class EmbeddingStore:
    """Vectors by encoder and content.

    Attributes
    ----------
    root : Path
        Made at the first write. ``cache_root() / "embeddings"`` by default.
    stats : list of EmbedStats
        One entry for each call of `prodcls.embeddings.embed` with this store, in order.
    unkept : bool
        Whether vectors could not be kept, which is told once.
    """

    root: Path = field(default_factory=lambda: cache_root() / "embeddings")
    stats: list[EmbedStats] = field(default_factory=list)
    unkept: bool = False
    _indexes: dict[Path, ShardIndex] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def scratch(self) -> Path:
        """Folder for files that last as long as a process."""
        return self.root / ".scratch"

    def read(self, encoder: str, wanted: Keys, take: Take) -> int:
        """Hand on what the store has of ``wanted``, one shard at a time.

        Parameters
        ----------
        encoder : str
            Identity.
        wanted : ndarray of shape (n,), 32 bytes each
            From `key_array`; ascending, each once.
        take : callable
            Called with places in ``wanted``; the same place may come again, with the same vector.

        Returns
        -------
        int
            Shards that were not what their names say. They are removed.
        """
        found = np.zeros(len(wanted), dtype=np.bool_)
        damaged = 0
        # What goes while it is looked for is in another shard by then: look again, and encode nothing twice.
        for path in self._present(encoder):
            if found.all():
                break
            index = self._index(path)
            if index is None:
                damaged += self._drop_damaged(path)
                continue
            rows, places = index.find(wanted)
            shard = read_rows(path, rows) if len(rows) else None
            if shard is None:  # nothing, or gone just now
                continue
            same = shard.keys == wanted[places]
            shard, places = shard.take(np.flatnonzero(same)), places[same]
            found[places] = True
            for start in range(0, len(places), CHUNK_ROWS):
                some = slice(start, start + CHUNK_ROWS)
                take(places[some], shard.vectors[some], shard.read_share[some])
            if len(places):
                _mark_used(path)
        return damaged

    def load(self, encoder: str, keys: Sequence[bytes]) -> tuple[dict[bytes, Stored], int]:
        """Return what the store has of a few ``keys``; see `read`.

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
        wanted = sorted(set(keys))
        found: dict[bytes, Stored] = {}

        def take(places: NDArray[np.intp], vectors: NDArray[np.float32], shares: NDArray[np.float32]) -> None:
            found.update({wanted[j]: Stored(v, float(s)) for j, v, s in zip(places, vectors, shares, strict=True)})

        return found, self.read(encoder, key_array(wanted), take)

    def add(self, encoder: str, keys: Sequence[bytes], encoded: Encoded) -> None:
        """Keep vectors as a new shard; where that cannot be written, say so once and go on without it.

        Parameters
        ----------
        encoder : str
            Identity.
        keys : sequence of bytes, length m
        encoded : Encoded
            Of m items. Those that failed are not kept.
        """
        kept = np.array([i for i in range(len(keys)) if i not in encoded.failed], dtype=np.intp)
        if not len(kept):
            return
        try:
            self._write(encoder, Shard(key_array(keys), encoded.vectors, encoded.read_share).take(kept))
            self._merge(encoder)
        except OSError as error:  # a fit that has its vectors would gain nothing by ending here
            if not self.unkept:
                _log.warning("embeddings are not kept, and have to be encoded again next time: %s", error)
            self.unkept = True

    def _write(self, encoder: str, shard: Shard) -> Path:
        """Write a shard of at least one row."""
        from safetensors.numpy import save

        keys = np.frombuffer(shard.keys.tobytes(), dtype=np.uint8).reshape(-1, KEY_BYTES)
        data = save({"keys": keys, "vectors": shard.vectors, "read_share": shard.read_share})
        return write_addressed(self.root / encoder, "shard", ".safetensors", data)

    def _shards(self, encoder: str) -> list[Path]:
        """Return the files of one encoder, largest first: it holds most."""
        return sorted((self.root / encoder).glob("shard.*.safetensors"), key=lambda path: (-_size(path), path.name))

    def _present(self, encoder: str) -> Iterator[Path]:
        """Yield the files of one encoder, and those that other processes join them into meanwhile."""
        seen: set[Path] = set()
        for _ in range(LOOKS):
            listed = [path for path in self._shards(encoder) if path not in seen]
            yield from listed
            seen.update(listed)
            if all(path.exists() for path in listed):
                return

    def _index(self, path: Path) -> ShardIndex | None:
        """Return which keys a file has; it is read and verified once. None when it is damaged or gone."""
        known = self._indexes.get(path)
        if known is None or known.file != file_identity(path):
            file, shard = file_identity(path), read_shard(path)
            if shard is None:
                self._indexes.pop(path, None)
                return None
            known = self._indexes[path] = ShardIndex.of(file, shard.keys)
        return known

    def _drop_damaged(self, path: Path) -> int:
        """Remove a damaged shard; 0 when it is only gone, joined into another by another process."""
        if not path.exists():
            return 0
        _log.warning("embeddings in %s are damaged and encoded again", path)
        discard(path)
        return 1

    def _merge(self, encoder: str) -> None:
        """Join small shards of one encoder once there are many, as one row at a time makes them."""
        small = [path for path in reversed(self._shards(encoder)) if _size(path) < SMALL_SHARD]
        if len(small) < MERGE_SHARDS:
            return
        total = np.cumsum([_size(path) for path in small])
        joined = small[: max(2, int(np.searchsorted(total, JOINED_BYTES)))]
        shards = [shard for shard in map(read_shard, joined) if shard is not None]
        if shards:
            whole = Shard(*(np.concatenate([getattr(s, name) for s in shards]) for name in Shard.__annotations__))
            kept = self._write(encoder, whole.take(np.unique(whole.keys, return_index=True)[1]))
        for path in joined:
            if not shards or path != kept:
                path.unlink(missing_ok=True)


def key_array(keys: Sequence[bytes]) -> Keys:
    """Return keys in one array, shape (n,).

    Parameters
    ----------
    keys : sequence of bytes
        From `content_key`.
    """
    return np.frombuffer(b"".join(keys), dtype=KEY)


def content_key(item: Item) -> bytes:
    """Return the SHA-256 of a text's UTF-8 bytes, of a photo's file, or of that and what a copy of it does to it.

    Parameters
    ----------
    item : str, Path, PhotoCopy or Sound

    Returns
    -------
    bytes of length 32

    Raises
    ------
    MediaError
        If the file of the photo or sound cannot be read.
    """
    if isinstance(item, PhotoCopy):
        return item.key()
    if isinstance(item, Path):
        return bytes.fromhex(photo_digest(item))
    if isinstance(item, Sound):
        return bytes.fromhex(sound_digest(item))
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
