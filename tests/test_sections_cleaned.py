"""What cleaning changed is told in both languages; what nobody would see is spelled out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hostile import HOSTILE
from prodcls.audit_cleaning import CleaningExample, CleaningFindings, CleaningStep, Piece
from prodcls.cleaning import STEPS
from prodcls.explain.case import Original
from prodcls.language import LANGUAGES, as_text, load_language
from prodcls.render import render_audit, render_dossier
from prodcls.sections.cleaned import cleaning_context, original_text, visible
from report_factory import CLEANED, make_report
from test_render import Page

EN = load_language("en")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_step_has_its_words(lang: str) -> None:
    t = load_language(lang)
    assert all(f"{family}.{step}" in t.words for family in ("step", "step_does") for step in STEPS)


def test_counts_stand_by_step_and_column() -> None:
    found = CleaningFindings(
        10, 4, (CleaningStep("html", {"title": 3}, ()), CleaningStep("nfc", {"description": 1}, (CLEANED,)))
    )
    context = cleaning_context(found, EN)
    assert context.table is not None
    assert [as_text(c.head) for c in context.table.columns[2:]] == ["title", "description"]
    assert [[as_text(cell) for cell in row][2:] for row in context.table.rows] == [["3", "0"], ["0", "1"]]
    assert "4 of 10 texts" in as_text(context.see)
    [example] = context.examples
    assert as_text(example.told) == "Unicode form, row 7, column description"
    assert [(run.text, run.tone) for run in example.before][1] == ("<br/>", "gone")
    assert [(run.text, run.tone) for run in example.after][1] == ("\u21b5", "new")


def test_nothing_to_clean_is_a_sentence() -> None:
    context = cleaning_context(CleaningFindings(10, 0, ()), EN)
    assert "None of the 10 texts" in as_text(context.see)
    assert context.table is None


def test_what_nobody_sees_is_spelled_out() -> None:
    assert visible("a\u202eb\nc\u200d") == "a[U+202E]b\nc\u200d"
    assert visible(" \t\n\u200d\u00a0", blanks=True) == "\u2423\u21e5\u21b5[U+200D][U+00A0]"


def test_originals_are_called_so_and_may_be_cut() -> None:
    whole = original_text(Original("title", "<b>x</b>\u202e", 9, ("html", "invisible")), EN)
    assert as_text(whole.told) == "Original text of title, before cleaning (HTML, invisible characters)"
    assert whole.text == "<b>x</b>[U+202E]"
    assert "First 4 of 12,345 characters" in as_text(original_text(Original("t", "abcd", 12345, ()), EN).told)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("text", [*HOSTILE])
def test_hostile_originals_add_nothing_to_the_pages(text: str, lang: str) -> None:
    def pages(given: str) -> list[Page]:
        report = make_report(3)
        example = CleaningExample(1, given, (Piece(given, True), Piece(given, False)), (Piece(given, True),))
        cleaning = CleaningFindings(1, 1, (CleaningStep("html", {given: 1}, (example,)),))
        report = replace(report, data=replace(report.data, cleaning=cleaning))
        dossier = replace(report.dossiers[0], originals=(Original(given, given, len(given), ("html", given)),))
        return [Page(render_audit(report, lang)), Page(render_dossier(dossier, report, lang))]

    for found, harmless in zip(pages(text), pages("plain"), strict=True):
        assert found.structure == harmless.structure
        assert found.urls == harmless.urls
