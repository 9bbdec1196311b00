"""A decision stops at the deepest node that is probable enough, and enough of the named nodes hold the true class."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from prodcls.hierarchy import ClassTree
from prodcls.stopping import NEVER, StopRule, Stops, fit_stops, held_out_stops, named_stops, stop_levels

TREE = ClassTree((("Home", "Kitchen", "Pans"), ("Home", "Kitchen", "Cups"), ("Home", "Bath"), ("Toys", "Cars")))
SAID = np.array([[0.9, 0.05, 0.04, 0.01], [0.5, 0.45, 0.04, 0.01], [0.5, 0.1, 0.39, 0.01], [0.4, 0.1, 0.1, 0.4]])
BEST = np.zeros(4, dtype=np.int64)


def test_by_hand() -> None:
    found = StopRule(TREE, 0.9, 0.9).stops(SAID, BEST)
    assert found.depth.tolist() == [3, 2, 1, 0]
    assert found.leaf.tolist() == [True, False, False, False]
    assert found.probability == pytest.approx([0.9, 0.95, 0.99, 1.0])
    assert named_stops(TREE, found, BEST)[0] == ["Home >> Kitchen >> Pans", "Home >> Kitchen", "Home", None]
    assert named_stops(TREE, found, BEST)[1] == [*found.probability.tolist()[:3], None]
    levels = stop_levels(TREE, found, np.array([1, 1, 3, 3]), BEST)
    told = [(one.depth, one.leaf, one.rows) for one in levels]
    assert told == [(0, True, 1), (2, False, 1), (1, False, 1), (0, False, 1)]
    assert [None if one.right is None else one.right.value for one in levels] == [0.0, 1.0, 0.0, 1.0]


PATHS = st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=4).map(tuple), min_size=2, max_size=7)


@st.composite
def scored(draw: st.DrawFn, n: int = 6) -> tuple[ClassTree, np.ndarray, np.ndarray]:
    """Return a tree, probabilities of shape (n, K) and labels."""
    tree = ClassTree(tuple(draw(PATHS)))
    weights = draw(npst.arrays(np.float64, (n, len(tree.paths)), elements=st.floats(0.01, 1.0)))
    labels = draw(npst.arrays(np.int64, n, elements=st.integers(0, len(tree.paths) - 1)))
    return tree, weights / weights.sum(axis=1, keepdims=True), labels


@given(scored(), st.floats(0.05, 1.2))
def test_the_node_is_the_deepest_that_is_probable_enough(
    drawn: tuple[ClassTree, np.ndarray, np.ndarray], least: float
) -> None:
    tree, said, _ = drawn
    predicted = said.argmax(axis=1)
    found = StopRule(tree, 0.9, least).stops(said, predicted)
    for i, k in enumerate(predicted):
        path = tree.paths[k]
        sums = [sum(said[i][[other[:d] == path[:d] for other in tree.paths]]) for d in range(1, len(path) + 1)]
        assert sums == sorted(sums, reverse=True) or np.allclose(sums, sorted(sums, reverse=True))
        depth = found.depth[i]
        assert all(value >= least - 1e-9 for value in sums[:depth])
        assert all(value <= least + 1e-9 for value in sums[depth : depth + 1])
        assert found.probability[i] == pytest.approx(sums[depth - 1] if depth else 1.0)
        assert found.leaf[i] == (depth == len(path))
    assert not StopRule(tree, 0.9, NEVER).stops(said, predicted).depth.any()


def errors(tree: ClassTree, found: Stops, labels: np.ndarray, predicted: np.ndarray) -> tuple[int, int]:
    named = found.depth > 0
    return int((named & (tree.shared(labels, predicted) < found.depth)).sum()), int(named.sum())


@given(scored(n=24), st.floats(0.5, 0.9))
def test_the_threshold_is_the_least_that_holds(
    drawn: tuple[ClassTree, np.ndarray, np.ndarray], coverage: float
) -> None:
    tree, said, labels = drawn
    predicted = said.argmax(axis=1)
    rule = fit_stops(tree, said, labels, predicted, coverage)
    if rule.least < NEVER:
        wrong, named = errors(tree, rule.stops(said, predicted), labels, predicted)
        assert wrong + 1 <= (1 - coverage) * named
    deepest = StopRule(tree, coverage, 0.0).stops(said, predicted).probability
    for lower in deepest[deepest < rule.least]:
        wrong, named = errors(tree, StopRule(tree, coverage, float(lower)).stops(said, predicted), labels, predicted)
        assert wrong + 1 > (1 - coverage) * named


def test_new_rows_keep_the_promise_on_average() -> None:
    rng = np.random.default_rng(0)
    tree, shares = ClassTree(tuple((f"top {k // 3}", f"class {k}") for k in range(9))), []
    for _ in range(30):
        logits = 2.5 * rng.normal(size=(800, 9))
        said = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        labels = (said.cumsum(axis=1) > rng.random((800, 1))).argmax(axis=1)
        predicted = said.argmax(axis=1)
        found = held_out_stops(tree, said, labels, np.arange(800), predicted, 0.9)
        wrong, named = errors(tree, found, labels, predicted)
        assert named > 100
        shares.append(1 - wrong / named)
    assert 0.895 <= np.mean(shares) <= 0.91
