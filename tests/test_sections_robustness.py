"""The section names the costliest harm only where it is more than chance, and counts alarms."""

from __future__ import annotations

import dataclasses

import pytest

from prodcls.language import as_text, load_language
from prodcls.sections.robustness import build
from report_factory import make_report, without_accounts

EN = load_language("en")
REPORT = make_report()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_harm_and_every_column_is_a_line(lang: str) -> None:
    context = build(REPORT, load_language(lang))
    assert context.harms is not None
    assert context.drift is not None
    assert len(context.harms.table.rows) == 8
    assert len(context.drift.rows) == 5


def test_the_costliest_harm_is_named_with_its_price() -> None:
    harms = build(REPORT, EN).harms
    assert harms is not None
    assert "First text only\u201d costs most: 5.0 percentage points" in as_text(harms.see)
    assert as_text(harms.table.rows[3][0]) == "\u201c\u2068price\u2069\u201d missing"


def test_what_may_be_chance_is_no_cost() -> None:
    assert REPORT.robustness is not None
    calm = dataclasses.replace(REPORT.robustness, harms=(REPORT.robustness.harms[1],))
    harms = build(dataclasses.replace(REPORT, robustness=calm), EN).harms
    assert harms is not None
    assert "No damage" in as_text(harms.see)


def test_alarms_come_first_and_are_counted() -> None:
    context = build(REPORT, EN)
    assert context.drift is not None
    assert [as_text(row[1]) for row in context.drift.rows] == ["alarm"] * 2 + ["no alarm"] * 3
    assert "2 of them raise an alarm" in as_text(context.drift_intro)
    assert REPORT.drift is not None
    calm = dataclasses.replace(REPORT.drift, lines=REPORT.drift.lines[3:])
    assert "None differs" in as_text(build(dataclasses.replace(REPORT, drift=calm), EN).drift_intro)


def test_what_was_not_asked_for_says_how_to_ask() -> None:
    context = build(dataclasses.replace(REPORT, robustness=None, drift=None), EN)
    assert "--robustness 100" in as_text(context.intro)
    assert "--test FILE" in as_text(context.drift_intro)
    assert (context.harms, context.drift) == (None, None)
    assert "evidence head only" in as_text(build(without_accounts(REPORT), EN).intro)
