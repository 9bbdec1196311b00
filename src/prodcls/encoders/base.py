"""The way every frozen encoder goes through its items."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from prodcls.config import Runtime
from prodcls.encoders.adapter import Adapter
from prodcls.encoders.items import Encoded, Encoder, Item, Kind, Parts, Prepared, Progress
from prodcls.encoders.network import Network
from prodcls.encoders.processors import available_processors
from prodcls.encoders.runtimes import open_network, stacking
from prodcls.encoders.weights import WeightFile
from prodcls.errors import ImageError, MediaError
from prodcls.photo_fitting import Fitting

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


EXACT: tuple[Runtime, ...] = ("onnx", "torch")
"""Runtimes that sum tokens and regions in float64, as networks ask for."""


class FrozenEncoder(ABC):
    """An encoder whose vectors depend on their items alone.

    Several items go through the network together, texts with those of the same length, and several such stacks side by
    side, one processor each; see `prodcls.encoders.runtimes.Stacking`. That moves no bit of a vector: not what else is
    encoded, nor on how many processors.

    Parameters
    ----------
    runtime : str, default "onnx"
        See `prodcls.config.Runtime`; ``"torch"`` is the reference that the exported network is tested against.
    threads : int, optional
        Stacks encoded at the same time; as many as there are processors by default. No effect on the vectors.
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
    pooled_tokens: slice = slice(None)
    """Tokens of a text of whose last states the vector is the mean."""
    fitting: Fitting | None = None
    """How a photo becomes what the network reads; None for texts."""

    def __init__(self, runtime: Runtime = "onnx", threads: int | None = None) -> None:
        self.runtime = runtime
        self.threads = threads or available_processors()

    @property
    def identity(self) -> str:
        """Name, weights, preprocessing version and runtime; fit for a file name."""
        return f"{self.name}-{self.weights.sha256[:12]}{self.tuned}-p{self.preprocessing}-{self.runtime}"

    @property
    def tuned(self) -> str:
        """Part of the identity that tells of an adapter; empty without one."""
        return "" if self.network.adapter is None else f"-lora-{self.network.adapter.digest[:12]}"

    def adapted(self, adapter: Adapter) -> Self:
        """Return the same encoder with changed weights.

        Parameters
        ----------
        adapter : Adapter

        Returns
        -------
        FrozenEncoder
        """
        made = copy.copy(self)
        made.network = replace(self.network, adapter=adapter)
        return made

    @abstractmethod
    def prepare(self, item: Item) -> Prepared:
        """Return ``item`` as the network takes it."""

    @abstractmethod
    def split(self, states: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the parts, shape (m, p), made of the network's last states."""

    def grid(self, states: NDArray[np.float32]) -> tuple[int, int]:
        """Return rows and columns of a photo's regions.

        Parameters
        ----------
        states : ndarray of shape (d, rows, columns), float32
            The network's last ones.

        Returns
        -------
        tuple of int
        """
        return states.shape[1], states.shape[2]

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
            Called with the number of items done after each stack.

        Returns
        -------
        Encoded

        Raises
        ------
        InputError
            If the weights are not the pinned ones, or the runtime is not there.
        """
        vectors = np.zeros((len(items), self.dimension), dtype=np.float32)
        read_share = np.ones(len(items), dtype=np.float32)
        failed: dict[int, MediaError] = {}
        if not items:
            return Encoded(vectors, read_share, failed)
        run, how = open_network(self.network, self.runtime), stacking(self.runtime, self.network)

        def prepare(i: int) -> Prepared | None:
            try:
                return self.prepare(items[i])
            except ImageError as error:
                failed[i] = error
                return None

        def encode_group(group: NDArray[np.intp]) -> int:
            # Photos are decoded here, beside the network's runs of other threads; texts were, to learn their lengths.
            there = {i: one for i in group.tolist() if (one := prepared[i] or prepare(i)) is not None}
            if there:
                places = list(there)
                found = run(how.stack([one.value for one in there.values()]), (self.vector_output,))[0]
                vectors[places] = found[: len(places)]
                read_share[places] = [one.read_share for one in there.values()]
            return len(group)

        with ThreadPoolExecutor(self.threads if how.threads else 1, thread_name_prefix=self.name) as pool:
            if self.kind == "text":
                prepared = list(pool.map(prepare, range(len(items))))
                groups = how.groups([0 if one is None else len(one.value) for one in prepared])
            else:
                prepared = [None] * len(items)
                groups = np.array_split(np.arange(len(items)), range(how.photos, len(items), how.photos))
            done = 0
            for count in pool.map(encode_group, groups):
                done += count
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
        stack = stacking(self.runtime, self.network).stack([prepared.value])
        vector, pooled, states = (out[0] for out in open_network(self.network, self.runtime)(stack, outputs))
        if self.kind == "text":
            states = states[: len(prepared.value)]
        vectors = self.split(states)
        if self.runtime not in EXACT:  # rounding in the network's own sum: no token's, so a little of each
            vectors += (pooled - vectors.sum(axis=0)) / len(vectors)
        return Parts(
            vectors=vectors,
            pooled=pooled,
            vector=vector,
            spans=prepared.spans,
            grid=self.grid(states) if self.kind == "image" else None,
            linear=self.vector_output == self.pooled_output,
            read_share=prepared.read_share,
            fitting=self.fitting,
        )


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
