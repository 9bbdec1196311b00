from __future__ import annotations

import pytest

from prodcls.currencies import COMMA_GROUPS, NO_FRACTION, SHARED, TOKENS, currency_named, settle


@pytest.mark.parametrize(
    ("cell", "currency"),
    [
        ("INR", "INR"),
        (" inr ", "INR"),
        ("₹", "INR"),
        ("Rs.", "Rs"),
        ("人民币", "CNY"),
        ("￥", "¥"),
        ("US$", "USD"),
        ("XAU", "XAU"),
        ("gold", None),
        ("", None),
        ("1", None),
    ],
)
def test_cells_of_a_currency_column(cell: str, currency: str | None) -> None:
    assert currency_named(cell) == currency


def test_tokens_are_compared_in_lower_case() -> None:
    assert all(token == token.casefold() for token in TOKENS)


def test_tokens_name_codes_or_shared_marks() -> None:
    assert all(name in SHARED or (len(name) == 3 and name.isupper()) for name in TOKENS.values())


def test_conventions_name_known_currencies() -> None:
    assert set(TOKENS.values()) >= (NO_FRACTION | COMMA_GROUPS)
    assert {code for codes in SHARED.values() for code in codes} <= set(TOKENS.values())


@pytest.mark.parametrize(
    ("mark", "named", "settled"),
    [
        (None, None, None),
        ("EUR", None, "EUR"),
        (None, "EUR", "EUR"),
        ("EUR", "EUR", "EUR"),
        ("¥", "CNY", "CNY"),
        ("¥", "JPY", "JPY"),
        ("CNY", "¥", "CNY"),
        ("$", None, "$"),
        ("Rs", "INR", "INR"),
    ],
)
def test_marks_and_names_are_joined(mark: str | None, named: str | None, settled: str | None) -> None:
    assert settle(mark, named) == settled


@pytest.mark.parametrize(("mark", "named"), [("EUR", "USD"), ("¥", "USD"), ("$", "¥"), ("INR", "$")])
def test_contradictions_are_told(mark: str, named: str) -> None:
    with pytest.raises(ValueError, match="the row says"):
        settle(mark, named)
