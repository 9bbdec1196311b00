"""The best candidate classes of each product, and their evidence as the booster sees it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from prodcls.evidence import Channel

__all__ = ["CANDIDATES", "best_classes", "candidate_evidence", "feature_channels", "leads", "with_truth"]

CANDIDATES = 20
"""Classes per product that the booster corrects."""


def best_classes(scores: NDArray[np.float64], count: int = CANDIDATES) -> NDArray[np.int64]:
    """Return the ``count`` best classes of each row, best first, ties by class number; shape (n, M)."""
    return np.argsort(-scores, axis=1, kind="stable")[:, :count].astype(np.int64)


def feature_channels(channels: tuple[Channel, ...]) -> tuple[int, ...]:
    """Return, for each feature of `candidate_evidence`, the position of the channel that it comes from."""
    return (*range(len(channels)), *(i for i, c in enumerate(channels) if leads(c)))


def leads(channel: Channel) -> bool:
    """Return whether a channel's lead over the best other class is evidence too."""
    return channel.kind in ("score", "neighbours")


def candidate_evidence(
    channels: NDArray[np.float64], candidates: NDArray[np.int64], described: tuple[Channel, ...]
) -> NDArray[np.float64]:
    """Return evidence of shape (n, M, F): channel values, and leads over the best other class.

    Parameters
    ----------
    channels : ndarray of shape (n, K, C), float64
    candidates : ndarray of shape (n, M), int64
    described : tuple of Channel
    """
    values = np.take_along_axis(channels, candidates[:, :, None], axis=1)
    leading = [i for i, c in enumerate(described) if leads(c)]
    return np.concatenate([values, *(_lead(channels[:, :, i], candidates)[:, :, None] for i in leading)], axis=2)


def _lead(scores: NDArray[np.float64], candidates: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the distance of each candidate to the best other class, shape (n, M)."""
    if scores.shape[1] < 2:
        return np.zeros(candidates.shape)
    top = -np.partition(-scores, 1, axis=1)[:, :2]
    mine = np.take_along_axis(scores, candidates, axis=1)
    lead: NDArray[np.float64] = mine - np.where(mine >= top[:, :1], top[:, 1:], top[:, :1])
    return lead


def with_truth(candidates: NDArray[np.int64], labels: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return candidates that hold the true class (in the last place if it was missed) and its position."""
    found = candidates == labels[:, None]
    missed = ~found.any(axis=1)
    out = candidates.copy()
    out[missed, -1] = labels[missed]
    return out, np.where(missed, out.shape[1] - 1, found.argmax(axis=1)).astype(np.int64)
