"""Every figure that can have a threshold is read from the report, named in each language, and in the example file."""

from __future__ import annotations

import dataclasses

import pytest

from prodcls.audit import Interval
from prodcls.audit_figures import FIGURES, as_interval
from prodcls.language import LANGUAGES, load_language
from report_factory import make_report, without_accounts

REPORT = make_report()


@pytest.mark.parametrize("name", FIGURES)
def test_the_figure_is_in_the_report_and_within_the_range_of_its_threshold(name: str) -> None:
    kind = FIGURES[name]
    reading = kind.read(REPORT)
    value, low, high = as_interval(reading)
    assert value is not None
    assert kind.least <= value <= kind.most
    assert (low is not None) == (high is not None) == kind.interval == isinstance(reading, Interval)


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_figure_has_a_name_and_every_name_a_figure(code: str) -> None:
    words = load_language(code).words
    assert {key.removeprefix("check.") for key in words if key.startswith("check.")} == set(FIGURES)


def test_figures_are_those_of_the_sections() -> None:
    data = REPORT.data
    assert FIGURES["rejected_share"].read(REPORT) == 7 / data.read_rows
    assert FIGURES["missing_photo_share"].read(REPORT) == 3 / data.rows
    assert FIGURES["lead_over_baseline"].read(REPORT) == pytest.approx(0.008)
    worst = FIGURES["worst_class_recall"].read(REPORT)
    assert worst == min((c.recall for c in REPORT.evaluation.per_class), key=lambda r: r.value)


def test_classes_without_a_row_are_no_worst_class() -> None:
    empty = dataclasses.replace(REPORT.evaluation.per_class[0], support=0, recall=Interval(0.0, 0.0, 0.0))
    evaluation = dataclasses.replace(REPORT.evaluation, per_class=(empty, *REPORT.evaluation.per_class[1:]))
    worst, _, _ = as_interval(FIGURES["worst_class_recall"].read(dataclasses.replace(REPORT, evaluation=evaluation)))
    assert worst is not None
    assert worst > 0
    evaluation = dataclasses.replace(REPORT.evaluation, per_class=(empty,))
    assert FIGURES["worst_class_recall"].read(dataclasses.replace(REPORT, evaluation=evaluation)) is None


def test_too_few_products_for_an_interval_give_a_figure_alone() -> None:
    assert REPORT.trust is not None
    few = dataclasses.replace(REPORT, trust=dataclasses.replace(REPORT.trust, intervals=False))
    assert as_interval(FIGURES["faithfulness"].read(few)) == (0.27, None, None)


def test_what_was_not_measured_is_none() -> None:
    bare = without_accounts(REPORT)
    evaluation = dataclasses.replace(bare.evaluation, baselines={})
    data = dataclasses.replace(bare.data, photos_missing=None)
    bare = dataclasses.replace(bare, evaluation=evaluation, data=data)
    for name in ("lead_over_baseline", "missing_photo_share", "additivity_residual"):
        assert FIGURES[name].read(bare) is None
