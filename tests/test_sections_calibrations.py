"""The served calibration is told as it is, beside the others with their figures unchanged."""

from __future__ import annotations

from dataclasses import replace

import pytest

from prodcls.audit_calibrations import Calibrations
from prodcls.language import as_text, load_language
from prodcls.sections.calibrations import calibrations_see, calibrations_table
from prodcls.sections.confidence import build
from report_factory import make_report

EN, ZH = load_language("en"), load_language("zh")


@pytest.fixture
def found() -> Calibrations:
    report = make_report()
    assert report.confidence is not None
    assert report.confidence.calibrations is not None
    return report.confidence.calibrations


def test_each_way_has_its_row(found: Calibrations) -> None:
    rows = [[as_text(cell) for cell in row] for row in calibrations_table(found, EN).rows]
    assert rows[2] == ["as served", "0.196", "0.089", "1.2%", "0.31%"]
    assert [row[0] for row in rows] == [
        "nothing",
        "one temperature",
        "as served",
        "a scale and a shift for each class",
        "isotonic regression, class by class",
        "beta calibration, class by class",
    ]


def test_a_richer_form_is_told_with_its_folds(found: Calibrations) -> None:
    said = as_text(calibrations_see(found, EN))
    assert "In 4 of 5 folds each product has a temperature of its own" in said
    assert "in 3 classes that are not among the 20 best candidates" in said
    assert "between 0.81 and 1.24" in said
    assert "Less log loss has beta calibration, class by class: 0.189 instead of 0.196." in said
    assert "5 折中有 4 折" in as_text(calibrations_see(found, ZH))


def test_one_temperature_is_told_as_such_and_the_best_way_as_best(found: Calibrations) -> None:
    plain = replace(found, by_doubt=0, stepped=0, methods=found.methods[:3])
    assert as_text(calibrations_see(plain, EN)) == (
        "Served is one temperature for all products: nothing richer was clearly more honest. "
        "No other way has less log loss."
    )


def test_reports_without_a_comparison_leave_it_out() -> None:
    report = make_report()
    assert report.confidence is not None
    shown = build(replace(report, confidence=replace(report.confidence, calibrations=None)), EN)
    assert shown.calibrations is None
    assert not shown.calibrations_see
