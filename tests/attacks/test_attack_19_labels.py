"""Labels that cannot be learned: one class, tiny classes, none, and `nan` (ATTACKS row 19).

LightGBM trains on a single class without a word, and an export of pandas makes a class of its own out of every missing
label. Each case is an exact code, or a line in the report.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from prodcls.checking import check_catalogue
from prodcls.config import FitConfig
from prodcls.errors import InputError
from prodcls.gathering import gather
from prodcls.progress import SilentProgress
from synthetic import catalogue_rows, use_fake_encoders, write_csv

TWO = {"Kettles": 8, "Phones": 8}

REFUSED: dict[str, tuple[dict[str, int], str]] = {
    "one class": ({"Kettles": 20}, "classes-few"),
    "one class beside tiny ones": ({"Kettles": 20, "Phones": 4, "Towels": 1}, "classes-few"),
    "tiny classes only": ({"Kettles": 4, "Phones": 4, "Towels": 4}, "classes-few"),
    "no labels": ({"": 20}, "rows-none"),
    "a class and no labels": ({"Kettles": 20, "": 20}, "classes-few"),
    "blanks for labels": ({"   ": 10, "\u00a0": 10}, "rows-none"),
    "one class in two spellings of one letter": ({"Cafe\u0301": 10, "Caf\u00e9": 10}, "classes-few"),
    "one class with blanks around": ({"Kettles": 10, " Kettles": 10, "Kettles ": 10}, "classes-few"),
}

LIKE_MISSING = ("nan", "NaN", "NAN", "null", "NULL", "None", "none", "N/A", "n/a", "NA", "#N/A", "<NA>", "nil", "-")


@pytest.fixture(autouse=True)
def encoders(monkeypatch: pytest.MonkeyPatch) -> None:
    use_fake_encoders(monkeypatch)


def config(folder: Path, sizes: dict[str, int], **more: object) -> FitConfig:
    path = write_csv(folder / "shop.csv", catalogue_rows(sizes))
    return FitConfig(catalogue=path, cache_dir=folder / "cache", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_learned_is_refused_by_its_code(name: str, tmp_path: Path) -> None:
    sizes, code = REFUSED[name]
    with pytest.raises(InputError) as caught:
        gather(config(tmp_path, sizes), SilentProgress())
    assert caught.value.code == code
    assert caught.value.file == str(tmp_path / "shop.csv")


def test_missing_labels_are_counted_row_by_row(tmp_path: Path) -> None:
    material = gather(config(tmp_path, {**TWO, "": 5, " ": 2}), SilentProgress())
    lost = [r for r in material.catalogue.rejections if r.code == "label-missing"]
    assert [r.scope for r in lost] == ["row"] * 7
    expected = {
        i for i, row in enumerate(catalogue_rows({**TWO, "": 5, " ": 2}), start=1) if not row["category"].strip()
    }
    assert {r.row for r in lost} == expected
    assert len(material.catalogue) == 16


def test_tiny_classes_are_set_apart_row_by_row(tmp_path: Path) -> None:
    material = gather(config(tmp_path, {**TWO, "Towels": 4, "Lamps": 1}), SilentProgress())
    assert material.small_classes == {"Lamps": 1, "Towels": 4}
    assert Counter((r.code, r.excerpt) for r in material.set_apart) == {
        ("class-small", "Towels"): 4,
        ("class-small", "Lamps"): 1,
    }
    assert material.problem.classes == ("Kettles", "Phones")


@pytest.mark.parametrize("label", LIKE_MISSING)
def test_a_label_spelled_like_a_missing_value_is_kept_and_told(label: str, tmp_path: Path) -> None:
    report = check_catalogue(config(tmp_path, {**TWO, label: 6}), SilentProgress())
    assert report.data.class_counts == {**TWO, label: 6}
    (note,) = report.data.notes
    assert (note.column, note.code, note.cells, note.excerpt) == ("category", "label-like-missing", 6, label)


@pytest.mark.parametrize("label", ["Nancy", "Nonesuch", "NA-20", "annulled", "\u2013 other \u2013"])
def test_labels_that_only_hold_such_letters_are_not(label: str, tmp_path: Path) -> None:
    assert check_catalogue(config(tmp_path, {**TWO, label: 6}), SilentProgress()).data.notes == ()
