from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from prodcls.catalogue import RawTable, Source
from prodcls.ids import IdRegistry
from prodcls.ledger import Ledger

Named = tuple[list[str], list[tuple[int, str]]]


def part(rows: list[tuple[str, str]], first: int = 1) -> Ledger:
    columns = {"id": tuple(row[0] for row in rows), "title": tuple(row[1] for row in rows)}
    table = RawTable(columns, np.arange(first, first + len(rows)), Source("x.csv", "", 0))
    return Ledger(table, list(range(len(rows))))


def named(rows: list[tuple[str, str]], size: int) -> Named:
    """Name the rows in parts of ``size``."""
    parts = [part(rows[start : start + size], start + 1) for start in range(0, len(rows), size)]
    registry = IdRegistry()
    for one in parts:
        registry.announce(one.cells("id"))
    ids = [name for one in parts for name in registry.name(one, "id")]
    return ids, [(r.row, r.code) for one in parts for r in one.rejections]


def test_the_first_keeps_its_id() -> None:
    rows = [("A", "x"), ("a ", "y"), ("B", "x"), ("A", "z"), ("A", "x"), ("", "x"), ("", "x")]
    assert named(rows, 9) == (
        ["A", "a~2", "B", "A~3", "row-6", "row-7"],
        [(5, "row-duplicate"), (2, "id-duplicate"), (4, "id-duplicate"), (6, "id-missing"), (7, "id-missing")],
    )


def test_a_name_that_is_made_is_given_to_nobody_else() -> None:
    assert named([("A", "x"), ("A", "y"), ("A~2", "z"), ("", "x"), ("row-4", "y")], 2)[0] == [
        "A", "A~3", "A~2", "row-4~2", "row-4",
    ]  # fmt: skip


@given(
    st.lists(st.tuples(st.sampled_from(["A", "a", " A", "A~2", "", "row-2", "é", "e\u0301"]), st.sampled_from("xy"))),
    st.integers(1, 5),
)
def test_parts_are_named_as_the_whole_is(rows: list[tuple[str, str]], size: int) -> None:
    ids, lines = named(rows, size)
    whole, all_lines = named(rows, max(len(rows), 1))
    assert (ids, sorted(lines)) == (whole, sorted(all_lines))
    assert len({name.casefold() for name in ids}) == len(ids)
    assert len(ids) + sum(code == "row-duplicate" for _, code in lines) == len(rows)
