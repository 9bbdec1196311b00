"""The correction: LightGBM trained listwise on named evidence, starting from the pool.

The objective is the exact softmax over the candidates of a product: gradient ``p - y``, hessian ``p (1 - p)``. It
starts from the pool's scores, and the number of rounds is the one with the least held-out loss over inner folds;
zero rounds, the pool alone, is always among the choices, and wins unless more rounds are better by a clear margin.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise

import lightgbm
import numpy as np
from numpy.typing import NDArray

from prodcls.pool import listwise_loss

__all__ = ["BoosterData", "RoundsChoice", "choose_rounds", "train_booster"]

MAX_ROUNDS = 80
"""Most rounds tried; held-out loss turned up well before in every catalogue measured."""

RATE = 0.05
"""Share of its step that a tree takes."""

QUICK_RATE = 2 * RATE
"""The same where half as many trees are to do."""

SMALL = 100_000
"""Candidates below which one thread is faster than several."""

PARAMETERS: dict[str, object] = {
    "num_leaves": 15,
    "min_data_in_leaf": 20,
    "min_sum_hessian_in_leaf": 1.0,
    "feature_fraction": 0.7,
    "lambda_l2": 1.0,
    "max_bin": 63,
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
    "boost_from_average": False,
}


@dataclass(frozen=True)
class BoosterData:
    """Evidence of candidates, as the booster is trained on it.

    Attributes
    ----------
    evidence : ndarray of shape (n, M, F), float64
    start : ndarray of shape (n, M), float64
        Pool scores.
    truth : ndarray of shape (n,), int64
        Position of the true class among the candidates.
    monotone : tuple of int
        +1 for evidence that must only help, 0 otherwise; length F.
    quick : bool
        Whether half as many trees are to do, each with a step twice as large: with many products nothing is lost.
    """

    evidence: NDArray[np.float64]
    start: NDArray[np.float64]
    truth: NDArray[np.int64]
    monotone: tuple[int, ...]
    quick: bool = False

    def take(self, rows: NDArray[np.intp]) -> BoosterData:
        """Return the products at ``rows``."""
        return replace(self, evidence=self.evidence[rows], start=self.start[rows], truth=self.truth[rows])


Objective = Callable[[NDArray[np.float64], lightgbm.Dataset], tuple[NDArray[np.float32], NDArray[np.float32]]]


def _softmax_objective(truth: NDArray[np.int64]) -> Objective:
    rows = np.arange(len(truth))

    def objective(scores: NDArray[np.float64], _: lightgbm.Dataset) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        margins = scores.reshape(len(truth), -1)
        p = (margins - margins.max(axis=1, keepdims=True)).astype(np.float32)  # LightGBM takes gradients in float32
        np.exp(p, out=p)
        p /= p.sum(axis=1, keepdims=True)
        hessian = np.maximum(p * (1 - p), np.float32(1e-6))
        p[rows, truth] -= 1
        return p.ravel(), hessian.ravel()

    return objective


def train_booster(data: BoosterData, rounds: int, *, random_state: int, threads: int) -> lightgbm.Booster | None:
    """Train ``rounds`` trees on the evidence, starting from the pool.

    Parameters
    ----------
    data : BoosterData
    rounds : int
        At least 1.
    random_state : int
    threads : int

    Returns
    -------
    lightgbm.Booster or None
        Its raw prediction is the correction alone: add it to the pool's score. None where no evidence can be split,
        because there are too few candidates or they are all alike.
    """
    training = _start(data, random_state=random_state, threads=threads)
    if training is None:
        return None
    training.go_on(rounds)
    return training.booster


@dataclass(frozen=True)
class _Training:
    """A booster that trees are added to."""

    booster: lightgbm.Booster
    objective: Objective

    def go_on(self, rounds: int) -> None:
        for _ in range(rounds):
            self.booster.update(fobj=self.objective)


def _table(data: BoosterData, threads: int) -> lightgbm.Dataset:
    """Return the evidence in bins."""
    flat = data.evidence.reshape(-1, data.evidence.shape[2])
    # Not the default, all processors: LightGBM keeps the number for the whole process, and one that is larger than
    # that of a booster which another thread trains lets it write beyond its buffers.
    number = _threads(data, threads)
    return lightgbm.Dataset(
        flat,
        label=np.zeros(len(flat)),
        init_score=data.start.ravel(),
        params={"verbosity": -1, "max_bin": PARAMETERS["max_bin"], "num_threads": number},
    ).construct()


def _threads(data: BoosterData, threads: int) -> int:
    return threads if data.start.size >= SMALL else 1


def _start(
    data: BoosterData, *, random_state: int, threads: int, table: lightgbm.Dataset | None = None
) -> _Training | None:
    """Return a booster without trees; None where no evidence can be split."""
    parameters = {
        **PARAMETERS,
        "learning_rate": QUICK_RATE if data.quick else RATE,
        "objective": "none",  # gradients are given
        "monotone_constraints": list(data.monotone),
        "seed": random_state,
        "num_threads": _threads(data, threads),
    }
    table = table or _table(data, threads)
    if not any(table.feature_num_bin(i) > 1 for i in range(data.evidence.shape[2])):  # LightGBM aborts on such a table
        return None
    return _Training(lightgbm.Booster(parameters, table), _softmax_objective(data.truth))


@dataclass(frozen=True)
class RoundsChoice:
    """How many rounds to train, and what inner folds showed.

    Attributes
    ----------
    rounds : int
        0: the pool alone.
    losses : dict of int to float
        Mean held-out loss by number of rounds, nats; of those that were tried.
    corrections : ndarray of shape (n, M), float64
        Held-out correction of each candidate at ``rounds``; zeros when that is 0.
    """

    rounds: int
    losses: dict[int, float]
    corrections: NDArray[np.float64]


CHECKPOINTS = tuple(range(0, MAX_ROUNDS + 1, 10))
"""Numbers of rounds compared; half of them where half as many are to do."""

PATIENCE = 2
"""Numbers of rounds in a row, each with a higher held-out loss than a smaller one has, after which none is tried."""


def choose_rounds(
    data: BoosterData,
    fold: NDArray[np.int64],
    *,
    random_state: int,
    threads: int,
    tables: dict[int, lightgbm.Dataset] | None = None,
) -> RoundsChoice:
    """Choose the number of rounds by held-out loss over inner folds.

    More rounds replace fewer only when the mean improvement exceeds its standard error over products: on small sets
    differences below it are noise, and the pool is the safer model.

    Parameters
    ----------
    data : BoosterData
    fold : ndarray of shape (n,), int64
        Inner fold of each product.
    random_state : int
    threads : int
    tables : dict of int to lightgbm.Dataset, optional
        Evidence of the other folds in bins, by fold. What is not there is added, so that another choice on the same
        evidence does not make it again.

    Returns
    -------
    RoundsChoice
    """
    folds, tables = [], {} if tables is None else tables
    for k in np.unique(fold).tolist():
        inside = data.take(np.flatnonzero(fold != k))
        if k not in tables:
            tables[k] = _table(inside, threads)
        training = _start(inside, random_state=random_state, threads=threads, table=tables[k])
        if training is not None:
            folds.append((training, np.flatnonzero(fold == k)))
    corrections = np.zeros(data.start.shape)
    least = listwise_loss(data.start, data.truth)
    best, chosen, means = 0, corrections, {0: float(least.mean())}
    checkpoints = [rounds // 2 if data.quick else rounds for rounds in CHECKPOINTS]
    for before, rounds in pairwise(checkpoints if folds else ()):
        corrections = corrections.copy()
        for training, outside in folds:
            training.go_on(rounds - before)
            flat = data.evidence[outside].reshape(-1, data.evidence.shape[2])
            step = training.booster.predict(flat, raw_score=True, start_iteration=before, num_threads=threads)
            corrections[outside] += np.reshape(step, (len(outside), -1))
        losses = listwise_loss(data.start + corrections, data.truth)
        means[rounds] = float(losses.mean())
        gain = least - losses
        if gain.mean() > gain.std() / np.sqrt(len(gain)):
            best, chosen, least = rounds, corrections, losses
        if len(means) - 1 - int(np.argmin(list(means.values()))) >= PATIENCE:
            break
    return RoundsChoice(best, means, chosen)
