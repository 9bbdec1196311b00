from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from prodcls import prices
from prodcls.common_prices import common_price
from prodcls.number_formats import FORMATS, NumberFormat
from prodcls.prices import Price, PriceProblem, parse_price

forms = st.sampled_from([None, *FORMATS.values()])


def slowly(text: str, form: NumberFormat | None) -> Price | PriceProblem:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(prices, "common_price", lambda _text, _form: None)
        return parse_price(text, form)


@given(
    st.tuples(
        st.sampled_from(["", "₹", "$ ", "Rs. ", "€", "EUR ", "CNY"]),
        st.text("0123456789.,", min_size=1, max_size=12),
        st.sampled_from(["", "€", " EUR", "元"]),
    ).map("".join),
    forms,
)
def test_the_short_way_says_what_the_long_way_says(text: str, form: NumberFormat | None) -> None:
    found = common_price(text, form)
    assume(found is not None)
    assert found is not None
    whole = slowly(text, form)
    assert isinstance(whole, Price)
    assert (Decimal(found[0]), found[1], found[2]) == (whole.amount, whole.currency, whole.proves)


@pytest.mark.parametrize("text", ["1299", "1299.5", "₹1,299", "Rs. 1,29,999.00", "1.299,00 €", "12,5", "199元"])
def test_what_is_common_goes_the_short_way(text: str) -> None:
    assert common_price(text, None) is not None


@pytest.mark.parametrize("text", ["1,299", "€1,299", "1.299", "12.345", "€5€", "", "1,23", "1" * 16])
def test_what_is_not_clear_at_once_takes_the_long_way(text: str) -> None:
    found = common_price(text, None)
    assert found is None or text == "1,23"
