"""A product is found, read as it is served, and its encoders' parts are those of its vectors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle_factory import product_rows, write_catalogue
from prodcls.errors import InputError, SchemaError
from prodcls.explain.case import Note, Original
from prodcls.explain.chain import explain
from prodcls.explain.product import REST
from prodcls.lookup import (
    Found,
    cells_by_role,
    product_from_catalogue,
    product_from_cells,
    product_from_training,
)
from prodcls.progress import SilentProgress
from prodcls.scoring import PredictOptions, predict_catalogue
from real_bundle import Real, real


@pytest.fixture(scope="module")
def given_bundle() -> Real:
    return real()


def probabilities(found: Found, bundle: Real) -> np.ndarray:
    return bundle.bundle.model.probabilities(found.subject.inputs)[0]


def test_a_product_is_read_as_it_is_served(given_bundle: Real, tmp_path: Path) -> None:
    out = tmp_path / "scored.parquet"
    predict_catalogue(
        given_bundle.folder, given_bundle.catalogue, out, PredictOptions(batch_size=99), progress=SilentProgress()
    )
    for row in pq.read_table(out).to_pylist()[::7]:
        found = product_from_catalogue(given_bundle.bundle, given_bundle.catalogue, row["id"], given_bundle.readers)
        account = explain(given_bundle.bundle.model, found.subject, row["predicted"], row["second"])
        assert account.probability == pytest.approx(row["probability"], abs=1e-6)
        assert account.versus_probability == pytest.approx(row["second_probability"], abs=1e-6)
        assert account.margin == pytest.approx(np.log(row["probability"] / row["second_probability"]), abs=1e-5)


def test_the_training_catalogue_gives_the_same_as_its_file(given_bundle: Real) -> None:
    root = given_bundle.catalogue.parent
    for product in ("p001", "p002", "p011"):
        stored = product_from_training(given_bundle.bundle, product, given_bundle.readers, root)
        read = product_from_catalogue(given_bundle.bundle, given_bundle.catalogue, product, given_bundle.readers)
        assert np.array_equal(probabilities(stored, given_bundle), probabilities(read, given_bundle))
        assert stored.photo == read.photo
        assert (stored.label, read.label) == (given_bundle.bundle.products.labels[int(product[1:])], None)
        assert stored.notes == (Note("note.trained"),)
        assert stored.subject.photo_size == (8, 8)


def test_a_photo_that_is_not_at_hand_keeps_its_share(given_bundle: Real, tmp_path: Path) -> None:
    bundle = given_bundle.bundle
    here = product_from_training(bundle, "p001", given_bundle.readers, given_bundle.catalogue.parent)
    gone = product_from_training(bundle, "p001", given_bundle.readers, tmp_path)
    assert gone.notes[1] == Note("note.photo", "photos/1.png")
    assert (gone.photo, "image" in gone.subject.splits) == (None, False)
    assert np.allclose(probabilities(gone, given_bundle), probabilities(here, given_bundle), atol=1e-6)
    [share] = [p for p in explain(bundle.model, gone.subject).parts if p.block == "image" and p.label == "score"]
    parts = explain(bundle.model, here.subject).parts
    split = [p for p in parts if p.block == "image" and p.label not in ("neighbours", "closest")]
    assert share.value == pytest.approx(sum(p.value for p in split), abs=1e-5)


def test_another_photo_of_the_same_name_is_not_taken(given_bundle: Real, tmp_path: Path) -> None:
    other = given_bundle.catalogue.parent / "photos" / "2.png"
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "1.png").write_bytes(other.read_bytes())
    assert product_from_training(given_bundle.bundle, "p001", given_bundle.readers, tmp_path).photo is None


def test_a_product_without_a_photo_needs_none(given_bundle: Real, tmp_path: Path) -> None:
    found = product_from_training(given_bundle.bundle, "p000", given_bundle.readers, tmp_path)
    assert found.notes == (Note("note.trained"),)
    assert not found.subject.inputs.dense["image"].present[0]


def test_a_wrong_id_names_the_nearest(given_bundle: Real) -> None:
    with pytest.raises(InputError, match="did you mean 'p011'") as caught:
        product_from_training(given_bundle.bundle, "P011", given_bundle.readers)
    assert caught.value.code == "product-unknown"
    with pytest.raises(InputError, match="did you mean 'p050' or 'p051' or 'p052'"):
        product_from_catalogue(given_bundle.bundle, given_bundle.catalogue, "p05", given_bundle.readers)


def test_a_catalogue_that_does_not_fit_is_refused(given_bundle: Real, tmp_path: Path) -> None:
    path = write_catalogue(tmp_path / "new.csv", product_rows(tmp_path, 4), ("id", "title", "price"))
    with pytest.raises(SchemaError, match="absent: brand, image"):
        product_from_catalogue(given_bundle.bundle, path, "p001", given_bundle.readers)


def test_cells_that_were_not_taken_are_noted(given_bundle: Real, tmp_path: Path) -> None:
    rows = [{"id": "a", "title": "steel kettle", "price": "cheap"}, {"id": "b", "title": "x", "image": "gone.png"}]
    path = write_catalogue(tmp_path / "new.csv", rows)
    [note] = product_from_catalogue(given_bundle.bundle, path, "a", given_bundle.readers).notes
    assert (note.key, note.text.split(":")[0]) == ("note.cell", "price")
    [note] = product_from_catalogue(given_bundle.bundle, path, "b", given_bundle.readers).notes
    assert note.text.startswith("image: ")


def test_originals_of_cleaned_texts_are_at_hand(given_bundle: Real, tmp_path: Path) -> None:
    path = write_catalogue(tmp_path / "new.csv", [{"id": "a", "title": "<b>steel</b> kettle"}])
    found = product_from_catalogue(given_bundle.bundle, path, "a", given_bundle.readers)
    assert found.subject.inputs.texts["title"] == ("steel kettle",)
    assert found.originals == (Original("title", "<b>steel</b> kettle", 19, ("html",)),)


def test_a_product_can_be_described(given_bundle: Real) -> None:
    photo = given_bundle.catalogue.parent / "photos" / "1.png"
    cells = {"title": "双门 冰箱", "price": "99", "brand": "brand Kettle"}
    found = product_from_cells(given_bundle.bundle, cells, given_bundle.readers, photo)
    inputs = found.subject.inputs
    assert (inputs.ids, inputs.texts["title"], found.photo) == (("new",), ("双门 冰箱",), photo)
    assert inputs.numeric == {"price": np.array([99.0])}
    assert explain(given_bundle.bundle.model, found.subject).predicted == "冰箱"


@pytest.mark.parametrize(
    ("cells", "code"), [({"colour": "red"}, "column-unknown"), ({"title": "x", "price": "1,2,3"}, None)]
)
def test_a_description_that_cannot_be_used_is_refused(
    given_bundle: Real, cells: dict[str, str], code: str | None
) -> None:
    with pytest.raises(InputError) as caught:
        product_from_cells(given_bundle.bundle, cells, given_bundle.readers)
    assert code is None or caught.value.code == code


def test_columns_are_found_by_what_they_are_called_or_where_they_stand(given_bundle: Real) -> None:
    schema = given_bundle.bundle.schema
    assert cells_by_role(schema, {"title": "a", "price": "1", "brand": "b"}) == {
        "title": "a",
        "price": "1",
        "brand": "b",
    }
    with pytest.raises(InputError, match="uses no description: its text columns are title"):
        cells_by_role(schema, {"description": "x"})


TITLES = (
    "steel kettle",
    "双门冰箱，节能",
    "phone ตู้เย็น שלום 🙂",
    "kettle " * 400,
    "ｆｕｌｌ e\u0301 \u200b?",
    ".",
    "é" * 300,
)


@settings(deadline=None, max_examples=25)
@given(st.one_of(st.sampled_from(TITLES), st.text(min_size=1, max_size=80)))
def test_real_encoders_are_accounted_for_exactly(title: str) -> None:
    given_bundle = real()
    try:
        found = product_from_cells(given_bundle.bundle, {"title": title}, given_bundle.readers)
    except InputError as error:  # NUL and lone surrogates are refused at intake
        assert error.code in ("nul-character", "encoding-damaged")
        return
    for rival in (None, REST):
        account = explain(given_bundle.bundle.model, found.subject, "Kettle", rival)
        assert sum(p.value for p in account.parts) == pytest.approx(account.margin, abs=1e-6)
        for part in account.parts:
            if part.start is not None:
                assert found.subject.inputs.texts["title"][0][part.start : part.end] == part.label
