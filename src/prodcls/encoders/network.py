"""What a network is, whatever runs it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from prodcls.encoders.adapter import Adapter

if TYPE_CHECKING:
    from torch import nn

__all__ = ["FILLING", "OPEN_NETWORKS", "Network", "Run"]

FILLING = -1
"""In place of a token's id, behind the end of a text that is shorter than its stack."""

OPEN_NETWORKS = 4
"""Networks kept in memory; each takes some 100 to 300 MB."""

Run = Callable[[NDArray[Any], Sequence[str]], list[NDArray[np.float32]]]
"""Takes a stack of prepared items, shape (n, ...), and names of outputs; returns these, a row for each item. May be
called by several threads at once."""


@dataclass(frozen=True)
class Network:
    """How to get a network that reads a stack of items; the same one where the key is the same.

    Attributes
    ----------
    key : str
        Name with the first digits of its weights' SHA-256.
    build : callable
        Returns the torch module in evaluation mode; imports torch only when called.
    outputs : tuple of str
        Names of what the module returns, in order; each with one row per item.
    input_shape : tuple of (int or None)
        Shape of one item; None where the length is free.
    input_dtype : str
        ``"int64"`` or ``"uint8"``.
    opened : callable or None
        Returns what runs the network where it is no module of torch; ``build`` is then not called.
    step : int
        Multiple of tokens that ONNX Runtime's texts are filled up to: more of them then run together. What a text is
        filled up to depends on its own length alone.
    longest : int or None
        Tokens that a text is never filled up beyond: the network knows no more places. None: any number.
    adapter : Adapter or None
        What is added to the weights of ``build``.
    """

    key: str
    build: Callable[[], nn.Module] = field(compare=False)
    outputs: tuple[str, ...]
    input_shape: tuple[int | None, ...]
    input_dtype: str
    opened: Callable[[], Run] | None = field(default=None, compare=False)
    step: int = 1
    longest: int | None = None
    adapter: Adapter | None = None
