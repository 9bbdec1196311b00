"""What is kept of held-out channel values: with many classes, those of the classes that come into question.

With at most `FEW_CLASSES` classes all values are kept. With more, a product keeps those of `COUNT` classes: the best by
the sum of its block scores and the votes of its nearest training products, the true class always among them. Memory
then grows with rows, and not with rows times classes.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prodcls.candidates import best_classes, best_two, leads, with_truth
from prodcls.held_out import FEW_CLASSES, EvidenceFit

__all__ = ["COUNT", "Shortlist", "in_blocks", "rows_of", "shorten"]

COUNT = 40
"""Classes of a product whose values are kept where classes are many: as many as the pool is fitted on."""

CELLS_AT_ONCE = 2**21
"""Channel values of rows and all classes that are made at a time, of each thread."""


@dataclass(frozen=True)
class Shortlist:
    """Held-out channel values of n training products.

    Attributes
    ----------
    classes : ndarray of shape (n, M), int64
        Class numbers, ascending in each row; all of them, or those that come into question.
    truth : ndarray of shape (n,), int64
        Place of the true class among them.
    channels : ndarray of shape (n, M, C), float64
    best : ndarray of shape (n, L, 2), float64
        Largest and second-largest value, over all classes, of each channel whose lead is evidence.
    likeness : ndarray of shape (n, B), float64
        To the closest training product of another group, by block; 0 where it is absent.
    whole : bool
        Whether the classes are all there are.
    """

    classes: NDArray[np.int64]
    truth: NDArray[np.int64]
    channels: NDArray[np.float64]
    best: NDArray[np.float64]
    likeness: NDArray[np.float64]
    whole: bool

    def numbers(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the class numbers of places among the classes, (n, m) each."""
        return places if self.whole else np.take_along_axis(self.classes, places, axis=1)


def shorten(fit: EvidenceFit, labels: NDArray[np.int64], groups: NDArray[np.int64], *, threads: int = 1) -> Shortlist:
    """Score all training products without their own groups, some rows at a time.

    Parameters
    ----------
    fit : EvidenceFit
    labels : ndarray of shape (n,), int64
    groups : ndarray of shape (n,), int64
    threads : int
        Blocks of rows at a time; no effect on the values.

    Returns
    -------
    Shortlist
    """
    n, described, n_classes = fit.n_rows, fit.model.channels, len(fit.model.log_prior)
    few = n_classes <= FEW_CLASSES
    count = n_classes if few else COUNT
    found = Shortlist(
        np.broadcast_to(np.arange(n_classes), (n, n_classes)) if few else np.empty((n, count), dtype=np.int64),
        labels if few else np.empty(n, dtype=np.int64),
        np.empty((n, count, len(described))),
        np.empty((n, sum(map(leads, described)), 2)),
        np.empty((n, len(fit.near))),
        few,
    )

    def keep(rows: NDArray[np.intp]) -> None:
        if few:
            _keep_all(fit, rows, found)
        else:
            _keep_some(fit, labels, rows, found)

    step = rows_of(n_classes * len(described))
    if not few:
        step = min([step, *(one.rows_at_once for one in fit.near)])
    in_blocks(keep, groups, step, threads=threads)
    return found


def _keep_all(fit: EvidenceFit, rows: NDArray[np.intp], found: Shortlist) -> None:
    described = fit.model.channels
    channels = fit.scores(rows)
    found.channels[rows] = channels
    found.best[rows] = best_two(channels[:, :, [i for i, c in enumerate(described) if leads(c)]])
    found.likeness[rows] = channels[:, :, [i for i, c in enumerate(described) if c.kind == "closest"]].max(axis=1)


def _keep_some(fit: EvidenceFit, labels: NDArray[np.int64], rows: NDArray[np.intp], found: Shortlist) -> None:
    """Keep the classes that come into question; how near the others come is not even looked at."""
    n_classes = len(fit.model.log_prior)
    scores = [probe(rows) for probe in fit.probes]
    there = [np.flatnonzero(one.place[rows] >= 0) for one in fit.near]
    compared = [one.compared(rows[some]) for one, some in zip(fit.near, there, strict=True)]
    shares = [np.zeros((len(rows), n_classes)) for _ in fit.near]
    for out, some, one in zip(shares, there, compared, strict=True):
        out[some] = one.shares(n_classes)
    leading = [*scores, *shares]
    plain: NDArray[np.float64] = np.zeros((len(rows), n_classes))
    for each in leading:
        plain += each
    classes = np.sort(with_truth(best_classes(plain, found.classes.shape[1]), labels[rows])[0], axis=1)
    closest = [np.zeros(classes.shape) for _ in fit.near]
    for b, (values, some, one) in enumerate(zip(closest, there, compared, strict=True)):
        values[some] = one.closest_of(classes[some])
        found.likeness[rows, b] = 0.0
        found.likeness[rows[some], b] = one.best()
    tables = (table(rows) for table in fit.tables)
    columns = [*(np.take_along_axis(v, classes, axis=1) for v in leading), *closest]
    columns += [np.take_along_axis(v, classes, axis=1) for v in tables]
    found.channels[rows] = np.stack(columns, axis=2)
    if leading:
        found.best[rows] = np.stack([best_two(v[:, :, None])[:, 0] for v in leading], axis=1)
    found.classes[rows], found.truth[rows] = classes, (classes == labels[rows, None]).argmax(axis=1)


def rows_of(width: int) -> int:
    """Return how many rows of so many values are made at a time."""
    return max(1, CELLS_AT_ONCE // width)


def in_blocks(
    work: Callable[[NDArray[np.intp]], None], groups: NDArray[np.int64], step: int, *, threads: int = 1
) -> None:
    """Let ``work`` go through rows by blocks of about ``step`` rows; a group stays in one block.

    Parameters
    ----------
    work : callable
        Takes row numbers; called from several threads.
    groups : ndarray of shape (n,), int64
    step : int
    threads : int
    """
    if len(groups) <= step:
        work(np.arange(len(groups)))
        return
    _, first, group, size = np.unique(groups, return_index=True, return_inverse=True, return_counts=True)
    order = np.argsort(first[group], kind="stable")  # groups in the order of their first rows
    ends = np.cumsum(size[np.argsort(first, kind="stable")])
    begins = np.concatenate([[0], ends[:-1]])
    cuts = begins[np.flatnonzero(np.diff(begins // step, prepend=0))]
    blocks = np.split(order, cuts)
    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(work, block) for block in blocks]:
            done.result()
