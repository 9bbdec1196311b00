"""A probe's lead of class A over class B in pieces, and how a block's share of a margin is carried to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from prodcls.errors import AdditivityError
from prodcls.explain.attribution import PartKind

__all__ = ["STABLE", "Carried", "Pieces", "Places", "bounded_rate", "carried"]

STABLE = 0.1
"""Least sum of contributions, as a share of the sum of their sizes, in proportion to which more is carried.

Real accounts rarely come near: of 120 of flipkart1050 (35 classes) one did, of 120 of amazon_in11k (112 classes) ten.
"""

ROUNDING = 1e-4
"""How far a probe's score in float32 may be from the sum of its pieces, relative to their sizes."""

NEGLIGIBLE = 1e-12
"""Logits below which what is left of a correction is rounding."""


class Places(NamedTuple):
    """n words, regions or segments, column by column.

    Attributes
    ----------
    kind : {"word", "region", "segment"}
    labels, columns : sequence of str
    starts, ends : sequence of (int or None)
    boxes : sequence of (tuple of float or None)
        These five as in `prodcls.explain.attribution.Part`.
    """

    kind: PartKind
    labels: Sequence[str]
    columns: Sequence[str]
    starts: Sequence[int | None]
    ends: Sequence[int | None]
    boxes: Sequence[tuple[float, float, float, float] | None]


@dataclass(frozen=True)
class Pieces:
    """A probe's lead of A over B, taken apart.

    Attributes
    ----------
    places : Places
        n words, regions or segments.
    values : ndarray of shape (m,), float64
        Contribution of the first m of them, in units of the probe's score. Words that follow are beyond the limit of
        every encoder.
    aside : dict of str to float
        Contributions that have no place, by label: ``"intercept"``: what the probe says of any product; ``"marks"``:
        begin and end marks, punctuation; ``"border"``: the white around the photo; ``"tail"``: what the last layers
        of an encoder that is not linear do with the whole text; ``"occluded"``: what leaving words out does not tell;
        ``"photo"``: what an encoder that is not linear makes of the whole photo, its own mark included; ``"hidden"``:
        what hiding regions does not tell; ``"sound"`` and ``"cut"``: the same of a sound and of cutting out segments.
    """

    places: Places
    values: NDArray[np.float64]
    aside: dict[str, float]

    @property
    def total(self) -> float:
        """Sum of all contributions."""
        return float(self.values.sum()) + sum(self.aside.values())

    @property
    def size(self) -> float:
        """Sum of the absolute contributions."""
        return float(np.abs(self.values).sum()) + sum(map(abs, self.aside.values()))


def bounded_rate(amount: float, total: float, size: float) -> float:
    """Return the rate at which contributions carry ``amount`` on, in proportion to themselves.

    ``amount / total`` while the contributions agree. Where they cancel (``|total| < STABLE * size``) that ratio would
    make large shares of opposite sign out of nothing, so the total counts as ``STABLE * size`` then. The shares thus
    sum to between 0 and ``amount``, their sizes to at most ``|amount| / STABLE``, and what is left of ``amount`` must
    be kept apart. The rate is continuous in all three, and the same when A and B change places.

    Parameters
    ----------
    amount : float
    total : float
        Sum of the contributions.
    size : float
        Sum of their absolute values.

    Returns
    -------
    float

    Examples
    --------
    >>> bounded_rate(1.0, 2.0, 3.0)
    0.5
    >>> bounded_rate(1.0, 1e-9, 2.0)
    5.0
    """
    scale = max(abs(total), STABLE * size)
    return amount * float(np.sign(total)) / scale if scale > 0 else 0.0


class Carried(NamedTuple):
    """The parts of one block's score, logits.

    Attributes
    ----------
    values : ndarray of shape (m,), float64
        Of the first m places.
    aside : dict of str to float
        Of what has no place, by label.
    """

    values: NDArray[np.float64]
    aside: dict[str, float]


def carried(pieces: Pieces, block: str, lead: float, rate: float, correction: float) -> Carried:
    """Carry one block's score to its pieces.

    Parameters
    ----------
    pieces : Pieces
        In units of the score.
    block : str
    lead : float
        The served score of A less that of B.
    rate : float
        Logits per unit of the score in the pool.
    correction : float
        The booster's share, logits.

    Returns
    -------
    Carried
        It sums to ``rate * lead + correction``.

    Raises
    ------
    AdditivityError
        If the pieces sum to something else than ``lead``, by more than `ROUNDING`.
    """
    size = pieces.size
    rounding = lead - pieces.total
    if not abs(rounding) <= ROUNDING * max(1.0, size):
        message = f"the pieces of {block!r} sum to {pieces.total:.9g}, its score is {lead:.9g}"
        raise AdditivityError(message)
    more = bounded_rate(correction, lead, size)
    own = {**pieces.aside, "intercept": pieces.aside.get("intercept", 0.0) + rounding}
    aside = {label: value * (rate + more) for label, value in own.items() if value}
    left = correction - more * lead
    if abs(left) > NEGLIGIBLE:
        aside["interplay"] = left
    return Carried(pieces.values * (rate + more), aside)
