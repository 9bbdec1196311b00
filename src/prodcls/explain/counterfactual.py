"""The smallest set of words, regions or segments without which a model decides otherwise, looked for within a budget.

The search is greedy: what alone matters most goes first, until the class changes; then everything goes back in whose
return leaves the class changed (minimising in ever smaller pieces as in Zeller and Hildebrandt, Simplifying and
Isolating Failure-Inducing Input, 2002, section 3). What is left is minimal: none of it can go back alone. It need not
be the smallest set there is, which would take a test of every set.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Decide", "Flip", "Flips", "smallest_flips"]

Decide = Callable[[NDArray[np.bool_]], NDArray[np.float64]]
"""Probabilities, shape (n, K), of n variants; the argument, shape (n, players), tells which players are kept."""

AT_ONCE = 32
"""Variants asked at a time."""

SEEDS = 3
"""Regions from which a connected area is grown."""

WIDTH = 8
"""Players tried at each step of the steepest descent."""

SHARE = 3
"""One in so many evaluations is for players taken out alone."""

KEPT = 4
"""Sets handed on, for the case that the served model confirms the first ones not."""

_TINY = 1e-300
_NOTHING = 1e-9

Members = frozenset[int]


@dataclass(frozen=True)
class Flip:
    """Players without which the class is another.

    Attributes
    ----------
    players : tuple of int
        Ascending.
    minimal : bool
        Whether it was tested that none of them can go back alone.
    """

    players: tuple[int, ...]
    minimal: bool


@dataclass(frozen=True)
class Flips:
    """What a search found.

    Attributes
    ----------
    sets : tuple of Flip
        Smallest first; of equal size those first that move the class furthest.
    evaluations : int
        Variants scored.
    """

    sets: tuple[Flip, ...]
    evaluations: int


def smallest_flips(
    decide: Decide,
    own: int,
    values: NDArray[np.float64],
    *,
    budget: int,
    touching: Sequence[Members] | None = None,
) -> Flips:
    """Look for the smallest set of players without which the class is not ``own``.

    Parameters
    ----------
    decide : callable
        See `Decide`.
    own : int
        Class number of the product as it is.
    values : ndarray of shape (players,), float64
        How much each player is thought to speak for the class: where to look first.
    budget : int
        Most variants to score.
    touching : sequence of frozenset of int, length players, optional
        Neighbours of each player; a set must then be connected.

    Returns
    -------
    Flips
        Without sets where none was found within the budget.
    """
    search = _Search(decide, own, len(values), budget, touching)
    with suppress(_BudgetSpent):
        search.run(values)
    return Flips(search.best(), search.evaluations)


class _BudgetSpent(Exception):  # noqa: N818 - no error: the search ends
    """The budget is used up."""


@dataclass(frozen=True)
class _Answer:
    """Log odds of the product's own class against the best other one, and whether that one has won."""

    lead: float
    flipped: bool


