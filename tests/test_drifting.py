"""A catalogue held against a bundle: quiet where nothing has changed, and each change is told with its products."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bundle_factory import CREATED, contents, product_rows, stand_in, write_catalogue
from prodcls import drifting
from prodcls.audit_drift import DriftLine, DriftReport
from prodcls.audit_json import to_json
from prodcls.bundle import load_bundle, save_bundle
from prodcls.bundle_products import Judgements
from prodcls.config import Head
from prodcls.conformal import SetRule
from prodcls.drifting import find_drift, training_inputs
from prodcls.embeddings import EmbeddingStore
from prodcls.errors import SchemaError
from prodcls.progress import SilentProgress

Row = dict[str, Any]


def write_bundle(folder: Path, head: Head = "evidence") -> Path:
    """Write a bundle whose products were judged as the model judges them, with sets."""
    given = contents(head)
    found = given.model.probabilities(given.inputs)
    names = tuple(given.model.classes[k] for k in found.argmax(axis=1))
    rule = SetRule(0.9, np.full(3, 0.6), np.ones(3, dtype=np.bool_))
    judged = Judgements(names, found.max(axis=1), {}, rule.sets(found).sum(axis=1) == 1)
    save_bundle(folder, replace(given, judged=judged, sets=rule), created=CREATED)
    return folder


@pytest.fixture(autouse=True)
def encoders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drifting, "prepare", stand_in)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_bundle(tmp_path_factory.mktemp("drifting") / "bundle")


def held(bundle: Path, folder: Path, change: Callable[[int, Row], Row | None] = lambda _, row: row) -> DriftReport:
    """Hold the training catalogue against its bundle, each row changed or left out."""
    rows = [new for i, row in enumerate(product_rows(folder)) if (new := change(i, row)) is not None]
    path = write_catalogue(folder / "new.csv", rows, list(rows[0]))
    return find_drift(bundle, path, SilentProgress())


def alarms(report: DriftReport) -> set[tuple[str, str]]:
    return {(line.kind, line.name) for line in report.drift.lines if line.alarm}


def line(report: DriftReport, kind: str, name: str = "") -> DriftLine:
    return next(one for one in report.drift.lines if (one.kind, one.name) == (kind, name))


def test_the_training_catalogue_itself_has_not_moved(bundle: Path, tmp_path: Path) -> None:
    found = held(bundle, tmp_path)
    assert alarms(found) == set()
    assert {one.kind for one in found.drift.lines} == {
        *("class", "predicted", "length", "number", "expected", "category", "unseen", "script", "words"),
        *("photo", "embedding", "certainty", "review"),
    }
    assert (found.drift.before, found.drift.after, len(found.distances)) == (90, 90, 90)
    assert (found.unknown_columns, found.unknown_numbers, found.absent_numbers, found.rejected) == ((), {}, (), {})
    assert found.certainty.review_before == found.certainty.review_after
    assert found.certainty.below == pytest.approx(0.1, abs=0.02)
    assert to_json(found) == to_json(held(bundle, tmp_path))


@pytest.mark.parametrize(
    ("change", "kind", "name"),
    [
        (lambda _, row: {**row, "price": f"{float(row['price'] or 0) * 3:.2f}" if row["price"] else ""}, "number", ""),
        (lambda _, row: None if row["category"] == "Phone" else row, "class", ""),
        (lambda _, row: None if row["category"] == "Phone" else row, "predicted", ""),
        (lambda _, row: {**row, "title": f"智能 产品 {row['id'][1:]}"}, "script", "title"),
        (lambda _, row: {**row, "title": f"bouilloire en acier {row['id'][1:]}"}, "words", ""),
        (lambda _, row: {**row, "title": f"bouilloire en acier {row['id'][1:]}"}, "embedding", "title"),
        (lambda i, row: {**row, "title": row["title"] + " and much more" * (i % 3)}, "length", "title"),
        (lambda i, row: {**row, "brand": f"maker {i % 7}"}, "unseen", "brand"),
        (lambda i, row: {**row, "brand": f"maker {i % 7}"}, "category", "brand"),
        (lambda _, row: {**row, "image": ""}, "photo", "image"),
    ],
)
def test_each_change_raises_its_own_alarm(
    change: Callable[[int, Row], Row | None], kind: str, name: str, bundle: Path, tmp_path: Path
) -> None:
    found = held(bundle, tmp_path, change)
    assert kind in {k for k, n in alarms(found) if not name or n == name}
    detail = next((d for d in found.details if d.kind == kind), None)
    assert detail is not None or kind == "embedding"


def test_labels_are_compared_where_the_file_has_them(bundle: Path, tmp_path: Path) -> None:
    without = held(bundle, tmp_path, lambda _, row: {k: v for k, v in row.items() if k != "category"})
    assert "class" not in {one.kind for one in without.drift.lines}
    blank = held(bundle, tmp_path, lambda _, row: {**row, "category": ""})
    assert "class" not in {one.kind for one in blank.drift.lines}
    some = held(bundle, tmp_path, lambda i, row: {**row, "category": "Toaster" if i < 45 else ""})
    assert line(some, "class").unseen == 1.0
    assert ("class", "") in alarms(some)


def test_products_that_moved_say_in_what(bundle: Path, tmp_path: Path) -> None:
    odd = {
        5: {"title": "чайник"},
        8: {"price": "99999999"},
        9: {"brand": "Zeniko", "title": ""},
    }
    found = held(bundle, tmp_path, lambda i, row: {**row, **odd.get(i, {})})
    moved = {product.id: product for product in found.moved}
    assert moved.keys() >= {"p005", "p008", "p009"}
    reasons = {key: {(r.kind, r.name): r for r in product.reasons} for key, product in moved.items()}
    assert reasons["p005"]["words", ""].value == "чайник"
    price = reasons["p008"]["expected", next(n for k, n in reasons["p008"] if k == "expected")]
    assert price.value == "99,999,999"
    assert float(price.usual.replace(",", "")) < 10_000
    assert ("missing", "title") in reasons["p009"]
    assert moved["p008"].row == 9
    order = [product.distance for product in found.moved]
    assert order == sorted(order, reverse=True)
    assert found.distances["p008"] == moved["p008"].distance == max(found.distances.values())


def test_differences_of_the_file_are_told(bundle: Path, tmp_path: Path) -> None:
    def change(i: int, row: Row) -> Row:
        return {"colour": "red", **row, "price": f"${i}.50", "image": "no.png" if i == 4 else row["image"]}

    found = held(bundle, tmp_path, change)
    assert found.unknown_columns == ("colour",)
    assert found.unknown_numbers == {"price [$]": 90}
    assert found.absent_numbers == ("price",)
    assert found.rejected == {"photo-absent": 1}
    assert line(found, "number", "price").missing_after == 1.0
    with pytest.raises(SchemaError, match="price"):
        held(bundle, tmp_path, lambda _, row: {"prices" if k == "price" else k: v for k, v in row.items()})


def test_of_products_without_anything_nothing_is_known(bundle: Path, tmp_path: Path) -> None:
    parts = ("title", "price", "brand", "image")
    found = held(bundle, tmp_path, lambda i, row: {**row, **dict.fromkeys(parts, "")} if i < 3 else row)
    assert found.certainty.unknown == 3
    nothing = held(bundle, tmp_path, lambda _, row: {**row, **dict.fromkeys(parts, "")})
    assert nothing.certainty.unknown == 90
    assert nothing.certainty.review_after == 1.0
    assert ("photo", "image") in alarms(nothing)


def test_the_flat_head_keeps_texts_alone(tmp_path: Path) -> None:
    folder = write_bundle(tmp_path / "bundle", "flat")
    found = held(folder, tmp_path)
    assert alarms(found) == set()
    assert ("embedding", "title") in {(one.kind, one.name) for one in found.drift.lines}
    assert ("embedding", "image") not in {(one.kind, one.name) for one in found.drift.lines}


def test_the_bundle_gives_back_what_was_trained_on(bundle: Path) -> None:
    given = contents().inputs
    found = training_inputs(load_bundle(bundle), EmbeddingStore(), SilentProgress())
    assert (found.ids, found.texts, found.categorical) == (given.ids, given.texts, given.categorical)
    for name, e in given.dense.items():
        np.testing.assert_array_equal(found.dense[name].present, e.present)
        np.testing.assert_array_equal(found.dense[name].vectors, e.vectors)
    for name, values in given.numeric.items():
        np.testing.assert_array_equal(found.numeric[name], values)


def test_a_bundle_that_was_not_judged_says_less(tmp_path: Path) -> None:
    save_bundle(tmp_path / "bundle", contents(), created=CREATED)
    found = held(tmp_path / "bundle", tmp_path)
    assert alarms(found) == set()
    assert {"certainty", "review"} & {one.kind for one in found.drift.lines} == set()
    assert (found.certainty.threshold, found.certainty.below, found.certainty.review_before) == (None, None, None)
    assert found.certainty.review_after is None
