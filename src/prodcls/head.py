"""The evidence head: channels, their linear pool, and the LightGBM correction of the best candidates."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import lightgbm
import numpy as np
from numpy.typing import NDArray

from prodcls.balance import BalanceChoice, choose_balance, lean
from prodcls.booster import BoosterData, RoundsChoice, choose_rounds, train_booster
from prodcls.calibration import Calibration, fit_calibration
from prodcls.candidates import best_classes, candidate_evidence, leads, with_truth
from prodcls.config import Balance
from prodcls.evidence import LEXICAL, Channel, EvidenceModel
from prodcls.held_out import EvidenceFit, fit_evidence
from prodcls.inputs import Inputs
from prodcls.pool import Pool, choose_strength, columns_that_help, fit_pool, listwise_loss
from prodcls.selective import Reason
from prodcls.shortlist import COUNT, Shortlist, in_blocks, rows_of, shorten
from prodcls.splits import stratified_group_folds
from prodcls.usual import Usual, fit_usual

__all__ = ["EvidenceHead", "HeadFit", "Margins", "PoolData", "fit_head"]

POOL_CANDIDATES = COUNT
"""Classes per product on which the pool is fitted; with fewer the choice itself biases the weights."""

POOL_ROWS = 20_000
"""Products on which the weights of the pool, one a channel, are fitted."""

CALIBRATION_CELLS = 2**22
"""Held-out margins that probabilities are calibrated on, where classes are many: products times all classes."""

INNER_FOLDS = 5
"""Parts of the products that are held out in turn to choose the correction and to calibrate."""

FEWER_FOLDS = 3
"""The same from `MANY_ROWS` products on."""

MANY_ROWS = 5_000
"""Products of which two thirds teach the trees about as much as four fifths, and fewer trees as much as more."""


@dataclass(frozen=True)
class Margins:
    """What the head says of n products.

    Attributes
    ----------
    channels : ndarray of shape (n, K, C), float64
    pooled : ndarray of shape (n, K), float64
        Pool scores, logits.
    candidates : ndarray of shape (n, M), int64
        Best classes by pool score with no class held back, best first.
    corrections : ndarray of shape (n, M), float64
        Booster output for the candidates above its level, logits.
    total : ndarray of shape (n, K), float64
        ``pooled`` plus the corrections of the candidates, and less the step for all other classes.
    """

    channels: NDArray[np.float64]
    pooled: NDArray[np.float64]
    candidates: NDArray[np.int64]
    corrections: NDArray[np.float64]
    total: NDArray[np.float64]

    def take(self, rows: NDArray[np.intp]) -> Margins:
        """Return what is said of the products at ``rows``."""
        return Margins(
            self.channels[rows], self.pooled[rows], self.candidates[rows], self.corrections[rows], self.total[rows]
        )


@dataclass(frozen=True)
class EvidenceHead:
    """A fitted head.

    Attributes
    ----------
    evidence : EvidenceModel
    pool : Pool
        With ``balance`` already taken off the weight of the class's share.
    booster : lightgbm.Booster or None
        None when inner folds chose no correction.
    level : float
        Mean output of the booster over its training evidence, the base value of TreeSHAP. A softmax over candidates
        leaves it free, so it is taken off: classes that are not candidates have no correction.
    calibration : Calibration
        Its step is taken off all classes but the candidates; its temperature divides the margins.
    usual : Usual
        What is usual among the training products; no part of the margins.
    balance : float
        Strength by which large classes are held back, see `balance`.
    """

    evidence: EvidenceModel
    pool: Pool
    booster: lightgbm.Booster | None
    level: float
    calibration: Calibration
    usual: Usual
    balance: float = 0.0

    def unbalanced(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return pool scores or totals, shape (n, K), as they are with no class held back."""
        return scores + self.balance * self.evidence.log_prior

    def margins(self, inputs: Inputs, *, threads: int = 1, apart: bool = False) -> Margins:
        """Score products.

        Parameters
        ----------
        inputs : Inputs
        threads : int
        apart : bool
            Whether each is scored to the last bit as if it were alone.

        Returns
        -------
        Margins
        """
        return self.decide(self.evidence.scores(inputs, apart=apart), threads=threads)

    def unusual(self, inputs: Inputs, margins: Margins, classes: NDArray[np.int64]) -> dict[Reason, NDArray[np.bool_]]:
        """Tell which products are not of the kind that the head was trained on.

        Parameters
        ----------
        inputs : Inputs
            n products.
        margins : Margins
            Of the same products.
        classes : ndarray of shape (n,), int64
            The class that each is held against.

        Returns
        -------
        dict of str to ndarray of shape (n,), bool
            By two of `prodcls.selective.REASONS`.
        """
        return {
            "unlike-training": self.usual.unlike_training(margins.channels, self.evidence.channels),
            "unusual-number": self.usual.unusual_number(inputs, self.evidence.numeric, classes),
        }

    def decide(self, channels: NDArray[np.float64], *, threads: int = 1) -> Margins:
        """Score products of which the channel values are known.

        Parameters
        ----------
        channels : ndarray of shape (n, K, C), float64
        threads : int

        Returns
        -------
        Margins
        """
        pooled = self.pool.scores(channels)
        candidates = best_classes(self.unbalanced(pooled))  # those that the trees learned to correct
        corrections = np.zeros(candidates.shape)
        if self.booster is not None and len(channels):
            evidence = candidate_evidence(channels, candidates, self.evidence.channels)
            flat = evidence.reshape(-1, evidence.shape[2])
            raw = np.asarray(self.booster.predict(flat, raw_score=True, num_threads=threads))
            corrections = raw.reshape(candidates.shape) - self.level
        total = pooled - self.calibration.behind
        np.put_along_axis(total, candidates, np.take_along_axis(pooled, candidates, 1) + corrections, 1)
        return Margins(channels, pooled, candidates, corrections, total)


