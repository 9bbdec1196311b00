"""Encoders whose items the workers of a cluster encode. A vector depends on its item alone, so that no bit moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial

import numpy as np
from numpy.typing import NDArray

from prodcls.cluster import Cluster
from prodcls.config import Runtime
from prodcls.encoders import Encoded, Encoder, Item, Kind, Parts, Progress, encoder_of
from prodcls.errors import InputError, MediaError
from prodcls.preparation import Readers

__all__ = ["SpreadEncoder", "spread_readers"]

PIECE_ITEMS = 32
"""Items of one task: some tenths of a second, so that no worker waits long for the last one."""


@dataclass(frozen=True)
class SpreadEncoder:
    """An encoder that lets others encode.

    Attributes
    ----------
    encoder : Encoder
        The same one, here; for what is asked of single items.
    runtime : {"onnx", "torch"}
    cluster : Cluster
    """

    encoder: Encoder
    runtime: Runtime
    cluster: Cluster

    @property
    def name(self) -> str:
        """Name in the registry."""
        return self.encoder.name

    @property
    def identity(self) -> str:
        """What a vector depends on besides its item; held against that of each worker's encoder."""
        return self.encoder.identity

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self.encoder.dimension

    @property
    def kind(self) -> Kind:
        """What the items are."""
        return self.encoder.kind

    def encode(self, items: Sequence[Item], progress: Progress | None = None) -> Encoded:
        """Return the vectors of ``items``.

        Parameters
        ----------
        items : sequence of (str, Path, PhotoCopy or Sound), length n
            Photos and sounds lie where the workers can read them, under the same path.
        progress : callable, optional
            Called with the number of items done.

        Returns
        -------
        Encoded

        Raises
        ------
        InputError
            Code ``cluster-encoder`` where a worker's encoder is another one.
        """
        pieces = (items[start : start + PIECE_ITEMS] for start in range(0, len(items), PIECE_ITEMS))
        work = partial(_encode, self.kind, self.name, self.runtime, self.identity)
        vectors = [np.zeros((0, self.dimension), dtype=np.float32)]
        read_share, failed, done = [np.zeros(0, dtype=np.float32)], dict[int, MediaError](), 0
        for _, _, encoded in self.cluster.ordered(work, pieces):
            assert encoded is not None  # noqa: S101 - nothing was known
            vectors.append(encoded.vectors)
            read_share.append(encoded.read_share)
            failed |= {done + i: error for i, error in encoded.failed.items()}
            done += len(encoded.vectors)
            if progress is not None:
                progress(done)
        return Encoded(np.concatenate(vectors), np.concatenate(read_share), failed)

    def encode_parts(self, items: Sequence[Item]) -> tuple[Parts, ...]:
        """Return the vector of each item split over its tokens or regions."""
        return self.encoder.encode_parts(items)

    def finish(self, pooled: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the vectors, shape (n, d), that belong to sums of parts, shape (n, p)."""
        return self.encoder.finish(pooled)


def spread_readers(readers: Readers, runtime: Runtime, cluster: Cluster) -> Readers:
    """Return encoders that let the workers of a cluster encode.

    Parameters
    ----------
    readers : Readers
    runtime : {"onnx", "torch"}
        Of the readers.
    cluster : Cluster

    Returns
    -------
    Readers
    """
    return replace(
        readers,
        text=tuple(SpreadEncoder(one, runtime, cluster) for one in readers.text),
        image=tuple(SpreadEncoder(one, runtime, cluster) for one in readers.image),
        audio=None if readers.audio is None else SpreadEncoder(readers.audio, runtime, cluster),
    )


@lru_cache
def _opened(kind: Kind, name: str, runtime: Runtime, threads: int) -> Encoder:
    return encoder_of(kind, name, runtime, threads)


def _encode(kind: Kind, name: str, runtime: Runtime, identity: str, items: Sequence[Item]) -> Encoded:
    """Encode in a worker, with as many threads as it was given."""
    from distributed import get_worker

    encoder = _opened(kind, name, runtime, get_worker().state.nthreads)
    if encoder.identity != identity:
        message = f"a worker's encoder is {encoder.identity}, and {identity} is needed: give all the same weights"
        raise InputError(message, code="cluster-encoder")
    return encoder.encode(items)
