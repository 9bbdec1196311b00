"""Tables for other tools: fixed columns and types, equal bytes for equal rows."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from prodcls.catalogue import Catalogue, Rejection, Schema, Source
from prodcls.cleaning import clean_columns
from prodcls.tables import (
    CleanedRow,
    OutOfFoldRows,
    cleaning_bytes,
    cleaning_rows,
    out_of_fold_bytes,
    out_of_fold_rows,
    parquet_bytes,
    rejections_bytes,
)

REJECTIONS = (
    Rejection(3, "price", "price-ambiguous", "1.299 may be 1000 times more", "1.299", "cell"),
    Rejection(9, "", "row-duplicate", "第 8 行相同", "\u202e", "row"),
)


def read(data: bytes) -> pa.Table:
    return pq.read_table(io.BytesIO(data))


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
        set=[["Kettle", "冰箱"][: i % 3] for i in range(n)],
    )


def test_rejections_come_back_with_their_types() -> None:
    table = read(rejections_bytes(REJECTIONS))
    assert table.column("source").to_pylist() == ["catalogue"] * len(REJECTIONS)
    assert [Rejection(**row) for row in table.drop(["source"]).to_pylist()] == list(REJECTIONS)
    assert {f.name: str(f.type) for f in table.schema} == {
        "source": "string",
        "row": "int64", "column": "string", "code": "string", "reason": "string", "excerpt": "string", "scope": "string"
    }  # fmt: skip


def test_rejections_of_the_two_catalogues_are_told_apart() -> None:
    sources = read(rejections_bytes(REJECTIONS[:1], REJECTIONS[1:])).column("source").to_pylist()
    assert sources == ["catalogue"] + ["test"] * (len(REJECTIONS) - 1)


def test_no_rejections_are_a_table_of_the_same_columns() -> None:
    none, some = read(rejections_bytes(())), read(rejections_bytes(REJECTIONS))
    assert none.num_rows == 0
    assert none.schema == some.schema


def test_out_of_fold_rows_come_back_with_their_types() -> None:
    table = read(out_of_fold_bytes(rows(5)))
    assert table.column_names == [
        "id", "fold", "group", "label", "predicted", "probability", "second", "second_probability",
        "set"
    ]  # fmt: skip
    assert table["probability"].to_pylist() == rows(5).probability.tolist()
    assert table["fold"].to_pylist() == [0, 1, 0, 1, 0]
    assert [str(table.schema.field(name).type) for name in ("id", "group", "second_probability")] == [
        "string", "int64", "double"
    ]  # fmt: skip


def test_out_of_fold_rows_are_read_from_their_file() -> None:
    given, found = rows(5), out_of_fold_rows(out_of_fold_bytes(rows(5)))
    for name, column in vars(given).items():
        assert list(getattr(found, name)) == list(column), name


@pytest.mark.parametrize("data", [b"", b"PAR1", rejections_bytes(REJECTIONS), out_of_fold_bytes(rows(5))[:-9]])
def test_another_file_is_no_table_of_out_of_fold_rows(data: bytes) -> None:
    with pytest.raises(ValueError, match="no table"):
        out_of_fold_rows(data)


def test_columns_of_different_lengths_are_a_mistake() -> None:
    mixed = OutOfFoldRows(**{**vars(rows(5)), "second": ["x"]})
    with pytest.raises(ValueError, match="'second': 1"):
        out_of_fold_bytes(mixed)


def test_equal_tables_have_equal_bytes() -> None:
    table = {"a": list(range(10_000)), "b": ["x", "冰箱"] * 5_000}
    assert parquet_bytes(pa.table(table)) == parquet_bytes(pa.table(table))


def cleaned(*titles: str) -> Catalogue:
    texts, record = clean_columns({"title": titles, "description": ("fine",) * len(titles)})
    ids, numbers = tuple(map(str, range(len(titles)))), np.arange(len(titles)) + 1
    return Catalogue(ids, numbers, texts, {}, {}, None, None, Schema(()), Source("x", "", 0), (), record)


def test_cleaned_texts_come_back_with_their_originals() -> None:
    data = cleaning_bytes(cleaned("Tea", "<b>Pot</b> ", "\u202ex"), cleaned("\u4e2d\uff11"))
    assert data is not None
    assert list(cleaning_rows(data)) == [
        CleanedRow("catalogue", 2, "title", ("html", "white_space"), "<b>Pot</b> ", "Pot"),
        CleanedRow("catalogue", 3, "title", ("invisible",), "\u202ex", "x"),
        CleanedRow("test", 1, "title", ("full_width",), "\u4e2d\uff11", "\u4e2d1"),
    ]
    assert data == cleaning_bytes(cleaned("Tea", "<b>Pot</b> ", "\u202ex"), cleaned("\u4e2d\uff11"))


def test_no_table_where_nothing_was_cleaned() -> None:
    assert cleaning_bytes(cleaned("Tea"), cleaned("Pot")) is None


@pytest.mark.parametrize("data", [b"", b"PAR1", rejections_bytes(REJECTIONS)])
def test_another_file_is_no_table_of_cleaned_texts(data: bytes) -> None:
    with pytest.raises(ValueError, match="no table of cleaned texts"):
        list(cleaning_rows(data))


def test_a_table_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    data = cleaning_bytes(cleaned("x " * 5000))
    assert data is not None
    monkeypatch.setattr("prodcls.tables.MAX_TABLE_BYTES", 5000)
    with pytest.raises(ValueError, match="unpacks to"):
        list(cleaning_rows(data))


def test_parquet_in_memory_is_read_without_threads() -> None:
    """Those of pyarrow abort the process at its end now and then, when they read from a Python file."""
    source = Path(__file__).parents[1] / "src" / "prodcls"
    texts = {path.name: path.read_text(encoding="utf-8") for path in source.rglob("*.py")}
    assert [name for name, text in texts.items() if "pq.read_table(" in text] == []
    lines = [line for text in texts.values() for line in text.splitlines() if ".iter_batches(" in line]
    assert lines
    assert all("use_threads=False" in line for line in lines)