@dataclass(frozen=True)
class PoolData:
    """What the pool was fitted on.

    Attributes
    ----------
    channels : ndarray of shape (n, M, C), float64
        Held-out channel values of the candidates.
    truth : ndarray of shape (n,), int64
        Position of the true class among the candidates.
    """

    channels: NDArray[np.float64]
    truth: NDArray[np.int64]

    def take(self, rows: NDArray[np.intp]) -> PoolData:
        """Return those of some products."""
        return self if len(rows) == len(self.truth) else PoolData(self.channels[rows], self.truth[rows])


@dataclass(frozen=True)
class HeadFit:
    """A head, what its pool was fitted on, and what its inner folds showed.

    Attributes
    ----------
    head : EvidenceHead
    pool_data : PoolData
    strength : float
        Penalty of the pool.
    rounds : RoundsChoice
    balance : BalanceChoice
    text_blocks : tuple of str
        Blocks made of text, the lexical one included.
    probes : dict of str to ndarray of shape (n, K), float64
        Held-out scores of the probes by block; empty where evidence of some classes only was kept.
    """

    head: EvidenceHead
    pool_data: PoolData
    strength: float
    rounds: RoundsChoice
    balance: BalanceChoice
    text_blocks: tuple[str, ...]
    probes: dict[str, NDArray[np.float64]] = field(default_factory=dict)


