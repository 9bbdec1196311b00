"""What an encoder is, and the way every frozen encoder goes through its items."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from prodcls.config import Runtime
from prodcls.encoders.onnx import Network, open_network
from prodcls.encoders.weights import WeightFile
from prodcls.errors import ImageError
from prodcls.photo_copies import PhotoCopy

__all__ = [
    "Encoded",
    "Encoder",
    "FrozenEncoder",
    "Item",
    "Kind",
    "Parts",
    "Prepared",
    "Progress",
    "available_processors",
    "readable_text",
    "without_blanks",
]

Item = str | Path | PhotoCopy
"""A text, the path of a photo, or an altered copy of one."""
Kind = Literal["text", "image"]
Progress = Callable[[int], None]
"""Called with the number of items done so far."""


@dataclass(frozen=True)
class Encoded:
    """Vectors of n items.

    Attributes
    ----------
    vectors : ndarray of shape (n, d), float32
    read_share : ndarray of shape (n,), float32
        Share of the tokens within the encoder's limit, in [0, 1]; 1 for photos.
    failed : dict of int to ImageError
        Photos that could not be decoded, by their place among the items; their vectors are zero.
    """

    vectors: NDArray[np.float32]
    read_share: NDArray[np.float32]
    failed: dict[int, ImageError] = field(default_factory=dict)


@dataclass(frozen=True)
class Parts:
    """One item's vector split over its m tokens or regions.

    ``vectors.sum(axis=0)`` is ``pooled`` up to the rounding of float32, and ``encoder.finish(pooled[None])[0]`` is
    ``vector``. For a linear encoder `finish` does nothing: the parts sum to the vector itself.

    Attributes
    ----------
    vectors : ndarray of shape (m, p), float64
    pooled : ndarray of shape (p,), float32
        As the network computed it.
    vector : ndarray of shape (d,), float32
        The same bits as `Encoder.encode` gives.
    spans : ndarray of shape (m, 2), int64, or None
        Start and end of each token in the text, in characters, without blanks at either end; empty for tokens that
        stand for no character (begin and end marks). None for photos.
    grid : tuple of int, or None
        Rows and columns of the regions, which are listed row by row. None for texts.
    linear : bool
        True when ``pooled`` and ``vector`` are the same.
    read_share : float
        As `Encoded.read_share`.
    approximate : bool
        True where the parts were found by leaving them out; they sum to the vector all the same.
    """

    vectors: NDArray[np.float64]
    pooled: NDArray[np.float32]
    vector: NDArray[np.float32]
    spans: NDArray[np.int64] | None
    grid: tuple[int, int] | None
    linear: bool
    read_share: float = 1.0
    approximate: bool = False


@dataclass(frozen=True)
class Prepared:
    """One item as its network takes it.

    Attributes
    ----------
    value : ndarray
        Token ids of shape (tokens,), int64, or pixels of shape (side, side, 3), uint8.
    read_share : float
    spans : ndarray of shape (tokens, 2), int64, or None
    """

    value: NDArray[np.generic]
    read_share: float = 1.0
    spans: NDArray[np.int64] | None = None


class Encoder(Protocol):
    """Turns texts or photos into vectors; frozen, so equal items always get equal vectors."""

    @property
    def name(self) -> str:
        """Name in the registry."""

    @property
    def identity(self) -> str:
        """Name, weights, preprocessing version and runtime: what a vector depends on besides its item."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    @property
    def kind(self) -> Kind:
        """What the items are."""

    def encode(self, items: Sequence[Item], progress: Progress | None = None) -> Encoded:
        """Return the vectors of ``items``."""

    def encode_parts(self, items: Sequence[Item]) -> tuple[Parts, ...]:
        """Return the vector of each item split over its tokens or regions."""

    def finish(self, pooled: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the vectors, shape (n, d), that belong to sums of parts, shape (n, p)."""


class FrozenEncoder(ABC):
    """An encoder whose network reads one item per run.

    Items are never batched: several runs go on side by side, one processor each. So a vector depends on its item
    alone, to the last bit, whatever else is encoded and on however many processors; and on a CPU this is no slower than
    batches, whose padding and larger intermediate results cost what they save.

    Parameters
    ----------
    runtime : {"onnx", "torch"}, default "onnx"
        ``"torch"`` is the reference that the exported network is tested against.
    threads : int, optional
        Items encoded at the same time; as many as there are processors by default. No effect on the vectors.
    """

    name: str
    kind: Kind
    dimension: int
    weights: WeightFile
    preprocessing: int
    """Version of everything between an item and its network; raise it when a vector may change."""
    network: Network
    vector_output: str = "vector"
    pooled_output: str = "vector"
    """The same output as the vector's where the encoder is linear after pooling."""

    def __init__(self, runtime: Runtime = "onnx", threads: int | None = None) -> None:
        self.runtime = runtime
        self.threads = threads or available_processors()

    @property
    def identity(self) -> str:
        """Name, weights, preprocessing version and runtime; fit for a file name."""
        return f"{self.name}-{self.weights.sha256[:12]}-p{self.preprocessing}-{self.runtime}"

    @abstractmethod
    def prepare(self, item: Item) -> Prepared:
        """Return ``item`` as the network takes it."""

    @abstractmethod
    def split(self, states: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the parts, shape (m, p), made of the network's last states."""

    def finish(self, pooled: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the vectors that belong to sums of parts.

        Parameters
        ----------
        pooled : ndarray of shape (n, p), float64

        Returns
        -------
        ndarray of shape (n, d), float64
        """
        return pooled

    def encode(self, items: Sequence[Item], progress: Progress | None = None) -> Encoded:
        """Return the vectors of ``items``.

        Parameters
        ----------
        items : sequence of str or Path, length n
        progress : callable, optional
            Called with the number of items done after each.

        Returns
        -------
        Encoded

        Raises
        ------
        InputError
            If the weights are not the pinned ones.
        """
        vectors = np.zeros((len(items), self.dimension), dtype=np.float32)
        read_share = np.ones(len(items), dtype=np.float32)
        failed: dict[int, ImageError] = {}

        def encode_one(i: int) -> None:
            try:
                prepared = self.prepare(items[i])
            except ImageError as error:
                failed[i] = error
            else:
                vectors[i] = run(prepared.value, (self.vector_output,))[0]
                read_share[i] = prepared.read_share

        if items:
            run = open_network(self.network, self.runtime)
            # torch counts its threads for the whole process: one run after the other, each by one thread.
            workers = self.threads if self.runtime == "onnx" else 1
            with ThreadPoolExecutor(workers, thread_name_prefix=self.name) as pool:
                for done, _ in enumerate(pool.map(encode_one, range(len(items))), start=1):
                    if progress is not None:
                        progress(done)
        return Encoded(vectors, read_share, dict(sorted(failed.items())))

    def encode_parts(self, items: Sequence[Item]) -> tuple[Parts, ...]:
        """Return the vector of each item split over its tokens or regions.

        Parameters
        ----------
        items : sequence of str or Path, length n

        Returns
        -------
        tuple of Parts, length n

        Raises
        ------
        ImageError
            If a photo cannot be read.
        """
        return tuple(self._parts(item) for item in items)

    def _parts(self, item: Item) -> Parts:
        """Return one item's vector split over its tokens or regions."""
        prepared = self.prepare(item)
        outputs = (self.vector_output, self.pooled_output, "states")
        vector, pooled, states = open_network(self.network, self.runtime)(prepared.value, outputs)
        return Parts(
            vectors=self.split(states),
            pooled=pooled,
            vector=vector,
            spans=prepared.spans,
            grid=(states.shape[1], states.shape[2]) if self.kind == "image" else None,
            linear=self.vector_output == self.pooled_output,
            read_share=prepared.read_share,
        )


def available_processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def readable_text(item: Item) -> str:
    """Return a text that every tokeniser takes, character for character as long as ``item``.

    Half of a surrogate pair, which JSON can hold, cannot be written as UTF-8 and becomes a question mark.
    """
    return str(item).encode("utf-8", "replace").decode("utf-8")


def without_blanks(text: str, spans: Sequence[tuple[int, int]]) -> NDArray[np.int64]:
    """Return ``spans`` of ``text``, shape (m, 2), narrowed to what is not blank at either end."""
    narrowed = []
    for start, end in spans:
        piece = text[start:end]
        left = len(piece) - len(piece.lstrip())
        narrowed.append((start + left, start + max(left, len(piece.rstrip()))))
    return np.array(narrowed, dtype=np.int64).reshape(-1, 2)
