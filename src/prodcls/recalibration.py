"""Ways to calibrate, compared by proper scores on the same held-out products.

Beside what is served: nothing, one temperature, and three ways that treat every class by itself. Each of these is
fitted on other products than it is judged on; near-duplicates stay together. The ways that treat classes by themselves
leave those alone that have fewer than `FEWEST` products to learn from.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.optimize
import scipy.special
from numpy.typing import NDArray
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from prodcls.calibration import fit_temperature, softmax
from prodcls.metrics import log_loss
from prodcls.reliability import calibration_errors
from prodcls.splits import stratified_group_folds

__all__ = ["METHODS", "ProperScores", "compare_calibrations"]

FEWEST = 20
"""Products of a class from which on it gets a map of its own."""

MANY = 4_000
"""Products from which on two parts are enough, else there are `PARTS`."""

PARTS = 5

PENALTY = 20.0
"""Products' worth of belief that classes need no scale or shift of their own."""

CLEAR, THINNED = 1e-3, 10
"""Of products with less probability of a class, one in so many stands for all when the class gets its map."""

STEPS = 20
"""Most iterations of the scales and shifts."""

METHODS = ("none", "temperature", "served", "per_class", "isotonic", "beta")
"""In the order in which they are told."""


@dataclass(frozen=True)
class ProperScores:
    """How good probabilities are.

    Attributes
    ----------
    log_loss : float
        Nats.
    brier : float
        Mean squared distance to the outcome, summed over classes: 0 is best, 2 is worst (Brier 1950).
    ece, classwise_ece : float
        As in `prodcls.reliability`; no proper scores.
    """

    log_loss: float
    brier: float
    ece: float
    classwise_ece: float


_Map = Callable[[NDArray[np.float64]], NDArray[np.float64]]
_Fit = Callable[[NDArray[np.float64], NDArray[np.int64]], _Map]


def compare_calibrations(
    margins: NDArray[np.float64],
    served: NDArray[np.float64],
    labels: NDArray[np.int64],
    groups: NDArray[np.int64],
    random_state: int,
) -> dict[str, ProperScores]:
    """Score each way to calibrate.

    Parameters
    ----------
    margins : ndarray of shape (n, K), float64
        Held-out logits before any calibration.
    served : ndarray of shape (n, K), float64
        Probabilities as served, fitted on neither these products nor their near-duplicates.
    labels : ndarray of shape (n,), int64
    groups : ndarray of shape (n,), int64
        Groups of near-duplicates.
    random_state : int

    Returns
    -------
    dict of str to ProperScores
        By the names in `METHODS`; only ``"none"`` and ``"served"`` where the products cannot be parted.
    """
    found = {"none": softmax(margins), "served": served}
    part = stratified_group_folds(labels, groups, 2 if len(labels) > MANY else PARTS, random_state)
    if margins.shape[1] > 1 and len(np.unique(part)) > 1:
        found |= {name: np.empty_like(served) for name in _FITS}
        for k in np.unique(part):
            seen, new = part != k, part == k
            scale = fit_temperature(margins[seen], labels[seen])
            for name, fit in _FITS.items():
                found[name][new] = fit(margins[seen] / scale, labels[seen])(margins[new] / scale)
    return {name: _scores(found[name], labels) for name in METHODS if name in found}


def _scores(probabilities: NDArray[np.float64], labels: NDArray[np.int64]) -> ProperScores:
    truth = probabilities[np.arange(len(labels)), labels]
    brier = float(np.mean((probabilities**2).sum(axis=1) - 2 * truth + 1))
    return ProperScores(log_loss(probabilities, labels), brier, *calibration_errors(probabilities, labels))


def _one_temperature(logits: NDArray[np.float64], labels: NDArray[np.int64]) -> _Map:
    """Return the softmax: the logits have been divided by the temperature."""
    del logits, labels
    return softmax


