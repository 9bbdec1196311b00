from __future__ import annotations

import csv
import io
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodcls import delimited
from prodcls.cells import MAX_CELL_CHARS
from prodcls.delimited import DELIMITERS, Dialect, Records, read_records, sniff_dialect
from prodcls.errors import CatalogueError


def parse(text: str, delimiter: str = ",", **dialect: Any) -> Records:
    parts = list(read_records(io.StringIO(text, newline=""), Dialect(delimiter, **dialect), file="x.csv"))
    return Records(
        parts[0].header,
        [cells for part in parts for cells in part.cells],
        [row for part in parts for row in part.rows],
        tuple(rejection for part in parts for rejection in part.rejections),
    )


def sniffed(text: str) -> Dialect:
    return sniff_dialect(io.StringIO(text, newline="").readlines())


@pytest.mark.parametrize("delimiter", DELIMITERS)
def test_delimiters_are_found(delimiter: str) -> None:
    rows = [["id", "title", "price"], ["1", "A, B; C | D\tE", "1,5"], ["2", "x", "2,5"]]
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter).writerows(rows)
    assert sniffed(buffer.getvalue()) == Dialect(delimiter)


def test_one_column_is_comma_separated() -> None:
    assert sniffed("title\nfridge; large\nphone\n").delimiter == ","


def test_ragged_rows_are_rejected_and_nothing_shifts() -> None:
    records = parse("id,title,brand\n1,a,b\n2,a\n3,a,b,c\n4,x,NA\n")
    assert records.cells == [["1", "a", "b"], ["4", "x", "NA"]]
    assert records.rows == [1, 4]
    assert [(r.row, r.code, r.scope) for r in records.rejections] == [
        (2, "row-ragged", "row"),
        (3, "row-ragged", "row"),
    ]
    assert "line 3" in records.rejections[0].reason


def test_every_row_with_one_cell_too_many_is_rejected() -> None:
    records = parse("id,title\n1,a,b\n2,c,d\n")
    assert records.cells == []
    assert len(records.rejections) == 2


def test_an_open_quote_costs_one_row() -> None:
    records = parse('id,title\n1,a\n2,"open\n3,c\n4,"d"\n5,e\n')
    assert [cells[0] for cells in records.cells] == ["1", "3", "4", "5"]
    assert [(r.row, r.code) for r in records.rejections] == [(2, "line-malformed")]


def test_an_open_quote_before_the_end_costs_one_row() -> None:
    records = parse('id,title\n1,a\n2,"open\n3,c\n4,d\n')
    assert [cells[0] for cells in records.cells] == ["1", "3", "4"]
    assert [r.row for r in records.rejections] == [2]


def test_quoted_line_breaks_and_quotes_are_kept() -> None:
    records = parse('id,title\r\n1,"a ""b""\r\nc"\r\n2,5" screen\r\n')
    assert records.cells == [["1", 'a "b"\r\nc'], ["2", '5" screen']]


def test_nul_and_huge_cells_are_rejected() -> None:
    records = parse(f"id,title\n1,a\0b\n2,{'x' * (MAX_CELL_CHARS + 1)}\n3,c\n")
    assert [cells[0] for cells in records.cells] == ["3"]
    assert [r.code for r in records.rejections] == ["nul-character", "line-malformed"]


def test_the_limit_of_the_csv_module_is_put_back() -> None:
    before = csv.field_size_limit()
    parse('id\n"')
    assert csv.field_size_limit() == before


def test_blank_lines_are_no_rows() -> None:
    assert parse("id,title\n\n1,a\n\n\n2,b\n").rows == [1, 2]


def test_names_are_cleaned_and_unnamed_columns_numbered() -> None:
    assert parse(" id ,,Cafe\u0301\n").header == ("id", "column 2", "Café")


