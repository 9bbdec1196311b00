from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodcls import json_lines
from prodcls.json_lines import JsonLines, read_json_lines


def parse_json_lines(data: bytes) -> JsonLines:
    stream = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8", errors="surrogateescape", newline="\n")
    whole = JsonLines({}, [], [], [])
    for part in read_json_lines(stream):
        whole.names.update(part.names)
        for name in ("objects", "rows", "rejections"):
            getattr(whole, name).extend(getattr(part, name))
    return whole


def test_spelling_is_kept() -> None:
    lines = parse_json_lines(b'{"id":"00123","price":12.50,"n":1e5,"big":12345678901234567890}\n')
    assert lines.objects == [{"id": "00123", "price": "12.50", "n": "1e5", "big": "12345678901234567890"}]


def test_the_point_of_a_json_number_is_decimal() -> None:
    assert parse_json_lines(b'{"n":1.299,"s":"1.299"}').objects == [{"n": "1.2990", "s": "1.299"}]


def test_missing_values_are_empty() -> None:
    assert parse_json_lines(b'{"a":null,"b":NaN,"c":"NaN","d":""}').objects == [{"a": "", "b": "", "c": "NaN", "d": ""}]


def test_infinity_is_left_for_the_number_parser_to_refuse() -> None:
    assert parse_json_lines(b'{"price":-Infinity}').objects == [{"price": "-Infinity"}]


def test_lists_and_objects_become_json() -> None:
    assert parse_json_lines('{"specs":{"内存":"16G"},"images":["a","b"]}'.encode()).objects == [
        {"specs": '{"内存": "16G"}', "images": '["a", "b"]'}
    ]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b'{"a":1,"a":2}', "json-key-twice"),
        (b'{"a":1," a ":2}', "json-key-twice"),
        (b'{"a":{"b":1,"b":2}}', "json-key-twice"),
        (b"[1,2]", "json-not-an-object"),
        (b'"text"', "json-not-an-object"),
        (b"7", "json-not-an-object"),
        (b'{"a":', "json-malformed"),
        (b'{"a":1} {"a":2}', "json-malformed"),
        (b'{"a":"\\ud83d"}', "encoding-damaged"),
        (b'{"a":"\xff"}', "encoding-damaged"),
        (b'{"a":"x\\u0000"}', "nul-character"),
        (b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "json-too-deep"),
    ],
    ids=lambda value: value if isinstance(value, str) else value[:12].decode("latin-1"),
)
def test_damaged_lines_are_rejected_and_the_others_kept(line: bytes, code: str) -> None:
    lines = parse_json_lines(b'{"id":"1"}\n\n' + line + b'\r\n{"id":"3"}\n')
    assert [o["id"] for o in lines.objects] == ["1", "3"]
    assert lines.rows == [1, 3]
    assert [(r.row, r.code, r.scope) for r in lines.rejections] == [(2, code, "row")]
    assert "line 3" in lines.rejections[0].reason


def test_names_come_in_the_order_of_their_first_use() -> None:
    assert parse_json_lines(b'{"b":1}\n{"a":1,"b":2}').names == {"b": None, "a": None}


def test_a_byte_order_mark_is_no_part_of_the_first_line() -> None:
    assert parse_json_lines(b'\xef\xbb\xbf{"a":1}').objects == [{"a": "1"}]


def test_lines_come_in_chunks_and_those_without_end_are_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_lines, "CHUNK_ROWS", 2)
    monkeypatch.setattr(json_lines, "MAX_LINE_CHARS", 50)
    found = parse_json_lines(b'{"a":1}\n{"a":2}\n{"a":"' + b"x" * 500 + b'"}\n{"a":4}')
    assert found.rows == [1, 2, 4]
    assert [(r.row, r.code) for r in found.rejections] == [(3, "line-too-long")]


def test_line_separators_inside_strings_end_no_line() -> None:
    assert parse_json_lines('{"a":"x\u2028y"}'.encode()).objects == [{"a": "x\u2028y"}]


TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"))


@given(st.lists(st.dictionaries(st.sampled_from(["id", "title", "标题"]), TEXT), max_size=6))
def test_objects_read_back(objects: list[dict[str, str]]) -> None:
    data = "\n".join(json.dumps(o) for o in objects).encode()
    assert parse_json_lines(data).objects == objects


@given(st.binary(max_size=200))
def test_no_bytes_crash_and_every_line_is_accounted_for(data: bytes) -> None:
    lines = parse_json_lines(data)
    rows = sorted([*lines.rows, *(r.row for r in lines.rejections)])
    assert rows == list(range(1, len(rows) + 1))
