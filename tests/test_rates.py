from __future__ import annotations

import dataclasses
import json
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodcls.errors import InputError
from prodcls.rates import Rate, Rates, rates_from, read_rates

CSV = "currency,base,rate,date\nUSD,EUR,0.92,2026-11-20\nINR,EUR,0.0103,2026-11-20\n"
TOML = 'base = "EUR"\ndate = 2026-11-20\n[rates]\nUSD = "0.92"\nINR = "0.0103"\n'


@pytest.mark.parametrize(("name", "text"), [("r.csv", CSV), ("r.toml", TOML)])
def test_both_forms_are_read(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    rates = read_rates(path)
    assert rates.rows == (Rate("INR", "0.0103", "2026-11-20"), Rate("USD", "0.92", "2026-11-20"))
    assert (rates.base, rates.sha256) == ("EUR", sha256(text.encode()).hexdigest())
    assert rates.converted(Decimal("100.01"), "INR") == Decimal("1.030103")
    assert rates.converted(Decimal("5"), "EUR") == 5
    assert [rates.covers(c) for c in ("EUR", "INR", "PKR", "$")] == [True, True, False, False]
    assert rates_from(json.loads(json.dumps(dataclasses.asdict(rates)))) == rates


@given(st.decimals(0, 10**15, places=6), st.decimals("0.000000000001", 10**11, places=12))
def test_amounts_are_converted_exactly(amount: Decimal, rate: Decimal) -> None:
    rates = Rates("EUR", "", (Rate("USD", f"{rate:f}", "2026-11-20"),))
    assert Fraction(rates.converted(amount, "USD")) == Fraction(amount) * Fraction(rate)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("r.csv", "", "the columns are none"),
        ("r.csv", "currency,rate\nUSD,1\n", "the columns are currency, rate"),
        ("r.csv", CSV + "USD,EUR,0.93,2026-11-20\n", "USD stands twice"),
        ("r.csv", CSV + "EUR,EUR,2,2026-11-20\n", "is the base and not worth 1"),
        ("r.csv", CSV + "GBP,USD,1.2,2026-11-20\n", "must have one base in all rows, and has EUR, USD"),
        ("r.csv", CSV + "GBP,EUR,1,2\n", "'2', the date of GBP"),
        ("r.csv", CSV + "GBP,EUR\n", "line 4 has 2 cells"),
        ("r.csv", CSV.replace("0.92", "0,92"), "line 2 has 5 cells"),
        ("r.csv", CSV.replace("0.92", "-1"), "'-1', the rate of USD, is no number above 0"),
        ("r.csv", CSV.replace("0.92", "0"), "is no number above 0"),
        ("r.csv", CSV.replace("0.92", "1e3"), "is no number above 0"),
        ("r.csv", CSV.replace("0.92", "NaN"), "is no number above 0"),
        ("r.csv", CSV.replace("USD", "$"), "'$' is no currency"),
        ("r.csv", CSV.replace("EUR", "euro"), "'euro' is no currency"),
        ("r.csv", "currency,base,rate,date\n", "must have one base"),
        ("r.toml", TOML.replace('"0.92"', "0.92"), "in quotes"),
        ("r.toml", TOML.replace("[rates]", "[rate]"), "no such key"),
        ("r.toml", 'base = "EUR"\n', "no table [rates]"),
        ("r.toml", "base", "no TOML"),
    ],
)
def test_tables_at_fault_are_refused_by_name(tmp_path: Path, name: str, text: str, message: str) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_rates(path)
    assert message in str(caught.value)
    assert caught.value.file == str(path)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="no CSV in UTF-8"):
        read_rates(path)
    with pytest.raises(InputError, match="cannot be read"):
        read_rates(tmp_path / "absent.csv")


@pytest.mark.parametrize("tree", [None, [], "x", {}, {"base": "EUR", "sha256": "", "rows": [{}]}, {"rows": 3}])
def test_what_is_no_table_is_refused(tree: object) -> None:
    with pytest.raises(InputError):
        rates_from(tree)
