"""The best candidate classes of each product, and their evidence as the booster sees it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from prodcls.evidence import Channel

__all__ = ["CANDIDATES", "best_classes", "best_two", "candidate_evidence", "feature_channels", "leads", "with_truth"]

CANDIDATES = 20
"""Classes per product that the booster corrects."""

FEW = 8
"""Times as many classes as are looked for up to which all of them are put in order."""


def best_classes(scores: NDArray[np.float64], count: int = CANDIDATES) -> NDArray[np.int64]:
    """Return the ``count`` best classes of each row, best first, ties by class number; shape (n, M)."""
    if scores.shape[1] <= FEW * count:
        return np.argsort(-scores, axis=1, kind="stable")[:, :count].astype(np.int64)
    places = np.sort(np.argpartition(-scores, count - 1, axis=1)[:, :count], axis=1)
    best = np.take_along_axis(scores, places, axis=1)
    found = np.take_along_axis(places, np.argsort(-best, axis=1, kind="stable"), axis=1)
    tied = np.flatnonzero((scores >= best.min(axis=1, keepdims=True)).sum(axis=1) > count)  # which is last is open
    found[tied] = np.argsort(-scores[tied], axis=1, kind="stable")[:, :count]
    return found.astype(np.int64)


def feature_channels(channels: tuple[Channel, ...]) -> tuple[int, ...]:
    """Return, for each feature of `candidate_evidence`, the position of the channel that it comes from."""
    return (*range(len(channels)), *(i for i, c in enumerate(channels) if leads(c)))


def leads(channel: Channel) -> bool:
    """Return whether a channel's lead over the best other class is evidence too."""
    return channel.kind in ("score", "neighbours")


def candidate_evidence(
    channels: NDArray[np.float64],
    candidates: NDArray[np.int64],
    described: tuple[Channel, ...],
    best: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Return evidence of shape (n, M, F): channel values, and leads over the best other class.

    Parameters
    ----------
    channels : ndarray of shape (n, K, C), float64
    candidates : ndarray of shape (n, M), int64
        Places in ``channels``.
    described : tuple of Channel
    best : ndarray of shape (n, L, 2), float64, optional
        From `best_two`, of the channels that lead, where ``channels`` does not hold all classes.
    """
    values = np.take_along_axis(channels, candidates[:, :, None], axis=1)
    leading = [i for i, c in enumerate(described) if leads(c)]
    top = best_two(channels[:, :, leading]) if best is None else best
    return np.concatenate([values, *(_lead(values[:, :, i], top[:, k])[:, :, None] for k, i in enumerate(leading))], 2)


def best_two(channels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the largest and second-largest value of each channel, shape (n, L, 2), for ``channels`` (n, K, L).

    With a single class both are its value.
    """
    if channels.shape[1] < 2:
        return np.repeat(channels.transpose(0, 2, 1), 2, axis=2)
    top: NDArray[np.float64] = -np.partition(-channels, 1, axis=1)[:, :2]
    return top.transpose(0, 2, 1)


def _lead(mine: NDArray[np.float64], top: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the distance of each candidate to the best other class, shape (n, M)."""
    lead: NDArray[np.float64] = mine - np.where(mine >= top[:, :1], top[:, 1:], top[:, :1])
    return lead


def with_truth(candidates: NDArray[np.int64], labels: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return candidates that hold the true class (in the last place if it was missed) and its position."""
    found = candidates == labels[:, None]
    missed = ~found.any(axis=1)
    out = candidates.copy()
    out[missed, -1] = labels[missed]
    return out, np.where(missed, out.shape[1] - 1, found.argmax(axis=1)).astype(np.int64)
