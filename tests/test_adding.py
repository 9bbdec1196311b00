"""A bundle with more classes is written whole, beside the one that is given, or not at all."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from bundle_factory import COLUMNS, CREATED, contents, saved, stand_in, write_catalogue
from prodcls import adding
from prodcls.adding import AddOptions, WrittenBundle, add_classes
from prodcls.bundle import load_bundle, save_bundle
from prodcls.bundle_layout import MANIFEST
from prodcls.embeddings import EmbeddingStore
from prodcls.errors import InputError
from prodcls.progress import SilentProgress

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


def read_names(names: Sequence[str], *_: object) -> dict[str, np.ndarray]:
    found = np.zeros((len(names), 16), dtype=np.float32)
    found[np.arange(len(names)), [zlib.crc32(name.encode()) % 16 for name in names]] = 1.0
    return {"title": found}


@pytest.fixture(autouse=True)
def quick_encoders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adding, "prepare", stand_in)
    monkeypatch.setattr(adding, "read_names", read_names)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved(tmp_path_factory.mktemp("fitted") / "bundle")


def add(
    bundle: Path, folder: Path, rows: Sequence[dict[str, Any]], name: str | None = None, out: str = "new"
) -> WrittenBundle:
    examples = write_catalogue(folder / "examples.csv", rows, COLUMNS if name is None else COLUMNS[:-1])
    store = EmbeddingStore(folder / "store")
    return add_classes(bundle, examples, folder / out, AddOptions(name=name), progress=SilentProgress(), store=store)


def test_one_file_may_hold_several_classes(bundle: Path, tmp_path: Path) -> None:
    outcome = add(bundle, tmp_path, [*SHIRTS, *HATS])
    found = load_bundle(tmp_path / "new")
    assert found.model.classes == ("Hat", "Kettle", "Phone", "Shirt", "冰箱")
    assert found.additions[0].classes == {"Hat": 1, "Shirt": 3}
    assert found.products.labels[-4:] == ("Shirt", "Shirt", "Shirt", "Hat")
    assert found.products.judged.classes[-4:] == (None,) * 4
    assert len(found.leaves) == len(found.products)
    assert outcome.digest == found.digest
    assert outcome.summary_lines[0] == "5 classes, 2 of them new"


def test_examples_have_leaves_where_the_products_have_some(tmp_path: Path) -> None:
    given = contents(boosted=True)
    kept = np.zeros((len(given.catalogue), 7), dtype=np.int32)
    save_bundle(tmp_path / "bundle", replace(given, leaves=kept), created=CREATED)
    add(tmp_path / "bundle", tmp_path, SHIRTS)
    found = load_bundle(tmp_path / "new").leaves
    np.testing.assert_array_equal(found[:-3], kept)
    assert found[-3:].any()


def test_photos_of_examples_are_read_and_named(bundle: Path, tmp_path: Path) -> None:
    Image.new("RGB", (8, 8), (250, 250, 10)).save(tmp_path / "shirt.png")
    add(bundle, tmp_path, [{**SHIRTS[0], "image": "shirt.png"}, {**SHIRTS[1], "image": "absent.png"}])
    products = load_bundle(tmp_path / "new").products
    assert products.present["image"][-2:].tolist() == [True, False]
    assert [photo and photo.path for photo in products.photos[-2:]] == ["shirt.png", None]


def test_the_class_may_be_named_by_hand_and_the_same_call_gives_the_same_model(bundle: Path, tmp_path: Path) -> None:
    digests = [add(bundle, tmp_path, SHIRTS, "Shirt", out).digest for out in ("one", "two")]
    assert digests[0] == digests[1]
    assert load_bundle(tmp_path / "one").products.labels[-1] == "Shirt"


def test_classes_can_be_added_to_a_bundle_that_has_some(bundle: Path, tmp_path: Path) -> None:
    add(bundle, tmp_path, SHIRTS, out="once")
    add(tmp_path / "once", tmp_path, HATS, out="twice")
    found = load_bundle(tmp_path / "twice")
    assert found.added == ("Shirt", "Hat")
    assert [one.bundle for one in found.additions] == [load_bundle(p).digest for p in (bundle, tmp_path / "once")]


def test_rows_without_ids_get_some_that_no_product_has(bundle: Path, tmp_path: Path) -> None:
    nameless = [{**row, "id": ""} for row in SHIRTS]
    add(bundle, tmp_path, nameless, out="once")
    add(tmp_path / "once", tmp_path, [{**row, "id": ""} for row in HATS], out="twice")
    ids = load_bundle(tmp_path / "twice").products.ids
    assert ids[-4:] == ("row-1", "row-2", "row-3", "added-2-row-1")
    assert len(set(ids)) == len(ids)


def test_another_head_a_damaged_bundle_and_a_place_that_is_taken_are_refused(bundle: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        add(saved(tmp_path / "flat", "flat"), tmp_path, SHIRTS)
    assert refused.value.code == "head-flat"
    with pytest.raises(InputError) as refused:
        add(bundle, tmp_path, SHIRTS, out="flat")
    assert refused.value.code == "output-exists"
    damaged = saved(tmp_path / "damaged")
    (damaged / MANIFEST).write_bytes((damaged / MANIFEST).read_bytes().replace(b"0", b"1", 1))
    with pytest.raises(InputError) as refused:
        add(damaged, tmp_path, SHIRTS)
    assert refused.value.code == "bundle-manifest"
    assert not (tmp_path / "new").exists()
