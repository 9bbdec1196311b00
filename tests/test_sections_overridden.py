"""The section on oversight tells what people decided, and how far they agree."""

from __future__ import annotations

import dataclasses

import pytest

from prodcls.language import as_text, load_language
from prodcls.sections.crosswalk_evidence import EVIDENCE
from prodcls.sections.overridden import overrides_intro, why_words
from prodcls.sections.oversight import build
from report_factory import make_report

EN = load_language("en")
REPORT = make_report(3, sampled=4)


def cells(rows: tuple) -> list[list[str]]:  # type: ignore[type-arg]
    return [[as_text(cell).replace("\u2068", "").replace("\u2069", "") for cell in row] for row in rows]


def test_the_figures_stand_in_words_and_tables() -> None:
    context = build(REPORT, EN)
    told = as_text(context.overrides)
    assert "41 decisions are recorded" in told
    assert "another class to 11 of these products and none to 4" in told
    assert "Of 38 answers that were judged, people kept 24: agreement 63.2%" in told
    assert context.agreement is not None
    assert [row[:3] for row in cells(context.agreement.rows)] == [
        ["All", "38", "24"],
        ["not exactly one class is likely", "30", "18"],
        ["unlike anything learned from", "9", "4"],
        ["not up for review", "2", "2"],
        ["Model said: Baby Care", "25", "14"],
        ["Model said: Beauty and Personal Care", "13", "10"],
    ]
    assert context.pairs is not None
    assert cells(context.pairs.rows) == [["A.B. and J.D.", "12", "10", "0.71"], ["A.B. and 店员 3", "1", "1", "\u2013"]]


def test_a_decision_says_what_the_model_and_the_catalogue_had_said() -> None:
    context = build(REPORT, EN)
    assert context.decisions is not None
    rows = cells(context.decisions.rows)
    assert rows[0][1] == "Baby Care 61.0%; up for review: not exactly one class is likely, unlike anything learned from"
    assert [row[2].partition(" (")[2] for row in rows] == [
        "the catalogue: Baby Care)",
        "the catalogue gives none)",
        "",
        "not in this catalogue)",
    ]
    assert [row[3] for row in rows][:2] == ["J.D., 23 November 2026", "J.D., 23 November 2026, 09:30 UTC"]
    assert [row[5] for row in rows] == ["Baby Care", "the same", "\u2013", "\u2013"]
    assert context.decisions.rows[1][0][0].kind == "link"
    assert context.decisions.rows[3][0][0].kind == "code"


@pytest.mark.parametrize("recorded", [None, 0])
def test_nothing_recorded(recorded: int | None) -> None:
    assert REPORT.overrides is not None
    empty = None if recorded is None else dataclasses.replace(REPORT.overrides, recorded=0)
    report = dataclasses.replace(REPORT, overrides=empty)
    context = build(report, EN)
    assert (context.decisions, context.agreement, context.pairs) == (None, None, None)
    assert as_text(overrides_intro(report, EN)).startswith("None recorded" if recorded is None else "The file")
    assert as_text(EVIDENCE["overrides"].tell(report, EN) or ()) == "none recorded"


def test_the_crosswalk_names_the_figure() -> None:
    assert as_text(EVIDENCE["overrides"].tell(REPORT, EN) or ()).startswith("decisions of people: 38, of which 63.2% (")


def test_reasons_of_other_versions_are_shown_by_name() -> None:
    assert as_text(why_words(("brand-new",), EN)) == "\u2068brand-new\u2069"
