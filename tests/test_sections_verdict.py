"""The first screen says what the figures say."""

from __future__ import annotations

import dataclasses

import pytest

from prodcls.audit import AuditReport, BaselineFigures, Interval
from prodcls.language import as_text, load_language
from prodcls.sections.verdict import best_baseline, build
from prodcls.thresholds import Threshold
from report_factory import make_report, with_thresholds

EN = load_language("en")


def with_accuracy(model: float, **baselines: float) -> AuditReport:
    report = make_report()
    rivals = {n: BaselineFigures(Interval(a, a, a), Interval(a, a, a), 1.0) for n, a in baselines.items()}
    evaluation = dataclasses.replace(report.evaluation, accuracy=Interval(model, model, model), baselines=rivals)
    return dataclasses.replace(report, evaluation=evaluation)


@pytest.mark.parametrize(
    ("accuracy", "words"),
    [(0.954, "Of 100 products"), (0.954, "about 95"), (0.997, "Of 1,000 products"), (0.997, "997")],
)
def test_lead_counts_right_answers(accuracy: float, words: str) -> None:
    assert words in as_text(build(with_accuracy(accuracy), EN).lead)


@pytest.mark.parametrize(
    ("rival", "words"),
    [
        (0.93, "2.0 percentage points behind"),
        (0.95, "equally well"),
        (0.9502, "equally well"),
        (0.96, "1.0 percentage points better"),
    ],
)
def test_lead_compares_with_the_best_baseline(rival: float, words: str) -> None:
    assert words in as_text(build(with_accuracy(0.95, flat=rival, majority=0.1), EN).lead)


def test_without_baselines_the_lead_says_so() -> None:
    report = with_accuracy(0.95)
    assert best_baseline(report) is None
    context = build(report, EN)
    assert "No simpler method" in as_text(context.lead)
    assert len(context.tiles) == 5


def test_best_baseline_is_the_most_accurate() -> None:
    assert best_baseline(with_accuracy(0.9, a=0.5, c=0.7, b=0.7)) == "b"


def test_without_thresholds_lines_inform() -> None:
    context = build(make_report(), EN)
    assert context.status == "info"
    assert {line.status for line in context.checks} == {"info"}
    assert "for information" in as_text(context.checks_note)


def test_thresholds_are_judged_and_those_that_fail_come_first() -> None:
    context = build(with_thresholds(make_report()), EN)
    assert context.status == "fail"
    assert as_text(context.banner) == "2 of 8 thresholds fail"
    assert [line.status for line in context.checks] == ["fail"] * 2 + ["pass"] * 6
    bounds = {as_text(line.name): line.bound for line in context.checks}
    assert bounds["Accuracy"] == "\u2265\u00a080.0%, lower end"
    assert bounds["Calibration error"] == "\u2264\u00a05.0%"
    assert bounds["Log loss"] == "\u2264\u00a00.100"
    assert context.checks[0].interval.count("%") == 1
    assert as_text(context.checks_note).startswith("Thresholds as set in audit.toml")


@pytest.mark.parametrize(
    ("bounds", "status", "words"),
    [
        ({"accuracy": 0.1, "macro_f1": 0.1}, "pass", "All 2 thresholds hold"),
        ({"accuracy": 0.1}, "pass", "The threshold holds"),
        ({"accuracy": 1.0}, "fail", "The threshold fails"),
        ({"accuracy": 1.0, "macro_f1": 1.0}, "fail", "2 of 2 thresholds fail"),
    ],
)
def test_the_banner_counts(bounds: dict[str, float], status: str, words: str) -> None:
    report = with_thresholds(make_report(), {name: Threshold(b) for name, b in bounds.items()})
    context = build(report, EN)
    assert (context.status, as_text(context.banner)) == (status, words)


def test_what_was_not_measured_says_so() -> None:
    report = with_thresholds(with_accuracy(0.9), {"lead_over_baseline": Threshold(0.0)})
    line = build(report, EN).checks[0]
    assert (line.figure, line.status) == ("not measured", "fail")


def test_rejected_rows_are_those_read_and_not_kept() -> None:
    report = make_report()
    values = [tile.value for tile in build(report, EN).tiles]
    assert values[-1] == str(report.data.read_rows - report.data.rows)
