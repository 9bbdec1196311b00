"""Harmed products are scored by the models of their folds, and figures are counted on what a harm befell."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from prodcls.audit_robustness import RobustnessSection
from prodcls.config import FitConfig
from prodcls.evaluation import OutOfFold, cross_validate
from prodcls.gathering import Material, gather
from prodcls.progress import SilentProgress
from prodcls.reporting_drift import compare_catalogues, drift_section
from prodcls.reporting_robustness import robustness_section
from synthetic import catalogue_rows, use_fake_encoders, write_csv, write_photo

SIZES = {"Kettles": 16, "Phones": 14}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> tuple[Material, OutOfFold, RobustnessSection]:
    folder = tmp_path_factory.mktemp("robustness")
    rows = catalogue_rows(SIZES)
    for i, row in enumerate(rows):
        row["image"] = f"{i}.png"
        row["description"] = "" if i % 2 else f"{row['title']} for the home"
        write_photo(folder / f"{i}.png", (250, 5 * i, 10) if row["category"] == "Kettles" else (10, 5 * i, 250))
    rows[0]["image"] = rows[1]["price"] = ""
    with pytest.MonkeyPatch.context() as patch:
        use_fake_encoders(patch)
        config = FitConfig(catalogue=write_csv(folder / "shop.csv", rows), cache_dir=folder / "cache", folds=3)
        material = gather(config, SilentProgress())
        scores = cross_validate(material.problem)
        section = robustness_section(material, scores, 100, threads=1)
        assert section is not None
        before = len(material.store.stats)
        assert robustness_section(material, scores, 100, threads=2) == section
        assert all(s.encoded == 0 for s in material.store.stats[before:])  # found in the store
        few = robustness_section(material, scores, 5)
        assert few is not None
        assert few.products == 5
    return material, scores, section


def test_each_harm_is_judged_on_what_it_befell(found: tuple[Material, OutOfFold, RobustnessSection]) -> None:
    section = found[2]
    assert section.products == 30
    counts = {h.name: h.products for h in section.harms}
    assert counts == {
        "typos": 30,
        "shuffled": 30,
        "title_only": 15,
        "no_number price": 29,
        "no_photo": 29,
        "cropped": 29,
        "darkened": 29,
        "rotated": 29,
    }


def test_figures_agree_with_each_other(found: tuple[Material, OutOfFold, RobustnessSection]) -> None:
    material, scores, section = found
    right = scores.ranked[:, 0] == material.problem.labels[scores.rows]
    assert section.harms[0].before == pytest.approx(right.mean())
    for harm in section.harms:
        assert harm.after - harm.before == pytest.approx(harm.difference.value)
        assert harm.difference.low <= harm.difference.value <= harm.difference.high
        assert harm.flipped >= abs(harm.difference.value) - 1e-9
        assert -1 <= harm.probability.value <= 1
    of = {h.name: h for h in section.harms}
    assert of["shuffled"].flipped == 0  # neither words counted nor vectors added up have an order
    assert of["cropped"].flipped == 0  # photos of one colour


def test_nothing_is_asked_of_a_flat_head_or_for_nothing(
    found: tuple[Material, OutOfFold, RobustnessSection],
) -> None:
    material, scores, _ = found
    assert robustness_section(material, scores, 0) is None
    flat = replace(scores, folds=tuple(replace(f, model=None) for f in scores.folds))
    assert robustness_section(material, flat, 5) is None


def test_catalogues_are_compared_in_every_respect(found: tuple[Material, OutOfFold, RobustnessSection]) -> None:
    material = found[0]
    assert drift_section(material) is None
    inputs, labels = material.problem.inputs, list(material.catalogue.labels or ())
    rows = np.arange(len(inputs))
    same = compare_catalogues(inputs, inputs, (labels, labels))
    assert [(x.name, x.kind) for x in same.lines] == [
        ("", "class"),
        ("title", "length"),
        ("description", "length"),
        ("price", "number"),
        ("price", "expected"),
        ("brand", "category"),
        ("brand", "unseen"),
        ("title", "script"),
        ("description", "script"),
        ("", "words"),
        ("title", "embedding"),
        ("description", "embedding"),
        ("image", "photo"),
        ("image", "embedding"),
    ]
    assert not any(x.alarm for x in same.lines)
    kettles = np.array([label == "Kettles" for label in labels])
    gone = compare_catalogues(
        inputs, inputs.take(rows[kettles]), (labels, [x for x in labels if x == "Kettles"] * 3 + ["Drills"])
    )
    assert gone.lines[0].alarm
    assert gone.lines[0].unseen == pytest.approx(1 / (3 * kettles.sum() + 1))
