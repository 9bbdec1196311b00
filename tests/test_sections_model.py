"""The tables of a bundle say what its description says, in both languages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from prodcls.description import describe
from prodcls.language import LANGUAGES, as_text, load_language
from prodcls.sections.model import model_tables
from real_bundle import real


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_tables_hold_the_facts(lang: str) -> None:
    figures = {"accuracy": 0.98765, "log_loss": 0.18384, "additivity_residual": 3.6e-15}
    found = replace(describe(real().bundle), figures=figures)
    tables = model_tables(found, load_language(lang))
    told = {as_text(row[0]): as_text(row[1]) for row in tables.facts.rows}
    assert {found.bundle, found.catalogue, "60", "3"} <= set(told.values())
    assert [as_text(row[1]) for row in tables.figures.rows] == ["98.8%", "0.1838", "3.6e\u221215"]
    assert [as_text(row[0]).strip("\u2068\u2069") for row in tables.columns.rows] == [c.name for c in found.columns]
    assert tables.classes == found.classes
    more = model_tables(replace(found, added=found.classes[:2]), load_language(lang)).facts.rows
    assert len(more) == len(tables.facts.rows) + 1
    assert as_text(more[-1][1]) == ", ".join(found.classes[:2])
