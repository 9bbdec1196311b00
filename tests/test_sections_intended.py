"""The section shows what people wrote, and counts what nobody did."""

from __future__ import annotations

import dataclasses

from prodcls.audit import GivenFile
from prodcls.audit_model_card import ModelCard
from prodcls.language import as_text, load_language
from prodcls.render import render_audit
from prodcls.sections.intended import build
from report_factory import make_report

EN = load_language("en")
REPORT = make_report(3, sampled=4)


def test_what_nobody_filled_is_counted_and_marked() -> None:
    context = build(REPORT, EN)
    filled = {f.id: f.paragraphs for g in context.groups for f in g.fields if f.paragraphs}
    assert filled["card-users"] == ("Sellers", "The catalogue team")
    assert filled["card-review-date"] == ("31 January 2027",)
    assert len(filled) == 6
    assert "Not provided: 14 of 20 fields" in as_text(context.intro)
    assert render_audit(REPORT).count(">not provided<") >= 14


def test_no_card_and_an_empty_one_are_alike() -> None:
    bare, empty = (dataclasses.replace(REPORT, card=card) for card in (None, ModelCard()))
    assert build(bare, EN) == build(empty, EN)
    assert "all 20 fields are missing" in as_text(build(bare, EN).intro)


def test_a_whole_card_says_so_and_names_its_file() -> None:
    card = ModelCard(**{f.name: ("x",) for f in dataclasses.fields(ModelCard)})
    lineage = dataclasses.replace(REPORT.lineage, given=(GivenFile("model_card", "ours.toml", "ab"),))
    intro = as_text(build(dataclasses.replace(REPORT, card=card, lineage=lineage), EN).intro)
    assert "in ours.toml" in intro
    assert "All 20 fields are filled" in intro


def test_the_section_comes_right_after_the_verdict() -> None:
    page = render_audit(REPORT)
    assert page.index('<section id="verdict"') < page.index('<section id="intended"') < page.index('<section id="li')
