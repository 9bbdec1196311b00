"""Sections are closed units: template and context agree both ways, and every field is documented."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import jinja2
import pytest
from jinja2 import nodes

import prodcls
from prodcls.language import Span, load_language
from prodcls.sections import SECTIONS
from prodcls.sections.cards import Card, Outcome
from prodcls.sections.findings import FindingLine
from prodcls.sections.intended import SaidField, SaidGroup
from prodcls.sections.parts import Column, Figure, Section, Table, Tile, block_tones, evidence_name, join_prose
from prodcls.sections.verdict import CheckLine
from report_factory import make_report

TEMPLATES = Path(prodcls.__file__).parent / "templates"
EN = load_language("en")


def attributes(names: list[Path], variable: str) -> set[str]:
    """Return the attributes of a variable that templates read."""
    found: set[str] = set()
    for path in names:
        tree = jinja2.Environment(autoescape=True).parse(path.read_text(encoding="utf-8"))
        found |= {
            n.attr for n in tree.find_all(nodes.Getattr) if isinstance(n.node, nodes.Name) and n.node.name == variable
        }
    return found


def names_of(kind: type) -> set[str]:
    return {f.name for f in dataclasses.fields(kind)}


@pytest.mark.parametrize("section", SECTIONS, ids=lambda s: s.id)
def test_template_and_context_agree(section: Section) -> None:
    assert attributes([TEMPLATES / section.template], "c") == names_of(section.context)


@pytest.mark.parametrize("section", SECTIONS, ids=lambda s: s.id)
def test_build_returns_the_context(section: Section) -> None:
    assert isinstance(section.build(make_report(), EN), section.context)


@pytest.mark.parametrize(
    ("kind", "variable"),
    [
        (Card, "card"),
        (Tile, "tile"),
        (CheckLine, "line"),
        (Outcome, "o"),
        (FindingLine, "finding"),
        (SaidField, "field"),
        (SaidGroup, "group"),
    ],
)
def test_templates_show_every_field_of_the_pieces(kind: type, variable: str) -> None:
    assert attributes(list(TEMPLATES.rglob("*.j2")), variable) == names_of(kind)


def test_macros_show_every_field_of_tables_and_figures() -> None:
    ui = [TEMPLATES / "ui.html.j2"]
    assert attributes(ui, "data") == names_of(Table) | names_of(Figure)
    assert attributes(ui, "c") == names_of(Column)
    assert attributes(ui, "s") == names_of(Span)


@pytest.mark.parametrize(
    "kind",
    [*(s.context for s in SECTIONS), Card, Tile, CheckLine, Outcome, FindingLine, SaidField, SaidGroup, Table, Figure],
    ids=lambda k: k.__name__,
)
def test_every_field_is_documented(kind: type) -> None:
    documented: set[str] = set()
    for line in re.findall(r"^ {4}(\w[\w, ]*) : ", kind.__doc__ or "", flags=re.MULTILINE):
        documented |= set(line.split(", "))
    assert documented == names_of(kind)


def test_every_template_is_used() -> None:
    shown = {s.template for s in SECTIONS}
    assert {f"sections/{p.name}" for p in (TEMPLATES / "sections").iterdir()} == shown


def test_evidence_is_named_by_its_key_and_else_by_its_name() -> None:
    assert evidence_name(EN, "image", "image.score", "x") == "Photo: match"
    assert evidence_name(EN, "weight", "weight.typical", "x") == "\u2068weight\u2069: how typical"
    assert evidence_name(EN, "prior", "prior", "x") == "How common the class is"
    assert evidence_name(EN, "text", "", "my words") == "my words"
    assert evidence_name(EN, "text", "text.unheard_of", "my words") == "my words"


def test_blocks_keep_their_tone() -> None:
    tones = block_tones(make_report())
    assert tones["lexical"] == "b1"
    assert tones["brand"] != tones["price"]


def test_prose_is_joined_as_the_language_does_it() -> None:
    items = tuple((Span("text", word),) for word in "abc")
    assert "".join(s.text for s in join_prose(EN, items)) == "a, b, c"
    assert "".join(s.text for s in join_prose(load_language("zh"), items)) == "a、b、c"
    assert join_prose(EN, ()) == ()
