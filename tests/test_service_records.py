"""What a service says of training products."""

from __future__ import annotations

import math

import pytest

from prodcls.errors import InputError
from prodcls.service.records import product_record
from real_bundle import real


def test_a_training_product_is_told_cell_by_cell() -> None:
    kept = real().bundle.products
    told = product_record(real().bundle, "p001")
    i = kept.ids.index("p001")
    assert (told.id, told.label) == ("p001", kept.labels[i])
    assert told.texts == {"title": kept.texts["title"][i]}
    assert told.photo == "photos/1.png"


def test_a_missing_number_is_none_and_no_nan() -> None:
    kept = real().bundle.products
    (name, values), *_ = kept.numeric.items()
    missing = next(i for i, value in enumerate(values) if math.isnan(value))
    assert product_record(real().bundle, kept.ids[missing]).numbers[name] is None


def test_a_product_that_there_is_not_is_told() -> None:
    with pytest.raises(InputError) as caught:
        product_record(real().bundle, "p0O1")
    assert caught.value.code == "product-unknown"
