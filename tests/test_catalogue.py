from __future__ import annotations

from dataclasses import FrozenInstanceError, fields, replace

import numpy as np
import pytest

from prodcls.catalogue import Catalogue, Cleaned, ColumnRole, RawTable, Schema, Source

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
