"""Held-out scores of columns are those of counting again without the row's group."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prodcls.columns import (
    OUTLIER_SHARE,
    PSEUDO_ROWS,
    category_held_out,
    fit_category,
    fit_number,
    number_distance,
    number_distance_held_out,
    number_held_out,
    signed_log,
)

K = 3


@dataclass(frozen=True)
class Column:
    """A column with classes and groups."""

    values: np.ndarray
    cells: list[str]
    labels: np.ndarray
    groups: np.ndarray


def every(column: Column) -> np.ndarray:
    return np.arange(len(column.values))


@st.composite
def columns(draw: st.DrawFn) -> Column:
    n = draw(st.integers(2, 15))
    cells = draw(st.lists(st.sampled_from(["", "acme", "bolt", "七"]), min_size=n, max_size=n))
    numbers = st.one_of(st.just(float("nan")), st.floats(-1e3, 1e6), st.sampled_from([0.0, 9.99, 100.0]))
    values = draw(st.lists(numbers, min_size=n, max_size=n))
    labels = draw(st.lists(st.integers(0, K - 1), min_size=n, max_size=n))
    groups = draw(st.lists(st.integers(0, 5), min_size=n, max_size=n))
    return Column(np.array(values), cells, np.array(labels), np.array(groups))


def density(x: float, mean: float, deviation: float) -> float:
    return float(np.exp(-0.5 * ((x - mean) / deviation) ** 2) / deviation)


def moments(column: Column, rows: np.ndarray, k: int) -> tuple[float, float]:
    """Return mean and deviation of a class by the definition, from ``rows`` alone."""
    x, known = signed_log(column.values), ~np.isnan(column.values)
    spreads = [
        ((x[known & (column.labels == c)] - x[known & (column.labels == c)].mean()) ** 2).sum()
        for c in np.unique(column.labels[known])
    ]
    within = max(np.sqrt(sum(spreads) / known.sum()), 1e-3)
    mine = x[rows & known & (column.labels == k)]
    mean = (mine.sum() + PSEUDO_ROWS * x[known].mean()) / (len(mine) + PSEUDO_ROWS)
    spread = ((mine - mine.mean()) ** 2).sum() if len(mine) else 0.0
    return mean, np.sqrt((spread + PSEUDO_ROWS * within**2) / (len(mine) + PSEUDO_ROWS))


def typicality(column: Column, rows: np.ndarray, value: float) -> np.ndarray:
    """Return the log ratios of one value by the definition, each class described by its ``rows`` alone."""
    x, known = signed_log(column.values), ~np.isnan(column.values)
    overall = x[known].mean(), max(x[known].std(), 1e-3)
    scores = np.empty(K)
    for k in range(K):
        mean, deviation = moments(column, rows, k)
        at = float(signed_log(np.array([value]))[0])
        ratio = density(at, mean, deviation) / max(density(at, *overall), 1e-300)
        scores[k] = np.log((1 - OUTLIER_SHARE) * ratio + OUTLIER_SHARE)
    return scores


def affinity(column: Column, rows: np.ndarray, value: str) -> np.ndarray:
    """Return the log ratios of one category by the definition."""
    prior = (np.bincount(column.labels, minlength=K) + 0.5) / (len(column.labels) + 0.5 * K)
    same = rows & (np.array(column.cells) == value)
    counts = np.bincount(column.labels[same], minlength=K)
    return np.log((counts + PSEUDO_ROWS * prior) / (counts.sum() + PSEUDO_ROWS)) - np.log(prior)


@settings(deadline=None, max_examples=100)
@given(columns())
def test_numbers_are_scored_as_counted_without_the_group(column: Column) -> None:
    held_out = number_held_out(column.values, column.labels, column.groups, K)(every(column))
    for i, value in enumerate(column.values):
        expected = np.zeros(K) if np.isnan(value) else typicality(column, column.groups != column.groups[i], value)
        np.testing.assert_allclose(held_out[i], expected, atol=1e-4)


@settings(deadline=None, max_examples=100)
@given(columns())
def test_new_numbers_are_scored_by_all_rows(column: Column) -> None:
    model = fit_number(column.values, column.labels, K)
    everything = np.ones(len(column.values), dtype=bool)
    for value, scores in zip(column.values, model.scores(column.values), strict=True):
        expected = np.zeros(K) if np.isnan(value) else typicality(column, everything, value)
        np.testing.assert_allclose(scores, expected, atol=1e-4)


@settings(deadline=None, max_examples=100)
@given(columns())
def test_distances_are_those_from_the_class_without_the_group(column: Column) -> None:
    held_out = number_distance_held_out(column.values, column.labels, column.groups)
    whole = number_distance(fit_number(column.values, column.labels, K), column.values, column.labels)
    for i, value in enumerate(column.values):
        others = column.groups != column.groups[i]
        for rows, found in ((others, held_out[i]), (np.ones(len(others), dtype=bool), whole[i])):
            assert np.isnan(found) == np.isnan(value)
            if not np.isnan(value):
                mean, deviation = moments(column, rows, int(column.labels[i]))
                at = signed_log(np.array([value]))[0]
                assert found * deviation == pytest.approx(abs(at - mean), abs=1e-4)


@settings(deadline=None, max_examples=100)
@given(columns())
def test_categories_are_scored_as_counted_without_the_group(column: Column) -> None:
    held_out = category_held_out(column.cells, column.labels, column.groups, K)(every(column))
    for i, cell in enumerate(column.cells):
        expected = affinity(column, column.groups != column.groups[i], cell) if cell else np.zeros(K)
        np.testing.assert_allclose(held_out[i], expected, atol=1e-9)


@settings(deadline=None, max_examples=100)
@given(columns())
def test_new_categories_are_scored_by_all_rows(column: Column) -> None:
    model = fit_category(column.cells, column.labels, K)
    assert model.values == tuple(sorted(set(column.cells) - {""}))
    everything = np.ones(len(column.cells), dtype=bool)
    for cell, scores in zip(column.cells, model.scores(column.cells), strict=True):
        np.testing.assert_allclose(scores, affinity(column, everything, cell) if cell else np.zeros(K), atol=1e-9)


@settings(deadline=None, max_examples=50)
@given(columns(), st.floats(-1e12, 1e12))
def test_an_odd_number_speaks_against_no_class_beyond_the_outlier_share(column: Column, value: float) -> None:
    scores = fit_number(column.values, column.labels, K).scores(np.array([value, np.nan]))
    assert np.all(scores[0] >= np.log(OUTLIER_SHARE) - 1e-12)
    assert np.all(np.isfinite(scores))
    assert np.all(scores[1] == 0.0)


@settings(deadline=None, max_examples=50)
@given(columns())
def test_labels_swapped_within_a_group_change_nothing_for_it(column: Column) -> None:
    values = np.where(column.groups == column.groups[0], 7.0, column.values)
    own = np.flatnonzero(column.groups == column.groups[0])
    swapped = column.labels.copy()
    swapped[own] = swapped[own[::-1]]
    for score in (
        lambda labels: number_held_out(values, labels, column.groups, K)(every(column)),
        lambda labels: category_held_out(column.cells, labels, column.groups, K)(every(column)),
    ):
        np.testing.assert_allclose(score(swapped)[own], score(column.labels)[own], atol=1e-9)


def test_unseen_and_missing_categories_say_nothing() -> None:
    model = fit_category(["acme", "acme", "bolt"], np.array([0, 0, 1]), 2)
    assert np.all(model.scores(["", "Acme", "unseen"]) == 0.0)


def test_typical_prices_and_brands_point_to_their_class() -> None:
    labels = np.repeat([0, 1], 20)
    prices = np.where(labels == 0, 10.0, 1000.0) * np.tile([0.9, 1.1], 20)
    assert fit_number(prices, labels, 2).scores(np.array([10.0, 1000.0])).argmax(axis=1).tolist() == [0, 1]
    brands = ["acme" if k == 0 else "bolt" for k in labels]
    assert fit_category(brands, labels, 2).scores(["acme", "bolt"]).argmax(axis=1).tolist() == [0, 1]


@pytest.mark.parametrize("values", [[np.nan, np.nan], [5.0, 5.0], [0.0, np.nan]])
def test_columns_that_tell_nothing_stay_finite(values: list[float]) -> None:
    labels, groups = np.array([0, 1]), np.array([0, 1])
    assert np.all(np.isfinite(number_held_out(np.array(values), labels, groups, 2)(np.arange(len(values)))))
    assert np.all(np.isfinite(fit_number(np.array(values), labels, 2).scores(np.array([1.0, 1e9]))))


@given(st.floats(-1e300, 1e300), st.floats(-1e300, 1e300))
def test_signed_log_keeps_order_and_sign(a: float, b: float) -> None:
    low, high = sorted((a, b))
    x, y = signed_log(np.array([low, high]))
    assert x <= y
    assert np.sign(x) == np.sign(low)
    assert signed_log(np.array([-a]))[0] == -signed_log(np.array([a]))[0]
