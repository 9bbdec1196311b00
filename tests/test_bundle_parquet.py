"""The table of products is of the types that are meant, and no larger than it may be."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from attacks.bundle_mutations import many_rows
from prodcls.bundle_files import FORMAT_VERSION
from prodcls.bundle_parquet import checked_table, spelled_column
from prodcls.bundle_products import products_from_bytes
from prodcls.errors import BundleError

KINDS = {"id": (pa.string(), False), "photo": (pa.string(), True), "n:": (pa.float64(), False)}


def stored(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, store_schema=False)
    return sink.getvalue()


def read_columns(data: bytes, kinds: dict[str, Any]) -> dict[str, Any]:
    table = checked_table(data, kinds)
    names = table.column_names
    return {name: table[name].to_numpy() if ":" in name else spelled_column(table[name]) for name in names}


def test_strings_and_numbers_come_back() -> None:
    ids, photos = ["a", "b", "a", ""], ["x", None, None, "x"]
    found = read_columns(
        stored(pa.table({"id": ids, "photo": pa.array(photos, pa.string()), "n:price": [1.0, np.nan, -0.0, np.inf]})),
        KINDS,
    )
    assert found["id"] == tuple(ids)
    assert found["photo"] == tuple(photos)
    np.testing.assert_array_equal(found["n:price"], [1.0, np.nan, -0.0, np.inf])


TABLES: dict[str, dict[str, Any]] = {
    "a column unknown": {"id": ["a"], "x": ["a"]},
    "a kind unknown": {"id": ["a"], "m:price": [1.0]},
    "numbers for strings": {"id": [1]},
    "bytes for strings": {"id": [b"a"]},
    "whole numbers": {"id": ["a"], "n:price": [1]},
    "lists": {"id": [["a"]]},
    "a string too few": {"id": ["a", None]},
    "a number too few": {"id": ["a", "b"], "n:price": [1.0, None]},
}


@pytest.mark.parametrize("columns", TABLES.values(), ids=TABLES.keys())
def test_another_type_is_refused(columns: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="column"):
        read_columns(stored(pa.table(columns)), KINDS)


def test_a_column_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        read_columns(stored(pa.Table.from_arrays([pa.array(["a"])] * 2, ["id", "id"])), KINDS)


class First:
    """Draws always the same."""

    def __init__(self, place: int) -> None:
        self.place = place

    def choice(self, given: tuple[Any, ...]) -> Any:
        return given[self.place]


@pytest.mark.parametrize("place", [0, 1])
def test_rows_without_end_are_refused_before_one_is_read(place: int) -> None:
    data = many_rows({}, First(place))["catalogue.parquet"]  # type: ignore[arg-type]
    assert len(data) < 500_000
    with pytest.raises(ValueError, match="rows in"):
        read_columns(data, {"id": (pa.string(), False), "label": (pa.string(), False)})
    with pytest.raises(BundleError, match="bundle-content"):
        products_from_bytes(data, FORMAT_VERSION)


def test_a_long_cell_that_repeats_is_kept_once() -> None:
    words = pa.DictionaryArray.from_arrays(pa.repeat(pa.scalar(0, pa.int32()), 3000), pa.array(["x" * 1_000_000]))
    random = pa.array(np.random.default_rng(0).normal(size=3000))
    (cells, _) = read_columns(stored(pa.table({"id": words, "n:x": random})), KINDS).values()
    assert len(cells) == 3000
    assert len({id(cell) for cell in cells}) == 1
