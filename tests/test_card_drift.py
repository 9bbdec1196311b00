"""A drift check on a terminal: 80 columns in any script, complete without colour, and nothing that steers it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rich.cells import cell_len

from drift_factory import calm_drift, make_drift
from prodcls.card_drift import drift_lines
from prodcls.card_text import WIDTH
from prodcls.language import LANGUAGES, load_language

EN = load_language("en")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_line_is_wider_than_the_card(lang: str) -> None:
    for report in (replace(make_drift(), title="商品目录" * 40), calm_drift()):
        assert max(cell_len(line.plain) for line in drift_lines(report, load_language(lang))) <= WIDTH


def test_alarms_values_and_products_are_told() -> None:
    text = "\n".join(line.plain for line in drift_lines(make_drift(), EN))
    assert text.count("  ✗ ") == 14
    assert "<b>Ravo</b> (17), 新牌 (3) (+4)" in text
    assert "colour, weight" in text
    assert "  - 4.2  D0000  Kettle 水壶 0" in text or "4.2 D0000" in text
    calm = "\n".join(line.plain for line in drift_lines(calm_drift(), EN))
    assert "✓ No drift" in calm
    assert "✗" not in calm


def test_nothing_in_a_catalogue_steers_the_terminal() -> None:
    hostile = replace(make_drift(), title="x\x1b]0;y", unknown_columns=("a\x1b[2J\u202e[red]b",))
    text = "\n".join(line.plain for line in drift_lines(hostile, EN))
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "[red]" in text
