"""Folds that keep groups together and spread classes evenly."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

__all__ = ["stratified_group_folds"]


def stratified_group_folds(
    labels: NDArray[np.int64],
    groups: NDArray[np.int64],
    n_folds: int,
    random_state: int,
    keys: Sequence[str] | None = None,
) -> NDArray[np.int64]:
    """Deal groups out to folds, largest first, each to the fold that has fewest rows of the group's main class.

    Ties go to the fold with fewest rows, so folds are of nearly equal size. Groups of one size come in random order.

    Parameters
    ----------
    labels : ndarray of shape (n,), int64
        Class numbers from 0.
    groups : ndarray of shape (n,), int64
        Rows of one group get one fold.
    n_folds : int
        At least 2. A class with fewer groups is missing from some folds.
    random_state : int
        Not negative.
    keys : sequence of str, length n, optional
        Different names of the rows, such as product ids. With them a row's fold does not depend on the order of rows.

    Returns
    -------
    ndarray of shape (n,), int64
        Fold of each row, from 0.

    Raises
    ------
    ValueError
        If there are fewer than two folds.
    """
    if n_folds < 2:
        message = f"at least two folds are needed, not {n_folds}"
        raise ValueError(message)
    if not len(labels):
        return np.empty(0, dtype=np.int64)
    group = np.unique(groups, return_inverse=True)[1].ravel()
    n_groups = int(group.max()) + 1
    counts = sp.csr_matrix((np.ones(len(group), dtype=np.int64), (group, labels)))
    chance = np.full(n_groups, np.iinfo(np.uint64).max, dtype=np.uint64)
    np.minimum.at(chance, group, _row_chances(len(labels), random_state, keys))
    order = np.lexsort((chance, -np.bincount(group)))
    return _deal(counts, order, n_folds)[group]


def _row_chances(n: int, random_state: int, keys: Sequence[str] | None) -> NDArray[np.uint64]:
    """Return a random number for each row, from its key if there are keys; shape (n,)."""
    if keys is None:
        return np.random.default_rng(random_state).integers(np.iinfo(np.uint64).max, size=n, dtype=np.uint64)
    digests = (hashlib.blake2b(f"{random_state}:{key}".encode("utf-8", "surrogatepass"), digest_size=8) for key in keys)
    return np.frombuffer(b"".join(digest.digest() for digest in digests), dtype="<u8").astype(np.uint64)


def _deal(counts: sp.csr_matrix, order: NDArray[np.intp], n_folds: int) -> NDArray[np.int64]:
    """Return the fold of each group, shape (n_groups,); ``counts`` holds rows by group and class."""
    of_class = [[0] * n_folds for _ in range(counts.shape[1])]
    of_fold = [0] * n_folds
    fold_of = np.empty(counts.shape[0], dtype=np.int64)
    start, classes, sizes = counts.indptr.tolist(), counts.indices.tolist(), counts.data.tolist()
    for g in order.tolist():
        held = list(zip(classes[start[g] : start[g + 1]], sizes[start[g] : start[g + 1]], strict=True))
        main = of_class[min(held, key=lambda entry: (-entry[1], entry[0]))[0]]
        fold = min(range(n_folds), key=lambda f: (main[f], of_fold[f]))
        for label, size in held:
            of_class[label][fold] += size
            of_fold[fold] += size
        fold_of[g] = fold
    return fold_of
