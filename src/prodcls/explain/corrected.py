"""The exact account with its words and regions weighed by the served model.

The fast account carries a block's share to words and regions by what the probe's own sum says of each. That sum knows
neither what an encoder makes of a text without the word, nor what other words and blocks say in its place. Here the
model is asked again with words and regions taken out, and with nothing but them kept, and what it says decides how the
share is spread. Blocks, columns and the certificate stay those of the fast account.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import scipy.special
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from prodcls.explain.attribution import Attribution, Part, PartKind, certify
from prodcls.explain.chain import explain
from prodcls.explain.faithfulness import SHARES, part_key, ranking, values_on
from prodcls.explain.product import Product, class_numbers
from prodcls.explain.scorer import MaskScorer, item_seed
from prodcls.explain.subject import Subject

__all__ = ["explain_corrected"]

UNITS = 256
"""Words that are weighed one by one; of a longer text neighbouring words go together."""

WIDTH: dict[PartKind, int] = {"word": 24, "region": 48}
"""Least number of units that are weighed again beside other ones, at each share of `SHARES`."""

PRIOR = 0.5
"""Weight of what the fast account and log odds say; it decides where the probability stays at 0 or 1."""


def explain_corrected(product: Product, subject: Subject, a: str | None = None, b: str | None = None) -> Attribution:
    """Account for one decision, words and regions weighed by the served model.

    The two directions, A against B and B against A, are one account with its signs changed.

    Parameters
    ----------
    product : Product
        With the evidence head.
    subject : Subject
        The same product with its vectors taken apart.
    a : str, optional
        Class A; the predicted one by default.
    b : str, optional
        Class B, as in `prodcls.explain.chain.explain`.

    Returns
    -------
    Attribution
        What words or regions of a block do not add up to is the part ``"together"``.

    Raises
    ------
    InputError
        As in `prodcls.explain.chain.explain`.
    AdditivityError
        As in `prodcls.explain.chain.explain`.
    """
    with threadpool_limits(1):  # so that the number of processors moves no digit
        return _either_way(product, subject, a, b)


def _either_way(product: Product, subject: Subject, a: str | None, b: str | None) -> Attribution:
    """Follow the class that is ahead, whichever of the two is asked about."""
    chain = explain(product.model, subject, a, b)
    classes = product.model.classes
    numbers = class_numbers(classes, chain.predicted, chain.versus)
    if numbers[1] is not None and (chain.margin, numbers[0]) < (0.0, numbers[1]):
        return _reversed(_corrected(product, explain(product.model, subject, chain.versus, chain.predicted)))
    return _corrected(product, chain)


def _corrected(product: Product, chain: Attribution) -> Attribution:
    scorer = MaskScorer(product)
    numbers = class_numbers(product.model.classes, chain.predicted, chain.versus)
    values: dict[tuple[object, ...], float] = {}
    for kind, width in WIDTH.items():
        units = _units(scorer, chain, kind)
        if units is not None:
            weights = _weigh(_Trial(scorer, units, *numbers), width)
            values |= dict(zip(units.keys, units.spread(weights).tolist(), strict=True))
    parts = tuple(sorted(_spread(chain.parts, values), key=lambda p: (-abs(p.value), p.block, p.column, p.start or 0)))
    return replace(chain, method="chain-corrected", parts=parts, certificate=certify(parts, chain.margin))


def _reversed(found: Attribution) -> Attribution:
    parts = tuple(replace(part, value=-part.value) for part in found.parts)
    return replace(
        found,
        predicted=found.versus,
        versus=found.predicted,
        probability=found.versus_probability,
        versus_probability=found.probability,
        margin=-found.margin,
        parts=parts,
        certificate=certify(parts, -found.margin),
    )


@dataclass(frozen=True)
class _Units:
    """Words or regions that are weighed together; mostly one each.

    Attributes
    ----------
    keys : tuple
        Of m players, as `part_key` tells them apart.
    players : ndarray of shape (m,), intp
        Positions among the scorer's players.
    unit : ndarray of shape (m,), intp
        Number of each player's unit, from 0, ascending.
    shares : ndarray of shape (m,), float64
        What the fast account gives to each player, logits.
    all_of_kind : ndarray, intp
        Positions of all players of the kind, those that nothing reads included.
    """

    keys: tuple[tuple[object, ...], ...]
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
        size = np.abs(self.shares)
        values: NDArray[np.float64] = weights[self.unit] * size / np.bincount(self.unit, size)[self.unit]
        total = float(np.abs(values).sum())
        return values * (float(size.sum()) / total) if total > 0 else np.zeros_like(values)


def _units(scorer: MaskScorer, chain: Attribution, kind: PartKind) -> _Units | None:
    """Return the players that the account gives anything to; None without any."""
    positions = scorer.positions(kind)
    shares = values_on(chain, [scorer.players[i] for i in positions])
    players, shares = positions[shares != 0], shares[shares != 0]
    if not len(players):
        return None
    run = -(-len(players) // UNITS)
    columns = np.array([scorer.players[i].column for i in players])
    starts = np.flatnonzero(np.append(True, columns[1:] != columns[:-1]))
    place = np.arange(len(players)) - np.repeat(starts, np.diff(np.append(starts, len(players))))
    unit = np.cumsum(place % run == 0) - 1
    keys = tuple(part_key(scorer.players[i]) for i in players)
    return _Units(keys, players, unit.astype(np.intp), shares, positions)


@dataclass(frozen=True)
class _Trial:
    """Asks the served model about class A with units taken out, and with nothing but them kept."""

    scorer: MaskScorer
    units: _Units
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

    def holds(self, weights: NDArray[np.float64], counts: list[int]) -> float:
        """Return the mean probability with only the top units kept, less that with them taken out."""
        order = self.order(weights)
        top = np.argsort(order)[None, :] < np.array(counts)[:, None]
        kept, out = self.log_odds(top, whole=False), self.log_odds(~top, whole=True)
        return float(np.mean(scipy.special.expit(kept) - scipy.special.expit(out)))

    def order(self, weights: NDArray[np.float64]) -> NDArray[np.intp]:
        """Return the units by weight, largest first."""
        return ranking(weights, item_seed(self.scorer.product.id))


def _weigh(trial: _Trial, width: int) -> NDArray[np.float64]:
    """Return what each unit changes when it is taken out and when it is kept, shape (units,).

    First each unit by itself: taken out of the whole, and put into nothing. Then, for the top 5, 10, 20 and 50% so far,
    the units of the top and those that come next beside the others of the top: with these out, and with nothing but
    these kept. The changes of the probability of class A add up. They are marginal contributions, as in a Shapley
    value, for the coalitions at both ends that the order itself leads through. Later ones can lead astray, so of the
    sums on the way the one is returned whose order holds best.
    """
    n = trial.units.count
    counts = sorted({int(np.ceil(share * n)) for share in SHARES})
    out, kept = trial.changes(np.zeros(n, dtype=np.bool_), np.arange(n))
    prior = [trial.units.summed(), out[0] - out[1], kept[0] - kept[1]]
    tried = [np.sum([_of_unit_size(values) for values in prior], axis=0)]
    tried.append(_gain(out, kept) + PRIOR * tried[0])
    for count in counts:
        order, top = trial.order(tried[-1]), np.zeros(n, dtype=np.bool_)
        top[order[:count]] = True
        near = slice(max(0, count - width // 2), count + width // 2) if 2 * count >= n else slice(max(width, 2 * count))
        weights = tried[-1].copy()
        weights[order[near]] += _gain(*trial.changes(top, order[near]))
        tried.append(weights)
    return max(tried, key=lambda found: trial.holds(found, counts))


def _gain(out: NDArray[np.float64], kept: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the changes of probability by what `_Trial.changes` gives."""
    p_out, p_kept = scipy.special.expit(out), scipy.special.expit(kept)
    gain: NDArray[np.float64] = p_out[0] - p_out[1] + p_kept[0] - p_kept[1]
    return gain


def _of_unit_size(values: NDArray[np.float64]) -> NDArray[np.float64]:
    size = float(np.abs(values).sum())
    return values / size if size > 0 else np.zeros_like(values)


def _spread(parts: Iterable[Part], values: dict[tuple[object, ...], float]) -> Iterable[Part]:
    """Yield the parts with what each player has changed by as ``values`` say.

    A word that several blocks read changes in each in proportion to what the block says of it. What a block's sum
    would change by is set aside, so that it does not.
    """
    parts = tuple(parts)
    shares: dict[tuple[object, ...], float] = {}
    sizes: dict[tuple[object, ...], float] = {}
    for part in parts:
        key = part_key(part)
        if key in values:
            shares[key] = shares.get(key, 0.0) + part.value
            sizes[key] = sizes.get(key, 0.0) + abs(part.value)
    together: dict[str, float] = {}
    for part in parts:
        key = part_key(part)
        if part.kind not in ("word", "region") or key not in values:
            yield part
            continue
        value = part.value + (values[key] - shares[key]) * abs(part.value) / sizes[key]
        together[part.block] = together.get(part.block, 0.0) + part.value - value
        yield replace(part, value=value)
    yield from (Part(block, "context", "together", value) for block, value in together.items() if value)
