"""The findings on a terminal: 80 columns in any script, complete without colour, and nothing that steers it."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from prodcls.audit_check import CheckReport
from prodcls.audit_quality import Example, Finding, QualityFindings
from prodcls.card_check import SHOWN, check_lines
from prodcls.card_text import WIDTH
from prodcls.language import LANGUAGES, load_language
from report_factory import make_report

EN = load_language("en")


def report(quality: QualityFindings | None = None, title: str = "shop.csv") -> CheckReport:
    whole = make_report(chinese=True)
    assert whole.quality is not None
    return CheckReport(1, title, "ab" * 32, "format csv", whole.data, quality or whole.quality)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_line_is_wider_than_the_card(lang: str) -> None:
    lines = check_lines(report(title="商品目录" * 40), load_language(lang))
    assert max(cell_len(line.plain) for line in lines) <= WIDTH


def test_each_finding_is_told_with_its_severity_examples_and_advice() -> None:
    text = "\n".join(line.plain for line in check_lines(report(), EN))
    assert text.count("must be mended:") == 2
    assert text.count("look at it:") == 1
    assert text.count("What to do:") == 6
    assert f"(+{6 - SHOWN})" in text
    assert "SKU00000" in text
    assert "Looked for and not found:" in text


def test_nothing_in_a_catalogue_steers_the_terminal() -> None:
    hostile = Finding("constant_column", "note", 1, {}, (Example((), (), {"column": "a\x1b[2J\u202e[red]b"}),))
    lines = check_lines(report(QualityFindings((hostile,), ()), "x\x1b]0;y"), EN)
    text = "\n".join(line.plain for line in lines)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "[red]" in text
