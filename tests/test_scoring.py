"""Batch prediction: every row gets its answer, and every difference from training is told."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from bundle_factory import COLUMNS, CREATED, contents, product_rows, saved, stand_in, write_catalogue
from prodcls import scoring_rows
from prodcls.bundle import load_bundle, save_bundle
from prodcls.catalogue import Catalogue
from prodcls.config import Head
from prodcls.conformal import SetRule
from prodcls.embedding_store import EmbedStats
from prodcls.embeddings import EmbeddingStore
from prodcls.errors import BundleError, CatalogueError, ImageError, InputError, SchemaError
from prodcls.hierarchy import ClassTree
from prodcls.inputs import Inputs
from prodcls.new_products import Reading
from prodcls.preparation import Recipe
from prodcls.progress import SilentProgress
from prodcls.rates import Rate, Rates
from prodcls.scored_rows import check_bundle
from prodcls.scoring import PredictOptions, PredictOutcome, predict_catalogue
from prodcls.stopping import StopRule


@pytest.fixture(autouse=True)
def encoders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scoring_rows, "prepare", stand_in)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved(tmp_path_factory.mktemp("scoring") / "bundle")


def predict(bundle: Path, catalogue: Path, out: Path, **options: Any) -> PredictOutcome:
    store, progress = options.pop("store", None), options.pop("progress", SilentProgress())
    settings = PredictOptions(**{"batch_size": 1000, "top_k": 2, **options})
    return predict_catalogue(bundle, catalogue, out, settings, progress=progress, store=store)


def scored(bundle: Path, rows: list[dict[str, Any]], folder: Path, **options: Any) -> list[dict[str, Any]]:
    path = write_catalogue(folder / "new.csv", rows, options.pop("columns", COLUMNS))
    predict(bundle, path, folder / "scored.parquet", **options)
    return pq.read_table(folder / "scored.parquet").to_pylist()  # type: ignore[no-any-return]


@pytest.mark.parametrize("head", ["evidence", "flat"])
def test_the_scored_file_says_what_the_model_says(head: Head, tmp_path: Path) -> None:
    folder = saved(tmp_path / "bundle", head)
    given = contents(head, boosted=head == "evidence")
    outcome = predict(folder, Path(given.catalogue.source.path), tmp_path / "s.parquet", top_k=99)
    table = pq.read_table(tmp_path / "s.parquet")
    assert outcome.rows == table.num_rows == 90
    assert table["id"].to_pylist() == list(given.catalogue.ids)
    assert table["row"].to_pylist() == list(range(1, 91))
    expected = given.model.probabilities(given.inputs)
    classes = np.array(given.model.classes)
    order = np.argsort(-expected, axis=1)
    for k in range(3):
        assert table[f"class_{k + 1}"].to_pylist() == classes[order[:, k]].tolist()
        np.testing.assert_allclose(table[f"probability_{k + 1}"], np.sort(expected, axis=1)[:, -1 - k], atol=1e-12)
    assert "class_4" not in table.column_names
    for name, place in (("predicted", "class_1"), ("probability", "probability_1"), ("second", "class_2")):
        assert table[name].equals(table[place])
    assert table["second_probability"].equals(table["probability_2"])
    assert not any(table["review"].to_pylist())
    check_bundle(tmp_path / "s.parquet", load_bundle(folder).digest)
    with pytest.raises(InputError, match="was scored by the bundle"):
        check_bundle(tmp_path / "s.parquet", "f" * 64)


def test_sets_hold_what_their_thresholds_let_in_and_ask_for_review(tmp_path: Path) -> None:
    given = contents()
    probabilities = given.model.probabilities(given.inputs)
    cut = np.sort(1 - probabilities, axis=1)[:, 1]  # of the runner-up: half of the sets get it
    rule = SetRule(0.9, np.full(3, float(np.median(cut))), np.ones(3, dtype=np.bool_))
    save_bundle(tmp_path / "bundle", replace(given, sets=rule), created=CREATED)
    loaded = load_bundle(tmp_path / "bundle").sets
    assert loaded is not None
    assert loaded.thresholds.tolist() == rule.thresholds.tolist()
    outcome = predict(tmp_path / "bundle", Path(given.catalogue.source.path), tmp_path / "s.parquet", top_k=3)
    found = pq.read_table(tmp_path / "s.parquet").to_pylist()
    sizes = [len(row["prediction_set"]) for row in found]
    assert 30 < sum(size > 1 for size in sizes) < 60
    for row, size in zip(found, sizes, strict=True):
        assert row["prediction_set"] == [row[f"class_{i + 1}"] for i in range(size)]
        assert row["review"] == (size != 1)
        assert row["reasons"] == ["not-one-class"] * (size != 1)
    undecided = sum(size != 1 for size in sizes)
    assert any(line.startswith(f"{undecided} rows marked for review: their") for line in outcome.summary_lines)
    predict(tmp_path / "bundle", Path(given.catalogue.source.path), tmp_path / "s.csv")
    with (tmp_path / "s.csv").open(encoding="utf-8", newline="") as stream:
        cells = [json.loads(c["prediction_set"]) for c in csv.DictReader(stream)]
    assert cells == [row["prediction_set"] for row in found]


def test_batches_make_no_difference(bundle: Path, tmp_path: Path) -> None:
    rows = product_rows(tmp_path)
    whole = scored(bundle, rows, tmp_path)
    for size in (1, 7, 89, 90):
        batched = scored(bundle, rows, tmp_path, batch_size=size)
        assert [r["predicted"] for r in batched] == [r["predicted"] for r in whole]
        np.testing.assert_allclose([r["probability"] for r in batched], [r["probability"] for r in whole], atol=1e-6)


@pytest.mark.parametrize("head", ["evidence", "flat"])
def test_any_part_of_a_product_may_be_absent(head: Head, tmp_path: Path) -> None:
    folder = saved(tmp_path / "bundle", head)
    full = product_rows(tmp_path)[1]
    assert all(full[name] for name in COLUMNS)
    parts = ("title", "price", "brand", "image")
    rows = []
    for kept in product((True, False), repeat=4):
        absent = {name: "" for name, keep in zip(parts, kept, strict=True) if not keep}
        rows.append({**full, "id": "".join(map(str, map(int, kept))), **absent})
    found = scored(folder, rows, tmp_path)
    assert [row["id"] for row in found if row["review"]] == ["0000"]
    for row in found:
        assert 0.0 <= row["second_probability"] <= row["probability"] <= 1.0


def test_only_an_unseen_brand_is_nothing_known(bundle: Path, tmp_path: Path) -> None:
    path = write_catalogue(tmp_path / "new.csv", [{"id": "a", "brand": "brand any"}, {"id": "b", "brand": "Unseen"}])
    outcome = predict(bundle, path, tmp_path / "s.parquet")
    assert pq.read_table(tmp_path / "s.parquet")["review"].to_pylist() == [False, True]
    assert "1 rows have a 'brand' that training did not have, such as 'Unseen': not used" in outcome.summary_lines
    assert "1 rows marked for review: nothing is known about them [nothing-known]" in outcome.summary_lines


def test_shuffled_and_additional_columns_change_nothing(bundle: Path, tmp_path: Path) -> None:
    rows = [{**row, "colour": "red"} for row in product_rows(tmp_path)]
    plain = scored(bundle, rows, tmp_path)
    path = write_catalogue(tmp_path / "new.csv", rows, ("colour", *reversed(COLUMNS)))
    outcome = predict(bundle, path, tmp_path / "scored.parquet")
    assert pq.read_table(tmp_path / "scored.parquet").to_pylist() == plain
    assert "columns that the model does not know, not used: colour" in outcome.summary_lines


@pytest.mark.parametrize("absent", ["title", "price", "brand", "image"])
def test_a_catalogue_without_a_column_is_refused_with_the_difference(absent: str, bundle: Path, tmp_path: Path) -> None:
    rows = [{**row, f"{absent}s": "x"} for row in product_rows(tmp_path)]
    columns = [f"{absent}s" if name == absent else name for name in COLUMNS]
    with pytest.raises(SchemaError, match=f"{absent} \\(renamed to {absent}s\\?\\)") as caught:
        scored(bundle, rows, tmp_path, columns=columns)
    assert caught.value.code == "columns-differ"
    assert not (tmp_path / "scored.parquet").exists()


def test_labels_are_neither_needed_nor_read(bundle: Path, tmp_path: Path) -> None:
    rows = product_rows(tmp_path)
    without = scored(bundle, rows, tmp_path, columns=COLUMNS[:-1])
    assert scored(bundle, [{**row, "category": "?"} for row in rows], tmp_path) == without


def test_prices_in_another_currency_are_not_taken_for_the_known_ones(bundle: Path, tmp_path: Path) -> None:
    rows = [{**row, "price": row["price"] and f"€{row['price']}"} for row in product_rows(tmp_path)]
    path = write_catalogue(tmp_path / "new.csv", rows)
    outcome = predict(bundle, path, tmp_path / "s.parquet")
    assert "the model knows 'price' and no row has it: it counts as missing" in outcome.summary_lines
    assert "81 rows have 'price [EUR]', which the model does not know: not used" in outcome.summary_lines
    unpriced = scored(bundle, [{**row, "price": ""} for row in product_rows(tmp_path)], tmp_path)
    assert pq.read_table(tmp_path / "s.parquet").to_pylist() == unpriced


def test_texts_are_cleaned_as_for_the_fit(bundle: Path, tmp_path: Path) -> None:
    rows = product_rows(tmp_path)[:4]
    clean = scored(bundle, rows, tmp_path)
    rows[1] = {**rows[1], "title": f"<b>{rows[1]['title']}</b>&nbsp;"}
    assert scored(bundle, rows, tmp_path) == clean
    outcome = predict(bundle, tmp_path / "new.csv", tmp_path / "s.parquet")
    assert "cleaned: 1 cell (html 1, white space 1)" in outcome.summary_lines

    given = contents()
    raw = tmp_path / "raw"
    save_bundle(raw, replace(given, options=replace(given.options, clean=False)), created=CREATED)
    assert not load_bundle(raw).options.clean
    outcome = predict(raw, tmp_path / "new.csv", tmp_path / "s.parquet")
    assert not any("cleaned" in line for line in outcome.summary_lines)


def test_what_is_rejected_is_written_beside_and_told(bundle: Path, tmp_path: Path) -> None:
    rows = product_rows(tmp_path)[:10]
    rows[1] = {**rows[1], "price": "ask us"}
    rows[2] = {**rows[2], "image": "photos/none.png"}
    rows.append(dict(rows[0]))
    path = write_catalogue(tmp_path / "new.csv", rows)
    outcome = predict(bundle, path, tmp_path / "s.parquet")
    assert outcome.rows == 10
    assert outcome.rejections == tmp_path / "s.rejections.parquet"
    table = pq.read_table(outcome.rejections).to_pylist()
    assert [(r["row"], r["column"], r["scope"]) for r in table] == [
        (2, "price", "cell"),
        (3, "image", "cell"),
        (11, "", "row"),
    ]
    assert any("photo-absent (cell)" in line and "s.rejections.parquet" in line for line in outcome.summary_lines)
    again = predict(bundle, write_catalogue(path, rows[3:10]), tmp_path / "s.parquet")
    assert again.rejections is None
    assert not outcome.rejections.exists()


def test_photos_that_cannot_be_decoded_are_reported_by_their_rows(
    bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(catalogue: Catalogue, _: Recipe, store: EmbeddingStore, *__: object, **___: object) -> Inputs:
        inputs = stand_in(catalogue)
        failed = {
            i: ImageError("cut off", code="photo-corrupt") for i, name in enumerate(catalogue.ids) if name == "p005"
        }
        store.stats.append(EmbedStats("image", "stand-in", 0, 0, 0, 0.0, failed))
        return inputs

    monkeypatch.setattr(scoring_rows, "prepare", failing)
    store = EmbeddingStore(tmp_path / "store")
    path = write_catalogue(tmp_path / "new.csv", product_rows(tmp_path)[:12])
    outcome = predict(bundle, path, tmp_path / "s.parquet", batch_size=4, store=store)
    assert outcome.rejections is not None
    (row,) = pq.read_table(outcome.rejections).to_pylist()
    assert row == {
        "source": "catalogue",
        "row": 6,
        "column": "image",
        "code": "photo-corrupt",
        "reason": "cut off",
        "excerpt": "5.png",
        "scope": "cell",
    }


def test_csv_and_json_lines_hold_the_same(bundle: Path, tmp_path: Path) -> None:
    rows = product_rows(tmp_path)[:5]
    rows[0] = {**rows[0], "id": "=1+1"}
    expected = scored(bundle, rows, tmp_path)
    predict(bundle, tmp_path / "new.csv", tmp_path / "s.jsonl")
    predict(bundle, tmp_path / "new.csv", tmp_path / "s.csv")
    lines = (tmp_path / "s.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == expected
    with (tmp_path / "s.csv").open(encoding="utf-8", newline="") as stream:
        cells = list(csv.DictReader(stream))
    assert [c["id"] for c in cells] == ["'=1+1", *(r["id"] for r in expected[1:])]
    assert [float(c["probability"]) for c in cells] == [r["probability"] for r in expected]
    assert {c["review"] for c in cells} == {"false"}


@pytest.mark.parametrize(
    ("out", "code"),
    [
        ("s.xlsx", "output-format"),
        ("s.txt", "output-format"),
        ("new.csv", "output-is-input"),
        ("bundle/s.csv", "output-in-bundle"),
    ],
)
def test_places_that_cannot_take_the_result_are_refused_before_any_work(
    out: str, code: str, bundle: Path, tmp_path: Path
) -> None:
    path = write_catalogue(tmp_path / "new.csv", product_rows(tmp_path)[:5])
    before = path.read_bytes()
    with pytest.raises(InputError) as caught:
        predict(bundle, path, bundle.parent / out if "/" in out else tmp_path / out)
    assert caught.value.code == code
    assert path.read_bytes() == before
    load_bundle(bundle)


def test_a_failure_half_way_leaves_the_earlier_result(
    bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = product_rows(tmp_path)
    scored(bundle, rows, tmp_path)
    before = (tmp_path / "scored.parquet").read_bytes()

    def fails_later(catalogue: Catalogue, *_: object, **__: object) -> Inputs:
        if "p050" in catalogue.ids:
            raise OSError(28, "No space left on device")
        return stand_in(catalogue)

    monkeypatch.setattr(scoring_rows, "prepare", fails_later)
    with pytest.raises(OSError, match="No space"):
        scored(bundle, rows[::-1], tmp_path, batch_size=10)
    assert (tmp_path / "scored.parquet").read_bytes() == before
    assert not [path.name for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_a_catalogue_of_no_usable_rows_is_refused(bundle: Path, tmp_path: Path) -> None:
    with pytest.raises(CatalogueError):
        scored(bundle, [], tmp_path)
    assert not (tmp_path / "scored.parquet").exists()


def test_a_damaged_bundle_is_refused(tmp_path: Path) -> None:
    folder = saved(tmp_path / "bundle")
    (folder / "extra").write_text("")
    with pytest.raises(BundleError):
        scored(folder, product_rows(tmp_path), tmp_path)


def test_photos_may_lie_elsewhere(bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    rows = product_rows(tmp_path / "there")
    path = write_catalogue(tmp_path / "new.csv", rows)
    assert predict(bundle, path, tmp_path / "s.parquet").rejections is not None
    assert (
        predict(bundle, path, tmp_path / "s.parquet", reading=Reading(image_root=tmp_path / "there")).rejections is None
    )


def test_numbers_are_read_as_in_the_fit_unless_told_otherwise(tmp_path: Path) -> None:
    given = contents()
    decimal_comma = replace(given, options=replace(given.options, number_format=(",",)))
    folder = tmp_path / "bundle"
    save_bundle(folder, decimal_comma, created=CREATED)
    rows = [{"id": "a", "title": "x", "price": "1.299"}]
    (comma,) = scored(folder, rows, tmp_path)
    (point,) = scored(folder, rows, tmp_path, reading=Reading(number_format=(".",)))
    (thousand,) = scored(folder, [{**rows[0], "price": "1299"}], tmp_path)
    assert comma == thousand != point


class Noting(SilentProgress):
    """Keeps what it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.notes: list[str] = []

    def note(self, line: str) -> None:
        self.notes.append(line)


