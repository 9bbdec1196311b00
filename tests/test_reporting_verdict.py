"""The verdict is what figures, intervals and thresholds say, at the bound and beyond it."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodcls.audit import AuditReport, Interval
from prodcls.reporting_verdict import failing, judge
from prodcls.thresholds import Threshold, Thresholds
from report_factory import make_report

REPORT = make_report(3, sampled=4)


def thresholds(**bounds: Threshold) -> Thresholds:
    return Thresholds("audit.toml", "ab" * 32, bounds)


def with_figures(accuracy: Interval, ece: float = 0.01) -> AuditReport:
    evaluation = dataclasses.replace(REPORT.evaluation, accuracy=accuracy, ece=ece, baselines={})
    return dataclasses.replace(REPORT, evaluation=evaluation)


def test_without_thresholds_the_headline_figures_inform() -> None:
    checks = judge(REPORT, None)
    assert [c.name for c in checks] == ["accuracy", "macro_f1", "worst_class_recall", "ece", "log_loss"]
    assert {c.passed for c in checks} == {c.threshold for c in checks} == {None}
    assert failing(checks) == ()


shares = st.floats(0, 1)


@given(value=shares, low=shares, bound=shares)
def test_a_least_holds_from_the_bound_on(value: float, low: float, bound: float) -> None:
    report = with_figures(Interval(value, min(low, value), 1.0))
    by_figure, *_ = judge(report, thresholds(accuracy=Threshold(bound)))
    by_interval, *_ = judge(report, thresholds(accuracy=Threshold(bound, "interval")))
    assert by_figure.passed == (value >= bound)
    assert by_interval.passed == (min(low, value) >= bound)
    assert by_figure.passed or not by_interval.passed  # the interval is never the milder judge
    assert len(failing((by_figure,))) == (not by_figure.passed)


@given(ece=shares, bound=shares)
def test_a_most_holds_up_to_the_bound(ece: float, bound: float) -> None:
    check, *_ = judge(with_figures(Interval(0.5, 0.4, 0.6), ece), thresholds(ece=Threshold(bound)))
    assert check.passed == (ece <= bound)


def test_what_was_not_measured_fails() -> None:
    report = with_figures(Interval(0.9, 0.8, 1.0))
    check, *_ = judge(report, thresholds(lead_over_baseline=Threshold(-1.0)))
    assert (check.value, check.passed) == (None, False)
    assert failing((check,)) == ("lead_over_baseline was not measured, and at least -1 was asked for",)


def test_thresholds_come_first_and_no_figure_twice() -> None:
    checks = judge(REPORT, thresholds(rejected_share=Threshold(0.5), macro_f1=Threshold(0.0)))
    assert [c.name for c in checks] == [
        *("macro_f1", "rejected_share"),
        *("accuracy", "worst_class_recall", "ece", "log_loss"),
    ]


@pytest.mark.parametrize(
    ("threshold", "line"),
    [
        (Threshold(0.95), "accuracy is 0.9, and at least 0.95 was asked for"),
        (Threshold(0.85, "interval"), "accuracy is 0.9 (its interval ends at 0.8), and at least 0.85 was asked for"),
    ],
)
def test_a_failing_threshold_is_told_in_a_line(threshold: Threshold, line: str) -> None:
    report = with_figures(Interval(0.9, 0.8, 1.0))
    assert failing(judge(report, thresholds(accuracy=threshold))) == (line,)
