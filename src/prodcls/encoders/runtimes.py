"""What runs a network, by the name of its runtime, and which items go through it together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from prodcls.config import Runtime
from prodcls.encoders.network import FILLING, OPEN_NETWORKS, Network, Run
from prodcls.encoders.onnx import run_onnx
from prodcls.encoders.openvino_run import run_openvino
from prodcls.encoders.torch_run import run_torch

__all__ = ["Stacking", "open_network", "stacking"]


@dataclass(frozen=True)
class Stacking:
    """Which items go through a network together, so that a vector still depends on its item alone.

    Attributes
    ----------
    step : int
        Texts are filled up to a multiple of so many tokens, and stacked with those of the same length.
    tokens, photos : int
        Of one stack, at most; one text or photo at least.
    whole : bool
        Whether a stack with fewer items is filled up with copies, so that the shape depends on the length alone.
    threads : bool
        Whether several stacks may run at the same time.
    longest : int or None
        Tokens that no text is filled up beyond; each has at most so many.
    """

    step: int = 1
    tokens: int = 1
    photos: int = 1
    whole: bool = False
    threads: bool = True
    longest: int | None = None

    def stack(self, values: Sequence[NDArray[np.generic]]) -> NDArray[np.generic]:
        """Return items of one group as the network takes them, shape (n, ...); copies of the first beyond their number.

        Parameters
        ----------
        values : sequence of ndarray
            Token ids of shape (tokens,), or pixels, all of one shape.
        """
        first, rows = values[0], len(values)
        if first.ndim > 1:
            return np.stack([*values, *[first] * (self.photos - rows if self.whole else 0)])
        length = self.filled(len(first))
        found = np.full((self.most(length) if self.whole else rows, length), FILLING, dtype=first.dtype)
        found[rows:, : len(first)] = first
        for row, value in zip(found, values, strict=False):
            row[: len(value)] = value
        return found

    def filled(self, length: int) -> int:
        """Return the length that a text of ``length`` tokens is filled up to."""
        filled = -(-length // self.step) * self.step
        return filled if self.longest is None else min(filled, self.longest)

    def most(self, length: int) -> int:
        """Return how many texts of a filled length make a stack."""
        return max(1, self.tokens // length)

    def groups(self, lengths: Sequence[int]) -> list[NDArray[np.intp]]:
        """Return which texts make a stack each, those with most tokens first, so that no thread waits at the end.

        Parameters
        ----------
        lengths : sequence of int, length n
            Tokens of each text.

        Returns
        -------
        list of ndarray of shape (m,), intp

        Examples
        --------
        >>> [group.tolist() for group in Stacking(step=4, tokens=16).groups([3, 9, 4, 2, 1, 4])]
        [[1], [0, 2, 3, 4], [5]]
        """
        filled = np.array([self.filled(length) for length in lengths], dtype=np.intp)
        found = []
        for length in np.unique(filled)[::-1].tolist():
            rows = np.flatnonzero(filled == length)
            found += [rows[i : i + self.most(length)] for i in range(0, len(rows), self.most(length))]
        return found


def stacking(runtime: Runtime, network: Network) -> Stacking:
    """Return how a runtime takes the items of a network."""
    if runtime.startswith("openvino"):
        return Stacking(step=16, tokens=1024, photos=1, longest=network.longest)
    if runtime.startswith("torch-cuda"):
        return Stacking(step=16, tokens=8192, photos=32, whole=True, threads=False, longest=network.longest)
    if runtime.startswith("torch"):
        # torch counts its threads for the whole process: one run after the other, each by one thread.
        return Stacking(threads=False)
    return Stacking(step=network.step, tokens=256)


@lru_cache(maxsize=OPEN_NETWORKS)
def open_network(network: Network, runtime: Runtime) -> Run:
    """Return a function that runs ``network``.

    The first use on a machine exports it to ``cache_root()/onnx``, which takes some ten seconds; an exported file that
    is damaged is made again.

    Parameters
    ----------
    network : Network
    runtime : str
        See `prodcls.config.Runtime`.

    Returns
    -------
    Run

    Raises
    ------
    InputError
        If the weights are not the pinned ones, or the runtime is not there.
    """
    if network.opened is not None:
        return network.opened()
    bf16 = runtime.endswith("-bf16")
    if runtime.startswith("openvino"):
        return run_openvino(network, bf16=bf16)
    if runtime.startswith("torch"):
        return run_torch(network, device="cuda" if "-cuda" in runtime else "cpu", bf16=bf16)
    return run_onnx(network)
