"""Products of a request: read as the rows of a catalogue are, each by itself."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from prodcls.errors import InputError
from prodcls.prices import Number, parse_number
from prodcls.service.products import NewProduct, as_catalogue, cell_text
from real_bundle import real


def test_columns_that_may_be_given_are_those_of_the_model() -> None:
    assert real().bundle.schema.asked == ("title", "price", "brand", "image")


def test_a_product_is_a_row(tmp_path: Path) -> None:
    photo = (real().catalogue.parent / "photos" / "1.png").read_bytes()
    given_ = NewProduct("mine", {"title": "steel kettle", "price": "12.50"}, photo)
    catalogue, told = as_catalogue(given_, real().bundle, tmp_path)
    assert (catalogue.ids, told) == (("mine",), ())
    assert catalogue.texts["title"] == ("steel kettle",)
    assert catalogue.photos is not None
    assert catalogue.photos[0] is not None
    assert catalogue.photos[0].read_bytes() == photo
    assert [values[0] for values in catalogue.numeric.values()] == [12.5]


def test_a_cell_that_cannot_be_taken_is_told_and_missing(tmp_path: Path) -> None:
    catalogue, told = as_catalogue(NewProduct("a", {"title": "x", "price": "cheap"}), real().bundle, tmp_path)
    assert [(one.column, one.scope) for one in told] == [("price", "cell")]
    assert all(math.isnan(values[0]) for values in catalogue.numeric.values())


@pytest.mark.parametrize(
    ("product", "code"),
    [
        (NewProduct("a", {"titel": "x"}), "column-unknown"),
        (NewProduct("a", {"id": "x"}), "column-unknown"),
        (NewProduct("a", {"category": "Phone"}), "column-unknown"),
        (NewProduct("a", {"image": "photos/1.png"}), "photo-by-name"),
        (NewProduct("a", {"title": "x" * 101}), "cell-too-long"),
        (NewProduct("a", {"title": "\ud800"}), "encoding-damaged"),
    ],
)
def test_what_is_not_asked_for_is_refused(product: NewProduct, code: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        as_catalogue(product, real().bundle, tmp_path, 100)
    assert caught.value.code == code
    assert not list(tmp_path.iterdir())


@given(st.floats(min_value=0.01, max_value=1e9))
def test_a_json_number_is_read_as_that_number(number: float) -> None:
    assume(float(np.format_float_positional(number, trim="-")) == number)
    read = parse_number(cell_text(number))
    assert isinstance(read, Number)
    assert float(read.value) == number


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_refused(number: float) -> None:
    with pytest.raises(InputError) as caught:
        cell_text(number)
    assert caught.value.code == "number-not-finite"
