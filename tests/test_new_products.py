"""A file with products that a bundle has not seen is read by the bundle's schema and the options of the call."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bundle_factory import product_rows, write_catalogue
from prodcls.errors import CatalogueError, InputError
from prodcls.file_formats import TableOptions
from prodcls.new_products import Reading, number_rules, read_described, read_new
from real_bundle import Real, real


@pytest.fixture(scope="module")
def given_bundle() -> Real:
    return real()


def test_labels_are_not_needed(given_bundle: Real, tmp_path: Path) -> None:
    path = write_catalogue(tmp_path / "new.csv", product_rows(tmp_path, 4), ("id", "title", "price", "brand", "image"))
    table, found = read_new(path, given_bundle.bundle, Reading())
    assert (len(table.rows), len(found), found.labels) == (4, 4, None)


def test_the_format_of_the_call_comes_before_that_of_the_fit(given_bundle: Real, tmp_path: Path) -> None:
    path = write_catalogue(tmp_path / "new.csv", [{"id": "a", "title": "kettle", "price": "1.299"}])
    for mark, value in ((".", 1.299), (",", 1299.0)):
        _, found = read_new(path, given_bundle.bundle, Reading(number_format=(mark,)))
        assert [values[0] for name, values in found.numeric.items() if name.startswith("price")] == [value]
    _, found = read_new(path, given_bundle.bundle, Reading())
    assert np.isnan(next(iter(found.numeric.values()))[0])
    assert number_rules(given_bundle.bundle, Reading()) == given_bundle.bundle.options.numbers


def test_strict_ends_at_the_first_cell(given_bundle: Real, tmp_path: Path) -> None:
    path = write_catalogue(tmp_path / "new.csv", [{"id": "a", "title": "kettle", "price": "cheap"}])
    with pytest.raises(CatalogueError, match="price") as caught:
        read_new(path, given_bundle.bundle, Reading(files=replace(TableOptions(), strict=True)))
    assert isinstance(caught.value, InputError)


def test_a_description_is_read_as_a_row(given_bundle: Real, tmp_path: Path) -> None:
    row = {"title": "steel kettle", "price": "12.50", "brand": "brand Kettle"}
    _, found = read_new(write_catalogue(tmp_path / "new.csv", [{"id": "a"} | row]), given_bundle.bundle, Reading())
    described, told = read_described("a", row, given_bundle.bundle, None)
    assert (described.ids, described.texts, told) == (found.ids, found.texts, ())
    assert (described.numeric, described.categorical) == (found.numeric, found.categorical)


@pytest.mark.parametrize(
    ("cells", "most", "code"), [({"titel": "x"}, 9, "column-unknown"), ({"title": "x" * 10}, 9, "cell-too-long")]
)
def test_a_description_with_another_column_or_a_long_cell_is_refused(
    given_bundle: Real, cells: dict[str, str], most: int, code: str
) -> None:
    with pytest.raises(InputError) as caught:
        read_described("a", cells, given_bundle.bundle, None, most)
    assert caught.value.code == code
