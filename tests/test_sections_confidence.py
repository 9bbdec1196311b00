"""Figures of certainty reach the page unchanged, and what cannot be promised is said."""

from __future__ import annotations

import dataclasses

from prodcls.language import as_text, load_language
from prodcls.sections.confidence import build
from report_factory import make_report

EN, ZH = load_language("en"), load_language("zh")


def test_every_bin_has_its_row() -> None:
    report = make_report()
    found, shown = report.confidence, build(report, EN)
    assert found is not None
    assert shown.reliability is not None
    assert len(shown.reliability.table.rows) == len(found.before.bins) + len(found.after.bins)


def test_risk_sentence_tells_half_and_all() -> None:
    report = make_report()
    shown = build(report, EN)
    assert shown.risk is not None
    assert "most certain half (50%)" in as_text(shown.risk.see)
    assert "of all decisions it is 6.2%" in as_text(shown.risk.see)
    assert "把握最大的一半" in as_text(build(report, ZH).risk.see)  # type: ignore[union-attr]


def test_older_reports_say_that_there_is_none() -> None:
    shown = build(dataclasses.replace(make_report(), confidence=None), EN)
    assert shown.reliability is None
    assert "no study" in as_text(shown.intro)


def test_sets_stand_beside_the_plain_ways_and_small_classes_are_told() -> None:
    report = make_report()
    found, shown = report.confidence, build(report, EN)
    assert found is not None
    assert found.sets is not None
    assert shown.set_methods is not None
    assert shown.set_classes is not None
    assert shown.set_sizes is not None
    assert len(shown.set_methods.rows) == 4
    assert as_text(shown.set_methods.rows[0][0]).startswith("As served")
    assert len(shown.set_classes.table.rows) == len(found.sets.classes)
    assert as_text(shown.set_sizes.table.rows[-1][0]) == "6 or more"
    small = sum(not c.promised for c in found.sets.classes)
    assert small
    assert f"{small} classes are too small" in as_text(shown.sets_intro)
    none = dataclasses.replace(report, confidence=dataclasses.replace(found, sets=None))
    assert build(none, EN).set_methods is None


def test_without_a_promise_the_worst_of_all_is_named() -> None:
    report = make_report()
    found = report.confidence
    assert found is not None
    assert found.sets is not None
    classes = tuple(dataclasses.replace(c, promised=False) for c in found.sets.classes)
    sets = dataclasses.replace(found.sets, classes=classes)
    shown = build(dataclasses.replace(report, confidence=dataclasses.replace(found, sets=sets)), EN)
    assert shown.set_classes is not None
    assert "No class has enough products" in as_text(shown.set_classes.see)