def _per_class(logits: NDArray[np.float64], labels: NDArray[np.int64]) -> _Map:
    """Fit a scale and a shift for each class, drawn towards 1 and 0 (vector scaling, Guo et al. 2017, 4.2)."""
    n, n_classes = logits.shape
    own = np.flatnonzero(np.bincount(labels, minlength=n_classes) >= FEWEST)
    hit = (labels[:, None] == np.arange(n_classes)).astype(np.float64)

    def placed(values: NDArray[np.float64], rest: float) -> NDArray[np.float64]:
        out = np.full(n_classes, rest)
        out[own] = values
        return out

    def loss(w: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        scale, shift = np.split(w, 2)
        moved = logits * placed(scale, 1.0) + placed(shift, 0.0)
        p = np.exp(moved - moved.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        value = -float(np.log(p[np.arange(n), labels] + np.finfo(float).tiny).sum())
        value += PENALTY / 2 * float(((scale - 1) ** 2).sum() + (shift**2).sum())
        surplus = (p - hit)[:, own]
        slope = (surplus * logits[:, own]).sum(axis=0) + PENALTY * (scale - 1)
        return value, np.concatenate([slope, surplus.sum(axis=0) + PENALTY * shift])

    start = np.concatenate([np.ones(len(own)), np.zeros(len(own))])
    if len(own):
        options = {"maxiter": STEPS}
        start = scipy.optimize.minimize(loss, start, jac=True, method="L-BFGS-B", options=options).x
    scale, shift = np.split(start, 2)
    return lambda new: softmax(new * placed(scale, 1.0) + placed(shift, 0.0))


def _one_by_one(fit: Callable[[NDArray[np.float64], NDArray[np.bool_], NDArray[np.float64]], _Map]) -> _Fit:
    """Return what fits a map for each class against all others; probabilities are then made to sum to 1."""

    def of_all(logits: NDArray[np.float64], labels: NDArray[np.int64]) -> _Map:
        p, n = softmax(logits), len(labels)
        counts = np.bincount(labels, minlength=p.shape[1])
        own = np.flatnonzero((counts >= FEWEST) & (counts < n)).tolist()
        maps = {k: fit(*_thinned(p[:, k], labels == k)) for k in own}

        def mapped(new: NDArray[np.float64]) -> NDArray[np.float64]:
            out = softmax(new)
            for k, of_class in maps.items():
                out[:, k] = np.clip(of_class(out[:, k]), 1 / (n + 2), 1 - 1 / (n + 2))  # never quite certain (Platt)
            whole: NDArray[np.float64] = out / out.sum(axis=1, keepdims=True)
            return whole

        return mapped

    return of_all


def _thinned(
    p: NDArray[np.float64], hit: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.float64]]:
    """Return one in `THINNED` of the products that clearly are not of the class, for all of them, and all others."""
    clear = np.flatnonzero(~hit & (p < CLEAR))
    weights = np.ones(len(p))
    weights[clear] = 0.0
    weights[clear[::THINNED]] = THINNED
    kept = weights > 0
    return p[kept], hit[kept], weights[kept]


def _isotonic(p: NDArray[np.float64], hit: NDArray[np.bool_], weights: NDArray[np.float64]) -> _Map:
    """Isotonic regression (Zadrozny and Elkan 2002, Transforming classifier scores into probability estimates)."""
    found = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip").fit(p, hit, sample_weight=weights)
    return lambda new: np.asarray(found.predict(new))


def _beta(p: NDArray[np.float64], hit: NDArray[np.bool_], weights: NDArray[np.float64]) -> _Map:
    """Beta calibration: logistic regression on ``log p`` and ``-log (1 - p)`` (Kull, Silva Filho and Flach 2017)."""

    def features(values: NDArray[np.float64]) -> NDArray[np.float64]:
        inside = np.clip(values, 1e-9, 1 - 1e-9)
        return np.stack([np.log(inside), -np.log1p(-inside)], axis=1)

    seen, used = features(p), [0, 1]
    found = LogisticRegression(solver="newton-cholesky").fit(seen, hit, sample_weight=weights)
    if (found.coef_ < 0).any():  # would not rise with p: one of the two is left out, as in section 3.2
        used = [int(found.coef_[0].argmax())]
        found = LogisticRegression(solver="newton-cholesky").fit(seen[:, used], hit, sample_weight=weights)
    return lambda new: np.asarray(found.predict_proba(features(new)[:, used])[:, 1])


_FITS: dict[str, _Fit] = {
    "temperature": _one_temperature,
    "per_class": _per_class,
    "isotonic": _one_by_one(_isotonic),
    "beta": _one_by_one(_beta),
}
