"""Ways to balance classes of unequal size, as `imbalance.py` compares them on the same held-out channels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import lightgbm
import numpy as np
import scipy.optimize
import scipy.sparse as sp
from numpy.typing import NDArray

from prodcls.booster import CHECKPOINTS, PARAMETERS, BoosterData
from prodcls.calibration import fit_temperature, softmax
from prodcls.candidates import best_classes, candidate_evidence, with_truth
from prodcls.evidence import Channel
from prodcls.head import INNER_FOLDS, POOL_CANDIDATES, _monotone
from prodcls.pool import MIN_SPREAD, choose_strength, columns_that_help, listwise_loss
from prodcls.probes import PENALTIES, PENALTY_ROWS, Probe, ProbeFit, _scaled_loss
from prodcls.ridge import Targets
from prodcls.splits import stratified_group_folds

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Known:
    """Held-out channels of the training rows and channels of the test rows.

    Attributes
    ----------
    held_out : ndarray of shape (n, K, C), float64
    labels, groups : ndarray of shape (n,), int64
    test : ndarray of shape (m, K, C), float64
    described : tuple of Channel
    """

    held_out: Floats
    labels: NDArray[np.int64]
    groups: NDArray[np.int64]
    test: Floats
    described: tuple[Channel, ...]

    @property
    def log_prior(self) -> Floats:
        """Logarithm of each class's share, shape (K,)."""
        return self.held_out[0, :, -1]


@dataclass(frozen=True)
class Scored:
    """Held-out margins of the training rows, shape (n, K), and margins of the test rows, shape (m, K)."""

    inner: Floats
    test: Floats

    def shifted(self, offsets: Floats) -> Scored:
        """Return the margins with an offset for each class, shape (K,)."""
        return Scored(self.inner + offsets, self.test + offsets)

    def probabilities(self, labels: NDArray[np.int64]) -> Floats:
        """Return calibrated probabilities of the test rows."""
        return softmax(self.test, fit_temperature(self.inner, labels))


def class_weights(labels: NDArray[np.int64], n_classes: int, power: float) -> Floats:
    """Return the weight of each row, ``(n / (K n_k)) ** power``, with mean 1."""
    counts = np.maximum(np.bincount(labels, minlength=n_classes), 1)
    weights = ((len(labels) / n_classes / counts) ** power)[labels]
    return weights / weights.mean()


def score(known: Known, power: float = 0.0, lure: float = 0.0) -> Scored:
    """Return margins of pool and correction, as the head makes them.

    Parameters
    ----------
    known : Known
    power : float
        Of `class_weights` in pool and correction; the pool may then count against large classes.
    lure : float
        Strength by which candidates are chosen in favour of small classes.
    """
    held, labels, described = known.held_out, known.labels, known.described
    alike = np.array([c.kind == "score" for c in described])
    weights = class_weights(labels, held.shape[1], power)
    candidates, truth = with_truth(best_classes(held[:, :, alike].sum(axis=2), POOL_CANDIDATES), labels)
    chosen = np.take_along_axis(held, candidates[:, :, None], axis=1)
    inner = stratified_group_folds(labels, known.groups, INNER_FOLDS, 0)
    strength = choose_strength(chosen, truth, alike, inner)
    columns = np.array([c.kind in ("typical", "affinity") for c in described])
    helps = columns_that_help(chosen, truth, alike, columns, strength=strength)
    pool = helps * _weighted_pool(np.where(helps, chosen, 0.0), truth, alike, strength, weights, free=power > 0)
    start = held @ pool
    candidates, truth = with_truth(best_classes(start - lure * known.log_prior), labels)
    evidence = candidate_evidence(np.where(helps, held, 0.0), candidates, described)
    data = BoosterData(evidence, np.take_along_axis(start, candidates, axis=1), truth, _monotone(described))
    rounds, corrections, losses = _choose_rounds(data, inner, weights)
    if rounds and any(c.kind == "closest" for c in described):
        freer = replace(data, monotone=_monotone(described, free=("prior", "closest")))
        found = _choose_rounds(freer, inner, weights)
        gain = losses - found[2]
        if gain.mean() > gain.std() / np.sqrt(len(gain)):
            data, (rounds, corrections, _) = freer, found
    test = known.test @ pool
    if rounds:
        booster = _train(data, rounds, weights)
        level = float(np.asarray(booster.predict(data.evidence[:1, 0], pred_contrib=True))[0, -1])
        np.put_along_axis(start, candidates, data.start + corrections - level, 1)
        best = best_classes(test - lure * known.log_prior)
        evidence = candidate_evidence(known.test, best, described)
        raw = np.asarray(booster.predict(evidence.reshape(-1, evidence.shape[2]), raw_score=True, num_threads=1))
        np.put_along_axis(test, best, np.take_along_axis(test, best, axis=1) + raw.reshape(best.shape) - level, 1)
    return Scored(start, test)


