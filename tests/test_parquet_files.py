from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from prodcls import parquet_files, readers
from prodcls.errors import CatalogueError
from prodcls.parquet_files import read_parquet
from prodcls.readers import read_table


def test_parquet_values_are_spelled(tmp_path: Path) -> None:
    path = tmp_path / "p.parquet"
    table = pa.table(
        {
            "s": pa.array(["007", None, "NA"]),
            "large": pa.array(["a", "b", None], pa.large_string()),
            "i": pa.array([1, None, 2**60]),
            "f": pa.array([0.1, float("nan"), None]),
            "f32": pa.array([0.1, 2.0, None], pa.float32()),
            "d": pa.array([Decimal("12.50"), None, Decimal("1.00")]),
            "b": pa.array([True, False, None]),
            "t": pa.array([dt.date(2024, 2, 29), None, None]),
            "l": pa.array([["a", "b"], None, []]),
            "k": pa.array(["x", "y", "x"]).dictionary_encode(),
            "n": pa.nulls(3),
        }
    )
    pq.write_table(table, path)
    columns = read_table(path).columns
    assert columns == {
        "s": ("007", "", "NA"),
        "large": ("a", "b", ""),
        "i": ("1", "", str(2**60)),
        "f": ("0.1", "", ""),
        "f32": ("0.1", "2.0", ""),
        "d": ("12.50", "", "1.00"),
        "b": ("true", "false", ""),
        "t": ("2024-02-29", "", ""),
        "l": ('["a", "b"]', "", "[]"),
        "k": ("x", "y", "x"),
        "n": ("", "", ""),
    }


def test_parquet_rows_with_nul_are_rejected(tmp_path: Path) -> None:
    path = tmp_path / "p.parquet"
    pq.write_table(pa.table({"id": ["1", "2"], "title": ["a\0b", "c"]}), path)
    table = read_table(path)
    assert table.rows.tolist() == [2]
    assert [(r.row, r.column, r.code) for r in table.rejections] == [(1, "title", "nul-character")]


def test_parquet_that_expands_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "p.parquet"
    pq.write_table(pa.table({"id": pa.array(np.zeros(1_000_000, np.int64))}), path, use_dictionary=False)
    monkeypatch.setattr(parquet_files, "MAX_EXPANDED_BYTES", 100_000)
    monkeypatch.setattr(parquet_files, "MAX_RATIO", 10)
    with pytest.raises(CatalogueError, match="file-too-large"):
        read_table(path)
    monkeypatch.undo()
    monkeypatch.setattr(readers, "MAX_ROWS", 1000)
    with pytest.raises(CatalogueError, match="rows-too-many"):
        read_table(path)


def test_rows_come_in_chunks_and_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_files, "_BATCH", 2)
    path = tmp_path / "p.parquet"
    pq.write_table(pa.table({"id": ["1", "2", "3\0", "4", "5"]}), path)
    parts = list(read_parquet(path, "p"))
    assert [list(part.rows) for part in parts] == [[1, 2], [4], [5], []]
    assert [r.row for part in parts for r in part.rejections] == [3]


def test_two_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "p.parquet"
    pq.write_table(pa.table({"id": ["1"], " id": ["2"]}), path)
    with pytest.raises(CatalogueError, match="column-twice"):
        read_table(path)


def test_a_file_without_columns_or_rows(tmp_path: Path) -> None:
    path = tmp_path / "p.parquet"
    pq.write_table(pa.table({"id": pa.array([], pa.string())}), path)
    assert read_table(path).columns == {"id": ()}


def test_damage_is_found_by_the_checksums_of_the_pages(tmp_path: Path) -> None:
    path = tmp_path / "p.parquet"
    table = pa.table({"id": [str(i) for i in range(100)]})
    pq.write_table(table, path, compression="none", use_dictionary=False, write_page_checksum=True)
    data = bytearray(path.read_bytes())
    data[data.index(b"57")] ^= 1
    path.write_bytes(data)
    with pytest.raises(CatalogueError, match="parquet-damaged"):
        read_table(path)


def test_a_repeated_long_value_is_kept_once(tmp_path: Path) -> None:
    path = tmp_path / "p.parquet"
    pq.write_table(pa.table({"title": ["x" * 100_000] * 5000}), path)
    assert path.stat().st_size < 50_000
    titles = read_table(path).columns["title"]
    assert len(titles) == 5000
    assert len({id(title) for title in titles}) <= 2
