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

    def scores(self, features: Matrix) -> NDArray[np.float64]:
        """Return class scores of shape (n, K) for ``features`` of shape (n, d)."""
        return np.asarray(features @ self.weights, dtype=np.float64) + self.intercept


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
    """What both closed forms give: the probe, full-fit residuals, and blocks of I - H."""

    probe: Probe
    residuals: NDArray[np.float64]

    def influence(self, rows: NDArray[np.intp]) -> NDArray[np.float64]: ...

    def influence_diagonal(self) -> NDArray[np.float64]: ...


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
    if penalty is None:
        penalty = choose_penalty(features, targets, groups)
    if n <= d and n <= DUAL_ROWS:
        solved: _Solved = _Dual(features, targets, penalty)
    elif not sp.issparse(features):
        solved = _Primal(features, targets, penalty)
    else:
        return _fit_in_folds(features, targets, groups, penalty)
    return ProbeFit(solved.probe, targets - _leave_group_out(solved, groups))


def choose_penalty(features: Matrix, targets: NDArray[np.float32], groups: NDArray[np.int64]) -> float:
    """Return the penalty of `PENALTIES` with the least held-out log loss.

    Scores are put through a softmax whose scale is fitted for each penalty, since a larger penalty shrinks scores
    without changing their order. Above `PENALTY_ROWS` rows an evenly spaced sample of them is used.

    Parameters
    ----------
    features : ndarray or csr_matrix of shape (n, d), float32
    targets : ndarray of shape (n, K), float32
    groups : ndarray of shape (n,), int64

    Returns
    -------
    float
    """
    n = features.shape[0]
    rows = np.unique(np.linspace(0, n - 1, min(n, PENALTY_ROWS)).astype(np.intp))
    features, targets, groups = features[rows], targets[rows], groups[rows]
    truth = targets.argmax(axis=1)
    losses = [_scaled_loss(fit_probe(features, targets, groups, penalty=p).held_out, truth) for p in PENALTIES]
    return PENALTIES[int(np.argmin(losses))]


def _scaled_loss(scores: NDArray[np.float64], truth: NDArray[np.int64]) -> float:
    """Return the mean negative log softmax of the truth at the best scale of the scores."""

    def loss(log_scale: float) -> float:
        log_probability = scipy.special.log_softmax(scores * np.exp(log_scale), axis=1)
        return -float(log_probability[np.arange(len(truth)), truth].mean())

    return float(scipy.optimize.minimize_scalar(loss, bounds=(-2.0, 5.0), method="bounded").fun)


def _leave_group_out(solved: _Solved, groups: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return residuals of shape (n, K) of each row under the fit without its group."""
    out = solved.residuals / solved.influence_diagonal()[:, None]
    order = np.argsort(groups, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(groups[order]) != 0])
    for rows in np.split(order, starts[1:]):
        if len(rows) > 1:
            out[rows] = scipy.linalg.lstsq(solved.influence(rows), solved.residuals[rows], check_finite=False)[0]
    return out


class _Primal:
    """Ridge through the d x d Gram matrix, for n > d."""

    def __init__(self, features: Matrix, targets: NDArray[np.float32], penalty: float) -> None:
        x = np.asarray(features, dtype=np.float32)
        mean, target_mean = x.mean(axis=0), targets.mean(axis=0)
        centred = x - mean
        gram = centred.T @ centred
        gram[np.diag_indices_from(gram)] += penalty
        lower = scipy.linalg.cholesky(gram, lower=True, check_finite=False)
        self._whitened = scipy.linalg.solve_triangular(lower, centred.T, lower=True, check_finite=False)
        weights = scipy.linalg.cho_solve((lower, True), centred.T @ (targets - target_mean), check_finite=False)
        self.probe = Probe(weights, (target_mean - mean @ weights).astype(np.float32))
        self.residuals = targets - self.probe.scores(x)

    def influence(self, rows: NDArray[np.intp]) -> NDArray[np.float64]:
        part = self._whitened[:, rows].astype(np.float64)
        block: NDArray[np.float64] = np.eye(len(rows)) - 1.0 / len(self.residuals) - part.T @ part
        return block

    def influence_diagonal(self) -> NDArray[np.float64]:
        leverage = np.einsum("ij,ij->j", self._whitened, self._whitened, dtype=np.float64)
        diagonal: NDArray[np.float64] = 1.0 - 1.0 / len(self.residuals) - leverage
        return diagonal


class _Dual:
    """Ridge through the n x n Gram matrix, for n <= d, sparse features included."""

    def __init__(self, features: Matrix, targets: NDArray[np.float32], penalty: float) -> None:
        gram = features @ features.T
        kernel = np.asarray(gram if isinstance(gram, np.ndarray) else gram.toarray(), dtype=np.float32)
        column_mean = kernel.mean(axis=0)
        kernel -= column_mean
        kernel -= column_mean[:, None] - column_mean.mean()
        kernel[np.diag_indices_from(kernel)] += penalty
        factor, _ = scipy.linalg.cho_factor(kernel, lower=True, overwrite_a=True, check_finite=False)
        # potri turns the factor into the inverse in place; only the lower half is filled.
        inverse, _ = scipy.linalg.lapack.spotri(factor, lower=1, overwrite_c=1)
        self._inverse = np.tril(inverse) + np.tril(inverse, -1).T
        self._penalty = penalty
        target_mean = targets.mean(axis=0)
        dual = self._inverse @ (targets - target_mean)
        weights = np.asarray(features.T @ dual, dtype=np.float32)
        feature_mean = np.asarray(features.mean(axis=0), dtype=np.float32).ravel()
        self.probe = Probe(weights, (target_mean - feature_mean @ weights).astype(np.float32))
        self.residuals = targets - self.probe.scores(features)

    def influence(self, rows: NDArray[np.intp]) -> NDArray[np.float64]:
        block: NDArray[np.float64] = self._penalty * self._inverse[np.ix_(rows, rows)].astype(np.float64)
        return block - 1.0 / len(self.residuals)

    def influence_diagonal(self) -> NDArray[np.float64]:
        diagonal: NDArray[np.float64] = self._penalty * self._inverse.diagonal().astype(np.float64)
        return diagonal - 1.0 / len(self.residuals)


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
    for k in range(n_folds):
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
