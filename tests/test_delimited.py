from __future__ import annotations

import csv
import io
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodcls.cells import MAX_CELL_CHARS
from prodcls.delimited import DELIMITERS, Records, decode, parse_delimited, sniff_delimiter
from prodcls.errors import CatalogueError


def parse(text: str, delimiter: str = ",") -> Records:
    return parse_delimited(text, delimiter, file="x.csv")


CHINESE = "编号,商品名称,价格\n1,双门冰箱家用节能,2999\n2,无线吸尘器,899\n"


@pytest.mark.parametrize(
    ("text", "stored", "found"),
    [
        (CHINESE, "utf-8", "utf-8"),
        (CHINESE, "utf-8-sig", "utf-8-sig"),
        (CHINESE, "utf-16", "utf-16"),
        (CHINESE, "utf-32", "utf-32"),
        (CHINESE, "gb18030", "gb18030"),
        (CHINESE, "gbk", "gb18030"),
        ("id,title\n1,Crème brûlée à Zürich\n", "latin-1", "cp1252"),
        ("id,title\n1,Crème légère\n2,Größe\n3,5 €\n", "cp1252", "cp1252"),
        ("id,title\n1,plain\n", "ascii", "utf-8"),
    ],
)
def test_encodings_are_found(text: str, stored: str, found: str) -> None:
    decoded = decode(text.encode(stored), None, file="x.csv")
    assert (decoded.text, decoded.encoding) == (text, found)
    assert "guessed" in decoded.how or found in {"utf-8", "utf-8-sig", "utf-16", "utf-32"}


def test_latin_1_is_the_last_resort() -> None:
    assert decode(b"id\n\xe9\x81\n", None, file="x.csv").encoding == "latin-1"


def test_a_broken_byte_in_utf8_costs_its_row_only() -> None:
    data = CHINESE.encode() + b"3,bro\xffken,5\n"
    decoded = decode(data, None, file="x.csv")
    records = parse(decoded.text)
    assert decoded.encoding == "utf-8"
    assert records.rows == [1, 2]
    assert [(r.row, r.code) for r in records.rejections] == [(3, "encoding-damaged")]
    records.rejections[0].excerpt.encode("utf-8")


@pytest.mark.parametrize(("encoding", "code"), [("utf-7000", "encoding-unknown"), ("ascii", "encoding-mismatch")])
def test_given_encodings_must_fit(encoding: str, code: str) -> None:
    with pytest.raises(CatalogueError) as caught:
        decode("é".encode(), encoding, file="x.csv")
    assert caught.value.code == code


def test_a_given_encoding_rules() -> None:
    assert decode("é".encode(), "latin-1", file="x.csv").text == "Ã©"


@pytest.mark.parametrize("delimiter", DELIMITERS)
def test_delimiters_are_found(delimiter: str) -> None:
    rows = [["id", "title", "price"], ["1", "A, B; C | D\tE", "1,5"], ["2", "x", "2,5"]]
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter).writerows(rows)
    assert sniff_delimiter(buffer.getvalue()) == delimiter


def test_one_column_is_comma_separated() -> None:
    assert sniff_delimiter("title\nfridge; large\nphone\n") == ","


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


@given(st.binary(max_size=300))
def test_no_bytes_crash_the_decoder(data: bytes) -> None:
    try:
        decoded = decode(data, None, file="x.csv")
    except CatalogueError as error:
        assert error.code == "encoding-mismatch"
    else:
        assert isinstance(decoded.text, str)
