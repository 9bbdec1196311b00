"""Near misses in the same branch count for what they are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodcls.hierarchy import ClassTree, hierarchical

PATHS = (("Home", "Kitchen", "Pans"), ("Home", "Kitchen", "Cups"), ("Home", "Bath"), ("Toys", "Cars"))


def test_figures_by_hand() -> None:
    tree = ClassTree(PATHS)
    found = hierarchical(np.array([0, 0, 2]), np.array([1, 2, 2]), tree)
    assert found.precision.value == pytest.approx((2 + 1 + 2) / (3 + 2 + 2))
    assert found.recall.value == pytest.approx((2 + 1 + 2) / (3 + 3 + 2))
    assert [level.value for level in found.levels] == [1.0, pytest.approx(2 / 3), pytest.approx(1 / 3)]
    all_wrong = hierarchical(np.array([0]), np.array([3]), tree)
    assert (all_wrong.f1.value, [level.value for level in all_wrong.levels]) == (0.0, [0.0, 0.0, 0.0])


def test_a_guess_below_the_true_class_is_wrong_below_it() -> None:
    found = hierarchical(np.array([0]), np.array([1]), ClassTree((("A",), ("A", "x"))))
    assert [level.value for level in found.levels] == [1.0, 0.0]


TREES = st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=4).map(tuple), min_size=2, max_size=8).map(
    lambda paths: ClassTree(tuple(paths))
)


@given(tree=TREES, data=st.data())
def test_figures_are_those_of_sets_of_nodes(tree: ClassTree, data: st.DataObject) -> None:
    rows = st.lists(st.integers(0, len(tree.paths) - 1), min_size=6, max_size=6)
    labels, predicted = np.array(data.draw(rows)), np.array(data.draw(rows))
    above = [{path[: i + 1] for i in range(len(path))} for path in tree.paths]
    common = sum(len(above[a] & above[b]) for a, b in zip(labels, predicted, strict=True))
    guessed, true = sum(len(above[b]) for b in predicted), sum(len(above[a]) for a in labels)
    found = hierarchical(labels, predicted, tree)
    assert found.precision.value == pytest.approx(common / guessed)
    assert found.recall.value == pytest.approx(common / true)
    assert found.f1.value == pytest.approx(2 * common / (guessed + true))
    for estimate in (found.precision, found.recall, found.f1):
        assert 0 <= estimate.low <= estimate.high <= 1
    same_path = [tree.paths[a] == tree.paths[b] for a, b in zip(labels, predicted, strict=True)]
    assert found.levels[-1].value == pytest.approx(np.mean(same_path))
    assert [level.value for level in found.levels] == sorted((level.value for level in found.levels), reverse=True)


@given(tree=TREES)
def test_nodes_part_the_classes_level_by_level(tree: ClassTree) -> None:
    for k, path in enumerate(tree.paths):
        for depth in range(len(path) + 1):
            assert tree.below(k, depth).tolist() == [other[:depth] == path[:depth] for other in tree.paths]