@pytest.mark.parametrize(
    ("text", "code"), [("\n\n", "file-empty"), ('"id,title\n1,a\n', "header-malformed"), ("i\0d\n", "nul-character")]
)
def test_headers_must_be_readable(text: str, code: str) -> None:
    with pytest.raises(CatalogueError) as caught:
        parse(text)
    assert caught.value.code == code


def test_many_open_quotes_take_linear_time() -> None:
    text = "id,title\n" + '"a\n' * 20_000
    start = time.perf_counter()
    records = parse(text)
    assert len(records.cells) + len(records.rejections) > 0
    assert time.perf_counter() - start < 5.0


CELL = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=12)


@given(st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=8), st.sampled_from(DELIMITERS))
def test_what_the_csv_module_writes_reads_back(rows: list[list[str]], delimiter: str) -> None:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerows([["a", "b", "c"], *rows])
    records = parse(buffer.getvalue(), delimiter)
    assert records.cells == rows
    assert records.rejections == ()


@given(st.text(max_size=300))
def test_no_text_crashes_and_every_row_is_accounted_for(text: str) -> None:
    try:
        records = parse("id,title\n" + text)
    except CatalogueError:
        return
    rows = sorted([*records.rows, *(r.row for r in records.rejections)])
    assert rows == list(range(1, len(rows) + 1))


def test_single_quotes_are_found_where_they_stand_around_the_header() -> None:
    text = "'id','title'\n'1','a, b'\n'2','it''s'\n"
    assert sniffed(text) == Dialect(",", "'")
    assert parse(text, quote="'").cells == [["1", "a, b"], ["2", "it's"]]


def test_apostrophes_are_no_quotes() -> None:
    assert sniffed("id,title\n1,'s-Hertogenbosch\n2,5' ladder\n").quote == '"'


def test_backslashes_before_quotes_are_found() -> None:
    text = 'id,title\n1,"a \\"b\\", c"\n2,d\n'
    assert sniffed(text) == Dialect(",", backslash=True)
    assert parse(text, backslash=True).cells == [["1", 'a "b", c'], ["2", "d"]]


def test_a_backslash_at_the_end_of_a_cell_is_a_backslash() -> None:
    text = 'id,folder\n1,"C:\\"\n2,"D:\\"\n'
    assert sniffed(text) == Dialect(",")
    assert parse(text).cells == [["1", "C:\\"], ["2", "D:\\"]]


def test_what_is_known_is_not_guessed() -> None:
    lines = ["a;b,c\n", "1;2,3\n"]
    assert sniff_dialect(lines, ";", "'") == Dialect(";", "'")


def test_records_come_in_chunks_and_rows_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "CHUNK_ROWS", 3)
    text = "id,title\n" + "".join(f"{i},{'x,' if i == 5 else ''}y\n" for i in range(1, 9))
    parts = list(read_records(io.StringIO(text, newline=""), Dialect(","), file="x.csv"))
    assert [part.rows for part in parts] == [[1, 2, 3], [4, 6], [7, 8], []]
    assert [r.row for part in parts for r in part.rejections] == [5]
    monkeypatch.setattr(delimited, "CHUNK_CHARS", 1)
    parts = list(read_records(io.StringIO(text, newline=""), Dialect(","), file="x.csv"))
    assert [part.rows for part in parts] == [[1], [2], [3], [4], [], [6], [7], [8], []]


def test_an_open_quote_at_the_end_of_a_chunk_costs_one_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "CHUNK_ROWS", 2)
    records = parse('id,title\n1,a\n2,"open\n3,c\n4,"d"\n5,e\n')
    assert [cells[0] for cells in records.cells] == ["1", "3", "4", "5"]


def test_a_line_without_end_costs_its_row_and_is_not_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "MAX_LINE_CHARS", 100)
    records = parse("id,title\n1,a\n2," + "x" * 950 + ",y\n3,c\n4," + "z" * 50 + "\n")
    assert [cells[0] for cells in records.cells] == ["1", "3", "4"]
    assert [(r.row, r.code) for r in records.rejections] == [(2, "line-too-long")]
