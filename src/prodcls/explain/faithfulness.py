"""Can explanations be trusted? Take out what they point at, and ask the served model again.

Comprehensiveness is what the probability of the explained class loses when the top players are taken out, sufficiency
what it loses when nothing but them is kept (DeYoung et al. 2020, ERASER, section 4.2; means over `SHARES` of the
players). Deletion and insertion are the areas under the probability as players are taken out, or put in, from the top
(Petsiuk, Das and Saenko 2018, RISE, section 4.1). What is not being judged stays as it is, words with the photo in
place, unless it is asked to be taken out: a photo often decides nothing beside a good text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from itertools import combinations

import numpy as np
import scipy.stats
from numpy.typing import NDArray

from prodcls.explain.attribution import Attribution, Part, PartKind
from prodcls.explain.scorer import MaskScorer, item_seed
from prodcls.metrics import Estimate

__all__ = [
    "RANDOM",
    "SHARES",
    "Agreement",
    "Faithfulness",
    "agreement",
    "bootstrap_mean",
    "judge",
    "judge_orders",
    "part_key",
    "ranking",
    "stability",
    "values_on",
]

SHARES = (0.05, 0.1, 0.2, 0.5)
"""Shares of the players taken out or kept, at least one player each."""

DRAWS = 20
"""Random orders that a method is held against."""

RANDOM = "random"
"""Name of the mean over random orders."""

TOP = 5
RESAMPLES = 2000
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Faithfulness:
    """How an order of players bears out, in probability of the explained class.

    Attributes
    ----------
    comprehensiveness : float
        In [-1, 1]; more is better.
    sufficiency : float
        In [-1, 1]; less is better.
    deletion : float
        Area in [0, 1]; less is better.
    insertion : float
        Area in [0, 1]; more is better.
    """

    comprehensiveness: float
    sufficiency: float
    deletion: float
    insertion: float


@dataclass(frozen=True)
class Agreement:
    """How far two methods agree on the same players.

    Attributes
    ----------
    rank_correlation : float
        Spearman's, in [-1, 1]; 0 where a method sets all players equal.
    top_overlap : float
        Share of the `TOP` players of the one that are among those of the other, in [0, 1].
    """

    rank_correlation: float
    top_overlap: float


def judge(
    scorer: MaskScorer,
    accounts: Mapping[str, Attribution],
    kinds: Sequence[PartKind],
    a: int,
    *,
    others: bool = True,
    draws: int = DRAWS,
) -> dict[str, Faithfulness]:
    """Judge accounts of class ``a`` of the scorer's product, and random orders beside them.

    Parameters
    ----------
    scorer : MaskScorer
    accounts : mapping of str to Attribution
        By the name of the method.
    kinds : sequence of PartKind
        Players that are judged.
    a : int
        Class number.
    others : bool, default True
        Whether all other players stay; they are all out otherwise.
    draws : int
        Random orders.

    Returns
    -------
    dict of str to Faithfulness
        By the name of the method, and `RANDOM`; empty where the product has no such players.
    """
    players = scorer.positions(*kinds)
    if not len(players):
        return {}
    seed = item_seed(scorer.product.id)
    rng = np.random.default_rng(seed)
    judged = [scorer.players[i] for i in players]
    orders = [ranking(values_on(account, judged), seed) for account in accounts.values()]
    orders += [rng.permutation(len(players)) for _ in range(draws)]
    found = judge_orders(scorer, players, np.array(orders), a, others=others)
    mean = np.mean([astuple(one) for one in found[len(accounts) :]], axis=0)
    return {**dict(zip(accounts, found, strict=False)), RANDOM: Faithfulness(*mean.tolist())}


def judge_orders(
    scorer: MaskScorer, players: NDArray[np.intp], orders: NDArray[np.intp], a: int, *, others: bool = True
) -> tuple[Faithfulness, ...]:
    """Judge orders of some players.

    Parameters
    ----------
    scorer : MaskScorer
    players : ndarray of shape (m,), intp
        Positions among the scorer's players; at least one.
    orders : ndarray of shape (n, m), intp
        Positions in ``players``, those that speak most for the class first.
    a : int
        Class number.
    others : bool, default True
        Whether all other players stay.

    Returns
    -------
    tuple of Faithfulness, length n
    """
    m, n = len(players), len(orders)
    counts = np.array([0, *(int(np.ceil(share * m)) for share in SHARES), m])
    place = np.argsort(orders, axis=1)  # of each player in each order
    top = place[:, None, :] < counts[None, :, None]
    kept = scorer.everything(2 * top[:, :, 0].size) & others
    kept[:, players] = np.concatenate([~top, top]).reshape(-1, m)
    without, alone = scorer.score(kept, a, None).probability.reshape(2, n, len(counts))
    width = counts / m
    return tuple(
        Faithfulness(
            comprehensiveness=float(np.mean(deleted[0] - deleted[1:-1])),
            sufficiency=float(np.mean(inserted[-1] - inserted[1:-1])),
            deletion=float(np.trapezoid(deleted, width)),
            insertion=float(np.trapezoid(inserted, width)),
        )
        for deleted, inserted in zip(without, alone, strict=True)
    )


def values_on(account: Attribution, players: Sequence[Part]) -> NDArray[np.float64]:
    """Return what an account gives to each player, shape (m,); the parts of a word in several blocks add up."""
    values = dict.fromkeys((part_key(player) for player in players), 0.0)
    for part in account.parts:
        if part_key(part) in values:
            values[part_key(part)] += part.value
    return np.array([values[part_key(player)] for player in players], dtype=np.float64)


def part_key(part: Part) -> tuple[object, ...]:
    """Return what tells words and regions apart whatever the block: their place."""
    box = None if part.box is None else tuple(round(edge, 6) for edge in part.box)
    return part.kind, part.column, part.start, part.end, box


def ranking(values: NDArray[np.float64], seed: int) -> NDArray[np.intp]:
    """Return positions by value, largest first; equal ones in random order, as first words are not like others."""
    return np.lexsort((np.random.default_rng(seed).random(len(values)), -values))


def agreement(first: NDArray[np.float64], second: NDArray[np.float64], seed: int = 0) -> Agreement:
    """Compare two methods on the same players.

    Parameters
    ----------
    first : ndarray of shape (m,), float64
        At least one player.
    second : ndarray of shape (m,), float64
    seed : int
        Of the order of equal values.

    Returns
    -------
    Agreement
    """
    constant = np.ptp(first) == 0 or np.ptp(second) == 0
    correlation = 0.0 if constant else float(scipy.stats.spearmanr(first, second).statistic)
    tops = [set(ranking(values, seed)[:TOP].tolist()) for values in (first, second)]
    return Agreement(correlation, len(tops[0] & tops[1]) / len(tops[0]))


def stability(draws: Sequence[NDArray[np.float64]]) -> Agreement:
    """Return the mean agreement of every two draws of one method; at least two draws of shape (m,)."""
    found = [astuple(agreement(one, other)) for one, other in combinations(draws, 2)]
    return Agreement(*np.mean(found, axis=0).tolist())


def bootstrap_mean(values: NDArray[np.float64], seed: int = 0) -> Estimate:
    """Return a mean with its percentile bootstrap interval (Efron and Tibshirani 1993, chapter 13).

    Parameters
    ----------
    values : ndarray of shape (n,), float64
        One figure a product; differences between two methods for a paired comparison. At least one.
    seed : int

    Returns
    -------
    Estimate
    """
    drawn = np.random.default_rng(seed).integers(len(values), size=(RESAMPLES, len(values)))
    low, high = np.quantile(values[drawn].mean(axis=1), [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Estimate(float(values.mean()), float(low), float(high))
