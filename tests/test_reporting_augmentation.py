"""The effect of copies is that of two evaluations on the same folds, and is told whether or not they help."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from prodcls.audit_augmentation import AugmentationSection
from prodcls.audit_interval import Interval
from prodcls.config import FitConfig
from prodcls.evaluation import cross_validate
from prodcls.gathering import gather
from prodcls.language import as_text, load_language
from prodcls.progress import SilentProgress
from prodcls.reporting_augmentation import augmentation_lines, augmentation_section
from prodcls.sections.lineage import build
from prodcls.training import fit_catalogue
from report_factory import make_report
from synthetic import catalogue_rows, use_fake_encoders, write_csv, write_photo


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FitConfig:
    """Products of two classes whose photos tell little."""
    use_fake_encoders(monkeypatch)
    rows = catalogue_rows({"Kettles": 16, "Phones": 8})
    rng = np.random.default_rng(0)
    for i, row in enumerate(rows):
        row["image"] = f"{i}.png"
        write_photo(tmp_path / row["image"], tuple(rng.integers(0, 255, 3).tolist()))
    path = write_csv(tmp_path / "products.csv", rows)
    return FitConfig(
        catalogue=path, out=tmp_path / "out", folds=3, cache_dir=tmp_path / "cache", augment=16,
        dossiers=0, witnesses=0, robustness=0, baselines=False, threads=1,
    )  # fmt: skip


def test_figures_are_those_of_two_evaluations(config: FitConfig) -> None:
    material = gather(config, SilentProgress())
    problem = material.problem
    copied = cross_validate(problem)
    plain = cross_validate(replace(problem, inputs=problem.inputs.without_copies()))
    found = augmentation_section(config, material, copied)
    assert found is not None
    assert (found.least, found.classes, found.photos, found.copies) == (16, 1, 8, 8)
    before, after = (scores.ranked[:, 0] == problem.labels[scores.rows] for scores in (plain, copied))
    assert (found.gained, found.lost) == (int((after & ~before).sum()), int((before & ~after).sum()))
    assert found.accuracy.value == pytest.approx(after.mean() - before.mean())
    bare = gather(replace(config, augment=0), SilentProgress())
    assert augmentation_section(config, bare, plain) is None


def test_a_fit_tells_and_keeps_the_effect(config: FitConfig) -> None:
    outcome = fit_catalogue(config, SilentProgress())
    found = outcome.report.augmentation
    assert found is not None
    assert any(line.startswith("--augment 16: 8 copies of 8 photos") for line in outcome.summary_lines)
    page = outcome.report_path.read_text(encoding="utf-8")
    assert "8 altered copies" in page
    without = fit_catalogue(replace(config, augment=0), SilentProgress())
    assert without.report.augmentation is None
    assert "altered copies" not in without.report_path.read_text(encoding="utf-8")


@pytest.mark.parametrize(("low", "lines"), [(-0.01, 2), (0.01, 1)])
def test_no_gain_is_called_none(low: float, lines: int) -> None:
    figure = Interval(0.02, low, 0.03)
    told = list(augmentation_lines(AugmentationSection(20, 1, 2, 4, figure, figure, 3, 1, 0.6)))
    assert len(told) == lines
    assert f"accuracy +0.020 ({low:+.3f} to +0.030)" in told[0]
    assert list(augmentation_lines(None)) == []


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_report_says_what_was_copied(lang: str) -> None:
    report, t = make_report(), load_language(lang)
    told = build(report, t).augmentation
    assert told is not None
    assert all(part in as_text(told) for part in ("120", "41", "20", "+0.2", "−0.3", "0.774"))
    assert build(replace(report, augmentation=None), t).augmentation is None
