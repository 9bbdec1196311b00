"""A class's column of a ridge probe from a few examples, the columns of all other classes left as they are.

One-vs-rest columns of a ridge regression do not depend on each other: that of a new class needs the vectors of the
training products, the penalty that their probe was fitted with, and the examples, and nothing has to be fitted again.
Three examples beside hundreds of others would hardly move their own column, though. So rows may weigh more than one
(weighted least squares), as if each stood there several times.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import scipy.linalg
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.linalg import LinearOperator, lsmr

from prodcls.probes import PENALTIES, Probe
from prodcls.ridge import Matrix, Targets

__all__ = ["few_shot_probe", "recovered_penalty"]

ROWS_AT_ONCE = 8192
"""Rows that are worked on at a time."""

CLASSES_LOOKED_AT = 32
"""Classes by whose weights a penalty is recovered."""

CLOSE = 1e-10
"""Relative residual at which weights of sparse rows count as found."""


def recovered_penalty(features: Matrix, targets: Targets, probe: Probe) -> float:
    """Return the penalty of `prodcls.probes.PENALTIES` that a probe was fitted with.

    Where the gradient vanishes, ``penalty * w`` is the centred features times the residuals: multiplied by w from the
    left, that is one equation in the penalty.

    Parameters
    ----------
    features : ndarray or csr_matrix of shape (n, d), float32
        That the probe was fitted on; where altered copies of them were too, the penalty is the nearest one.
    targets : Targets
        Of the same rows.
    probe : Probe

    Returns
    -------
    float
    """
    classes = slice(0, CLASSES_LOOKED_AT)
    weights = np.ascontiguousarray(probe.weights[:, classes])
    fitted = np.asarray(features @ weights, dtype=np.float64)
    fitted -= fitted.mean(axis=0)
    aim = targets.laid_out(classes) - targets.mean[classes].astype(np.float64)
    length = float((weights.astype(np.float64) ** 2).sum())
    found = float((fitted * (aim - fitted)).sum()) / max(length, np.finfo(np.float64).tiny)
    distance = np.abs(np.log(PENALTIES) - np.log(max(found, np.finfo(np.float64).tiny)))
    return PENALTIES[int(np.argmin(distance))]


def few_shot_probe(features: Matrix, labels: NDArray[np.int64], weight: Sequence[float], penalty: float) -> Probe:
    """Return the columns of new classes.

    Each is the ridge regression of +1 for the class's own rows and -1 for all others, where own rows weigh ``weight``
    and all others 1; of one new class the others' rows are among the others.

    Parameters
    ----------
    features : ndarray or csr_matrix of shape (n, d), float32
        Of the training products and of the examples.
    labels : ndarray of shape (n,), int64
        Number of the new class, from 0; -1 for training products.
    weight : sequence of float
        Of an own row, by new class; each class has at least one row.
    penalty : float

    Returns
    -------
    Probe
        Of the k new classes.
    """
    make = _dense_columns if isinstance(features, np.ndarray) else _sparse_columns
    columns, intercepts = make(features, labels, weight, penalty)
    return Probe(np.stack(columns, axis=1).astype(np.float32), np.array(intercepts, dtype=np.float32))


_Columns = tuple[list[NDArray[np.float64]], list[float]]


def _dense_columns(
    features: NDArray[np.float32], labels: NDArray[np.int64], weight: Sequence[float], penalty: float
) -> _Columns:
    """Solve the normal equations; the Gram matrix of all rows is made once, and own rows are added to it."""
    n, d = features.shape
    gram, total = np.zeros((d, d)), np.zeros(d)
    for start in range(0, n, ROWS_AT_ONCE):
        rows = features[start : start + ROWS_AT_ONCE].astype(np.float64)
        gram += rows.T @ rows
        total += rows.sum(axis=0)
    columns, intercepts = [], []
    for k, each in enumerate(weight):
        own = features[labels == k].astype(np.float64)
        mass = n + (each - 1.0) * len(own)
        mean = (total + (each - 1.0) * own.sum(axis=0)) / mass
        matrix = gram + (each - 1.0) * (own.T @ own) - mass * np.outer(mean, mean)
        matrix[np.diag_indices_from(matrix)] += penalty
        aim = 2.0 * each * (own.sum(axis=0) - len(own) * mean)
        column = scipy.linalg.solve(matrix, aim, assume_a="pos", overwrite_a=True, check_finite=False)
        columns.append(column)
        intercepts.append(2.0 * each * len(own) / mass - 1.0 - float(mean @ column))
    return columns, intercepts


def _sparse_columns(
    features: sp.csr_matrix, labels: NDArray[np.int64], weight: Sequence[float], penalty: float
) -> _Columns:
    """Solve the weighted least squares step by step (Fong and Saunders 2011, LSMR), one class after the other."""
    n, d = features.shape
    rows = features.astype(np.float64)
    columns, intercepts = [], []
    for k, each in enumerate(weight):
        weights = np.where(labels == k, each, 1.0)
        root, share = np.sqrt(weights), weights / weights.sum()
        mean = np.asarray(rows.T @ share).ravel()
        target = np.where(labels == k, 1.0, -1.0)
        middle = float(share @ target)
        operator = LinearOperator(
            (n, d),
            matvec=lambda v, root=root, mean=mean: root * (rows @ v.ravel() - mean @ v.ravel()),
            rmatvec=lambda u, root=root, mean=mean: rows.T @ (root * u.ravel()) - mean * (root @ u.ravel()),
            dtype=np.float64,
        )
        aim = root * (target - middle)
        column = lsmr(operator, aim, damp=np.sqrt(penalty), atol=CLOSE, btol=CLOSE, conlim=0.0, maxiter=4 * min(n, d))[
            0
        ]
        columns.append(column)
        intercepts.append(middle - float(mean @ column))
    return columns, intercepts
