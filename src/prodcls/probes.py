"""Ridge probes in closed form, scored without the row's own group.

A probe maps one block to class scores. Targets are one-vs-rest, +1 and -1, with an unpenalised intercept, so that
``scores = x @ weights + intercept``. For penalised least squares the residual of rows I under a fit that never saw
them is ``(I - H_II)^-1 e_I``, with e the residual of the full fit and H its hat matrix (Hastie, Tibshirani and
Friedman, The Elements of Statistical Learning, 2nd ed., section 7.10; Cook and Weisberg 1982 for groups), so
out-of-group scores need no refit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
import scipy.linalg
import scipy.optimize
import scipy.sparse as sp
import scipy.special
from numpy.typing import NDArray

from prodcls.row_products import row_products

__all__ = ["Probe", "ProbeFit", "choose_penalty", "fit_probe", "one_vs_rest"]

Matrix: TypeAlias = NDArray[np.float32] | sp.csr_matrix

DUAL_ROWS = 12_000
"""Rows up to which the n x n Gram matrix is formed; beyond, sparse blocks are scored by refitting in folds."""

PENALTIES = (0.03, 0.1, 0.3, 1.0, 3.0)
"""Ridge penalties compared, for vectors of unit length."""

PENALTY_ROWS = 2_000
"""Rows on which penalties are compared."""


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
    """A probe and the scores that it gives to rows it never saw.

    Attributes
    ----------
    probe : Probe
        Fitted on all rows.
    held_out : ndarray of shape (n, K), float64
        Score of each row under the probe fitted without the row's group.
    """

    probe: Probe
    held_out: NDArray[np.float64]


class _Solved(Protocol):
    """What both closed forms give for held-out scores."""

    residuals: NDArray[np.float64]

    def influence(self, rows: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return the blocks of I - H of groups of m rows; ``rows`` (g, m) to (g, m, m)."""


def one_vs_rest(labels: NDArray[np.int64], n_classes: int) -> NDArray[np.float32]:
    """Return targets of shape (n, K): +1 for the row's class, -1 elsewhere."""
    targets = np.full((len(labels), n_classes), -1.0, dtype=np.float32)
    targets[np.arange(len(labels)), labels] = 1.0
    return targets


def fit_probe(
    features: Matrix,
    targets: NDArray[np.float32],
    groups: NDArray[np.int64],
    *,
    penalty: float | None = None,
) -> ProbeFit:
    """Fit a ridge probe and score every row without its group.

    Parameters
    ----------
    features : ndarray or csr_matrix of shape (n, d), float32
    targets : ndarray of shape (n, K), float32
        From `one_vs_rest`.
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
    if len(np.unique(groups)) < 2:
        message = "a probe needs at least two groups"
        raise ValueError(message)
    kernel = _centred_kernel(features) if n <= max(PENALTY_ROWS, min(d, DUAL_ROWS)) else None
    if penalty is None:
        penalty = choose_penalty(features, targets, groups, kernel)
    if kernel is not None:
        dual = _Dual(kernel, targets, penalty)
        return ProbeFit(dual.probe(features), targets - _leave_group_out(dual, groups))
    if not sp.issparse(features):
        primal = _Primal(np.asarray(features), targets, penalty)
        return ProbeFit(primal.probe, targets - _leave_group_out(primal, groups))
    return _fit_in_folds(features, targets, groups, penalty)


def choose_penalty(
    features: Matrix,
    targets: NDArray[np.float32],
    groups: NDArray[np.int64],
    kernel: NDArray[np.float32] | None = None,
) -> float:
    """Return the penalty of `PENALTIES` with the least held-out log loss.

    Scores are put through a softmax whose scale is fitted for each penalty, since a larger penalty shrinks scores
    without changing their order. Above `PENALTY_ROWS` rows an evenly spaced sample of them is used.

    Parameters
    ----------
    features : ndarray or csr_matrix of shape (n, d), float32
    targets : ndarray of shape (n, K), float32
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
        features, targets, groups = features[rows], targets[rows], groups[rows]
        kernel = _centred_kernel(features)
    truth = targets.argmax(axis=1)
    losses = [
        _scaled_loss(targets - _leave_group_out(_Dual(kernel, targets, penalty), groups), truth)
        for penalty in PENALTIES
    ]
    return PENALTIES[int(np.argmin(losses))]


def _scaled_loss(scores: NDArray[np.float64], truth: NDArray[np.int64]) -> float:
    """Return the mean negative log softmax of the truth at the best scale of the scores."""

    def loss(log_scale: float) -> float:
        log_probability = scipy.special.log_softmax(scores * np.exp(log_scale), axis=1)
        return -float(log_probability[np.arange(len(truth)), truth].mean())

    return float(scipy.optimize.minimize_scalar(loss, bounds=(-2.0, 5.0), method="bounded").fun)


