"""Prediction sets: the promise held against fresh rows, thresholds by hand, scores that nest."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from prodcls.conformal import SCORES, Score, conformity, fit_sets, held_out_sets, named_sets, threshold
from test_reliability import drawn


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60), st.floats(0.5, 0.99))
@settings(max_examples=60, deadline=None)
def test_threshold_is_the_conservative_quantile(scores: list[float], coverage: float) -> None:
    found = threshold(np.array(scores), coverage)
    n = len(scores)
    if np.isinf(found):
        assert (n + 1) * coverage > n
    else:
        assert sum(s <= found for s in scores) >= (n + 1) * coverage - 1e-6
        assert sum(s < found for s in scores) < (n + 1) * coverage


@pytest.mark.parametrize("score", SCORES)
def test_more_probable_classes_fit_better(score: Score) -> None:
    probabilities, _ = drawn(50, 6, 0)
    for row, fit in zip(probabilities, conformity(probabilities, score), strict=True):
        assert np.all(np.diff(fit[np.argsort(-row)]) >= 0)


def test_scores_by_hand() -> None:
    probabilities = np.array([[0.2, 0.7, 0.1]])
    np.testing.assert_allclose(conformity(probabilities, "lac"), [[0.8, 0.3, 0.9]])
    np.testing.assert_allclose(conformity(probabilities, "aps"), [[0.9, 0.7, 1.0]])
    np.testing.assert_allclose(conformity(probabilities, "aps", np.array([[0.5]])), [[0.8, 0.35, 0.95]])
    np.testing.assert_allclose(conformity(probabilities, "raps"), [[1.0, 0.7, 1.2]])


def skewed(n: int, seed: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return rows of three classes of which the model hardly ever believes in the last."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(3, size=n)
    margins = rng.normal(size=(n, 3)) + 2.5 * np.eye(3)[labels] - np.array([0, 0, 2.0])
    shares = np.exp(margins)
    return shares / shares.sum(axis=1, keepdims=True), labels.astype(np.int64)


def test_every_class_with_enough_rows_is_covered_and_all_together() -> None:
    by_class, overall, plain = np.zeros(3), 0.0, np.zeros(3)
    for seed in range(30):
        probabilities, labels = skewed(600, seed)
        rule = fit_sets(probabilities, labels, np.arange(600), 0.9)
        assert rule.promised.all()
        fresh, truth = skewed(2000, 1000 + seed)
        hit = rule.sets(fresh)[np.arange(2000), truth]
        one = threshold(1 - probabilities[np.arange(600), labels], 0.9)
        by_class += [hit[truth == k].mean() / 30 for k in range(3)]
        plain += [(1 - fresh[truth == k, k] <= one).mean() / 30 for k in range(3)]
        overall += hit.mean() / 30
    assert by_class.min() > 0.885
    assert 0.885 < overall < 0.93
    assert plain.min() < 0.8


def test_small_classes_share_the_threshold_of_all() -> None:
    probabilities, labels = skewed(300, 1)
    labels[labels == 2] = 0
    labels[:10] = 2
    rule = fit_sets(probabilities, labels, np.arange(300), 0.9)
    assert rule.promised.tolist() == [True, True, False]
    assert rule.thresholds[2] >= threshold(1 - probabilities[np.arange(300), labels], 0.9)


def test_a_larger_promise_makes_no_set_smaller() -> None:
    probabilities, labels = skewed(400, 2)
    sizes = [fit_sets(probabilities, labels, np.arange(400), c).sets(probabilities).sum() for c in (0.6, 0.8, 0.95)]
    assert sizes == sorted(sizes)


def test_few_rows_take_in_every_class() -> None:
    rule = fit_sets(np.array([[0.9, 0.1]]), np.array([0]), np.array([0]), 0.95)
    assert rule.sets(np.array([[0.5, 0.5], [1.0, 0.0]])).all()


def test_a_group_has_no_say_in_its_own_sets() -> None:
    probabilities, labels = skewed(300, 3)
    groups = np.repeat(np.arange(100), 3)
    before = held_out_sets(probabilities, labels, groups, 0.9)
    changed = labels.copy()
    mine = groups % 5 == 0  # the part of group 0
    changed[mine] = (changed[mine] + 1) % 3
    after = held_out_sets(probabilities, changed, groups, 0.9)
    assert np.array_equal(before[mine], after[mine])
    assert not np.array_equal(before[~mine], after[~mine])


def test_names_come_most_probable_first() -> None:
    inside = np.array([[True, False, True], [False, False, False]])
    probabilities = np.array([[0.2, 0.1, 0.7], [0.4, 0.3, 0.3]])
    assert named_sets(inside, probabilities, ("a", "b", "c")) == [["c", "a"], []]


def test_names_of_many_sets_come_by_probability_and_of_equal_ones_by_class() -> None:
    random = np.random.default_rng(0)
    inside, probabilities = random.random((50, 6)) < 0.4, random.integers(0, 4, (50, 6)) / 4
    inside[[0, 7, 49]] = False
    names = tuple("fedcba")
    one_by_one = [
        sorted(np.flatnonzero(held), key=lambda k: (-row[k], k))
        for held, row in zip(inside, probabilities, strict=True)
    ]
    assert named_sets(inside, probabilities, names) == [[names[k] for k in members] for members in one_by_one]
    assert named_sets(inside[:0], probabilities[:0], names) == []