class _Search:
    """One search: asks, remembers the answers, and counts them."""

    def __init__(self, decide: Decide, own: int, players: int, budget: int, touching: Sequence[Members] | None) -> None:
        self._decide = decide
        self._own = own
        self._players = players
        self._budget = budget
        self._touching = touching
        self._answers: dict[Members, _Answer] = {}
        self._minimal: set[Members] = set()

    @property
    def evaluations(self) -> int:
        return len(self._answers)

    def best(self) -> tuple[Flip, ...]:
        """Return the sets that were found to be minimal, or without any the smallest that flipped."""
        flipped = {s for s, answer in self._answers.items() if answer.flipped and s and self._connected(s)}
        ranked = sorted(flipped, key=lambda s: (len(s), self._answers[s].lead, sorted(s)))
        minimal = [s for s in ranked if s in self._minimal]
        rest = [s for s in ranked if s not in self._minimal and not any(m < s for m in minimal)]
        return tuple(Flip(tuple(sorted(s)), s in self._minimal) for s in sorted(minimal + rest, key=len)[:KEPT])

    def run(self, values: NDArray[np.float64]) -> None:
        """Search; every answer is kept, whatever ends the search."""
        if not self._players or self._ask([frozenset()])[0].flipped:
            return
        order = [int(i) for i in np.argsort(-values, kind="stable")]
        singles = [frozenset({i}) for i in order[: max(1, self._budget // SHARE)]]
        answers = dict(zip(singles, self._ask(singles), strict=True))
        self._minimal |= {s for s, answer in answers.items() if answer.flipped}
        if self._minimal:
            return
        # Those not asked come behind all that help, in the order given.
        measured = np.zeros(self._players)
        measured[order] = -_NOTHING * np.arange(self._players)
        for s, answer in answers.items():
            measured[list(s)] = self._answers[frozenset()].lead - answer.lead
        for effects in (measured, values):
            for seed in self._seeds(effects):
                path = self._path(seed, effects)
                peak = int(np.cumsum(effects[list(path)]).argmax()) + 1
                self._shrink(self._first_flip(path, peak), measured)
        if self._minimal:  # else steps one by one would find nothing either
            self._descend(measured)

    def _ask(self, sets: Sequence[Members]) -> list[_Answer]:
        """Return an answer for each set; raises `_BudgetSpent` when the budget does not reach."""
        new = [s for s in dict.fromkeys(sets) if s not in self._answers]
        for first in range(0, len(new), AT_ONCE):
            batch = new[first : first + min(AT_ONCE, self._budget - self.evaluations)]
            if not batch:
                raise _BudgetSpent
            kept = np.ones((len(batch), self._players), dtype=np.bool_)
            for row, s in enumerate(batch):
                kept[row, list(s)] = False
            for s, found in zip(batch, self._decide(kept), strict=True):
                others = np.delete(found, self._own)
                lead = float(np.log(max(found[self._own], _TINY)) - np.log(max(others.max(), _TINY)))
                self._answers[s] = _Answer(lead, int(found.argmax()) != self._own)
        return [self._answer(s) for s in sets]

    def _answer(self, s: Members) -> _Answer:
        if s not in self._answers:
            raise _BudgetSpent
        return self._answers[s]

    def _seeds(self, priority: NDArray[np.float64]) -> list[int]:
        count = 1 if self._touching is None else SEEDS
        return [int(i) for i in np.argsort(-priority, kind="stable")[:count]]

    def _path(self, seed: int, priority: NDArray[np.float64]) -> tuple[int, ...]:
        """Return players in the order in which they go: the best that touches what has gone comes next."""
        if self._touching is None:
            return tuple(int(i) for i in np.argsort(-priority, kind="stable"))
        path, edge = [seed], set(self._touching[seed])
        while edge:
            found = max(edge, key=lambda i: (priority[i], -i))
            path.append(found)
            edge = (edge | self._touching[found]) - set(path)
        return tuple(path)

    def _first_flip(self, path: tuple[int, ...], peak: int) -> Members | None:
        """Return the shortest beginning of ``path`` that flips, found by growing steps and then by halving.

        ``peak`` is the length at which the class should be least likely.
        """
        low, sizes = 0, {peak, len(path)}
        step = 1
        while step < len(path):
            sizes.add(step)
            step = max(step + 1, step * 3 // 2)
        for size in sorted(sizes):
            if self._ask([frozenset(path[:size])])[0].flipped:
                high = size
                break
            low = size
        else:
            return None
        while high - low > 1:
            middle = (low + high) // 2
            if self._ask([frozenset(path[:middle])])[0].flipped:
                high = middle
            else:
                low = middle
        return frozenset(path[:high])

    def _shrink(self, found: Members | None, measured: NDArray[np.float64]) -> None:
        """Put back what can go back, in ever smaller pieces, the least important first."""
        if found is None:
            return
        size = max(1, len(found) // 2)
        while True:
            before = found
            members = sorted(found, key=lambda i: (measured[i], i))
            for first in range(0, len(members), size):
                left = found - frozenset(members[first : first + size])
                if left and self._connected(left) and self._ask([left])[0].flipped:
                    found = left
            if size == 1 and found == before:
                self._minimal.add(found)
                return
            size = max(1, min(size // 2, len(found) // 2))

    def _descend(self, measured: NDArray[np.float64]) -> None:
        """Take out, step by step, what moves the class furthest; stop where a set as small is known."""
        gone: Members = frozenset()
        while len(gone) < min((len(f.players) for f in self.best()), default=self._players) - 1:
            near = sorted(self._next(gone), key=lambda i: (-measured[i], i))[: WIDTH if gone else self._players]
            sets = [gone | {i} for i in near if gone or frozenset({i}) in self._answers]
            if not sets:
                return
            leads = [answer.lead for answer in self._ask(sets)]
            gone = sets[int(np.argmin(leads))]
            if self._answers[gone].flipped:
                self._shrink(gone, measured)
                return

    def _next(self, gone: Members) -> Iterable[int]:
        if self._touching is None or not gone:
            return set(range(self._players)) - gone
        return frozenset().union(*(self._touching[i] for i in gone)) - gone

    def _connected(self, s: Members) -> bool:
        if self._touching is None:
            return True
        reached, edge = set[int](), {min(s)}
        while edge:
            reached |= edge
            edge = {j for i in edge for j in self._touching[i] if j in s} - reached
        return len(reached) == len(s)
