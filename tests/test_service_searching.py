"""Products by id or words."""

from __future__ import annotations

import numpy as np
import pytest

from prodcls.bundle_products import Judgements, Products
from prodcls.service.searching import ProductIndex

TITLES = ("Steel kettle 1.5 l", "Smart phone 5G", "双门 冰箱 节能", "Ｋｅｔｔｌｅ stand", "")


def index() -> ProductIndex:
    n = len(TITLES)
    said = Judgements(("Kettle", None, "冰箱", "Phone", None), np.array([0.9, np.nan, 0.8, 0.6, np.nan]))
    ids = ("A-1", "A-2", "A-3", "A-4", "kettle")
    labels = ("Kettle", "Phone", "冰箱", "Kettle", "Phone")
    texts = {"title": TITLES, "description": ("", "beside a kettle", "", "", "found by its second text")}
    return ProductIndex(Products(ids, labels, texts, {}, {}, (None,) * n, {}, said))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("kettle", ["kettle", "A-1", "A-4", "A-2"]),
        ("KETTLE steel", ["A-1"]),
        ("冰箱", ["A-3"]),
        ("雙門 節能", ["A-3"]),
        ("A-2", ["A-2"]),
        ("a-", ["A-1", "A-2", "A-3", "A-4"]),
        ("phone", ["A-2", "kettle"]),
        ("nothing like it", []),
        ("   ", ["A-1", "A-2", "A-3", "A-4", "kettle"]),
    ],
)
def test_all_words_must_be_there_and_the_id_comes_first(query: str, expected: list[str]) -> None:
    hits = index().search(query)
    assert [hit.id for hit in hits.shown] == expected
    assert hits.total == len(expected)


def test_a_line_says_what_the_bundle_knows() -> None:
    first, *_, last = index().search("").shown
    assert (first.title, first.label, first.predicted, first.probability) == (TITLES[0], "Kettle", "Kettle", 0.9)
    assert (last.title, last.predicted, last.probability) == ("found by its second text", None, None)


def test_no_more_than_asked_are_shown_and_all_are_counted() -> None:
    hits = index().search("", shown=2)
    assert (len(hits.shown), hits.total) == (2, 5)
