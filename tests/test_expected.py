"""A price is held against what products of its kind cost, which sees what the prices alone do not."""

from __future__ import annotations

import numpy as np
import pytest

from prodcls import expected
from prodcls.expected import expected_numbers
from prodcls.shift import number_drift, order_drift
from synthetic import embeddings, make_sample


def priced(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return vectors of products of ten kinds, and prices that depend on the kind."""
    rng = np.random.default_rng(seed)
    kind = rng.integers(10, size=240)
    vectors = np.random.default_rng(0).normal(size=(10, 16))[kind] + 0.2 * rng.normal(size=(240, 16))
    return vectors, np.exp(3 + 0.5 * kind + 0.2 * rng.normal(size=240))


def test_dearer_products_are_seen_where_prices_spread_over_decades() -> None:
    vectors, prices = priced(1)
    e = embeddings("title", vectors)
    old, new = ({"title": embeddings("title", e.vectors[part])} for part in (slice(0, 120), slice(120, 240)))
    p = {}
    for factor in (1.0, 1.3):
        found = expected_numbers(old, new, (prices[:120], prices[120:] * factor))
        assert found is not None
        p[factor] = order_drift(found.before, found.after).p_value
    assert p[1.0] > 0.01
    assert p[1.3] < 1e-4 < number_drift(prices[:120], prices[120:] * 1.3).p_value
    assert np.median(np.exp(found.after)) / np.median(np.exp(found.before)) == pytest.approx(1.3, rel=0.15)
    assert np.median(prices[120:] * 1.3 / found.said) == pytest.approx(1.3, rel=0.15)


def test_what_is_left_out_has_no_say() -> None:
    vectors, prices = priced(2)
    e = embeddings("title", vectors[:60])
    found = expected_numbers({"title": e}, {"title": e}, (prices[:60], prices[:60]))
    assert found is not None
    rest = np.arange(1, 60)
    some = {"title": embeddings("title", e.vectors[rest])}
    own = {"title": embeddings("title", e.vectors[:1])}
    again = expected_numbers(some, own, (prices[rest], prices[:1]))
    assert again is not None
    assert again.after[0] == pytest.approx(found.before[0], abs=0.15)  # the middle and the strength differ a little
    assert np.abs(found.after).mean() < np.abs(found.before).mean()


def test_what_is_missing_is_not_compared() -> None:
    sample = make_sample(80, missing=0.3).inputs
    found = expected_numbers(sample.dense, sample.dense, (sample.numeric["price"], sample.numeric["price"]))
    assert found is not None
    told = sample.dense["title"].present | sample.dense["image"].present
    np.testing.assert_array_equal(np.isnan(found.said), ~told)
    np.testing.assert_array_equal(np.isnan(found.after), ~told | np.isnan(sample.numeric["price"]))
    assert not np.isnan(found.before).any()
    nothing = np.full(80, np.nan)
    assert expected_numbers(sample.dense, sample.dense, (nothing, nothing)) is None
    assert expected_numbers({}, {}, (nothing, nothing)) is None


def test_of_many_products_some_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expected, "ROWS", 50)
    monkeypatch.setattr(expected, "CHUNK_ROWS", 7)
    sample = make_sample(120, missing=0.0).inputs
    both = (sample.numeric["price"], sample.numeric["price"])
    first, second = (expected_numbers(sample.dense, sample.dense, both, seed=1) for _ in range(2))
    assert first is not None
    assert second is not None
    assert len(first.before) == 50
    assert len(first.after) == 120
    np.testing.assert_array_equal(first.after, second.after)
