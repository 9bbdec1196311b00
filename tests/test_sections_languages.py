"""Which language is weak is said where there are several, and only where chance does not explain it."""

from __future__ import annotations

import dataclasses

import pytest

from prodcls.audit_interval import Interval
from prodcls.audit_performance import PerformanceStudy, SliceFigures
from prodcls.language import as_text, load_language
from prodcls.sections.languages import language_note
from report_factory import make_report

EN, ZH = load_language("en"), load_language("zh")


def script(value: str, products: int, accuracy: float, rest: float, p_value: float) -> SliceFigures:
    interval = Interval(accuracy, accuracy - 0.02, accuracy + 0.02)
    return SliceFigures("script", "", value, None, None, products, interval, rest, p_value, worse=p_value <= 0.05)


def study(*scripts: SliceFigures) -> PerformanceStudy:
    found = make_report().performance
    assert found is not None
    others = [s for s in found.slices if s.kind != "script"]
    return dataclasses.replace(found, slices=(*others, *scripts))


LATIN = script("latin", 700, 0.95, 0.88, 1.0)


def test_a_weak_language_is_named_with_its_figures() -> None:
    told = as_text(language_note(study(script("cjk", 1200, 0.88, 0.95, 4e-4), LATIN), EN))
    assert told == (
        "Accuracy by the writing of the products: Chinese characters 88.0% (86.0\u201390.0%) on 1,200, "
        "Latin 95.0% (93.0\u201397.0%) on 700. Weak, with Holm's correction for all parts looked at: "
        "Chinese characters, against 95.0% on all other products (p = 4.0e\u22124)."
    )
    assert "较弱" in as_text(language_note(study(script("cjk", 1200, 0.88, 0.95, 0.04), LATIN), ZH))


def test_a_difference_that_may_be_chance_is_no_weakness() -> None:
    told = as_text(language_note(study(script("hant", 40, 0.88, 0.95, 0.06), LATIN), EN))
    assert "Traditional Chinese 88.0%" in told
    assert told.endswith("None of them is worse than the rest by more than chance.")


@pytest.mark.parametrize("scripts", [(), (LATIN,)])
def test_of_one_language_nothing_is_said(scripts: tuple[SliceFigures, ...]) -> None:
    assert language_note(study(*scripts), EN) == ()
