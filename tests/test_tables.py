"""Tables for other tools: fixed columns and types, equal bytes for equal rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from prodcls.catalogue import Rejection
from prodcls.tables import OutOfFoldRows, parquet_bytes, write_out_of_fold, write_rejections

REJECTIONS = (
    Rejection(3, "price", "price-ambiguous", "1.299 may be 1000 times more", "1.299", "cell"),
    Rejection(9, "", "row-duplicate", "第 8 行相同", "\u202e", "row"),
)


def rows(n: int) -> OutOfFoldRows:
    return OutOfFoldRows(
        id=[f"p{i}" for i in range(n)],
        fold=np.arange(n) % 2,
        group=np.arange(n),
        label=["冰箱"] * n,
        predicted=("Kettle",) * n,
        probability=np.linspace(0.5, 1.0, n),
        second=["冰箱"] * n,
        second_probability=np.linspace(0.5, 0.0, n),
    )


def test_rejections_come_back_with_their_types(tmp_path: Path) -> None:
    write_rejections(tmp_path / "r.parquet", REJECTIONS)
    table = pq.read_table(tmp_path / "r.parquet")
    assert table.column("source").to_pylist() == ["catalogue"] * len(REJECTIONS)
    assert [Rejection(**row) for row in table.drop(["source"]).to_pylist()] == list(REJECTIONS)
    assert {f.name: str(f.type) for f in table.schema} == {
        "source": "string",
        "row": "int64", "column": "string", "code": "string", "reason": "string", "excerpt": "string", "scope": "string"
    }  # fmt: skip


def test_rejections_of_the_two_catalogues_are_told_apart(tmp_path: Path) -> None:
    write_rejections(tmp_path / "r.parquet", REJECTIONS[:1], REJECTIONS[1:])
    sources = pq.read_table(tmp_path / "r.parquet").column("source").to_pylist()
    assert sources == ["catalogue"] + ["test"] * (len(REJECTIONS) - 1)


def test_no_rejections_are_a_table_of_the_same_columns(tmp_path: Path) -> None:
    write_rejections(tmp_path / "none.parquet", ())
    write_rejections(tmp_path / "some.parquet", REJECTIONS)
    none, some = pq.read_table(tmp_path / "none.parquet"), pq.read_table(tmp_path / "some.parquet")
    assert none.num_rows == 0
    assert none.schema == some.schema


def test_out_of_fold_rows_come_back_with_their_types(tmp_path: Path) -> None:
    write_out_of_fold(tmp_path / "o.parquet", rows(5))
    table = pq.read_table(tmp_path / "o.parquet")
    assert table.column_names == [
        "id", "fold", "group", "label", "predicted", "probability", "second", "second_probability"
    ]  # fmt: skip
    assert table["probability"].to_pylist() == rows(5).probability.tolist()
    assert table["fold"].to_pylist() == [0, 1, 0, 1, 0]
    assert [str(table.schema.field(name).type) for name in ("id", "group", "second_probability")] == [
        "string", "int64", "double"
    ]  # fmt: skip


def test_columns_of_different_lengths_are_a_mistake(tmp_path: Path) -> None:
    mixed = OutOfFoldRows(**{**vars(rows(5)), "second": ["x"]})
    with pytest.raises(ValueError, match="'second': 1"):
        write_out_of_fold(tmp_path / "o.parquet", mixed)
    assert list(tmp_path.iterdir()) == []


def test_equal_tables_have_equal_bytes() -> None:
    table = {"a": list(range(10_000)), "b": ["x", "冰箱"] * 5_000}
    assert parquet_bytes(pa.table(table)) == parquet_bytes(pa.table(table))
