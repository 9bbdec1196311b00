"""Out-of-fold evaluation: each product is judged, and accounted for, by a model that never saw it or its copies."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from prodcls.balance import lean
from prodcls.candidates import best_classes
from prodcls.config import Balance, Head
from prodcls.evidence import Channel
from prodcls.explain.account import EvidenceAccount, explain_evidence
from prodcls.explain.views import FoldView, Judged, Look
from prodcls.head import EvidenceHead, HeadFit, Margins
from prodcls.inputs import Inputs
from prodcls.learning import LARGEST, LearningPoint, learn_from_parts
from prodcls.model import Model, ModelFit, fit_model
from prodcls.pool import fit_pool
from prodcls.selective import Reason

__all__ = ["NOT_TESTED", "FoldScores", "OutOfFold", "Problem", "cross_validate", "modality_names"]

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
    """

    inputs: Inputs
    labels: NDArray[np.int64]
    groups: NDArray[np.int64]
    fold: NDArray[np.int64]
    classes: tuple[str, ...]


@dataclass(frozen=True)
class FoldScores:
    """What one fold's model says of its test rows.

    Attributes
    ----------
    rows : ndarray of shape (m,), intp
        Positions of the test rows.
    margins : ndarray of shape (m, K), float64
        Logits before the temperature.
    temperature : ndarray of shape (m,), float64
    account : EvidenceAccount or None
        Predicted class against runner-up; None for the flat head.
    ablation : dict of str to ndarray of shape (m,), int64
        Predicted classes of the linear pool on part of the evidence; ``"all"`` is the pool itself and ``"sum"`` the
        plain sum of the block scores.
    view : FoldView or None
        Samples taken right after the fit; None where none were asked for.
    model : Model or None
        The fold's model, for further questions about its test rows; None for the flat head.
    unusual : dict of str to ndarray of shape (m,), bool
        See `EvidenceHead.unusual`; empty for the flat head.
    stepped : ndarray of shape (m, K), float64, or None
        Logits that calibration has taken off the margins; None where it takes off nothing.
    unbalanced : ndarray of shape (m,), int64, or None
        Predicted classes where no class is held back; None where the model holds none back.
    """

    rows: NDArray[np.intp]
    margins: NDArray[np.float64]
    temperature: NDArray[np.float64]
    account: EvidenceAccount | None
    ablation: dict[str, NDArray[np.int64]]
    view: FoldView | None = None
    model: Model | None = None
    unusual: dict[Reason, NDArray[np.bool_]] = field(default_factory=dict)
    stepped: NDArray[np.float64] | None = None
    unbalanced: NDArray[np.int64] | None = None


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
    """

    rows: NDArray[np.intp]
    margins: NDArray[np.float64]
    temperature: NDArray[np.float64]
    folds: tuple[FoldScores, ...]
    learning: tuple[LearningPoint, ...] = ()

    @property
    def ranked(self) -> NDArray[np.int64]:
        """Best and second-best class of each tested row, shape (m, 2)."""
        return best_classes(self.margins, 2)

    def uncalibrated(self) -> NDArray[np.float64]:
        """Return the margins before anything was taken off them, shape (m, K)."""
        found = self.margins.copy()
        for fold in self.folds:
            if fold.stepped is not None:
                found[np.searchsorted(self.rows, fold.rows)] += fold.stepped
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
) -> OutOfFold:
    """Fit a model for each fold on the other rows and score the fold.

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
        nor where they would cost much.

    Returns
    -------
    OutOfFold
    """

    def judge(k: int) -> FoldScores:
        train, test = np.flatnonzero(problem.fold != k), np.flatnonzero(problem.fold == k)
        fit = fit_model(
            problem.inputs.take(train),
            problem.labels[train],
            problem.groups[train],
            problem.classes,
            head=head,
            balance=balance,
            random_state=random_state,
            threads=1,
        )
        return _score(fit, problem, test, look)

    # One thread a fold: side by side is faster than many threads on small matrices, and gives the same bits.
    numbers = np.unique(problem.fold[problem.fold != NOT_TESTED]).tolist()
    with threadpool_limits(1), ThreadPoolExecutor(threads) as pool:
        judged = [pool.submit(judge, k) for k in numbers]
        learning = pool.submit(_learn, problem, numbers[0], head, balance, random_state) if parts else None
        folds = [future.result() for future in judged]
    rows = np.concatenate([f.rows for f in folds])
    order = np.argsort(rows)
    temperature = np.concatenate([f.temperature for f in folds])
    margins = np.concatenate([f.margins for f in folds])
    return OutOfFold(
        rows[order], margins[order], temperature[order], tuple(folds), () if learning is None else learning.result()
    )


def _learn(problem: Problem, fold: int, head: Head, balance: Balance, random_state: int) -> tuple[LearningPoint, ...]:
    test = problem.fold == fold
    if head == "flat" or int((~test).sum()) * len(problem.classes) > LARGEST:
        return ()
    return learn_from_parts(
        problem.inputs, problem.labels, problem.groups, problem.classes, test, head, random_state, balance
    )


def _score(fit: ModelFit, problem: Problem, test: NDArray[np.intp], look: Look | None) -> FoldScores:
    inputs = problem.inputs.take(test)
    fitted = fit.model.head
    if not isinstance(fitted, EvidenceHead) or fit.details is None:
        probabilities = fit.model.probabilities(inputs)
        return FoldScores(test, np.log(np.maximum(probabilities, 1e-12)), np.ones(len(test)), None, {})
    margins = fitted.margins(inputs)
    best = best_classes(margins.total, 2)
    account = explain_evidence(fitted, margins, best[:, 0], best[:, -1])
    ablation = _ablate(fit.details, margins)
    temperature = fitted.calibration.temperatures(margins.total)
    view = None if look is None else look(Judged(fit.model, margins, account, best[:, [0, -1]], test))
    unusual = fitted.unusual(inputs, margins, best[:, 0])
    stepped = fitted.stepped(margins)
    plain = _unbalanced(fitted, margins)
    return FoldScores(test, margins.total, temperature, account, ablation, view, fit.model, unusual, stepped, plain)


def _unbalanced(head: EvidenceHead, margins: Margins) -> NDArray[np.int64] | None:
    if not head.balance:
        return None
    return best_classes(head.unbalanced(margins.total), 1)[:, 0]


def modality_names(channels: tuple[Channel, ...], text_blocks: tuple[str, ...]) -> dict[str, str]:
    """Return the modality of each block: ``"text"`` for all words, the block's own name otherwise.

    Parameters
    ----------
    channels : tuple of Channel
    text_blocks : tuple of str
        Blocks made of text, the lexical one included.

    Returns
    -------
    dict of str to str
        Without the prior, which is part of every model.
    """
    return {c.block: "text" if c.block in text_blocks else c.block for c in channels if c.kind != "prior"}


def _ablate(details: HeadFit, margins: Margins) -> dict[str, NDArray[np.int64]]:
    """Return predictions of the linear pool with one modality alone and with one left out."""
    described, channels = details.head.evidence.channels, margins.channels
    modality = modality_names(described, details.text_blocks)
    of_channel = np.array([modality.get(c.block, "") for c in described])
    scores = np.array([c.kind == "score" for c in described])
    found = {"all": margins.pooled.argmax(axis=1), "sum": channels[:, :, scores].sum(axis=2).argmax(axis=1)}
    names = list(dict.fromkeys(m for m in of_channel if m))
    if len(names) < 2:
        return found
    for name in names:
        for title, keep in ((f"only {name}", of_channel == name), (f"without {name}", of_channel != name)):
            used = keep | (of_channel == "")
            data = details.pool_data
            pool = fit_pool(data.channels[:, :, used], data.truth, scores[used], strength=details.strength)
            kept = tuple(described[i] for i in np.flatnonzero(used))
            pool = lean(pool, kept, details.balance.strength)
            found[title] = best_classes(pool.scores(channels[:, :, used]), 1)[:, 0]
    return found
