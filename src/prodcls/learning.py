"""Accuracy with a part of the training rows: whether more of them would help."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prodcls.config import Balance, Head
from prodcls.inputs import Inputs
from prodcls.model import fit_model
from prodcls.splits import stratified_group_folds

__all__ = ["LARGEST", "LearningPoint", "learn_from_parts"]

QUARTERS = (1, 2)
"""Parts of the training rows, in quarters, that a model is fitted on beside all of them."""

LARGEST = 250_000
"""Training rows times classes beyond which no further models are fitted."""


@dataclass(frozen=True)
class LearningPoint:
    """A model fitted on part of the training rows of one fold, judged on that fold.

    Attributes
    ----------
    rows : int
        Rows it was fitted on.
    right, judged : int
        Right answers, and rows of the fold.
    """

    rows: int
    right: int
    judged: int


def learn_from_parts(
    inputs: Inputs,
    labels: NDArray[np.int64],
    groups: NDArray[np.int64],
    classes: tuple[str, ...],
    test: NDArray[np.bool_],
    head: Head,
    random_state: int,
    balance: Balance = "macro-f1",
) -> tuple[LearningPoint, ...]:
    """Fit models on a quarter and on half of the training rows.

    Parameters
    ----------
    inputs : Inputs
        n products.
    labels : ndarray of shape (n,), int64
    groups : ndarray of shape (n,), int64
        Near-duplicates, which stay in one part.
    classes : tuple of str
    test : ndarray of shape (n,), bool
        Rows of the fold, at least one; the others are trained on.
    head : {"evidence", "flat"}
    random_state : int
    balance : {"macro-f1", "accuracy", "none"}

    Returns
    -------
    tuple of LearningPoint
        Fewest rows first; without those parts that hold fewer than two classes.
    """
    train, judged = np.flatnonzero(~test), np.flatnonzero(test)
    part = stratified_group_folds(
        labels[train], groups[train], 4, random_state, tuple(inputs.ids[i] for i in train.tolist())
    )
    found = []
    for quarters in QUARTERS:
        rows = train[part < quarters]
        if len(np.unique(labels[rows])) < 2 or len(np.unique(groups[rows])) < 2:
            continue
        model = fit_model(
            inputs.take(rows),
            labels[rows],
            groups[rows],
            classes,
            head=head,
            balance=balance,
            random_state=random_state,
        ).model
        right = model.probabilities(inputs.take(judged)).argmax(axis=1) == labels[judged]
        found.append(LearningPoint(len(rows), int(right.sum()), len(judged)))
    return tuple(found)
