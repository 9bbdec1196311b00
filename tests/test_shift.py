"""Samples of one catalogue raise no alarm; dearer products and a class that is gone do."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prodcls.shift import (
    LEVEL,
    Drift,
    alarmed,
    category_drift,
    number_drift,
    order_drift,
    share_drift,
    stability_index,
)
from prodcls.shift_embeddings import embedding_drift

COUNTS = st.lists(st.integers(0, 500), min_size=2, max_size=8)


@given(COUNTS, st.integers(1, 5))
def test_equal_shares_have_no_index(counts: list[int], times: int) -> None:
    p = np.array(counts, dtype=np.float64)
    assert stability_index(p, p) == 0.0
    q = p[::-1]
    assert stability_index(p, q) >= 0
    assert stability_index(p, q) == pytest.approx(stability_index(q, p))
    assert stability_index(p + 1000, (p + 1000) * times) < 0.001


@settings(max_examples=25)
@given(st.integers(0, 10_000))
def test_p_values_of_equal_samples_are_not_small_too_often(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = rng.lognormal(size=400)
    values[rng.random(400) < 0.1] = np.nan
    found = number_drift(values[:200], values[200:])
    assert found.p_value > 1e-4
    assert 0 <= found.effect <= 1
    assert found.index is not None
    assert found.index >= 0


def test_dearer_products_raise_an_alarm_and_name_the_column() -> None:
    rng = np.random.default_rng(0)
    values = rng.lognormal(6, 0.8, size=1000)
    same, dearer = (number_drift(values[:500], values[500:] * factor) for factor in (1.0, 1.3))
    assert [d.alarm for d in alarmed([same, dearer])] == [False, True]


def test_missing_values_raise_an_alarm_of_their_own() -> None:
    values = np.random.default_rng(0).normal(size=600)
    gone = np.where(np.arange(300) < 60, np.nan, values[300:])
    (found,) = alarmed([number_drift(values[:300], gone)])
    assert (found.missing_before, found.missing_after) == (0.0, 0.2)
    assert found.alarm


def test_a_class_that_is_gone_raises_an_alarm() -> None:
    before = ["Kettle"] * 100 + ["Phone"] * 100 + ["Towel"] * 50
    after = ["Kettle"] * 60 + ["Phone"] * 60
    (found,) = alarmed([category_drift(before, after)])
    assert found.alarm
    assert found.unseen == 0.0


def test_new_values_are_counted() -> None:
    found = category_drift(["a"] * 50 + [""] * 50, ["a"] * 40 + ["b"] * 10 + [""] * 50)
    assert (found.unseen, found.missing_before, found.missing_after) == (0.1, 0.5, 0.5)
    assert category_drift(["a"], ["a"]).p_value == 1.0
    assert category_drift([], []).effect == 0.0


def test_embeddings_of_one_kind_cannot_be_told_apart_and_of_two_can() -> None:
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(300, 20)).astype(np.float32)
    there = np.ones(150, dtype=np.bool_)
    same = embedding_drift(vectors[:150], vectors[150:], there, there)
    other = embedding_drift(vectors[:150], vectors[150:] + np.float32(0.4), there, there)
    assert same is not None
    assert other is not None
    assert same.low is not None
    assert same.high is not None
    assert same.low <= same.effect <= same.high
    assert other.effect > 0.8
    assert [d.alarm for d in alarmed([same, other])] == [False, True]
    assert embedding_drift(vectors[:150], vectors[150:], there, ~there) is None


def test_random_labels_give_an_area_of_a_half_on_average() -> None:
    rng = np.random.default_rng(1)
    there = np.ones(60, dtype=np.bool_)
    found = [
        embedding_drift(v[:60], v[60:], there, there)
        for v in (rng.normal(size=(120, 30)).astype(np.float32) for _ in range(12))
    ]
    values = [f.p_value for f in found if f is not None]
    assert len(values) == 12
    assert 0.2 < np.mean(values) < 0.8


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_correction_is_holms(values: list[float]) -> None:
    found = alarmed([Drift("ks", 0.5, p, 0.0, 0.0) for p in values])
    for one in found:
        assert one.corrected >= one.p_value
        assert one.corrected <= min(1.0, len(values) * max(one.p_value, min(values)) + 1e-12) or one.corrected <= 1
        assert one.alarm == (one.corrected <= LEVEL)
    order = np.argsort([d.p_value for d in found], kind="stable")
    assert np.all(np.diff([found[i].corrected for i in order]) >= 0)
    assert min(d.corrected for d in found) == pytest.approx(min(1.0, len(values) * min(values)))


def test_a_trifle_in_many_rows_is_no_alarm() -> None:
    values = np.arange(40_000, dtype=np.float64)
    (found,) = alarmed([number_drift(values, values[:-1] + 900)])
    assert found.corrected <= LEVEL
    assert not found.alarm


def test_one_change_alone_is_looked_for_where_asked() -> None:
    rng = np.random.default_rng(0)
    low, high = rng.normal(size=300), rng.normal(1.0, size=300)
    more, less = number_drift(low, high, "more"), number_drift(low, high, "less")
    assert more.p_value < 1e-6
    assert less.p_value > 0.5
    assert less.effect < 0.05
    assert number_drift(high, low, "less").p_value < 1e-6
    assert more.index is None
    grown, shrunk = share_drift((10, 100), (40, 100), "more"), share_drift((40, 100), (10, 100), "more")
    assert grown.p_value == pytest.approx(share_drift((10, 100), (40, 100)).p_value / 2)
    assert (shrunk.effect, shrunk.p_value) == (0.0, 1.0)
    assert share_drift((40, 100), (10, 100), "less").p_value < 0.001
    assert share_drift((0, 5), (0, 9)).p_value == 1.0


def test_an_order_sees_a_shift_that_a_distribution_does_not() -> None:
    values = np.random.default_rng(3).normal(size=200)
    shifted = np.random.default_rng(4).normal(size=200) + 0.3
    assert order_drift(values, shifted).p_value < number_drift(values, shifted).p_value
    assert order_drift(values, values).effect == pytest.approx(0.0)
    assert order_drift(values, np.full(3, np.nan)).p_value == 1.0
    assert order_drift(np.ones(5), np.ones(7)).p_value == 1.0


@settings(max_examples=25)
@given(st.integers(0, 10_000))
def test_orders_of_equal_samples_are_not_small_too_often(seed: int) -> None:
    rng = np.random.default_rng(seed)
    assert order_drift(rng.normal(size=150), rng.normal(size=90)).p_value > 1e-4


def test_an_area_beyond_all_random_ones_survives_the_correction_over_many_lines() -> None:
    rng = np.random.default_rng(0)
    there = np.ones(150, dtype=np.bool_)
    vectors = rng.normal(size=(300, 20)).astype(np.float32)
    other = embedding_drift(vectors[:150], vectors[150:] + np.float32(0.4), there, there)
    assert other is not None
    assert other.p_value < 1e-6
    assert alarmed([other, *[Drift("ks", 0.5, 0.9, 0.0, 0.0)] * 99])[0].alarm
