"""Words, regions or segments on trial: what the served model says without some of them, and with nothing but them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import scipy.special
from numpy.typing import NDArray

from prodcls.explain.attribution import Attribution, PartKind
from prodcls.explain.faithfulness import part_key, ranking, values_on
from prodcls.explain.scorer import MaskScorer, item_seed

__all__ = ["Trial", "Units", "units_of"]

UNITS = 256
"""Words that are weighed one by one; of a longer text neighbouring words go together."""

EVEN = 1e-9
"""Share of the whole that each player has in its unit at least, so that a unit can always be spread."""


@dataclass(frozen=True)
class Units:
    """Words, regions or segments that are weighed together; mostly one each.

    Attributes
    ----------
    players : ndarray of shape (m,), intp
        Positions of m players among the scorer's.
    unit : ndarray of shape (m,), intp
        Number of each player's unit, from 0, ascending.
    shares : ndarray of shape (m,), float64
        What the fast account gives to each player, logits.
    all_of_kind : ndarray, intp
        Positions of all players of the kind, those that nothing reads included.
    """

    players: NDArray[np.intp]
    unit: NDArray[np.intp]
    shares: NDArray[np.float64]
    all_of_kind: NDArray[np.intp]

    @property
    def count(self) -> int:
        """Number of units."""
        return int(self.unit[-1]) + 1

    def summed(self) -> NDArray[np.float64]:
        """Return the shares of the units."""
        return np.bincount(self.unit, self.shares, self.count).astype(np.float64)

    def spread(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return weights of units as values of players whose sizes sum to those of the fast account."""
        total = float(np.abs(self.shares).sum())
        size = np.abs(self.shares) + EVEN * total
        values: NDArray[np.float64] = weights[self.unit] * size / np.bincount(self.unit, size)[self.unit]
        spread = float(np.abs(values).sum())
        return values * (total / spread) if spread > 0 else np.zeros_like(values)


def units_of(scorer: MaskScorer, chain: Attribution, kind: PartKind) -> Units | None:
    """Return the players of a kind that any part of the model reads; None where the account gives nothing to any.

    A player to which the fast account gives nothing is among them: taking it out may still change what the account
    cannot carry down, such as which training products are closest.
    """
    positions = scorer.positions(kind)
    read = {part_key(part) for part in chain.parts if part.kind == kind}
    beyond = {part_key(replace(part, kind=kind)) for part in chain.parts if part.kind == "unread"} - read
    players = np.array([i for i in positions if part_key(scorer.players[i]) not in beyond], dtype=np.intp)
    shares = values_on(chain, [scorer.players[i] for i in players])
    if not shares.any():
        return None
    run = -(-len(players) // UNITS)
    columns = np.array([scorer.players[i].column for i in players])
    starts = np.flatnonzero(np.append(True, columns[1:] != columns[:-1]))
    place = np.arange(len(players)) - np.repeat(starts, np.diff(np.append(starts, len(players))))
    unit = np.cumsum(place % run == 0) - 1
    return Units(players, unit.astype(np.intp), shares, positions)


@dataclass(frozen=True)
class Trial:
    """Asks the served model about class A with units taken out, and with nothing but them kept.

    Attributes
    ----------
    scorer : MaskScorer
    units : Units
    a : int
        Number of class A.
    b : int or None
        Number of class B; None for all other classes together.
    """

    scorer: MaskScorer
    units: Units
    a: int
    b: int | None

    def log_odds(self, kept: NDArray[np.bool_], *, whole: bool) -> NDArray[np.float64]:
        """Return the margins for masks of shape (n, units); the kind's other players stay if ``whole``."""
        masks = self.scorer.everything(len(kept))
        if not whole:
            masks[:, self.units.all_of_kind] = False
        masks[:, self.units.players] = kept[:, self.units.unit]
        return self.scorer.score(masks, self.a, self.b).margin

    def changes(
        self, top: NDArray[np.bool_], some: NDArray[np.intp]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return what ``some`` units change beside the ``top`` ones, in log odds; first taken out, then kept."""
        with_it, without = np.tile(top, (len(some), 1)), np.tile(top, (len(some), 1))
        with_it[np.arange(len(some)), some], without[np.arange(len(some)), some] = True, False
        out = self.log_odds(~np.concatenate([without, with_it]), whole=True).reshape(2, -1)
        kept = self.log_odds(np.concatenate([with_it, without]), whole=False).reshape(2, -1)
        return out, kept

    def hold(self, tops: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Return the probability with only the top units kept, less that with them taken out.

        Parameters
        ----------
        tops : ndarray of shape (n, units), bool

        Returns
        -------
        ndarray of shape (n,), float64
            In [-1, 1]; more is better.
        """
        kept, out = self.log_odds(tops, whole=False), self.log_odds(~tops, whole=True)
        found: NDArray[np.float64] = scipy.special.expit(kept) - scipy.special.expit(out)
        return found

    def tops(self, weights: NDArray[np.float64], counts: list[int]) -> NDArray[np.bool_]:
        """Return which units are the first ones by weight, shape (counts, units)."""
        place = np.argsort(self.order(weights))
        return place[None, :] < np.array(counts)[:, None]

    def order(self, weights: NDArray[np.float64]) -> NDArray[np.intp]:
        """Return the units by weight, largest first."""
        return ranking(weights, item_seed(self.scorer.product.id))