def _weighted_pool(
    channels: Floats, truth: NDArray[np.int64], alike: NDArray[np.bool_], strength: float, rows: Floats, *, free: bool
) -> Floats:
    """Return what `prodcls.pool.fit_pool` does with weights of rows, and the prior's weight free where asked."""
    n, _, n_channels = channels.shape
    spread = np.maximum(channels.std(axis=1).mean(axis=0), MIN_SPREAD)
    scale = np.where(alike, spread[alike].mean(), spread)
    scaled = channels / scale
    chosen = rows @ scaled[np.arange(n), truth]

    def loss(weights: Floats) -> tuple[float, Floats]:
        scores = scaled @ weights
        top = scores.max(axis=1, keepdims=True)
        exponent = np.exp(scores - top)
        total = exponent.sum(axis=1, keepdims=True)
        expected = np.einsum("nm,nmc->c", rows[:, None] * exponent / total, scaled)
        value = float((rows * (np.log(total) + top)[:, 0]).sum() - chosen @ weights)
        pull = np.where(alike, weights - weights[alike].mean(), weights)
        return value + strength * float(pull @ pull) / 2, expected - chosen + strength * pull

    bounds = [(0.0, 50.0)] * (n_channels - 1) + [(-50.0 if free else 0.0, 50.0)]
    found = scipy.optimize.minimize(loss, np.where(alike, 3.0, 0.1), jac=True, method="L-BFGS-B", bounds=bounds)
    return np.asarray(found.x / scale)


def _train(data: BoosterData, rounds: int, rows: Floats) -> lightgbm.Booster:
    shape = data.start.shape
    target = np.zeros(shape)
    target[np.arange(shape[0]), data.truth] = 1.0

    def objective(scores: Floats, _: lightgbm.Dataset) -> tuple[Floats, Floats]:
        p = softmax(scores.reshape(shape))
        return (rows[:, None] * (p - target)).ravel(), np.maximum(rows[:, None] * p * (1.0 - p), 1e-6).ravel()

    parameters = {**PARAMETERS, "objective": objective, "monotone_constraints": list(data.monotone), "num_threads": 1}
    flat = data.evidence.reshape(-1, data.evidence.shape[2])
    described = {"verbosity": -1, "max_bin": PARAMETERS["max_bin"]}
    dataset = lightgbm.Dataset(flat, label=np.zeros(len(flat)), init_score=data.start.ravel(), params=described)
    return lightgbm.train({**parameters, "seed": 0}, dataset, num_boost_round=rounds)


def _choose_rounds(data: BoosterData, fold: NDArray[np.int64], rows: Floats) -> tuple[int, Floats, Floats]:
    """Return the number of rounds, held-out corrections and weighted losses, chosen as by `choose_rounds`."""
    corrections = np.zeros((len(CHECKPOINTS), *data.start.shape))
    for k in np.unique(fold):
        inside, outside = np.flatnonzero(fold != k), np.flatnonzero(fold == k)
        booster = _train(data.take(inside), CHECKPOINTS[-1], rows[inside])
        flat = data.evidence[outside].reshape(-1, data.evidence.shape[2])
        for i, first in enumerate(CHECKPOINTS[:-1], start=1):
            count = CHECKPOINTS[i] - first
            step = booster.predict(flat, raw_score=True, start_iteration=first, num_iteration=count, num_threads=1)
            corrections[i, outside] = corrections[i - 1, outside] + np.reshape(step, (len(outside), -1))
    losses = np.stack([rows * listwise_loss(data.start + c, data.truth) for c in corrections])
    best = 0
    for i in range(1, len(CHECKPOINTS)):
        gain = losses[best] - losses[i]
        if gain.mean() > gain.std() / np.sqrt(len(gain)):
            best = i
    return CHECKPOINTS[best], corrections[best], losses[best]


