"""A fitted classifier: class names, one of the two heads, and what it was given."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prodcls.calibration import softmax
from prodcls.config import Balance, Head
from prodcls.flat import FlatModel, fit_flat, flat_probabilities
from prodcls.head import EvidenceHead, HeadFit, Margins, fit_head
from prodcls.inputs import Inputs

__all__ = ["Model", "fit_model"]


@dataclass(frozen=True)
class Model:
    """A classifier of products.

    Attributes
    ----------
    classes : tuple of str
        Sorted; position is the class number.
    head : EvidenceHead or FlatModel
    """

    classes: tuple[str, ...]
    head: EvidenceHead | FlatModel

    def probabilities(self, inputs: Inputs, *, threads: int = 1) -> NDArray[np.float64]:
        """Return calibrated class probabilities of shape (n, K); rows sum to 1."""
        return self.decide(inputs, threads=threads)[0]

    def decide(
        self, inputs: Inputs, *, threads: int = 1, apart: bool = False
    ) -> tuple[NDArray[np.float64], Margins | None]:
        """Return the probabilities, and the margins that they come from (None for the flat head).

        With ``apart`` each product is scored to the last bit as if it were alone.
        """
        if isinstance(self.head, FlatModel):
            return flat_probabilities(self.head, inputs), None
        margins = self.head.margins(inputs, threads=threads, apart=apart)
        return softmax(margins.total, self.head.calibration.temperatures(margins.total)), margins


@dataclass(frozen=True)
class ModelFit:
    """A model, and what the evidence head learned on the way (None for the flat head)."""

    model: Model
    details: HeadFit | None


def fit_model(
    inputs: Inputs,
    labels: NDArray[np.int64],
    groups: NDArray[np.int64],
    classes: tuple[str, ...],
    *,
    head: Head = "evidence",
    balance: Balance = "macro-f1",
    random_state: int = 0,
    threads: int = 1,
) -> ModelFit:
    """Fit either head.

    Parameters
    ----------
    inputs : Inputs
        n training products.
    labels : ndarray of shape (n,), int64
        Positions in ``classes``.
    groups : ndarray of shape (n,), int64
        Groups of near-duplicates.
    classes : tuple of str
    head : {"evidence", "flat"}
    balance : {"macro-f1", "accuracy", "none"}
        What classes of unequal size are balanced for; nothing with the flat head.
    random_state : int
    threads : int

    Returns
    -------
    ModelFit
    """
    if head == "flat":
        flat = fit_flat(inputs, labels, len(classes), random_state, threads)
        return ModelFit(Model(classes, flat), None)
    fit = fit_head(inputs, labels, groups, len(classes), balance=balance, random_state=random_state, threads=threads)
    return ModelFit(Model(classes, fit.head), fit)
