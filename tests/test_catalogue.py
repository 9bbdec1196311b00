from __future__ import annotations

from dataclasses import FrozenInstanceError, fields, replace
from pathlib import Path

import numpy as np
import pytest

from prodcls.catalogue import Catalogue, Cleaned, ColumnRole, RawTable, Schema, Source, stacked

SCHEMA = Schema(
    (ColumnRole("b", "text", "named"), ColumnRole("p", "numeric", "named"), ColumnRole("a", "text", "named"))
)


def test_columns_of_a_role_come_in_the_schemas_order() -> None:
    assert SCHEMA.named("text") == ("b", "a")
    assert SCHEMA.named("image") == ()


def test_lengths_are_those_of_the_rows() -> None:
    source = Source("x.csv", "00", 5)
    assert source.details == {}
    assert len(RawTable({"a": ("1", "2")}, np.array([1, 2]), source)) == 2
    catalogue = Catalogue(("i",), np.array([1]), {}, {}, {}, None, None, SCHEMA, source, ())
    assert len(catalogue) == 1


def test_values_cannot_be_changed() -> None:
    for item in (SCHEMA, SCHEMA.columns[0], Source("", "", 0)):
        with pytest.raises(FrozenInstanceError):
            setattr(item, fields(item)[0].name, None)


def test_the_record_of_cleaning_follows_the_rows() -> None:
    ids, texts = tuple("abcd"), {"a": tuple("wxyz"), "b": tuple("1234")}
    record = {"a": {0: Cleaned("w ", ("white_space",)), 3: Cleaned("&#122;", ("html",))}, "b": {1: Cleaned(" 2", ())}}
    catalogue = Catalogue(ids, np.arange(4), texts, {}, {}, None, None, SCHEMA, Source("x", "", 0), (), record)
    taken = catalogue.take(np.array([3, 2, 0, 3]))
    assert taken.texts["a"] == ("z", "y", "w", "z")
    assert taken.cleaned == {"a": {0: record["a"][3], 2: record["a"][0], 3: record["a"][3]}}
    assert catalogue.take(np.array([], dtype=np.intp)).cleaned == {}
    assert replace(catalogue, cleaned=None).take(np.array([0])).cleaned is None


def test_catalogues_are_stacked_with_all_their_currencies() -> None:
    def one(i: str, currency: str, photo: Path | None) -> Catalogue:
        texts, numeric = {"b": (f"b{i}",), "a": (f"a{i}",)}, {f"p [{currency}]": np.array([1.5])}
        source = Source("request", "", 0)
        return Catalogue((i,), np.array([1]), texts, numeric, {"c": (f"c{i}",)}, (photo,), None, SCHEMA, source, ())

    first, second = one("1", "EUR", Path("x")), one("2", "CNY", None)
    found = stacked((first, second, first))
    assert found.ids == ("1", "2", "1")
    assert found.texts == {"b": ("b1", "b2", "b1"), "a": ("a1", "a2", "a1")}
    assert found.categorical == {"c": ("c1", "c2", "c1")}
    assert found.photos == (Path("x"), None, Path("x"))
    np.testing.assert_array_equal(found.numeric["p [EUR]"], [1.5, np.nan, 1.5])
    np.testing.assert_array_equal(found.numeric["p [CNY]"], [np.nan, 1.5, np.nan])
