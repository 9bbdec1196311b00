"""How a number moves the model's margins: accumulated local effects.

After Apley and Zhu (2020, Visualizing the effects of predictor variables in black box supervised learning models,
Journal of the Royal Statistical Society B 82, section 2): within each bin of the number, every product of the bin is
scored at both ends of it, everything else as it is; the mean differences are added up over the bins. Unlike partial
dependence this never asks for a product that could not be, such as a watch at the price of a sticker.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import scipy.special
from numpy.typing import NDArray

from prodcls.head import EvidenceHead

__all__ = ["LocalEffects", "accumulated", "local_effects", "log_odds", "number_effects", "quantile_edges"]

TRIMMED = 0.01
"""Share of products beyond the edges at either end: one absurd price would take half of the axis."""


@dataclass(frozen=True)
class LocalEffects:
    """Differences within B bins, summed over products; those of several models add up.

    Attributes
    ----------
    total : ndarray of shape (B, J), float64
        What is scored at the upper end of the bin less at its lower end, for each of J outputs.
    count : ndarray of shape (B,), int64
        Products in the bin.
    """

    total: NDArray[np.float64]
    count: NDArray[np.int64]


def quantile_edges(values: NDArray[np.float64], bins: int) -> NDArray[np.float64]:
    """Return the edges of at most ``bins`` bins that hold about as many of ``values``, shape (B + 1,), ascending.

    Parameters
    ----------
    values : ndarray of shape (n,), float64
        NaN is missing.
    bins : int

    Returns
    -------
    ndarray of shape (B + 1,), float64
        Values that occur, without the least and the largest hundredth. Fewer than two where they do not differ.
    """
    known = values[~np.isnan(values)]
    if not len(known):
        return np.empty(0)
    edges: NDArray[np.float64] = np.unique(
        np.quantile(known, np.linspace(TRIMMED, 1 - TRIMMED, bins + 1), method="nearest")
    )
    return edges


def local_effects(
    score: Callable[[NDArray[np.float64]], NDArray[np.float64]], values: NDArray[np.float64], edges: NDArray[np.float64]
) -> LocalEffects:
    """Score every product at both ends of its bin.

    Parameters
    ----------
    score : callable
        Takes numbers of shape (n,), one a product, to outputs of shape (n, J).
    values : ndarray of shape (n,), float64
        The products' own numbers, none missing.
    edges : ndarray of shape (B + 1,), float64
        A value on an inner edge belongs to the bin below it; those beyond the ends to the first and last bin.

    Returns
    -------
    LocalEffects
    """
    bins = len(edges) - 1
    place = np.clip(np.searchsorted(edges, values, side="left") - 1, 0, bins - 1)
    change = score(edges[place + 1]) - score(edges[place])
    total = np.zeros((bins, change.shape[1]))
    np.add.at(total, place, change)
    return LocalEffects(total, np.bincount(place, minlength=bins).astype(np.int64))


def accumulated(found: Iterable[LocalEffects]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Add up the mean differences from bin to bin.

    Parameters
    ----------
    found : iterable of LocalEffects
        At least one; of the same bins.

    Returns
    -------
    curve : ndarray of shape (B + 1, J), float64
        Effect at each edge. It is centred: its mean over the products, each taken at the middle of its bin, is zero.
    count : ndarray of shape (B,), int64
    """
    parts = tuple(found)
    count = np.sum([part.count for part in parts], axis=0)
    mean = np.sum([part.total for part in parts], axis=0) / np.maximum(count, 1)[:, None]
    curve = np.vstack([np.zeros((1, mean.shape[1])), np.cumsum(mean, axis=0)])
    middle = (curve[1:] + curve[:-1]) / 2
    return curve - count @ middle / max(int(count.sum()), 1), count


def log_odds(logits: NDArray[np.float64], classes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the log odds of each of ``classes`` against all others together, shape (n, J).

    Parameters
    ----------
    logits : ndarray of shape (n, K), float64
        As served; K is at least 2.
    classes : ndarray of shape (J,), int64

    Returns
    -------
    ndarray of shape (n, J), float64
    """
    found = np.empty((len(logits), len(classes)))
    for j, k in enumerate(classes):
        found[:, j] = logits[:, k] - scipy.special.logsumexp(np.delete(logits, k, axis=1), axis=1)
    return found


def number_effects(
    head: EvidenceHead,
    channels: NDArray[np.float64],
    column: str,
    values: NDArray[np.float64],
    edges: NDArray[np.float64],
    classes: NDArray[np.int64],
) -> LocalEffects:
    """Return how a numeric column moves the log odds of ``classes``, everything else as it is.

    Parameters
    ----------
    head : EvidenceHead
    channels : ndarray of shape (n, K, C), float64
        Channel values of n products.
    column : str
    values : ndarray of shape (n,), float64
        The column's cells; products with NaN are left out.
    edges : ndarray of shape (B + 1,), float64
    classes : ndarray of shape (J,), int64

    Returns
    -------
    LocalEffects
    """
    known = ~np.isnan(values)
    at = next(i for i, c in enumerate(head.evidence.channels) if c.kind == "typical" and c.block == column)
    moving = channels[known]

    def score(moved: NDArray[np.float64]) -> NDArray[np.float64]:
        moving[:, :, at] = head.evidence.numeric[column].scores(moved)
        total = head.decide(moving).total
        return log_odds(total / head.calibration.temperatures(total)[:, None], classes)

    return local_effects(score, values[known], edges)
