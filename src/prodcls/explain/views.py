"""What the model of one fold shows of its test products, for views over the whole catalogue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prodcls.explain.account import EvidenceAccount
from prodcls.explain.attribution import Part
from prodcls.explain.class_words import Spoken
from prodcls.explain.effects import LocalEffects
from prodcls.head import Margins
from prodcls.model import Model

__all__ = ["FoldView", "Judged", "Look", "Seen"]


@dataclass(frozen=True)
class Seen:
    """What the regions of one product's photo say for class A against class B.

    Attributes
    ----------
    row : int
    a, b : int
        Class numbers.
    regions : tuple of Part
        In logits in favour of A, largest size first.
    """

    row: int
    a: int
    b: int
    regions: tuple[Part, ...]


@dataclass(frozen=True)
class FoldView:
    """Samples of one fold.

    Attributes
    ----------
    words : tuple of Spoken
    photos : tuple of Seen
    effects : dict of str to LocalEffects
        By numeric column.
    """

    words: tuple[Spoken, ...]
    photos: tuple[Seen, ...]
    effects: dict[str, LocalEffects]


@dataclass(frozen=True)
class Judged:
    """A fold's model and what it said of its m test products.

    Attributes
    ----------
    model : Model
        With the evidence head.
    margins : Margins
    account : EvidenceAccount
        Predicted class against runner-up.
    ranked : ndarray of shape (m, 2), int64
        These two classes.
    rows : ndarray of shape (m,), intp
        The products.
    """

    model: Model
    margins: Margins
    account: EvidenceAccount
    ranked: NDArray[np.int64]
    rows: NDArray[np.intp]


Look = Callable[[Judged], FoldView]
"""Takes its samples of a fold, beside the folds that are still being fitted."""
