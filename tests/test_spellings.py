from __future__ import annotations

from collections import Counter

import pytest

from prodcls import spellings
from prodcls.number_formats import FORMATS
from prodcls.prices import Price, PriceProblem, parse_price
from prodcls.spellings import read_numbers, read_prices


def test_each_spelling_is_read_once_and_once_more_only_where_unsure(monkeypatch: pytest.MonkeyPatch) -> None:
    counts: Counter[str] = Counter()

    def counted(text: str, form: object) -> Price | PriceProblem:
        counts[text] += 1
        return parse_price(text, form)  # type: ignore[arg-type]

    monkeypatch.setattr(spellings, "parse_price", counted)
    read_prices(["1299", "12.5", "1.299"] * 100)
    assert counts == {"1299": 1, "12.5": 1, "1.299": 2}


def test_marks_proven_elsewhere_count() -> None:
    assert isinstance(read_prices(["1.299"])["1.299"], PriceProblem)
    assert isinstance(read_prices(["1.299"], None, {"."})["1.299"], Price)
    assert isinstance(read_prices(["1.299", "1,5"], None, {"."})["1.299"], PriceProblem)


def test_numbers_are_read_alike() -> None:
    found = read_numbers(["-1.299", "2.5", "", "1 kg"])
    assert list(found) == ["-1.299", "2.5", "1 kg"]
    assert str(found["-1.299"]) == "Number(value=Decimal('-1.299'))"
    assert isinstance(read_numbers(["1.5"], FORMATS[","])["1.5"], PriceProblem)
