"""Ridge probes: linear classifiers of one block, scored without the row's own group.

A probe maps one block to class scores. Targets are one-vs-rest, +1 and -1, with an unpenalised intercept, so that
``scores = x @ weights + intercept``. Out-of-group scores need no refit where there is a closed form, see
`prodcls.ridge`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import scipy.optimize
import scipy.sparse as sp
from numpy.typing import NDArray

from prodcls.ridge import Dual, Grouped, Matrix, Primal, Solved, Targets, centred_kernel, residuals_left_out
from prodcls.row_products import row_products

__all__ = ["Matrix", "Probe", "ProbeFit", "choose_penalty", "fit_probe"]

DUAL_ROWS = 12_000
"""Rows up to which the n x n Gram matrix is formed, where there are as many features."""

PRIMAL_TERMS = 8192
"""Sparse features up to which the d x d Gram matrix is formed; with more of them, and more rows than `DUAL_ROWS`, rows
are scored by refitting in folds."""

PENALTIES = (0.03, 0.1, 0.3, 1.0, 3.0)
"""Ridge penalties compared, for vectors of unit length."""

PENALTY_ROWS = 2_000
"""Rows on which penalties are compared."""

CLASSES_AT_ONCE = 32
"""Classes whose weights are found step by step together."""

CELLS_AT_ONCE = 2**22
"""Scores that a log loss is computed of at a time."""


@dataclass(frozen=True)
class Probe:
    """A linear classifier of one block.

    Attributes
    ----------
    weights : ndarray of shape (d, K), float32
    intercept : ndarray of shape (K,), float32
    """

    weights: NDArray[np.float32]
    intercept: NDArray[np.float32]

    def scores(self, features: Matrix, *, apart: bool = False) -> NDArray[np.float64]:
        """Return class scores of shape (n, K) for ``features`` of shape (n, d); ``apart`` as in `row_products`."""
        dense = isinstance(features, np.ndarray)
        product = row_products(features, self.weights, apart=apart) if dense else features @ self.weights
        return np.asarray(product, dtype=np.float64) + self.intercept


@dataclass(frozen=True)
class ProbeFit:
    """A probe of n rows and the scores that it gives to rows it never saw.

    Attributes
    ----------
    probe : Probe
        Fitted on all rows.
    n_rows : int
    scores : callable
        From different row numbers, shape (r,), to the scores of these rows under the probe fitted without the row's
        group, shape (r, K), float64. Rows of one group are best asked for together.
    """

    probe: Probe
    n_rows: int
    scores: Callable[[NDArray[np.intp]], NDArray[np.float64]]

    @property
    def held_out(self) -> NDArray[np.float64]:
        """Scores of all rows, shape (n, K)."""
        return self.scores(np.arange(self.n_rows))


def fit_probe(
    features: Matrix,
    targets: Targets,
    groups: NDArray[np.int64],
    *,
    penalty: float | None = None,
) -> ProbeFit:
    """Fit a ridge probe and score every row without its group.

    Parameters
    ----------
    features : ndarray or csr_matrix of shape (n, d), float32
    targets : Targets
        Of the n rows.
    groups : ndarray of shape (n,), int64
        Rows of one group are never used to score each other. At least two groups.
    penalty : float, optional
        Ridge penalty on the weights; the intercept is free. By default `choose_penalty` picks it.

    Returns
    -------
    ProbeFit

    Raises
    ------
    ValueError
        If there are fewer than two groups.
    """
    n, d = features.shape
    grouped = Grouped(groups)
    if len(grouped) < 2:
        message = "a probe needs at least two groups"
        raise ValueError(message)
    kernel = centred_kernel(features) if n <= max(PENALTY_ROWS, min(d, DUAL_ROWS)) else None
    if penalty is None:
        penalty = choose_penalty(features, targets, groups, kernel)
    if kernel is not None:
        dual = Dual(kernel, targets, penalty, overwrite=True)
        return ProbeFit(Probe(*dual.probe(features)), n, _scorer(dual, targets, grouped))
    if not sp.issparse(features) or d <= PRIMAL_TERMS:
        primal = Primal(features, targets, penalty)
        return ProbeFit(Probe(primal.weights, primal.intercept), n, _scorer(primal, targets, grouped))
    return _fit_in_folds(features, targets, groups, penalty)


def _scorer(solved: Solved, targets: Targets, grouped: Grouped) -> Callable[[NDArray[np.intp]], NDArray[np.float64]]:
    return lambda rows: targets.take(rows).laid_out() - residuals_left_out(solved, grouped, rows)


def choose_penalty(
    features: Matrix,
    targets: Targets,
    groups: NDArray[np.int64],
    kernel: NDArray[np.float32] | None = None,
) -> float:
    """Return the penalty of `PENALTIES` whose held-out log loss is below that of both its neighbours.

    They are tried from the middle on, towards where the loss falls. Scores are put through a softmax whose scale is
    fitted for each penalty, since a larger penalty shrinks scores without changing their order. Above `PENALTY_ROWS`
    rows an evenly spaced sample of them is used.

    Parameters
    ----------
    features : ndarray or csr_matrix of shape (n, d), float32
    targets : Targets
        Of the n rows.
    groups : ndarray of shape (n,), int64
    kernel : ndarray of shape (n, n), float32, optional
        Centred Gram matrix of the features, where it is known already.

    Returns
    -------
    float
    """
    n = features.shape[0]
    if n > PENALTY_ROWS or kernel is None:
        rows = np.unique(np.linspace(0, n - 1, min(n, PENALTY_ROWS)).astype(np.intp))
        features, targets, groups = features[rows], targets.take(rows), groups[rows]
        kernel = centred_kernel(features)
    grouped = Grouped(groups)
    everything = np.arange(len(targets))

    @cache
    def loss(place: int) -> float:
        if not 0 <= place < len(PENALTIES):
            return np.inf
        dual = Dual(kernel, targets, PENALTIES[place])
        return _scaled_loss(_scorer(dual, targets, grouped)(everything), targets.labels)

    place = len(PENALTIES) // 2
    step = 1 if loss(place + 1) < loss(place) else -1
    while loss(place + step) < loss(place):
        place += step
    return PENALTIES[place]


def _scaled_loss(scores: NDArray[np.float64], truth: NDArray[np.int64]) -> float:
    """Return the mean negative log softmax of the truth at the best scale of the scores."""
    step = max(1, CELLS_AT_ONCE // scores.shape[1])
    parts = [slice(i, i + step) for i in range(0, len(scores), step)]
    below = scores - scores.max(axis=1, keepdims=True)
    true = below[np.arange(len(truth)), truth]

    def loss(log_scale: float) -> float:
        scale = np.exp(log_scale)
        totals = [np.exp(below[part] * scale).sum(axis=1) for part in parts]
        return float(np.mean(np.log(np.concatenate(totals)) - true * scale))

    return float(scipy.optimize.minimize_scalar(loss, bounds=(-2.0, 5.0), method="bounded").fun)


def _fit_in_folds(
    features: sp.csr_matrix,
    targets: Targets,
    groups: NDArray[np.int64],
    penalty: float,
    n_folds: int = 10,
) -> ProbeFit:
    """Fit a sparse probe on many rows by conjugate gradients; held-out scores from grouped folds."""
    fold = np.unique(groups, return_inverse=True)[1] % n_folds
    held_out = np.empty((len(targets), targets.n_classes), dtype=np.float32)
    for k in np.unique(fold):
        inside = np.flatnonzero(fold != k)
        outside = np.flatnonzero(fold == k)
        probe = _conjugate_gradients(features[inside], targets.take(inside), penalty)
        held_out[outside] = probe.scores(features[outside])
    return ProbeFit(
        _conjugate_gradients(features, targets, penalty), len(targets), lambda rows: held_out[rows].astype(np.float64)
    )


def _conjugate_gradients(features: sp.csr_matrix, targets: Targets, penalty: float) -> Probe:
    """Solve the centred normal equations (Shewchuk 1994, section B2), one step size a class, some classes at a time."""
    mean = np.asarray(features.mean(axis=0), dtype=np.float64).ravel()
    transposed = features.T.tocsr()
    weights = np.empty((features.shape[1], targets.n_classes), dtype=np.float32)
    for start in range(0, targets.n_classes, CLASSES_AT_ONCE):
        classes = slice(start, start + CLASSES_AT_ONCE)
        aim = targets.laid_out(classes) - targets.mean[classes].astype(np.float64)
        weights[:, classes] = _descend(features, transposed, mean, transposed @ aim, penalty)
    return Probe(weights, (targets.mean - mean @ weights).astype(np.float32))


def _descend(
    features: sp.csr_matrix,
    transposed: sp.csr_matrix,
    mean: NDArray[np.float64],
    residual: NDArray[np.float64],
    penalty: float,
) -> NDArray[np.float64]:
    """Return the weights of some classes; ``residual`` is that of weights 0 and is written over."""
    n = features.shape[0]
    weights = np.zeros(residual.shape)
    direction = residual.copy()
    norm = np.einsum("ij,ij->j", residual, residual)
    goal = norm * 1e-10
    for _ in range(200):
        if np.all(norm <= goal):
            break
        applied = transposed @ (features @ direction) - n * np.outer(mean, mean @ direction) + penalty * direction
        step = norm / np.maximum(np.einsum("ij,ij->j", direction, applied), np.finfo(np.float64).tiny)
        weights += step * direction
        residual -= step * applied
        norm, previous = np.einsum("ij,ij->j", residual, residual), norm
        direction = residual + (norm / np.maximum(previous, np.finfo(np.float64).tiny)) * direction
    return weights
