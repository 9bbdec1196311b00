"""Prices within texts as people write them, and prices that stand out of their class."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodcls.quality.amounts import price_distances, stated_prices


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("Buy it online for Rs. 1,29,999 only", 129999.0),
        ("now at ₹899/- with free shipping", 899.0),
        ("ONLY $12.50!", 12.5),
        ("新款上市 仅售￥199 包邮", 199.0),
        ("仅售199元", 199.0),
        ("cost: USD 20", 20.0),
        ("ab 1.299,00 €", 1299.0),
    ],
)
def test_prices_are_found_as_they_are_written(text: str, amount: float) -> None:
    ((written, found),) = stated_prices([text])
    assert written in text
    assert found == amount


@pytest.mark.parametrize("text", ["", "3 pockets, 1299 g", "iPhone 4S", "model RS200", "usd cable", "30 Day Guarantee"])
def test_other_numbers_are_no_prices(text: str) -> None:
    assert stated_prices([text]) == (("", None),)


@given(st.lists(st.text(max_size=40), max_size=5))
def test_any_text_is_survived(texts: list[str]) -> None:
    assert len(stated_prices(texts)) == len(texts)


def test_a_misplaced_mark_stands_out_and_the_class_does_not() -> None:
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1], 40)
    prices = np.exp(rng.normal(size=80) * 0.5 + np.where(labels, 8.0, 4.0))
    prices[[3, 50]] *= [10_000, 1e-4]
    prices[7] = np.nan
    found = price_distances(prices, labels, 2)
    assert set(np.flatnonzero(np.abs(np.nan_to_num(found.z)) > 5)) == {3, 50}
    assert found.z[3] > 0 > found.z[50]
    assert found.factor[3] > 1000
    assert np.isnan(found.z[7])
    assert np.isnan(found.factor[7])
    assert found.typical[0] == found.typical[39] != found.typical[40]


def test_prices_of_nothing_are_infinitely_low_and_alone_they_are_usual() -> None:
    found = price_distances(np.array([0.0, 10.0, 10.0]), np.array([0, 0, 1]), 2)
    assert found.factor.tolist() == [0.0, 1.0, 1.0]
    assert found.z.tolist() == [-np.inf, 0.0, 0.0]
    nothing = price_distances(np.full(2, np.nan), np.array([0, 1]), 2)
    assert np.isnan(nothing.z).all()
