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
    found = replace(describe(real().bundle), figures={"accuracy": 0.98765})
    tables = model_tables(found, load_language(lang))
    told = {as_text(row[0]): as_text(row[1]) for row in tables.facts.rows}
    assert {found.bundle, found.catalogue, "60", "3"} <= set(told.values())
    assert [as_text(row[1]) for row in tables.figures.rows] == ["0.9877"]
    assert [as_text(row[0]).strip("\u2068\u2069") for row in tables.columns.rows] == [c.name for c in found.columns]
    assert tables.classes == found.classes
