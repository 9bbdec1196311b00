"""One-vs-rest ridge regression in closed form, and the residuals of rows under fits that never saw them.

For penalised least squares the residual of rows I under a fit without them is ``(I - H_II)^-1 e_I``, with e the
residual of the full fit and H its hat matrix (Hastie, Tibshirani and Friedman, The Elements of Statistical Learning,
2nd ed., section 7.10; Cook and Weisberg 1982 for groups). Neither targets nor residuals are laid out for all rows and
classes at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, TypeAlias

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from prodcls.lapack import halves_of_inverse

__all__ = ["Dual", "Grouped", "Matrix", "Primal", "Solved", "Targets", "centred_kernel", "residuals_left_out"]

Matrix: TypeAlias = NDArray[np.float32] | sp.csr_matrix

ROWS_AT_ONCE = 8192
"""Rows that a Gram matrix is added up by."""

COLUMNS_AT_ONCE = 512
"""Columns of sparse Gram matrices, and classes, that are worked on at a time."""

CELLS_AT_ONCE = 2**24
"""Entries of rows, laid out densely, that hat matrices are made of at a time."""


@dataclass(frozen=True)
class Targets:
    """Targets of n rows, +1 for the row's class and -1 elsewhere, as labels.

    Attributes
    ----------
    labels : ndarray of shape (n,), int64
    n_classes : int
    """

    labels: NDArray[np.int64]
    n_classes: int

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, rows: NDArray[np.intp]) -> Targets:
        """Return those of some rows."""
        return Targets(self.labels[rows], self.n_classes)

    @cached_property
    def mean(self) -> NDArray[np.float32]:
        """Mean over the rows, shape (K,)."""
        rows = np.bincount(self.labels, minlength=self.n_classes)
        mean: NDArray[np.float32] = (2 * rows - len(self)).astype(np.float32) / np.float32(len(self))
        return mean

    def laid_out(self, classes: slice = slice(None)) -> NDArray[np.float32]:
        """Return those of some classes, shape (n, k)."""
        numbers = np.arange(self.n_classes)[classes]
        return np.where(self.labels[:, None] == numbers, np.float32(1.0), np.float32(-1.0))

    def class_sums(self, features: Matrix) -> NDArray[np.float32]:
        """Return ``features.T @ (targets - mean)``, shape (d, K), Fortran order, for features of shape (n, d)."""
        n, d = features.shape
        ones = sp.csr_matrix((np.ones(n), (self.labels, np.arange(n))), shape=(self.n_classes, n))
        if isinstance(features, np.ndarray):
            sums = np.zeros((self.n_classes, d))
            for start in range(0, n, ROWS_AT_ONCE):
                rows = slice(start, start + ROWS_AT_ONCE)
                sums += ones[:, rows] @ features[rows].astype(np.float64)
            total = sums.sum(axis=0)
        else:
            sums = (ones @ features).astype(np.float32).toarray()
            total = np.asarray(features.sum(axis=0, dtype=np.float64)).ravel()
        share = np.bincount(self.labels, minlength=self.n_classes) / n
        for classes in _slices(self.n_classes):
            sums[classes] = 2.0 * (sums[classes] - share[classes, None] * total)
        return np.asarray(sums, dtype=np.float32).T


class Solved(Protocol):
    """What both closed forms give for held-out scores."""

    def residuals(self, rows: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return targets less scores by the full fit, shape (r, K)."""

    def influence(self, rows: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return the blocks of I - H of groups of m rows; ``rows`` (g, m) to (g, m, m)."""


class Grouped:
    """Which rows are of one group.

    Parameters
    ----------
    groups : ndarray of shape (n,), int64
    """

    def __init__(self, groups: NDArray[np.int64]) -> None:
        _, self._group, self._size = np.unique(groups, return_inverse=True, return_counts=True)
        self._order = np.argsort(self._group, kind="stable")
        self._first = np.cumsum(self._size) - self._size

    def __len__(self) -> int:
        return len(self._size)

    def by_size(self, rows: NDArray[np.intp]) -> list[NDArray[np.intp]]:
        """Return all rows of the groups that ``rows`` are of, one array of shape (g, m) for each size m."""
        there = np.unique(self._group[rows])
        size = self._size[there]
        return [self._order[self._first[there[size == m], None] + np.arange(m)] for m in np.unique(size)]


def residuals_left_out(solved: Solved, grouped: Grouped, rows: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return the residual of each of ``rows`` under the fit without its group.

    Parameters
    ----------
    solved : Solved
        Of n rows.
    grouped : Grouped
        The same rows.
    rows : ndarray of shape (r,), intp
        Different ones. Those that share a group are best asked for together: a group is solved as a whole.

    Returns
    -------
    ndarray of shape (r, K), float64
    """
    order = np.argsort(rows, kind="stable")
    out: NDArray[np.float64] | None = None
    for members in grouped.by_size(rows):
        flat = members.ravel()
        residuals = solved.residuals(flat)
        influence = solved.influence(members)
        if members.shape[1] == 1:
            found = residuals / influence[:, 0]
        else:
            found = np.asarray(np.linalg.solve(influence, residuals.reshape(*members.shape, -1)))
        place = np.searchsorted(rows, flat, sorter=order)
        place = order[np.minimum(place, len(rows) - 1)]
        asked = rows[place] == flat
        if out is None:
            out = np.empty((len(rows), residuals.shape[1]))
        out[place[asked]] = found.reshape(residuals.shape)[asked]
    return solved.residuals(rows) if out is None else out


class Primal:
    """Ridge through the d x d Gram matrix, for many rows; ``features`` may be sparse.

    Parameters
    ----------
    features : ndarray or csr_matrix of shape (n, d), float32
    targets : Targets
        Of the n rows.
    penalty : float
    """

    def __init__(self, features: Matrix, targets: Targets, penalty: float) -> None:
        self._features, self._targets = features, targets
        self._mean = np.asarray(features.mean(axis=0), dtype=np.float32).ravel()
        gram = _centred_gram(features, self._mean)
        gram[np.diag_indices_from(gram)] += penalty
        self._half = halves_of_inverse(gram)
        self.weights = self._half @ (self._half.T @ targets.class_sums(features))
        self.intercept = (targets.mean - self._mean @ self.weights).astype(np.float32)
        self._middle = self._mean @ self._half

    def residuals(self, rows: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return targets less scores, shape (r, K)."""
        product = self._features[rows] @ self.weights
        scores = np.asarray(product, dtype=np.float64) + self.intercept
        found: NDArray[np.float64] = self._targets.take(rows).laid_out() - scores
        return found

    def influence(self, rows: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return the blocks of I - H, shape (g, m, m)."""
        g, m = rows.shape
        step = max(1, CELLS_AT_ONCE // (m * len(self._mean)))
        own = np.eye(m) - 1.0 / len(self._targets)
        out = np.empty((g, m, m))
        for start in range(0, g, step):
            part = self._features[rows[start : start + step].ravel()]
            through = (np.asarray(part @ self._half) - self._middle).reshape(-1, m, len(self._mean))
            out[start : start + step] = own - _products(through)
        return out


class Dual:
    """Ridge through the n x n Gram matrix, for few rows or many features, sparse ones included.

    With the kernel K of centred features, ``dual = (K + penalty I)^-1 (targets - mean)``, the residuals are
    ``penalty * dual``, and ``I - H = penalty (K + penalty I)^-1 - 1/n``.

    Parameters
    ----------
    kernel : ndarray of shape (n, n), float32
        From `centred_kernel`.
    targets : Targets
        Of the n rows.
    penalty : float
    overwrite : bool
        Whether the kernel may be lost.
    """

    def __init__(
        self, kernel: NDArray[np.float32], targets: Targets, penalty: float, *, overwrite: bool = False
    ) -> None:
        turned = kernel.T  # symmetric, so that nothing changes but the order in memory
        shifted = turned if overwrite else turned.copy(order="F")
        shifted[np.diag_indices_from(shifted)] += penalty
        self._half = halves_of_inverse(shifted)
        self._penalty, self._targets = penalty, targets
        self._dual = np.empty((len(targets), targets.n_classes), dtype=np.float32)
        for classes in _slices(targets.n_classes):
            self._dual[:, classes] = self._half @ (self._half.T @ (targets.laid_out(classes) - targets.mean[classes]))

    def probe(self, features: Matrix) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return the weights, shape (d, K), and the intercept that belong to the dual coefficients of ``features``."""
        weights = np.asarray(features.T @ self._dual, dtype=np.float32)
        mean = np.asarray(features.mean(axis=0), dtype=np.float32).ravel()
        return weights, (self._targets.mean - mean @ weights).astype(np.float32)

    def residuals(self, rows: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return targets less scores, shape (r, K)."""
        found: NDArray[np.float64] = self._penalty * self._dual[rows].astype(np.float64)
        return found

    def influence(self, rows: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return the blocks of I - H, shape (g, m, m)."""
        g, m = rows.shape
        step = max(1, CELLS_AT_ONCE // (m * len(self._half)))
        out = np.empty((g, m, m))
        for start in range(0, g, step):
            out[start : start + step] = _products(self._half[rows[start : start + step]])
        return self._penalty * out - 1.0 / len(self._targets)


def centred_kernel(features: Matrix) -> NDArray[np.float32]:
    """Return the Gram matrix of the centred features, shape (n, n)."""
    if isinstance(features, np.ndarray):
        kernel: NDArray[np.float32] = features @ features.T
    else:  # in parts, since a sparse matrix of all products takes more than the dense one
        kernel = np.empty((features.shape[0],) * 2, dtype=np.float32)
        turned = features.T
        for rows in _slices(len(kernel)):
            (features[rows] @ turned).toarray(out=kernel[rows])
    column_mean = kernel.mean(axis=0)
    kernel -= column_mean
    kernel -= column_mean[:, None] - column_mean.mean()
    return kernel


def _centred_gram(features: Matrix, mean: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the Gram matrix of the columns less their means, shape (d, d), Fortran order."""
    n, d = features.shape
    gram = np.zeros((d, d), dtype=np.float32, order="F")
    if isinstance(features, np.ndarray):
        for start in range(0, n, ROWS_AT_ONCE):
            centred = features[start : start + ROWS_AT_ONCE] - mean
            gram += centred.T @ centred
        return gram
    by_column = features.tocsc()
    for columns in _slices(d):
        part = (by_column[:, columns].T @ features).toarray()
        gram[:, columns] = (part - np.outer(n * mean[columns], mean)).T
    return gram


def _products(vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the inner products of the m vectors of each group, shape (g, m, m), for ``vectors`` (g, m, d)."""
    if vectors.shape[1] == 1:  # nearly all groups; without a copy in float64
        squares: NDArray[np.float64] = np.einsum("gmd,gmd->gm", vectors, vectors, dtype=np.float64)
        return squares[:, :, None]
    wide = vectors.astype(np.float64)
    found: NDArray[np.float64] = wide @ wide.mT
    return found


def _slices(length: int) -> list[slice]:
    return [slice(i, min(i + COLUMNS_AT_ONCE, length)) for i in range(0, length, COLUMNS_AT_ONCE)]
