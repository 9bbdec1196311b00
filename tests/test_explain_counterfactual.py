"""The search finds what flips, nothing in it can go back, it stays connected, and it keeps to its budget."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from prodcls.explain.counterfactual import Flips, smallest_flips

weights = st.lists(st.floats(-2, 2).map(lambda v: round(v, 2)), min_size=1, max_size=12)


def additive(own: list[float], bias: float, asked: list[int] | None = None):  # noqa: ANN201 - a closure
    """Return a model of two classes whose log odds are the sum of what is kept."""

    def decide(kept: NDArray[np.bool_]) -> NDArray[np.float64]:
        if asked is not None:
            asked.append(len(kept))
        odds = kept @ np.array(own) + bias
        p = 1 / (1 + np.exp(-odds))
        return np.stack([p, 1 - p], axis=1)

    return decide


def odds(own: list[float], bias: float, gone: tuple[int, ...]) -> float:
    return sum(v for i, v in enumerate(own) if i not in gone) + bias


def search(own: list[float], bias: float, budget: int = 500) -> Flips:
    return smallest_flips(additive(own, bias), 0, np.array(own), budget=budget)


@settings(deadline=None, max_examples=150)
@given(weights, st.floats(-2, 2).map(lambda v: round(v, 2)))
def test_what_is_found_flips_and_nothing_of_it_can_go_back(own: list[float], bias: float) -> None:
    found = search(own, bias)
    if odds(own, bias, ()) < 1e-9:
        return
    for flip in found.sets:
        assert odds(own, bias, flip.players) < 1e-9
        assert flip.minimal
        for i in flip.players:
            left = tuple(j for j in flip.players if j != i)
            assert odds(own, bias, left) > -1e-9
    possible = [
        s for n in range(1, len(own) + 1) for s in combinations(range(len(own)), n) if odds(own, bias, s) < -1e-9
    ]
    assert bool(found.sets) >= bool(possible)
    if possible:  # of an additive model, greedy finds the smallest
        assert len(found.sets[0].players) <= len(min(possible, key=len))


@settings(deadline=None)
@given(weights, st.integers(1, 40))
def test_the_budget_is_kept(own: list[float], budget: int) -> None:
    asked: list[int] = []
    found = smallest_flips(additive(own, 3.0, asked), 0, np.array(own), budget=budget)
    assert sum(asked) == found.evaluations <= budget


def test_nothing_is_found_where_nothing_flips() -> None:
    found = search([0.1, 0.2], 5.0)
    assert found.sets == ()
    assert found.evaluations > 0
    assert search([], 5.0) == Flips((), 0)


def test_words_that_only_count_together_are_found() -> None:
    def decide(kept: NDArray[np.bool_]) -> NDArray[np.float64]:
        own = np.where(kept[:, 3] | kept[:, 7], 0.9, 0.2)
        return np.stack([own, 1 - own], axis=1)

    values = np.full(20, 0.1)
    values[[3, 7]] = 0.05  # the account points elsewhere
    [best, *_] = smallest_flips(decide, 0, values, budget=300).sets
    assert (best.players, best.minimal) == ((3, 7), True)


def test_a_set_that_was_not_whittled_down_is_not_called_minimal() -> None:
    def decide(kept: NDArray[np.bool_]) -> NDArray[np.float64]:
        own = np.where(kept.sum(axis=1) > 40, 0.9, 0.2)
        return np.stack([own, 1 - own], axis=1)

    found = smallest_flips(decide, 0, np.zeros(100), budget=48)
    assert found.evaluations == 48
    assert [flip.minimal for flip in found.sets] == [False] * len(found.sets)
    assert found.sets


@pytest.mark.parametrize("side", [3, 5])
def test_a_region_is_connected_and_surrounds_what_counts(side: int) -> None:
    cells = [(r, c) for r in range(side) for c in range(side)]
    touching = [frozenset(i for i, (x, y) in enumerate(cells) if abs(x - r) + abs(y - c) == 1) for r, c in cells]
    corner, opposite = 0, side - 1  # both must go: the way between them too

    def decide(kept: NDArray[np.bool_]) -> NDArray[np.float64]:
        own = np.where(kept[:, corner] | kept[:, opposite], 0.8, 0.3)
        return np.stack([own, 1 - own], axis=1)

    [best, *_] = smallest_flips(decide, 0, np.zeros(len(cells)), budget=400, touching=touching).sets
    assert set(best.players) == set(range(side))
