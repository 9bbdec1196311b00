"""Whether a product is of the kind that the model was trained on: near to some training product, priced like its class.

Both are held against the training products themselves, each scored without its near-duplicates: what only one in
`RARE` of them exceeds is unusual (conformal anomaly detection: Laxhammar and Falkman 2011, Sequential conformal anomaly
detection in trajectories based on Hausdorff distance). So of new products like those of training about one in `RARE` is
called unlike them, and one in `RARE` is called unusual for its numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prodcls.columns import NumberTypicality, number_distance, number_distance_held_out
from prodcls.conformal import threshold
from prodcls.evidence import Channel
from prodcls.inputs import Inputs

__all__ = ["RARE", "Usual", "fit_usual"]

RARE = 100
"""Training products of which one is farther off than what still counts as usual."""

NORMAL = 1.4826
"""Median absolute deviation to standard deviation of a normal distribution (Hampel 1974)."""


@dataclass(frozen=True)
class Usual:
    """What is usual among the training products.

    Attributes
    ----------
    blocks : tuple of str
        Keys of the channels that tell how near the closest training product of a class comes.
    middle, spread : ndarray of shape (B,), float64
        Of the likeness to the closest training product, by block: median, and robust standard deviation above 0.
    remote : float or None
        Remoteness beyond which a product is unlike training, in standard deviations; None where there are too few
        training products to say.
    far : dict of str to float
        By numeric column, where there are enough products to say: distance from the mean of the class beyond which the
        number is unusual, in standard deviations.
    """

    blocks: tuple[str, ...]
    middle: NDArray[np.float64]
    spread: NDArray[np.float64]
    remote: float | None
    far: dict[str, float]

    def unlike_training(self, channels: NDArray[np.float64], described: tuple[Channel, ...]) -> NDArray[np.bool_]:
        """Tell which products have no training product near them.

        Parameters
        ----------
        channels : ndarray of shape (n, K, C), float64
        described : tuple of Channel, length C

        Returns
        -------
        ndarray of shape (n,), bool
            False where a product has no block.
        """
        if self.remote is None:
            return np.zeros(len(channels), dtype=np.bool_)
        found = _remoteness(_likeness(channels, described, self.blocks), self.middle, self.spread)
        return np.nan_to_num(found, nan=-np.inf) > self.remote

    def unusual_number(
        self, inputs: Inputs, numeric: Mapping[str, NumberTypicality], classes: NDArray[np.int64]
    ) -> NDArray[np.bool_]:
        """Tell which products have a number that is far from those of a class.

        Parameters
        ----------
        inputs : Inputs
            n products.
        numeric : mapping of str to NumberTypicality
        classes : ndarray of shape (n,), int64
            The class that each product is held against.

        Returns
        -------
        ndarray of shape (n,), bool
            False where the numbers are missing.
        """
        found = np.zeros(len(inputs), dtype=np.bool_)
        for name, limit in self.far.items():
            away = number_distance(numeric[name], inputs.numeric[name], classes)
            found |= np.nan_to_num(away, nan=-np.inf) > limit
        return found


def fit_usual(
    inputs: Inputs,
    labels: NDArray[np.int64],
    groups: NDArray[np.int64],
    likeness: NDArray[np.float64],
    described: tuple[Channel, ...],
) -> Usual:
    """Learn what is usual.

    Parameters
    ----------
    inputs : Inputs
        n training products.
    labels : ndarray of shape (n,), int64
    groups : ndarray of shape (n,), int64
        Groups of near-duplicates.
    likeness : ndarray of shape (n, B), float64
        To the closest training product of another group, for each channel of kind ``"closest"``; 0 without the block.
    described : tuple of Channel, length C

    Returns
    -------
    Usual
    """
    blocks = tuple(c.key for c in described if c.kind == "closest")
    likeness = np.where(likeness > 0, likeness, np.nan)
    middle, spread = np.zeros(len(blocks)), np.ones(len(blocks))
    for b in range(len(blocks)):
        known = likeness[~np.isnan(likeness[:, b]), b]
        middle[b] = np.median(known)
        spread[b] = NORMAL * np.median(np.abs(known - middle[b])) or 1.0
    columns = [c.block for c in described if c.kind == "typical"]
    away = {name: number_distance_held_out(inputs.numeric[name], labels, groups) for name in columns}
    limits = {name: _limit(found, len(columns)) for name, found in away.items()}
    return Usual(
        blocks,
        middle,
        spread,
        _limit(_remoteness(likeness, middle, spread), 1),
        {name: limit for name, limit in limits.items() if limit is not None},
    )


def _likeness(
    channels: NDArray[np.float64], described: tuple[Channel, ...], blocks: tuple[str, ...]
) -> NDArray[np.float64]:
    """Return the likeness to the closest training product, shape (n, B); NaN where a block is absent."""
    places = [i for i, c in enumerate(described) if c.key in blocks]
    likeness = channels[:, :, places].max(axis=1)
    return np.where(likeness > 0, likeness, np.nan)


def _remoteness(
    likeness: NDArray[np.float64], middle: NDArray[np.float64], spread: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the mean over the blocks of a product, shape (n,); NaN without one."""
    away = (middle - likeness) / spread
    count = (~np.isnan(away)).sum(axis=1)
    return np.where(count > 0, np.nansum(away, axis=1) / np.maximum(count, 1), np.nan)


def _limit(found: NDArray[np.float64], tests: int) -> float | None:
    """Return the distance that one in ``RARE`` products exceeds in one of so many tests; None with too few products."""
    limit = threshold(found[~np.isnan(found)], 1.0 - 1.0 / (RARE * tests))
    return limit if np.isfinite(limit) else None
