"""From files to a problem: nothing is lost in silence, and the order of rows has no effect."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from prodcls.config import FitConfig
from prodcls.errors import CatalogueError
from prodcls.evaluation import NOT_TESTED
from prodcls.gathering import Material, gather
from prodcls.progress import SilentProgress
from synthetic import catalogue_rows, use_fake_encoders, write_csv, write_photo

SIZES = {"Kettles": 12, "Phones": 9, "Towels": 3}


class Notes(SilentProgress):
    """Keeps what was told."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def note(self, line: str) -> None:
        self.lines.append(line)


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FitConfig:
    """Options that read 24 products of three classes, one of them small."""
    use_fake_encoders(monkeypatch)
    path = write_csv(tmp_path / "products.csv", catalogue_rows(SIZES))
    return FitConfig(catalogue=path, out=tmp_path / "out", folds=3, cache_dir=tmp_path / "cache")


def by_id(material: Material) -> dict[str, tuple[str, int]]:
    p = material.problem
    return {i: (p.classes[k], int(f)) for i, k, f in zip(p.inputs.ids, p.labels, p.fold, strict=True)}


def test_a_file_becomes_a_problem(config: FitConfig) -> None:
    progress = Notes()
    material = gather(config, progress)
    problem = material.problem
    assert problem.classes == ("Kettles", "Phones")
    assert len(problem.labels) == len(problem.groups) == len(problem.fold) == len(problem.inputs) == 21
    assert problem.inputs.ids == tuple(sorted(problem.inputs.ids)) == material.catalogue.ids
    assert set(problem.fold) == {0, 1, 2}
    rows = {row["id"]: row for row in catalogue_rows(SIZES)}
    for i, label in zip(problem.inputs.ids, problem.labels, strict=True):
        assert rows[i]["category"] == problem.classes[label]
    titles = problem.inputs.texts["title"]
    assert titles == tuple(rows[i]["title"] for i in problem.inputs.ids)
    assert list(progress.seconds) == ["read", "embed", "group"]
    assert any("'price': numeric" in line for line in progress.lines)
    assert any(line.startswith(f"text encoders: {', '.join(material.recipe.text_encoders)}") for line in progress.lines)


def test_small_classes_are_set_apart_and_told(config: FitConfig) -> None:
    progress = Notes()
    material = gather(config, progress)
    assert material.small_classes == {"Towels": 3}
    assert {(r.code, r.excerpt, r.scope) for r in material.set_apart} == {("class-small", "Towels", "row")}
    assert len(material.set_apart) == 3
    assert any("Towels (3)" in line for line in progress.lines)
    kept = gather(replace(config, min_class_size=3), SilentProgress())
    assert kept.small_classes == {}
    assert kept.problem.classes == ("Kettles", "Phones", "Towels")


@pytest.mark.parametrize("least", [10, 13])
def test_fewer_than_two_large_classes_are_refused(config: FitConfig, least: int) -> None:
    with pytest.raises(CatalogueError, match="--min-class-size") as refused:
        gather(replace(config, min_class_size=least), SilentProgress())
    assert refused.value.code == "classes-few"


def test_the_order_of_rows_has_no_effect(config: FitConfig, tmp_path: Path) -> None:
    first = gather(config, SilentProgress())
    turned = write_csv(tmp_path / "turned.csv", catalogue_rows(SIZES)[::-1])
    second = gather(replace(config, catalogue=turned), SilentProgress())
    assert by_id(first) == by_id(second)
    np.testing.assert_array_equal(first.problem.groups, second.problem.groups)
    np.testing.assert_array_equal(
        first.problem.inputs.dense["title"].vectors, second.problem.inputs.dense["title"].vectors
    )


def test_the_seed_deals_other_folds(config: FitConfig) -> None:
    assert by_id(gather(config, SilentProgress())) == by_id(gather(config, SilentProgress()))
    assert by_id(gather(config, SilentProgress())) != by_id(gather(replace(config, random_state=1), SilentProgress()))


def test_near_duplicates_share_a_group_and_a_fold(config: FitConfig, tmp_path: Path) -> None:
    rows = catalogue_rows(SIZES)
    copies = [{**row, "id": f"copy{i}", "title": row["title"].upper() + "!"} for i, row in enumerate(rows[:4])]
    path = write_csv(tmp_path / "copies.csv", rows + copies)
    problem = gather(replace(config, catalogue=path, min_class_size=2), SilentProgress()).problem
    group = dict(zip(problem.inputs.ids, problem.groups, strict=True))
    for i, row in enumerate(rows[:4]):
        assert group[f"copy{i}"] == group[row["id"]]
    for g in set(problem.groups):
        assert len(set(problem.fold[problem.groups == g])) == 1
    apart = gather(replace(config, catalogue=path, min_class_size=2, group_duplicates=False), SilentProgress()).problem
    assert len(set(apart.groups)) == len(apart.groups)


