"""The section on data shows what the catalogue holds and what was turned away."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

import prodcls
from prodcls.audit import AuditReport, ColumnSummary
from prodcls.language import LANGUAGES, as_text, load_language
from prodcls.prices import _REASONS
from prodcls.sections.data import build
from report_factory import make_report

EN = load_language("en")
SOURCE = Path(prodcls.__file__).parent


def changed(**fields: object) -> AuditReport:
    """Return a report without findings, and with other figures of the catalogue."""
    report = dataclasses.replace(make_report(), quality=None)
    return dataclasses.replace(report, data=dataclasses.replace(report.data, **fields))  # type: ignore[arg-type]


def notes(report: AuditReport) -> str:
    return "\n".join(as_text(note) for note in build(report, EN).notes)


def test_classes_are_in_order_and_all_in_the_table() -> None:
    figure = build(make_report(40), EN).classes
    assert len(figure.table.rows) == 40
    counts = [int(as_text(row[1])) for row in figure.table.rows]
    assert counts == sorted(counts, reverse=True)
    assert figure.picture.count('class="l"') == 25
    assert "25 largest of 40" in as_text(figure.see)


def test_even_classes_have_no_largest() -> None:
    assert "same number of products, 5" in as_text(build(changed(class_counts={"a": 5, "b": 5}), EN).classes.see)


def test_summary_speaks_of_rejected_rows_only_when_there_are_any() -> None:
    assert "turned away" in as_text(build(make_report(), EN).summary)
    assert "All 10 rows" in as_text(build(changed(rows=10, read_rows=10), EN).summary)


def test_empty_catalogue_is_shown() -> None:
    context = build(changed(class_counts={}, rejections={}, rejection_examples=(), columns=()), EN)
    assert "no classes" in as_text(context.classes.see)
    assert context.rejections is None
    assert context.examples is None


def test_notes_follow_the_figures() -> None:
    assert "123 texts were longer" in notes(changed())
    assert "read every text" in notes(changed(texts_cut=0))
    assert "37 products are near-duplicates" in notes(changed())
    assert "No near-duplicates" in notes(changed(duplicate_groups=0))
    assert "3 of" in notes(changed())
    assert "photo" not in notes(changed(photos_missing=None))
    assert "too small to learn" in notes(changed())
    assert "too small to learn" not in notes(changed(small_classes={}))


def test_examples_with_missing_cells_are_shown() -> None:
    context = build(changed(rejection_examples=({"row": 4, "code": "x"},)), EN)
    assert context.examples is not None
    assert [as_text(cell).strip("\u2068\u2069") for cell in context.examples.rows[0]] == ["4", "", "x", "", ""]


def test_findings_take_the_place_of_most_notes() -> None:
    context = build(make_report(), EN)
    assert [line.severity for line in context.findings][:3] == ["error", "error", "warning"]
    assert "To be mended" in as_text(context.found)
    assert "near-duplicate" not in notes(make_report())
    without = build(changed(), EN)
    assert (without.found, without.findings, without.clean) == ((), (), ())


def test_reasons_of_columns_are_in_the_language_of_the_page() -> None:
    columns = (
        ColumnSummary("weight", "offered", "a number", 0, "number", {"option": "--numeric weight", "n": "0"}),
        ColumnSummary("x", "text", "as I say", 0),
    )
    reasons = [as_text(row[2]) for row in build(changed(columns=columns), load_language("zh")).columns.rows]
    assert reasons == ["数字；用 --numeric weight 可启用", "\u2068as I say\u2069"]


KINDS = ("cell", "class", "currency", "id", "json", "label", "line", "number", "photo", "price", "row", "sound")
SOURCES = (
    "amounts",
    "cells",
    "delimited",
    "gathering",
    "ids",
    "images",
    "intake",
    "json_lines",
    "photo_folders",
    "photo_decoding",
    "photo_guard",
    "sound_decoding",
    "sound_guard",
    "sound_wav",
    "workbooks",
)


def rejection_codes() -> set[str]:
    """Codes of rows and cells in the modules that reject them; those of whole files begin otherwise."""
    text = "\n".join((SOURCE / f"{name}.py").read_text(encoding="utf-8") for name in SOURCES)
    pattern = re.compile(rf'"((?:{"|".join(KINDS)})-[a-z-]+)"')
    # A sound is a file named by a cell, as a photo is, and what is wrong with the file is told in the same words.
    files = ("absent", "hard-link", "name", "not-a-file", "outside", "too-large", "url")
    others = {"encoding-damaged", "file-not-a-photo", "nul-character", *(f"sound-{name}" for name in files)}
    return others | set(pattern.findall(text))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_reason_to_reject_has_its_words(lang: str) -> None:
    words = load_language(lang).words
    only = {"price": {"range"}, "number": {"negative", "range-unclear", "at-most", "unit"}}
    numbers = {f"{kind}-{name}" for kind, never in only.items() for name in set(_REASONS) - never}
    known = {key.removeprefix("rejected.") for key in words if key.startswith("rejected.")}
    assert len(rejection_codes()) > 15
    assert rejection_codes() | numbers == known


def test_rejections_are_told_in_the_language_of_the_page() -> None:
    context = build(changed(), load_language("zh"))
    assert context.rejections is not None
    assert context.examples is not None
    assert "标签" in as_text(context.rejections.rows[0][1])
    assert "小数点" in as_text(context.examples.rows[0][3])
