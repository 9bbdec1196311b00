from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from sklearn.base import BaseEstimator
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import RidgeClassifier
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline, make_union
from sklearn.svm import LinearSVC

from prodcls.catalogue import Catalogue
from prodcls.demo import COPIES, MISLABELLED, MISSING_PHOTOS, MISSING_PRICES, ROWS, write_demo
from prodcls.images import difference_hash, load_photo
from prodcls.intake import read_catalogue
from prodcls.schema import ColumnOptions


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_demo(tmp_path_factory.mktemp("demo")).parent


@pytest.fixture(scope="module")
def planted(demo: Path) -> dict[str, Any]:
    return json.loads((demo / "planted.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def rows(demo: Path) -> dict[str, dict[str, str]]:
    with (demo / "products.csv").open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def catalogue(demo: Path) -> Catalogue:
    return read_catalogue(demo / "products.csv", ColumnOptions(), need_labels=True)


def test_the_same_bytes_every_time_even_over_an_older_copy(demo: Path, tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    for i in range(1, ROWS + 1):
        (tmp_path / "images" / f"D{i:04d}.png").touch()
    write_demo(tmp_path)
    names = sorted(p.relative_to(demo) for p in demo.rglob("*") if p.is_file())
    assert names == sorted(p.relative_to(tmp_path) for p in tmp_path.rglob("*") if p.is_file())
    assert all((demo / name).read_bytes() == (tmp_path / name).read_bytes() for name in names)


def test_the_catalogue_reads_with_the_planted_gaps_only(catalogue: Catalogue, planted: dict[str, Any]) -> None:
    assert len(catalogue) == ROWS
    assert len(set(catalogue.labels or ())) == 8
    assert min(Counter(catalogue.labels).values()) > 60
    reported = {catalogue.ids[r.row - 1] for r in catalogue.rejections if r.code == "photo-absent"}
    assert reported == set(planted["absent_photos"])
    assert len(catalogue.rejections) == len(reported)
    gaps = {catalogue.ids[i] for i, photo in enumerate(catalogue.photos or ()) if photo is None}
    assert gaps == {*planted["absent_photos"], *planted["missing_photos"]}
    assert len(gaps) == MISSING_PHOTOS
    prices = catalogue.numeric["price [CNY]"]
    unpriced = {catalogue.ids[i] for i in np.flatnonzero(np.isnan(prices))}
    assert unpriced == set(planted["missing_prices"])
    assert len(unpriced) == MISSING_PRICES


def test_one_price_is_absurd(catalogue: Catalogue, planted: dict[str, Any]) -> None:
    prices = catalogue.numeric["price [CNY]"]
    order = np.argsort(np.where(np.isnan(prices), 0.0, prices))
    assert [catalogue.ids[order[-1]]] == planted["absurd_prices"]
    assert prices[order[-1]] > 50 * prices[order[-2]]


def test_mislabelled_rows_name_their_true_class(rows: dict[str, dict[str, str]], planted: dict[str, Any]) -> None:
    assert len(planted["mislabelled"]) == MISLABELLED
    classes = {row["category"] for row in rows.values()}
    for product, truth in planted["mislabelled"].items():
        assert rows[product]["category"] != truth
        assert truth in classes
        assert rows[product]["category_path"].endswith(f">> {rows[product]['category']}")


def test_copies_are_near_in_words_and_picture(
    demo: Path, rows: dict[str, dict[str, str]], planted: dict[str, Any]
) -> None:
    pairs = planted["near_duplicates"]
    assert len({product for pair in pairs for product in pair}) == 2 * COPIES
    for one, two in pairs:
        assert rows[one]["category"] == rows[two]["category"]
        assert rows[two]["title"].startswith(rows[one]["title"])
        assert rows[one]["title"] != rows[two]["title"]
        hashes = [difference_hash(load_photo(demo / rows[product]["image"])) for product in (one, two)]
        assert (hashes[0] ^ hashes[1]).bit_count() <= 6


def test_the_leak_is_in_most_rows_of_one_class_and_nowhere_else(
    rows: dict[str, dict[str, str]], planted: dict[str, Any]
) -> None:
    leaking = {i for i, row in rows.items() if any(s in row["description"] for s in planted["leak_sentences"])}
    truth = {i: planted["mislabelled"].get(i, row["category"]) for i, row in rows.items()}
    assert set(planted["leak_ids"]) <= leaking
    assert {truth[i] for i in leaking} == {planted["leak_class"]}
    assert 0.75 < len(leaking) / sum(label == planted["leak_class"] for label in truth.values()) < 1.0


def test_both_languages_are_there(rows: dict[str, dict[str, str]]) -> None:
    chinese = sum(any("\u4e00" <= c <= "\u9fff" for c in row["description"]) for row in rows.values())
    assert 0.35 < chinese / len(rows) < 0.45


def words() -> BaseEstimator:
    grams = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2))
    return make_union(grams, TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True))


def text_of(catalogue: Catalogue) -> list[str]:
    return [" . ".join(parts) for parts in zip(*catalogue.texts.values(), strict=True)]


def prices_of(catalogue: Catalogue) -> NDArray[np.float64]:
    return np.log(np.nan_to_num(catalogue.numeric["price [CNY]"], nan=2000.0))[:, None]


def pixels_of(catalogue: Catalogue) -> NDArray[np.float64]:
    blank = np.zeros((24, 24, 3), np.uint8)
    small = [
        blank if photo is None else np.asarray(Image.fromarray(load_photo(photo)).resize((24, 24)))
        for photo in catalogue.photos or ()
    ]
    return np.stack(small).reshape(len(small), -1) / 255.0


@pytest.mark.parametrize(
    ("model", "see", "low", "high"),
    [
        (make_pipeline(words(), LinearSVC()), text_of, 0.88, 0.95),
        (make_pipeline(words(), RidgeClassifier()), text_of, 0.88, 0.96),
        (RandomForestClassifier(60, min_samples_leaf=8, random_state=0), prices_of, 0.2, 0.5),
        (RandomForestClassifier(60, random_state=0), pixels_of, 0.35, 0.9),
    ],
    ids=["words, SVC", "words, ridge", "price", "pixels"],
)
def test_no_single_view_tells_the_classes_apart(
    catalogue: Catalogue, model: BaseEstimator, see: Callable[[Catalogue], Any], low: float, high: float
) -> None:
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    accuracy = cross_val_score(model, see(catalogue), np.array(catalogue.labels), cv=folds).mean()
    assert low < accuracy < high
