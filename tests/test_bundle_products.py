"""The training catalogue in a bundle: every cell as it was, photos by name and digest only."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from bundle_factory import contents, stand_in
from prodcls.bundle_products import Judgements, Products, collect_products, products_from_bytes, products_to_bytes
from prodcls.errors import BundleError, ImageError, InputError
from prodcls.tables import parquet_bytes


def given() -> Products:
    c = contents()
    return collect_products(c.catalogue, c.inputs, Path(c.catalogue.source.path).parent)


def test_everything_comes_back() -> None:
    found, expected = products_from_bytes(products_to_bytes(given())), given()
    for name in ("ids", "labels", "texts", "categorical", "photos"):
        assert getattr(found, name) == getattr(expected, name)
    for kind in ("numeric", "present"):
        assert getattr(found, kind).keys() == getattr(expected, kind).keys()
        for name, values in getattr(expected, kind).items():
            np.testing.assert_array_equal(getattr(found, kind)[name], values, strict=True)
    assert np.isnan(found.numeric["price"]).sum() == 9


def test_columns_may_be_called_like_ours() -> None:
    c = contents()
    names = ("id", "label", "row", "photo", "text:a", "present:title")
    odd = replace(c.catalogue, texts={name: (f"{name} cell",) * 90 for name in names})
    found = products_from_bytes(products_to_bytes(collect_products(odd, c.inputs, Path())))
    assert found.texts == odd.texts
    assert found.ids == c.catalogue.ids


def test_photos_are_named_below_their_folder_and_by_digest() -> None:
    c = contents()
    first = given().photos[1]
    assert given().photos[0] is None
    assert first is not None
    assert first.path == "photos/1.png"
    data = (Path(c.catalogue.source.path).parent / first.path).read_bytes()
    assert first.sha256 == hashlib.sha256(data).hexdigest()
    elsewhere = collect_products(c.catalogue, c.inputs, Path("/nowhere")).photos[1]
    assert elsewhere is not None
    assert elsewhere.path == "1.png"


def test_a_photo_that_has_gone_is_an_error(tmp_path: Path) -> None:
    c = contents()
    gone = replace(c.catalogue, photos=(tmp_path / "gone.png", *(None,) * 89))
    with pytest.raises(ImageError):
        collect_products(gone, c.inputs, tmp_path)


def test_products_are_found_by_id() -> None:
    assert given().find("p007") == 7
    with pytest.raises(InputError, match=r"'p0077'; did you mean 'p077' or 'p007'") as caught:
        given().find("p0077")
    assert caught.value.code == "product-unknown"
    with pytest.raises(InputError, match=r"no product .* 'zzz' \["):
        given().find("zzz")


def test_inputs_of_other_products_are_a_mistake() -> None:
    c = contents()
    with pytest.raises(ValueError, match="same products"):
        collect_products(c.catalogue, c.inputs.take(np.arange(89)), Path())
    unlabelled = replace(c.catalogue, labels=None)
    with pytest.raises(ValueError, match="labels"):
        collect_products(unlabelled, stand_in(unlabelled), Path())


@pytest.mark.parametrize("data", [b"", b"PAR1", parquet_bytes(pa.table({"id": ["a"]}))])
def test_no_such_table_is_refused(data: bytes) -> None:
    with pytest.raises(BundleError) as caught:
        products_from_bytes(data)
    assert caught.value.code == "bundle-content"


def test_what_other_models_said_is_kept() -> None:
    given = contents()
    n = len(given.catalogue)
    judged = Judgements(("Kettle", None, *("Phone",) * (n - 2)), np.array([0.9, np.nan, *np.linspace(0, 1, n - 2)]))
    products = collect_products(given.catalogue, given.inputs, Path(given.catalogue.source.path).parent, judged)
    back = products_from_bytes(products_to_bytes(products)).judged
    assert back.classes == judged.classes
    np.testing.assert_array_equal(back.probabilities, judged.probabilities)
    untested = collect_products(given.catalogue, given.inputs, Path(given.catalogue.source.path).parent).judged
    assert set(untested.classes) == {None}
    assert np.isnan(untested.probabilities).all()
