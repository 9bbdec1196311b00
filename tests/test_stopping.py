"""A decision stops at the lowest common ancestor of its set, which holds the true class whenever the set does."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from prodcls.hierarchy import ClassTree
from prodcls.stopping import stop_levels, stops

TREE = ClassTree((("Home", "Kitchen", "Pans"), ("Home", "Kitchen", "Cups"), ("Home", "Bath"), ("Toys", "Cars")))
SAID = np.array([[0.5, 0.3, 0.15, 0.05]] * 5)
INSIDE = np.array([[1, 0, 0, 0], [1, 1, 0, 0], [1, 0, 1, 0], [1, 0, 0, 1], [0, 0, 0, 0]], dtype=np.bool_)


def test_by_hand() -> None:
    found = stops(TREE, SAID, INSIDE, SAID.argmax(axis=1))
    assert found.depth.tolist() == [3, 2, 1, 0, 0]
    assert found.leaf.tolist() == [True, False, False, False, False]
    assert found.probability == pytest.approx([0.5, 0.8, 0.95, 1.0, 1.0])
    levels = stop_levels(TREE, found, np.array([1, 1, 3, 3, 3]), SAID.argmax(axis=1))
    assert [(one.depth, one.leaf, one.rows) for one in levels] == [
        (0, True, 1),
        (2, False, 1),
        (1, False, 1),
        (0, False, 2),
    ]
    assert [None if one.right is None else one.right.value for one in levels] == [0.0, 1.0, 0.0, 1.0]


def test_a_set_without_the_predicted_class_stops_above_both() -> None:
    found = stops(TREE, SAID[:1], np.array([[False, True, False, False]]), np.array([0]))
    assert (found.depth.tolist(), found.leaf.tolist()) == ([2], [False])


PATHS = st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=4).map(tuple), min_size=2, max_size=7)


@given(PATHS, st.data())
def test_the_node_covers_the_set_and_none_below_it_does(paths: list[tuple[str, ...]], data: st.DataObject) -> None:
    tree, shape = ClassTree(tuple(paths)), (4, len(paths))
    inside = data.draw(npst.arrays(np.bool_, shape))
    weights = data.draw(npst.arrays(np.float64, shape, elements=st.floats(0.01, 1.0)))
    said = weights / weights.sum(axis=1, keepdims=True)
    predicted = said.argmax(axis=1)
    found = stops(tree, said, inside, predicted)
    for i, k in enumerate(predicted):
        node = paths[k][: found.depth[i]]
        held = [path[: len(node)] == node for path in paths]
        assert all(h for h, member in zip(held, inside[i], strict=True) if member) or not node
        assert found.probability[i] == pytest.approx(said[i][held].sum())
        if not inside[i].any():
            assert not node
        elif len(node) < len(paths[k]):
            deeper = paths[k][: len(node) + 1]
            assert any(path[: len(deeper)] != deeper for path, member in zip(paths, inside[i], strict=True) if member)
    labels = data.draw(npst.arrays(np.int64, 4, elements=st.integers(0, len(paths) - 1)))
    held_by_node = tree.shared(labels, predicted) >= found.depth
    assert (held_by_node | ~inside[np.arange(4), labels] | ~inside.any(axis=1)).all()
    levels = stop_levels(tree, found, labels, predicted)
    assert sum(one.rows for one in levels) == 4
