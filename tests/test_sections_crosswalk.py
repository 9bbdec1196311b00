"""Each item of the crosswalk points to what supports it, says what is missing, and claims no more."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter

import pytest

from prodcls.audit import AuditReport
from prodcls.audit_model_card import GROUPS, ModelCard
from prodcls.language import LANGUAGES, Prose, as_text, load_language
from prodcls.model_card_markdown import markdown_card
from prodcls.render import render_audit
from prodcls.sections import SECTIONS
from prodcls.sections.crosswalk import STATES, build
from prodcls.sections.crosswalk_evidence import EVIDENCE
from prodcls.sections.crosswalk_items import FRAMEWORKS
from report_factory import make_report, with_thresholds, without_accounts

EN = load_language("en")
REPORT = with_thresholds(make_report(3, sampled=4))
EMPTY = dataclasses.replace(
    without_accounts(REPORT),
    card=None,
    oversight=None,
    trust=None,
    confidence=None,
    dossiers=(),
    timing={},
    evaluation=dataclasses.replace(REPORT.evaluation, baselines={}, ablation={}, method="test"),
)
"""A report that lacks all that a report may lack."""


def states(report: AuditReport) -> dict[str, str]:
    context = build(report, EN)
    return {as_text(row[0]): as_text(row[3]) for view in context.frameworks for row in view.items.rows}


def test_the_frameworks_are_whole() -> None:
    numbers = {f.key: [item.number for item in f.items] for f in FRAMEWORKS}
    assert numbers["annexiv"] == ["1", *(f"2({c})" for c in "abcdefgh"), *map(str, range(3, 10))]
    nist = {"Govern": 6, "Map": 5, "Measure": 4, "Manage": 4}
    assert numbers["nist"] == [f"{name} {i}" for name, n in nist.items() for i in range(1, n + 1)]
    assert numbers["iso42001"] == [f"A.{i}" for i in range(2, 11)]
    assert numbers["card"] == [str(i) for i in range(1, 10)]


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_item_has_a_title_and_every_title_an_item(code: str) -> None:
    titles = {key for key in load_language(code).words if key.startswith("crosswalk.") and key.count(".") == 2}
    assert titles == {f"crosswalk.{f.key}.{item.key}" for f in FRAMEWORKS for item in f.items}


def test_items_name_evidence_and_fields_that_exist() -> None:
    items = [item for f in FRAMEWORKS for item in f.items]
    fields = {name for names in GROUPS.values() for name in names}
    assert {name for item in items for name in item.evidence} == EVIDENCE.keys()
    said = {name for item in items for name in item.said}
    assert said == fields
    assert {e.section for e in EVIDENCE.values()} <= {s.id for s in SECTIONS}


def links(prose: Prose) -> set[str]:
    return {span.anchor for span in prose if span.kind == "link"}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("report", [REPORT, EMPTY, make_report(60, sampled=4)], ids=["whole", "empty", "many"])
def test_every_link_leads_to_a_place_of_the_page(report: AuditReport, lang: str) -> None:
    context = build(report, load_language(lang))
    found = {a for view in context.frameworks for row in view.items.rows for cell in row for a in links(cell)}
    found |= {a for row in context.counts.rows for cell in row for a in links(cell)}
    assert len(found) > 20
    assert found <= set(re.findall(r' id="([^"]+)"', render_audit(report, lang)))


def test_figures_are_those_of_the_report() -> None:
    told = {name: as_text(place.tell(REPORT, EN) or ()) for name, place in EVIDENCE.items()}
    assert all(told.values())
    assert f"{100 * REPORT.evaluation.accuracy.value:.1f}%" in told["accuracy"]
    assert told["verdict"].endswith("of 8 thresholds fail")
    assert told["rejected"] == f"7 of {REPORT.data.read_rows} rows rejected"
    assert told["queue"].startswith("3.0% (2.0\u20134.3%)")


def test_what_a_report_lacks_supports_nothing() -> None:
    silent = {name for name, place in EVIDENCE.items() if place.tell(EMPTY, EN) is None}
    assert silent == {"rivals", "ablation", "cost", "explanation", "leaks", "accounts", "queue", "doubted"} | {
        "faithfulness",
        "classwise",
    }


def test_states_follow_from_figures_and_fields() -> None:
    bare = states(dataclasses.replace(REPORT, card=None))
    whole = states(dataclasses.replace(REPORT, card=ModelCard(**{n: ("x",) for g in GROUPS.values() for n in g})))
    risk = "5\u2002Risk management system"
    assert (bare[risk], whole[risk]) == ("not provided", "from people")
    assert {bare["8\u2002Copy of the EU declaration of conformity"], whole["A.2\u2002Policies related to AI"]} == {
        "human only"
    }
    logic = "2(b)\u2002Design: general logic, main choices and their reasons, what it optimises"
    assert (bare[logic], whole[logic]) == ("in part", "supported by figures")
    metrics = "4\u2002Why the performance metrics are appropriate for this system"
    assert bare[metrics] == whole[metrics] == "in part"
    assert "not provided" not in whole.values()


def test_items_are_counted_by_state() -> None:
    context = build(REPORT, EN)
    for view, row in zip(context.frameworks, context.counts.rows, strict=True):
        found = Counter(as_text(r[3]) for r in view.items.rows)
        counted = [found[EN(f"crosswalk_state.{state}")] for state in STATES]
        assert [as_text(cell) for cell in row[1:]] == list(map(str, counted))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_is_claimed(lang: str) -> None:
    for text in (*load_language(lang).words.values(), render_audit(REPORT, lang), markdown_card(REPORT, lang)):
        assert "complian" not in text.lower()
        assert "合规" not in text