def thresholds(scored: Scored, labels: NDArray[np.int64], penalty: float = 0.1) -> Floats:
    """Return an offset for each class by coordinate ascent of macro-F1 on held-out margins, small classes first.

    An offset of one logit must raise the F1 of one class by ``penalty``, or that of several by as much together.
    """
    n_classes = scored.inner.shape[1]
    counts = np.bincount(labels, minlength=n_classes)
    offsets, margins = np.zeros(n_classes), scored.inner.copy()
    for k in np.argsort(counts, kind="stable"):
        worth = {}
        for offset in (0.0, -0.25, 0.25, -0.5, 0.5, -1.0, 1.0, -1.5, 1.5):
            margins[:, k] = scored.inner[:, k] + offset
            guess = margins.argmax(axis=1)
            right = np.bincount(labels[guess == labels], minlength=n_classes)
            f1 = 2 * right / np.maximum(counts + np.bincount(guess, minlength=n_classes), 1)
            worth[offset] = f1.sum() - penalty * abs(offset)
        offsets[k] = max(worth, key=lambda offset: worth[offset])
        margins[:, k] = scored.inner[:, k] + offsets[k]
    return offsets


def weighted_probes(power: float) -> Callable[..., ProbeFit]:
    """Return a stand-in for `prodcls.probes.fit_probe` that weighs rows by `class_weights`, through the dual form.

    With rows scaled by the root of their weights the hat matrix is that of plain ridge; see `prodcls.probes`.
    """

    def solve(kernel: Floats, root: Floats, targets: Floats, groups: NDArray[np.int64], penalty: float) -> tuple:
        inverse = np.linalg.inv(kernel + penalty * np.eye(len(root)))
        mean = root**2 @ targets / (root**2).sum()
        dual = inverse @ (root[:, None] * (targets - mean))
        left, unit = np.empty(dual.shape), root / np.linalg.norm(root)
        group = np.unique(groups, return_inverse=True)[1]
        for rows in np.split(np.argsort(group, kind="stable"), np.cumsum(np.bincount(group))[:-1]):
            block = penalty * inverse[np.ix_(rows, rows)] - np.outer(unit[rows], unit[rows])
            left[rows] = np.linalg.solve(block, penalty * dual[rows])
        return dual, mean, targets - left / root[:, None]

    def centred(features: NDArray[np.float32] | sp.csr_matrix, root: Floats) -> Floats:
        gram = features @ features.T
        kernel = np.asarray(gram if isinstance(gram, np.ndarray) else gram.toarray(), dtype=np.float64)
        share = root**2 / (root**2).sum()
        middle = kernel @ share
        kernel += share @ middle - middle[:, None] - middle
        return kernel * root[:, None] * root

    def fit_probe(features: NDArray[np.float32] | sp.csr_matrix, aims: Targets, groups: NDArray[np.int64]) -> ProbeFit:
        truth, n, targets = aims.labels, len(aims), aims.laid_out()
        root = np.sqrt(class_weights(truth, targets.shape[1], power))
        part = np.unique(np.linspace(0, n - 1, min(n, PENALTY_ROWS)).astype(np.intp))
        kernel = centred(features[part], root[part])
        losses = [
            _scaled_loss(solve(kernel, root[part], targets[part], groups[part], p)[2], truth[part]) for p in PENALTIES
        ]
        penalty = PENALTIES[int(np.argmin(losses))]
        dual, mean, held_out = solve(centred(features, root), root, targets, groups, penalty)
        by_row = dual * root[:, None]
        middle = np.asarray(features.T @ (root**2 / (root**2).sum())).ravel()
        weights = np.asarray(features.T @ by_row) - np.outer(middle, by_row.sum(axis=0))
        probe = Probe(weights.astype(np.float32), (mean - middle @ weights).astype(np.float32))
        return ProbeFit(probe, n, held_out.__getitem__)

    return fit_probe
