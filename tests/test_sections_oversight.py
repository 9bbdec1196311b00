"""The section says who needs a person and why, and that nothing is recorded where nothing is."""

from __future__ import annotations

import dataclasses

from prodcls.audit_model_card import ModelCard
from prodcls.language import as_text, load_language
from prodcls.render import render_audit
from prodcls.sections.oversight import build
from report_factory import make_report

EN = load_language("en")
REPORT = make_report(3, sampled=4)


def test_the_workload_is_said_with_its_interval() -> None:
    intro = as_text(build(REPORT, EN).intro)
    assert "31 of the 879 products" in intro
    assert "3.0% are to be expected up for review (95% interval 2.0\u20134.3%)" in intro


def test_the_queue_names_reasons_and_leads_to_dossiers() -> None:
    context = build(REPORT, EN)
    assert context.queue is not None
    assert [as_text(row[1]) for row in context.queue.rows] == ["nothing known", "label in doubt, runner-up close"]
    first, second = (row[0][0] for row in context.queue.rows)
    assert (first.kind, first.anchor) == ("link", "product-2")
    assert second.kind == "code"
    assert 'href="#product-2"' in render_audit(REPORT)
    assert context.reasons is not None
    assert [as_text(row[2]) for row in context.reasons.rows] == ["1", "9", "25"]
    assert "2 of 31" in as_text(context.queue_note)


def test_nothing_is_recorded_and_it_says_what_to_do() -> None:
    context = build(dataclasses.replace(REPORT, overrides=None), EN)
    assert as_text(context.overrides).startswith("None recorded.")
    assert "prodcls review" in as_text(context.overrides)
    assert as_text(context.incidents).startswith("None recorded.")


def test_who_watches_is_asked_for_where_nobody_said() -> None:
    assert "Nobody has said" in as_text(build(REPORT, EN).people)
    told = dataclasses.replace(REPORT, card=ModelCard(oversight=("We do.",)))
    assert "As people wrote it" in as_text(build(told, EN).people)


def test_an_older_report_and_an_empty_queue_say_so() -> None:
    old = build(dataclasses.replace(REPORT, oversight=None), EN)
    assert old.queue is None
    assert "made before" in as_text(old.intro)
    assert REPORT.oversight is not None
    calm = dataclasses.replace(REPORT.oversight, queue=(), waiting=0, errors=0, errors_waiting=0)
    context = build(dataclasses.replace(REPORT, oversight=calm), EN)
    assert context.queue is None
    assert "No product" in as_text(context.queue_note)
    assert "no wrong answer" in as_text(context.caught)
