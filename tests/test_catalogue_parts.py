"""A catalogue in parts is the catalogue as a whole."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prodcls import delimited
from prodcls.catalogue import Catalogue, Schema
from prodcls.catalogue_parts import open_catalogue
from prodcls.errors import CatalogueError, SchemaError
from prodcls.file_formats import TableOptions
from prodcls.intake import build_catalogue
from prodcls.readers import read_table
from prodcls.schema import ColumnOptions, match_schema, recognise

HEADER = ("id", "title", "price", "weight", "brand")


def write(folder: Path, rows: list[tuple[str, ...]], header: tuple[str, ...] = HEADER) -> Path:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([header, *rows])
    path = folder / "p.csv"
    path.write_bytes(buffer.getvalue().encode())
    return path


def schema_of(path: Path) -> Schema:
    return recognise(read_table(path), ColumnOptions(numeric=("price", "weight")), need_target=False)


def whole_of(path: Path, schema: Schema) -> Catalogue:
    table = read_table(path)
    return build_catalogue(table, match_schema(table, schema, need_target=False), image_root=None, need_labels=False)


def parts_of(path: Path, schema: Schema, size: int, monkeypatch: pytest.MonkeyPatch) -> list[Catalogue]:
    monkeypatch.setattr(delimited, "CHUNK_ROWS", size)
    return list(open_catalogue(path, schema).parts)


IDS = st.sampled_from(["A", "a", "B", "", "row-2", "A~2"])
TITLES = st.sampled_from(["Kettle", "<b>Tea</b>", "", "冰箱"])
PRICES = st.sampled_from(["1.299", "1,5", "12.50", "$3", "€ 4", "1.299 €", "5 EUR", "9", "", "x", "¥7", "CNY 8", "2-3"])
WEIGHTS = st.sampled_from(["1.299", "1,5", "2.5", "", "heavy"])
ROWS = st.lists(st.tuples(IDS, TITLES, PRICES, WEIGHTS, st.sampled_from(["Acme", "NA", ""])), min_size=1, max_size=12)


@settings(max_examples=200)
@given(rows=ROWS, size=st.integers(1, 5))
def test_parts_are_the_whole(rows: list[tuple[str, ...]], size: int) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as monkeypatch:
        path = write(Path(folder), rows)
        # The roles are those of a catalogue in which every column holds something.
        full = write(Path(folder), [("A", "Kettle", "1", "1", "Acme")])
        schema = schema_of(full)
        path = write(Path(folder), rows)
        whole = whole_of(path, schema)
        parts = parts_of(path, schema, size, monkeypatch)
    assert [name for part in parts for name in part.ids] == list(whole.ids)
    assert [row for part in parts for row in part.rows.tolist()] == whole.rows.tolist()
    for name in ("texts", "categorical"):
        for column, cells in getattr(whole, name).items():
            assert [cell for part in parts for cell in getattr(part, name)[column]] == list(cells)
    for column, values in whole.numeric.items():
        absent = [part.numeric.get(column, np.full(len(part), np.nan)) for part in parts]
        assert np.array_equal(np.concatenate(absent), values, equal_nan=True)
    names = {name for part in parts for name, values in part.numeric.items() if not np.isnan(values).all()}
    assert names <= set(whole.numeric)
    assert sorted(str(r) for part in parts for r in part.rejections) == sorted(map(str, whole.rejections))
    assert sum(len(c) for p in parts for c in (p.cleaned or {}).values()) == sum(
        map(len, (whole.cleaned or {}).values())
    )


def test_a_mark_that_the_last_part_proves_holds_in_the_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, [("1", "a", "1.299", "1", "x"), ("2", "b", "12,50", "1", "x")])
    first, second, _ = parts_of(path, schema_of(path), 1, monkeypatch)
    assert first.numeric["price"].tolist() == [1299.0]
    assert second.numeric["price"].tolist() == [12.5]


def test_json_lines_may_name_a_column_late(tmp_path: Path) -> None:
    fitted = schema_of(write(tmp_path, [("1", "a", "1", "1", "x")]))
    path = tmp_path / "p.jsonl"
    path.write_text('{"id": "1", "title": "a", "price": 2, "weight": 1}\n{"id": "2", "brand": "x"}\n')
    (part, _) = open_catalogue(path, fitted).parts
    assert part.categorical == {"brand": ("", "x")}


def test_what_is_wrong_with_the_whole_is_told_at_once(tmp_path: Path) -> None:
    path = write(tmp_path, [("1", "a", "1", "1", "x")])
    fitted = schema_of(path)
    with pytest.raises(CatalogueError, match="rows-none"):
        open_catalogue(write(tmp_path, []), fitted)
    with pytest.raises(SchemaError, match="columns-differ"):
        open_catalogue(write(tmp_path, [("1", "a")], ("id", "title")), fitted)


def test_a_strict_reading_stops_at_the_first_cell(tmp_path: Path) -> None:
    path = write(tmp_path, [("1", "a", "2", "1", "x"), ("2", "b", "x", "1", "x")])
    parts = open_catalogue(path, schema_of(path), files=TableOptions(strict=True)).parts
    with pytest.raises(CatalogueError, match=r"row 2, column 'price': .*price-unreadable"):
        list(parts)