@pytest.mark.parametrize(
    ("size", "told"), [(1000, []), (40, [40, 80]), (1, [9, 18, 27, 36, 45, 54, 63, 72, 81])], ids=str
)
def test_progress_is_told_each_tenth_at_most(size: int, told: list[int], bundle: Path, tmp_path: Path) -> None:
    progress = Noting()
    scored(bundle, product_rows(tmp_path), tmp_path, batch_size=size, progress=progress)
    assert progress.notes == [f"{done} of 90 products" for done in told]
    assert list(progress.seconds) == ["load", "read", "predict"]


def test_a_prediction_converts_by_the_rates_in_the_bundle(tmp_path: Path) -> None:
    given = contents()
    rates = Rates("EUR", "0" * 64, (Rate("USD", "0.5", "2026-11-20"),))
    folder = tmp_path / "bundle"
    save_bundle(folder, replace(given, options=replace(given.options, rates=rates)), created=CREATED)
    assert load_bundle(folder).options.rates == rates
    rows = product_rows(tmp_path)
    for row in rows:
        row["price"] = "USD 10"
    outcome = predict(folder, write_catalogue(tmp_path / "new.csv", rows), tmp_path / "s.parquet")
    assert any("'price [EUR]'" in line for line in outcome.summary_lines)


def test_a_decision_stops_at_the_deepest_node_that_is_probable_enough(tmp_path: Path) -> None:
    given = contents()
    probabilities = given.model.probabilities(given.inputs)
    least = float(np.median(probabilities.max(axis=1)))
    first, second, third = given.model.classes
    rule = StopRule(ClassTree((("Home", first), ("Home", second), ("Gadgets", third))), 0.9, least)
    save_bundle(tmp_path / "bundle", replace(given, stopping=rule), created=CREATED)
    assert load_bundle(tmp_path / "bundle").stopping == rule
    predict(tmp_path / "bundle", Path(given.catalogue.source.path), tmp_path / "s.parquet", top_k=3)
    places = set()
    for row in pq.read_table(tmp_path / "s.parquet").to_pylist():
        by_class = {row[f"class_{i}"]: row[f"probability_{i}"] for i in (1, 2, 3)}
        home = by_class[first] + by_class[second]
        if row["probability"] >= least:
            assert row["stopped_at"].split(" >> ")[1:] == [row["predicted"]]
            assert row["stopped_probability"] == row["probability"]
        elif row["predicted"] != third and home >= least:
            assert row["stopped_at"] == "Home"
            assert row["stopped_probability"] == pytest.approx(home)
        else:
            assert (row["stopped_at"], row["stopped_probability"]) == (None, None)
        places.add(row["stopped_at"])
    assert {None, "Home"} < places
    save_bundle(tmp_path / "plain", given, created=CREATED)
    predict(tmp_path / "plain", Path(given.catalogue.source.path), tmp_path / "s.parquet")
    assert not any(pq.read_table(tmp_path / "s.parquet")["stopped_at"].to_pylist())