def fit_head(
    inputs: Inputs,
    labels: NDArray[np.int64],
    groups: NDArray[np.int64],
    n_classes: int,
    *,
    balance: Balance = "macro-f1",
    random_state: int = 0,
    threads: int = 1,
) -> HeadFit:
    """Fit channels, pool, correction, class balance and calibration on training products.

    Parameters
    ----------
    inputs : Inputs
    labels : ndarray of shape (n,), int64
    groups : ndarray of shape (n,), int64
        Groups of near-duplicates: never split by inner folds.
    n_classes : int
    balance : {"macro-f1", "accuracy", "none"}
        What classes of unequal size are balanced for.
    random_state : int
    threads : int

    Returns
    -------
    HeadFit

    Raises
    ------
    ValueError
        If there are fewer than two groups.
    """
    if len(np.unique(groups)) < 2:
        message = "all products are near-duplicates of each other: none can be held out"
        raise ValueError(message)
    fit = fit_evidence(inputs, labels, groups, n_classes, threads)
    described = fit.model.channels
    kept = shorten(fit, labels, groups, threads=threads)
    alike = np.array([c.kind == "score" for c in described])
    pool_data = _pool_data(kept, alike)
    parts = INNER_FOLDS if len(labels) < MANY_ROWS else FEWER_FOLDS
    inner = stratified_group_folds(labels, groups, parts, random_state)
    strength = choose_strength(pool_data.channels, pool_data.truth, alike, inner)
    some = pool_data.take(_even(len(labels), POOL_ROWS))
    columns = np.array([c.kind in ("typical", "affinity") for c in described])
    helps = columns_that_help(some.channels, some.truth, alike, columns, strength=strength)
    pool = fit_pool(np.where(helps, some.channels, 0.0), some.truth, alike, strength=strength)
    pool = Pool(np.where(helps, pool.weights, 0.0))
    pooled = pool.scores(kept.channels)
    best = best_classes(pooled)
    candidates, truth = with_truth(best, kept.truth)
    evidence = candidate_evidence(kept.channels, candidates, described, kept.best)
    evidence[:, :, np.flatnonzero(~helps)] = 0.0
    start = np.take_along_axis(pooled, candidates, axis=1)
    data = BoosterData(evidence, start, truth, _monotone(described), quick=len(labels) >= MANY_ROWS)
    data, rounds = _choose_correction(data, described, inner, random_state=random_state, threads=threads)
    booster, level = None, 0.0
    if rounds.rounds:
        booster = train_booster(data, rounds.rounds, random_state=random_state, threads=threads)
        level = 0.0 if booster is None else _base_value(booster, data)
    corrected = start + rounds.corrections - level
    total = pooled.copy()
    np.put_along_axis(total, candidates, corrected, 1)
    usual = fit_usual(inputs, labels, groups, kept.likeness, described)
    model, prior = fit.model, fit.model.log_prior
    chosen = choose_balance(total, labels, prior, balance, random_state, None if kept.whole else kept.classes)
    rows = np.arange(len(labels))
    if not kept.whole:  # probabilities are over all classes
        rows = _even(len(labels), max(1, CALIBRATION_CELLS // n_classes))
        total = _of_all_classes(fit, pool, rows, groups, threads)
        np.put_along_axis(total, kept.numbers(candidates)[rows], corrected[rows], 1)
    del fit  # with matrices that nothing needs from here on
    total = total - chosen.strength * prior
    outside = np.ones(total.shape, dtype=np.bool_)
    np.put_along_axis(outside, kept.numbers(best)[rows], values=False, axis=1)
    calibration = fit_calibration(total, outside, labels[rows], inner[rows])
    pool = lean(pool, described, chosen.strength)
    head = EvidenceHead(model, pool, booster, level, calibration, usual, chosen.strength)
    said = [(c.block, i) for i, c in enumerate(described) if kept.whole and c.kind == "score"]
    probes = {block: kept.channels[:, :, i].copy() for block, i in said}
    return HeadFit(head, pool_data, strength, rounds, chosen, (*inputs.texts, LEXICAL), probes)


def _pool_data(kept: Shortlist, alike: NDArray[np.bool_]) -> PoolData:
    """Return the best classes by the plain sum of block scores, the true one among them."""
    if kept.channels.shape[1] <= POOL_CANDIDATES and not kept.whole:
        return PoolData(kept.channels, kept.truth)
    plain = kept.channels[:, :, alike].sum(axis=2) if alike.any() else kept.channels.sum(axis=2)
    candidates, truth = with_truth(best_classes(plain, POOL_CANDIDATES), kept.truth)
    return PoolData(np.take_along_axis(kept.channels, candidates[:, :, None], axis=1), truth)


def _of_all_classes(
    fit: EvidenceFit, pool: Pool, rows: NDArray[np.intp], groups: NDArray[np.int64], threads: int
) -> NDArray[np.float64]:
    """Return held-out pool scores of some rows for all classes, shape (r, K)."""
    n_classes = len(fit.model.log_prior)
    found = np.empty((len(rows), n_classes))

    def score(some: NDArray[np.intp]) -> None:
        found[some] = pool.scores(fit.scores(rows[some]))

    in_blocks(score, groups[rows], rows_of(n_classes * len(fit.model.channels)), threads=threads)
    return found


def _even(n: int, most: int) -> NDArray[np.intp]:
    """Return the numbers of at most so many of n rows, evenly spaced."""
    return np.unique(np.linspace(0, n - 1, min(n, most)).astype(np.intp))


def _base_value(booster: lightgbm.Booster, data: BoosterData) -> float:
    """Return what TreeSHAP starts from: the same for every row."""
    return float(np.asarray(booster.predict(data.evidence[:1, 0], pred_contrib=True, num_threads=1))[0, -1])


def _choose_correction(
    data: BoosterData,
    described: tuple[Channel, ...],
    inner: NDArray[np.int64],
    *,
    random_state: int,
    threads: int,
) -> tuple[BoosterData, RoundsChoice]:
    """Choose the rounds, and whether what the closest products say may be corrected downwards.

    How close the closest product is means less in a class with many products. To learn that takes many products, so the
    constraint on it is lifted only where the held-out loss falls by more than its standard error.
    """
    tables: dict[int, lightgbm.Dataset] = {}
    rounds = choose_rounds(data, inner, random_state=random_state, threads=threads, tables=tables)
    if rounds.rounds and any(c.kind == "closest" for c in described):
        freer = replace(data, monotone=_monotone(described, free=("prior", "closest")))
        found = choose_rounds(freer, inner, random_state=random_state, threads=threads, tables=tables)
        losses = [listwise_loss(data.start + choice.corrections, data.truth) for choice in (rounds, found)]
        gain = losses[0] - losses[1]
        if gain.mean() > gain.std() / np.sqrt(len(gain)):
            return freer, found
    return data, rounds


def _monotone(channels: tuple[Channel, ...], free: tuple[str, ...] = ("prior",)) -> tuple[int, ...]:
    """Return, for each feature, 1 where more of it may not count against a class, else 0: kinds in ``free``."""
    return (*(0 if c.kind in free else 1 for c in channels), *(1 for c in channels if leads(c)))
