"""Out-of-fold evaluation: each product is judged, and accounted for, by a model that never saw it or its copies."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from prodcls.candidates import best_classes
from prodcls.config import Balance, Head
from prodcls.explain.views import Look
from prodcls.fold_scores import FoldScores, score_fold
from prodcls.inputs import Inputs
from prodcls.learning import LARGEST, LearningPoint, learn_from_parts
from prodcls.model import ModelFit, fit_model
from prodcls.selective import Reason

__all__ = ["NOT_TESTED", "OutOfFold", "Problem", "cross_validate"]

NOT_TESTED = -1
"""Fold of rows that are only trained on."""


@dataclass(frozen=True)
class Problem:
    """A classification task with its split.

    Attributes
    ----------
    inputs : Inputs
        n products.
    labels : ndarray of shape (n,), int64
    groups : ndarray of shape (n,), int64
        Groups of near-duplicates.
    fold : ndarray of shape (n,), int64
        `NOT_TESTED` for rows that are only trained on.
    classes : tuple of str
    tuned : mapping of int to Inputs
        The same products as encoders read them that learned from the other folds, by fold; empty where no encoder
        learned anything. ``inputs`` are then what the encoders of the model for use read.
    """

    inputs: Inputs
    labels: NDArray[np.int64]
    groups: NDArray[np.int64]
    fold: NDArray[np.int64]
    classes: tuple[str, ...]
    tuned: Mapping[int, Inputs] = field(default_factory=dict)

    def seen(self, fold: int) -> Inputs:
        """Return the n products as the model of a fold reads them."""
        return self.tuned.get(fold, self.inputs)


@dataclass(frozen=True)
class OutOfFold:
    """Scores of all tested rows.

    Attributes
    ----------
    rows : ndarray of shape (m,), intp
        Positions of the tested rows, ascending.
    margins : ndarray of shape (m, K), float64
        Logits before the temperature.
    temperature : ndarray of shape (m,), float64
        Of the row, by the model that scored it.
    folds : tuple of FoldScores
    learning : tuple of LearningPoint
        Models fitted on parts of the first fold's training rows; empty where none were asked for.
    whole : ModelFit or None
        The model fitted on rows of every fold; None where none was asked for.
    """

    rows: NDArray[np.intp]
    margins: NDArray[np.float64]
    temperature: NDArray[np.float64]
    folds: tuple[FoldScores, ...]
    learning: tuple[LearningPoint, ...] = ()
    whole: ModelFit | None = None

    @property
    def ranked(self) -> NDArray[np.int64]:
        """Best and second-best class of each tested row, shape (m, 2)."""
        return best_classes(self.margins, 2)

    def uncalibrated(self) -> NDArray[np.float64]:
        """Return the margins before anything was taken off them, shape (m, K)."""
        found = self.margins.copy()
        for fold in self.folds:
            found[np.searchsorted(self.rows, fold.rows)] = fold.uncalibrated()
        return found

    def unusual(self) -> dict[Reason, NDArray[np.bool_]]:
        """Return by reason which tested rows are unusual, shape (m,) each; empty for the flat head."""
        if not self.folds:
            return {}
        order = np.argsort(np.concatenate([f.rows for f in self.folds]))
        return {name: np.concatenate([f.unusual[name] for f in self.folds])[order] for name in self.folds[0].unusual}

    @property
    def unbalanced(self) -> NDArray[np.int64]:
        """Predicted class of each tested row where no class is held back, shape (m,)."""
        order = np.argsort(np.concatenate([f.rows for f in self.folds]))
        found = [best_classes(f.margins, 1)[:, 0] if f.unbalanced is None else f.unbalanced for f in self.folds]
        return np.concatenate(found)[order]

    def ablation(self) -> dict[str, NDArray[np.int64]]:
        """Return the predicted classes of each ablation, shape (m,) each, in the order of `rows`."""
        order = np.argsort(np.concatenate([f.rows for f in self.folds]))
        names = self.folds[0].ablation
        return {
            name: np.concatenate([f.ablation[name] for f in self.folds])[order]
            for name in names
            if all(name in f.ablation for f in self.folds)
        }


def cross_validate(
    problem: Problem,
    *,
    head: Head = "evidence",
    balance: Balance = "macro-f1",
    random_state: int = 0,
    threads: int = 1,
    look: Look | None = None,
    parts: bool = False,
    whole: NDArray[np.intp] | None = None,
) -> OutOfFold:
    """Fit a model for each fold on the other rows and score the fold; fit one for use beside them.

    Parameters
    ----------
    problem : Problem
    head : {"evidence", "flat"}
    balance : {"macro-f1", "accuracy", "none"}
        What classes of unequal size are balanced for.
    random_state : int
    threads : int
        Folds at a time; no effect on the scores.
    look : callable, optional
        Takes samples of each fold, several folds at a time. Not asked with the flat head.
    parts : bool
        Whether to fit further models on parts of one fold's training rows, beside the folds; not with the flat head,
        nor where they would cost much, nor where encoders learned from all of these rows.
    whole : ndarray of shape (w,), intp, optional
        Rows to fit the model for use on, ascending.

    Returns
    -------
    OutOfFold
    """

    def fit(inputs: Inputs, rows: NDArray[np.intp]) -> ModelFit:
        return fit_model(
            inputs.take(rows),
            problem.labels[rows],
            problem.groups[rows],
            problem.classes,
            head=head,
            balance=balance,
            random_state=random_state,
            threads=1,
        )

    def judge(k: int) -> FoldScores:
        train, test = np.flatnonzero(problem.fold != k), np.flatnonzero(problem.fold == k)
        tested = whole is not None and np.array_equal(train, whole)
        inputs = problem.seen(k)
        return score_fold(served.result() if served and tested else fit(inputs, train), inputs, test, look)

    # One thread a model: side by side is faster than many threads on small matrices, and gives the same bits. The
    # largest comes first, and with a catalogue for testing its model is the one that is tested.
    numbers = np.unique(problem.fold[problem.fold != NOT_TESTED]).tolist()
    with threadpool_limits(1), ThreadPoolExecutor(threads) as pool:
        served = None if whole is None else pool.submit(fit, problem.inputs, whole)
        judged = [pool.submit(judge, k) for k in numbers]
        parts = parts and not problem.tuned
        learning = pool.submit(_learn, problem, numbers[0], head, balance, random_state) if parts else None
        folds = [future.result() for future in judged]
    rows = np.concatenate([f.rows for f in folds])
    order = np.argsort(rows)
    temperature = np.concatenate([f.temperature for f in folds])
    margins = np.concatenate([f.margins for f in folds])
    return OutOfFold(
        rows[order],
        margins[order],
        temperature[order],
        tuple(folds),
        () if learning is None else learning.result(),
        None if served is None else served.result(),
    )


def _learn(problem: Problem, fold: int, head: Head, balance: Balance, random_state: int) -> tuple[LearningPoint, ...]:
    test = problem.fold == fold
    if head == "flat" or int((~test).sum()) * len(problem.classes) > LARGEST:
        return ()
    return learn_from_parts(
        problem.inputs, problem.labels, problem.groups, problem.classes, test, head, random_state, balance
    )
