"""Findings in words: every kind has its sentence in each language, values are formatted by what they are."""

from __future__ import annotations

import re

import pytest

from prodcls.audit_quality import Example, Finding, QualityFindings
from prodcls.language import LANGUAGES, as_text, load_language
from prodcls.reporting_quality_rows import KINDS, SEVERITIES
from prodcls.sections.findings import SEVERITIES as SHOWN
from prodcls.sections.findings import clean_note, finding_lines, findings_summary
from report_factory import make_report

EN = load_language("en")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_kind_and_severity_has_its_words(lang: str) -> None:
    t = load_language(lang)
    for kind in KINDS:
        assert {f"finding.{kind}", f"finding.{kind}.say", f"finding.{kind}.do"} <= t.words.keys()
    assert {k for k in t.words if k.startswith("finding.")} == {
        f"finding.{kind}{part}" for kind in KINDS for part in ("", ".say", ".do")
    }
    assert SEVERITIES == SHOWN
    assert all(f"severity.{s}" in t.words for s in SEVERITIES)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_lines_hold_counts_shares_and_examples(lang: str) -> None:
    quality = make_report().quality
    assert quality is not None
    lines = finding_lines(quality, load_language(lang))
    assert [line.severity for line in lines] == [f.severity for f in quality.findings]
    leak = lines[0]
    assert "57.0%" in as_text(leak.sentence)
    assert leak.examples is not None
    assert len(leak.examples.columns) == len(leak.examples.rows[0]) == 6
    price = next(line for line in lines if line.id == "finding-price-absurd")
    assert price.examples is not None
    assert "39,879,000.00" in [as_text(cell) for cell in price.examples.rows[0]]


def test_ids_beyond_the_first_few_are_counted() -> None:
    quality = make_report().quality
    assert quality is not None
    copies = next(line for line in finding_lines(quality, EN) if line.id == "finding-near-duplicate")
    assert copies.examples is not None
    assert as_text(copies.examples.rows[0][0]) == "SKU00000, SKU00001, SKU00002, SKU00003 and 5 more"


def test_a_finding_without_examples_or_ids_is_shown() -> None:
    column = Finding("constant_column", "note", 1, {}, (Example((), (), {"column": "currency"}),))
    bare = Finding("near_duplicate", "note", 2, {"groups": 1})
    lines = finding_lines(QualityFindings((column, bare), ()), EN)
    assert lines[0].examples is not None
    assert [as_text(c.head) for c in lines[0].examples.columns] == ["Column"]
    assert lines[1].examples is None


def test_summary_and_what_is_clean() -> None:
    quality = make_report().quality
    assert quality is not None
    assert re.findall(r"\d+", as_text(findings_summary(quality, EN))) == ["2", "1", "3"]
    assert "Nothing was found" in as_text(findings_summary(QualityFindings((), ()), EN))
    assert "Products like nothing else" in as_text(clean_note(quality, EN))
    assert clean_note(QualityFindings((), ()), EN) == ()