def _leave_group_out(solved: _Solved, groups: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return residuals of shape (n, K) of each row under the fit without its group."""
    out = np.empty(solved.residuals.shape)
    _, group, size = np.unique(groups, return_inverse=True, return_counts=True)
    order = np.argsort(group, kind="stable")
    of_row = size[group[order]]
    for m in np.unique(size):
        rows = order[of_row == m].reshape(-1, m)  # one group of m rows a line
        out[rows] = np.linalg.solve(solved.influence(rows), solved.residuals[rows])
    return out


class _Primal:
    """Ridge through the d x d Gram matrix, for many rows."""

    def __init__(self, features: NDArray[np.float32], targets: NDArray[np.float32], penalty: float) -> None:
        mean, target_mean = features.mean(axis=0), targets.mean(axis=0)
        centred = features - mean
        gram = centred.T @ centred
        gram[np.diag_indices_from(gram)] += penalty
        lower = scipy.linalg.cholesky(gram, lower=True, check_finite=False)
        self._whitened = scipy.linalg.solve_triangular(lower, centred.T, lower=True, check_finite=False).T
        weights = scipy.linalg.cho_solve((lower, True), centred.T @ (targets - target_mean), check_finite=False)
        self.probe = Probe(weights, (target_mean - mean @ weights).astype(np.float32))
        self.residuals = targets - self.probe.scores(features)

    def influence(self, rows: NDArray[np.intp]) -> NDArray[np.float64]:
        part = self._whitened[rows].astype(np.float64)
        block: NDArray[np.float64] = np.eye(rows.shape[1]) - 1.0 / len(self.residuals) - part @ part.mT
        return block


def _centred_kernel(features: Matrix) -> NDArray[np.float32]:
    """Return the Gram matrix of the centred features, shape (n, n)."""
    gram = features @ features.T
    kernel = np.asarray(gram if isinstance(gram, np.ndarray) else gram.toarray(), dtype=np.float32)
    column_mean = kernel.mean(axis=0)
    kernel -= column_mean
    kernel -= column_mean[:, None] - column_mean.mean()
    return kernel


class _Dual:
    """Ridge through the n x n Gram matrix, for few rows or many features, sparse ones included.

    With the kernel K of centred features, ``dual = (K + penalty I)^-1 (targets - mean)``, the residuals are
    ``penalty * dual``, and ``I - H = penalty (K + penalty I)^-1 - 1/n``.
    """

    def __init__(self, kernel: NDArray[np.float32], targets: NDArray[np.float32], penalty: float) -> None:
        shifted = np.array(kernel, order="F")  # in which it becomes its own factor, and that its own inverse
        shifted[np.diag_indices_from(shifted)] += penalty
        factor = scipy.linalg.cholesky(shifted, lower=True, overwrite_a=True, check_finite=False)
        # potri turns the factor into the lower half of the inverse.
        half, _ = scipy.linalg.lapack.spotri(factor, lower=1, overwrite_c=1)
        self._inverse = half + half.T
        self._inverse[np.diag_indices_from(half)] /= 2
        self._penalty = penalty
        self._target_mean = targets.mean(axis=0)
        self._dual = self._inverse @ (targets - self._target_mean)
        self.residuals = penalty * self._dual.astype(np.float64)

    def probe(self, features: Matrix) -> Probe:
        """Return the weights that belong to the dual coefficients of ``features``."""
        weights = np.asarray(features.T @ self._dual, dtype=np.float32)
        mean = np.asarray(features.mean(axis=0), dtype=np.float32).ravel()
        return Probe(weights, (self._target_mean - mean @ weights).astype(np.float32))

    def influence(self, rows: NDArray[np.intp]) -> NDArray[np.float64]:
        block: NDArray[np.float64] = self._inverse[rows[:, :, None], rows[:, None, :]].astype(np.float64)
        return self._penalty * block - 1.0 / len(self.residuals)


def _fit_in_folds(
    features: sp.csr_matrix,
    targets: NDArray[np.float32],
    groups: NDArray[np.int64],
    penalty: float,
    n_folds: int = 10,
) -> ProbeFit:
    """Fit a sparse probe on many rows by conjugate gradients; held-out scores from grouped folds."""
    fold = np.unique(groups, return_inverse=True)[1] % n_folds
    held_out = np.empty(targets.shape)
    for k in np.unique(fold):
        inside = np.flatnonzero(fold != k)
        outside = np.flatnonzero(fold == k)
        held_out[outside] = _conjugate_gradients(features[inside], targets[inside], penalty).scores(features[outside])
    return ProbeFit(_conjugate_gradients(features, targets, penalty), held_out)


def _conjugate_gradients(features: sp.csr_matrix, targets: NDArray[np.float32], penalty: float) -> Probe:
    """Solve the centred normal equations for all classes at once (Shewchuk 1994, section B2), one step size a class."""
    mean = np.asarray(features.mean(axis=0), dtype=np.float64).ravel()
    target_mean = targets.mean(axis=0, dtype=np.float64)
    n = features.shape[0]
    weights = np.zeros((features.shape[1], targets.shape[1]))
    residual = features.T @ (targets - target_mean)
    direction = residual.copy()
    norm = np.einsum("ij,ij->j", residual, residual)
    goal = norm * 1e-10
    for _ in range(200):
        if np.all(norm <= goal):
            break
        applied = features.T @ (features @ direction) - n * np.outer(mean, mean @ direction) + penalty * direction
        step = norm / np.maximum(np.einsum("ij,ij->j", direction, applied), np.finfo(np.float64).tiny)
        weights += step * direction
        residual -= step * applied
        norm, previous = np.einsum("ij,ij->j", residual, residual), norm
        direction = residual + (norm / np.maximum(previous, np.finfo(np.float64).tiny)) * direction
    weights32 = weights.astype(np.float32)
    return Probe(weights32, (target_mean - mean @ weights32).astype(np.float32))
