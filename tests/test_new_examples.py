"""What is no example of a new class is refused by its code, with the row."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bundle_factory import COLUMNS, saved, stand_in, write_catalogue
from prodcls.bundle import Bundle, load_bundle
from prodcls.bundle_products import collect_products
from prodcls.catalogue import Catalogue
from prodcls.errors import InputError
from prodcls.extending import NewClasses
from prodcls.new_examples import check_not_trained_on, check_something_known, read_examples
from prodcls.new_products import Reading

SHIRTS = [
    {
        "id": f"s{i}",
        "title": f"cotton shirt {word} sleeves",
        "price": "900",
        "brand": "brand Shirt",
        "category": "Shirt",
    }
    for i, word in enumerate(("long", "short", "no"))
]
HATS = [{"id": "h0", "title": "straw hat wide brim", "price": "70", "brand": "", "category": "Hat"}]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return load_bundle(saved(tmp_path_factory.mktemp("fitted") / "bundle"))


def read(bundle: Bundle, folder: Path, rows: Sequence[dict[str, Any]], name: str | None = None) -> Catalogue:
    """Read and check a file of examples as adding does."""
    path = write_catalogue(folder / "examples.csv", rows, COLUMNS if name is None else COLUMNS[:-1])
    found = read_examples(path, bundle, Reading(), name)
    names = tuple(sorted(set(found.labels or ())))
    labels = np.array([names.index(label) for label in found.labels or ()])
    inputs = stand_in(found)
    aligned = inputs.aligned(bundle.known.numeric, bundle.known.categorical)
    check_something_known(NewClasses(names, aligned, labels, {}), bundle, path)
    check_not_trained_on(collect_products(found, inputs, folder), found, bundle)
    return found


def test_examples_come_with_their_classes(bundle: Bundle, tmp_path: Path) -> None:
    assert read(bundle, tmp_path, [*SHIRTS, *HATS]).labels == ("Shirt", "Shirt", "Shirt", "Hat")
    assert read(bundle, tmp_path, SHIRTS, " Shirt ").labels == ("Shirt",) * 3


TRAINED = {"id": "p001", "title": "another title", "category": "Shirt"}


@pytest.mark.parametrize(
    ("rows", "name", "code", "row"),
    [
        ([*HATS, {**SHIRTS[0], "category": "Phone"}], None, "class-exists", 2),
        (SHIRTS, " phone ", "class-exists", 1),
        (SHIRTS, "  ", "class-name", None),
        ([], None, "rows-none", None),
        ([{**SHIRTS[0], "category": ""}], None, "rows-none", None),
        ([{"id": "e0", "category": "Shirt"}], None, "examples-empty", None),
        ([*SHIRTS, TRAINED], None, "example-is-training", 4),
        ([{**TRAINED, "id": "n", "title": "smart phone 5g no. 1"}], None, "example-is-training", 1),
    ],
)
def test_what_is_no_example_of_a_new_class_is_refused(
    bundle: Path, tmp_path: Path, rows: list[dict[str, Any]], name: str | None, code: str, row: int | None
) -> None:
    with pytest.raises(InputError) as refused:
        read(bundle, tmp_path, rows, name)
    assert (refused.value.code, refused.value.row) == (code, row)


def test_columns_that_the_model_uses_must_be_there(bundle: Path, tmp_path: Path) -> None:
    examples = write_catalogue(tmp_path / "examples.csv", SHIRTS, ("id", "title", "category"))
    with pytest.raises(InputError) as refused:
        read_examples(examples, bundle, Reading(), None)
    assert refused.value.code == "columns-differ"
