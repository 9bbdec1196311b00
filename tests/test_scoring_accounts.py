"""Accounts as columns come back as they were."""

from __future__ import annotations

from dataclasses import asdict

import pyarrow as pa

from prodcls.explain.attribution import Part, certify
from prodcls.explain.decisions import Account
from prodcls.explain.lines import Lines
from prodcls.scoring_accounts import STRONGEST, Detail, account_column, account_field

PARTS = (
    Part("title", "word", "=kettle", 0.5, "title", 0, 7),
    Part("lexical", "word", "=kettle", 0.25, "title", 0, 7),
    Part("image", "region", "1, 2", -0.1, box=(0.0, 0.25, 0.5, 1.0)),
    Part("title", "context", "intercept", 1 / 3),
    Part("price", "column", "12.5", 0.2, "price"),
    Part("title", "unread", "end", 0.0, "title", 400, 403),
)


def account(parts: tuple[Part, ...]) -> Account:
    margin = float(sum(part.value for part in parts))
    lines = Lines(*([getattr(part, name) for part in parts] for name in Lines._fields))  # type: ignore[arg-type]
    return Account("p1", "Kettle", "Phone", 0.8, 0.1, margin, lines, certify(parts, margin))


def test_a_whole_account_comes_back_field_by_field() -> None:
    column = account_column([account(PARTS), account(()), account(PARTS[:1])], "full")
    assert column.type == account_field("full").type
    column.validate(full=True)
    first, empty, last = column.to_pylist()
    as_told = [asdict(part) | {"box": None if part.box is None else list(part.box)} for part in PARTS]
    assert first["parts"] == as_told
    assert first["sum"] == first["margin"]
    assert first["versus"] == "Phone"
    assert empty["parts"] == []
    assert last["parts"] == as_told[:1]


def test_the_strongest_words_are_summed_and_few_and_speak_for_the_class() -> None:
    column = account_column([account(PARTS), account(())], "top-words")
    assert column.type == account_field("top-words").type
    column.validate(full=True)
    assert column.to_pylist() == [
        [
            {"kind": "word", "column": "", "label": "=kettle", "value": 0.75},
            {"kind": "column", "column": "price", "label": "12.5", "value": 0.2},
        ],
        [],
    ]
    many = tuple(Part("title", "word", f"w{i}", 1.0, "title", 3 * i, 3 * i + 2) for i in range(9))
    assert len(account_column([account(many)], "top-words")[0]) == STRONGEST


def test_no_product_gives_an_empty_column() -> None:
    details: tuple[Detail, ...] = ("top-words", "full")
    for detail in details:
        found = account_column([], detail)
        assert isinstance(found, pa.Array)
        assert len(found) == 0
