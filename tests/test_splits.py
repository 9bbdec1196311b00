"""Folds: groups whole, classes spread, sizes even, the same for the same products."""

from __future__ import annotations

import time
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prodcls.splits import stratified_group_folds

tasks = st.integers(1, 80).flatmap(
    lambda n: st.tuples(
        st.lists(st.integers(0, 5), min_size=n, max_size=n).map(np.array),
        st.lists(st.integers(0, 40), min_size=n, max_size=n).map(np.array),
    )
)


def counts(labels: np.ndarray, fold: np.ndarray, n_folds: int) -> np.ndarray:
    """Return rows by class and fold."""
    return np.array([np.bincount(fold[labels == c], minlength=n_folds) for c in range(labels.max() + 1)])


@settings(deadline=None)
@given(tasks, st.integers(2, 7), st.integers(0, 3))
def test_groups_are_never_split(task: tuple[np.ndarray, np.ndarray], n_folds: int, seed: int) -> None:
    labels, groups = task
    fold = stratified_group_folds(labels, groups, n_folds, seed)
    assert fold.dtype == np.int64
    assert fold.shape == labels.shape
    assert set(fold) <= set(range(n_folds))
    assert all(len(set(fold[groups == g])) == 1 for g in groups)


@settings(deadline=None)
@given(st.lists(st.integers(0, 5), min_size=1, max_size=80).map(np.array), st.integers(2, 7), st.integers(0, 3))
def test_single_rows_are_spread_as_evenly_as_can_be(labels: np.ndarray, n_folds: int, seed: int) -> None:
    fold = stratified_group_folds(labels, np.arange(len(labels)), n_folds, seed)
    assert np.ptp(counts(labels, fold, n_folds), axis=1).max() <= 1
    assert np.ptp(np.bincount(fold, minlength=n_folds)) <= 1 + len(set(labels))


@settings(deadline=None)
@given(tasks, st.integers(2, 7))
def test_folds_differ_by_no_more_than_the_largest_group_a_class(
    task: tuple[np.ndarray, np.ndarray], n_folds: int
) -> None:
    _, groups = task
    fold = stratified_group_folds(np.zeros(len(groups), dtype=np.int64), groups, n_folds, 0)
    assert np.ptp(np.bincount(fold, minlength=n_folds)) <= np.bincount(groups).max()


@settings(deadline=None)
@given(tasks, st.integers(2, 5), st.randoms(use_true_random=False))
def test_with_keys_the_order_of_rows_does_not_matter(
    task: tuple[np.ndarray, np.ndarray], n_folds: int, random: Random
) -> None:
    labels, groups = task
    keys = [f"product-{i}" for i in range(len(labels))]
    order = random.sample(range(len(labels)), len(labels))
    fold = stratified_group_folds(labels, groups, n_folds, 0, keys)
    shuffled = stratified_group_folds(labels[order], groups[order], n_folds, 0, [keys[i] for i in order])
    assert np.array_equal(fold[order], shuffled)


@pytest.mark.parametrize("keys", [None, [f"p{i}" for i in range(200)]])
def test_the_seed_alone_decides(keys: list[str] | None) -> None:
    labels, groups = np.arange(200) % 4, np.arange(200)
    first = stratified_group_folds(labels, groups, 5, 0, keys)
    assert np.array_equal(first, stratified_group_folds(labels, groups, 5, 0, keys))
    assert not np.array_equal(first, stratified_group_folds(labels, groups, 5, 1, keys))


def test_the_name_of_a_group_does_not_matter() -> None:
    labels, groups = np.arange(60) % 3, np.arange(60) // 2
    renamed = 1000 - 7 * groups
    assert np.array_equal(stratified_group_folds(labels, groups, 5, 0), stratified_group_folds(labels, renamed, 5, 0))


def test_a_class_with_fewer_groups_than_folds_is_in_as_many_folds_as_it_has_groups() -> None:
    labels = np.array([0] * 20 + [1] * 3)
    fold = stratified_group_folds(labels, np.arange(23), 5, 0)
    assert len(set(fold[20:])) == 3


def test_no_rows_and_too_few_folds() -> None:
    nothing = np.empty(0, dtype=np.int64)
    assert stratified_group_folds(nothing, nothing, 5, 0).shape == (0,)
    with pytest.raises(ValueError, match="at least two folds"):
        stratified_group_folds(np.zeros(3, dtype=np.int64), np.arange(3), 1, 0)


def test_ten_thousand_rows_of_a_hundred_classes_are_quick() -> None:
    rng = np.random.default_rng(0)
    labels, groups = rng.integers(112, size=10_000), rng.integers(9_000, size=10_000)
    started = time.process_time()
    fold = stratified_group_folds(labels, groups, 5, 0, [str(i) for i in range(10_000)])
    assert time.process_time() - started < 0.5
    assert np.ptp(np.bincount(fold)) <= 10