def test_equal_photos_share_a_group(config: FitConfig, tmp_path: Path) -> None:
    rows = catalogue_rows(SIZES)
    for i, row in enumerate(rows):
        row["image"] = f"{i // 2}.png"
        write_photo(tmp_path / row["image"], (i // 2 * 10, 100, 50))
    path = write_csv(tmp_path / "photos.csv", rows)
    problem = gather(replace(config, catalogue=path, min_class_size=3), SilentProgress()).problem
    assert len(set(problem.groups)) == 12
    assert problem.inputs.dense["image"].present.all()


def test_a_test_catalogue_is_tested_and_the_rest_trained_on(config: FitConfig, tmp_path: Path) -> None:
    tests = catalogue_rows({"Phones": 3, "Kettles": 2, "Drills": 4, "Towels": 1}, seed=1)
    test = write_csv(tmp_path / "test.csv", tests)
    progress = Notes()
    material = gather(replace(config, test=test), progress)
    problem = material.problem
    assert material.tested is not None
    assert problem.fold.tolist() == [NOT_TESTED] * 21 + [0] * 5
    assert problem.inputs.ids == material.catalogue.ids + material.tested.ids
    assert material.tested.ids == tuple(sorted(material.tested.ids))
    assert tuple(problem.classes[k] for k in problem.labels[21:]) == material.tested.labels
    assert material.unknown_classes == {"Drills": 4, "Towels": 1}
    assert any("Drills (4)" in line for line in progress.lines)
    assert [(r.code, r.excerpt) for r in material.set_apart_tested] == [
        ("class-unknown", row["category"]) for row in tests if row["category"] in material.unknown_classes
    ]
    assert material.place(20) == (material.catalogue, 20)
    assert material.place(21) == (material.tested, 0)
    assert material.place(25) == (material.tested, 4)


def test_a_currency_of_the_test_catalogue_alone_is_no_column_of_the_model(config: FitConfig, tmp_path: Path) -> None:
    rows = [{**row, "price": f"₹{row['price']}"} for row in catalogue_rows(SIZES)]
    train = write_csv(tmp_path / "train.csv", rows)
    euros = [{**row, "price": f"{row['price']} EUR"} for row in catalogue_rows({"Phones": 3, "Kettles": 3}, seed=2)]
    test = write_csv(tmp_path / "test.csv", euros)
    numeric = gather(replace(config, catalogue=train, test=test), SilentProgress()).problem.inputs.numeric
    assert list(numeric) == ["price [INR]"]
    assert not np.isnan(numeric["price [INR]"][:21]).any()
    assert np.isnan(numeric["price [INR]"][21:]).all()


def test_the_decimal_mark_counts_for_the_test_catalogue_too(config: FitConfig, tmp_path: Path) -> None:
    rows = [{**row, "price": "1.234,5"} for row in catalogue_rows(SIZES)]
    train = write_csv(tmp_path / "train.csv", rows)
    later = [{**row, "price": "2.345"} for row in catalogue_rows({"Phones": 3, "Kettles": 3}, seed=2)]
    test = write_csv(tmp_path / "test.csv", later)
    material = gather(replace(config, catalogue=train, test=test, number_format=(",",)), SilentProgress())
    assert set(material.problem.inputs.numeric["price"][:21]) == {1234.5}
    assert set(material.problem.inputs.numeric["price"][21:]) == {2345.0}


def test_encoding_and_delimiter_count_for_the_test_catalogue_too(config: FitConfig, tmp_path: Path) -> None:
    files = [tmp_path / "train.csv", tmp_path / "test.csv"]
    for seed, file in enumerate(files):
        text = write_csv(file, catalogue_rows({"Phones": 12, "Kettles": 9}, seed=seed)).read_text(encoding="utf-8")
        assert ";" not in text
        file.write_text(text.replace(",", ";").replace("Kettles", "水壶"), encoding="gb18030")
    changed = replace(config, catalogue=files[0], test=files[1], encoding="gb18030", delimiter=";")
    assert gather(changed, SilentProgress()).problem.classes == ("Phones", "水壶")


def test_a_test_catalogue_of_other_classes_is_refused(config: FitConfig, tmp_path: Path) -> None:
    test = write_csv(tmp_path / "test.csv", catalogue_rows({"Drills": 3}))
    with pytest.raises(CatalogueError) as refused:
        gather(replace(config, test=test), SilentProgress())
    assert refused.value.code == "test-classes-unknown"
    assert refused.value.file == str(test)


def test_photos_that_cannot_be_decoded_count_as_missing_and_are_on_record(config: FitConfig, tmp_path: Path) -> None:
    rows = catalogue_rows(SIZES)
    for i, row in enumerate(rows):
        row["image"] = f"photo{i}.png"
        write_photo(tmp_path / row["image"], (i * 10, 100, 50))
    whole = (tmp_path / "photo5.png").read_bytes()
    (tmp_path / "photo5.png").write_bytes(whole[: len(whole) - 30])  # the header is whole, the pixels are not
    material = gather(
        replace(config, catalogue=write_csv(tmp_path / "photos.csv", rows), min_class_size=3), SilentProgress()
    )
    at = material.catalogue.ids.index("sku005")
    assert material.catalogue.photos is not None
    assert material.catalogue.photos[at] is None
    assert not material.problem.inputs.dense["image"].present[at]
    (rejection,) = material.catalogue.rejections
    assert (rejection.row, rejection.column, rejection.scope) == (6, "image", "cell")
    assert rejection.excerpt == "photo5.png"
    assert rejection.code not in rejection.reason


def test_rows_that_are_all_alike_are_refused(config: FitConfig, tmp_path: Path) -> None:
    rows = [{**row, "title": "one and the same title for all products"} for row in catalogue_rows(SIZES)]
    path = write_csv(tmp_path / "alike.csv", rows)
    with pytest.raises(CatalogueError, match="--no-group-duplicates") as refused:
        gather(replace(config, catalogue=path), SilentProgress())
    assert refused.value.code == "groups-few"
    gather(replace(config, catalogue=path, group_duplicates=False), SilentProgress())


def test_nothing_is_encoded_twice(config: FitConfig) -> None:
    assert sum(s.encoded for s in gather(config, SilentProgress()).store.stats) > 0
    assert sum(s.encoded for s in gather(config, SilentProgress()).store.stats) == 0
