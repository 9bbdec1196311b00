"""Figures of performance reach the page unchanged, and the sentences beside them are true."""

from __future__ import annotations

import dataclasses

import pytest

from prodcls.audit import AuditReport, Confusion
from prodcls.language import as_text, load_language
from prodcls.sections.cards import dossier_filename
from prodcls.sections.confusions import build as build_confusions
from prodcls.sections.confusions import confusion_figure, pairs_of, worst_pairs
from prodcls.sections.performance import build
from report_factory import make_report

EN = load_language("en")
PERFECT = Confusion(("a", "b"), ((3, 0), (0, 4)))


def changed(**fields: object) -> AuditReport:
    report = make_report()
    return dataclasses.replace(report, evaluation=dataclasses.replace(report.evaluation, **fields))  # type: ignore[arg-type]


def test_rivals_sentence_counts_those_ahead() -> None:
    ahead = build(make_report(), EN).rivals
    assert ahead is not None
    assert "more accurate than each of the 5" in as_text(ahead.see)
    evaluation = make_report().evaluation
    best = dataclasses.replace(evaluation.baselines["flat"], accuracy=evaluation.accuracy)
    behind = build(changed(baselines=evaluation.baselines | {"flat": best}), EN).rivals
    assert behind is not None
    assert "As accurate as the model or more: 1" in as_text(behind.see)
    assert build(changed(baselines={}), EN).rivals is None


def test_ablation_names_the_modality_that_costs_most() -> None:
    figure = build(make_report(), EN).ablation
    assert figure is not None
    assert "Text" in as_text(figure.see)
    assert "1.6 percentage points" in as_text(figure.see)
    assert [len(row) for row in figure.table.rows] == [3] * 4
    assert build(changed(ablation={}), EN).ablation is None


def test_ablation_that_costs_nothing_is_said() -> None:
    evaluation = make_report().evaluation
    same = dataclasses.replace(evaluation.baselines["flat"], accuracy=evaluation.accuracy)
    figure = build(changed(ablation={"without text": same}), EN).ablation
    assert figure is not None
    assert "costs no accuracy" in as_text(figure.see)


def test_classes_start_with_the_worst() -> None:
    report = make_report(40)
    figure = build(report, EN).classes
    worst = min(report.evaluation.per_class, key=lambda f: f.recall.value)
    assert as_text(figure.table.rows[0][0]).strip("\u2068\u2069") == worst.name
    assert len(figure.table.rows) == 40


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"method": "test"}, "separate test file"),
        ({"grouped": False}, "trained without it."),
        ({"grouped": True}, "without its near-duplicates"),
    ],
)
def test_method_is_stated(fields: dict[str, object], words: str) -> None:
    assert words in as_text(build(changed(**fields), EN).method)


@pytest.mark.parametrize(("after", "words"), [(0.01, "down to 1.0%"), (0.09, "did not lower")])
def test_calibration_is_stated(after: float, words: str) -> None:
    assert words in as_text(build(changed(ece=after), EN).calibration)


def test_pairs_are_the_cells_off_the_diagonal() -> None:
    confusion = Confusion(("a", "b", "c"), ((5, 2, 0), (1, 7, 0), (0, 4, 1)))
    assert [(p.true, p.predicted, p.count, p.support) for p in pairs_of(confusion)] == [
        (2, 1, 4, 5),
        (0, 1, 2, 7),
        (1, 0, 1, 8),
    ]
    table = worst_pairs(confusion, EN)
    assert table is not None
    assert [as_text(cell) for cell in table.rows[0][2:]] == ["4", "80.0%"]


def test_no_error_is_said() -> None:
    assert worst_pairs(PERFECT, EN) is None
    assert "All 7 of 7 products" in as_text(confusion_figure(PERFECT, EN).see)


def test_many_classes_become_an_ordered_map() -> None:
    few, many = (confusion_figure(make_report(n).evaluation.confusion, EN) for n in (25, 26))
    assert 'class="map"' not in few.picture
    assert len(few.table.columns) == 26
    assert 'class="map"' in many.picture
    assert len(many.table.columns) == 4
    assert len(many.table.rows) == 26


def test_a_class_without_products_is_drawn() -> None:
    assert "0%" in confusion_figure(Confusion(("a", "b"), ((3, 1), (0, 0))), EN).picture


def test_pairs_link_to_dossiers_that_there_are() -> None:
    report = make_report()
    shown = build_confusions(report, EN)
    first, bare = shown.pairs
    assert [example.href is None for example in first.examples] == [False, True]
    assert first.examples[0].href == f"products/{dossier_filename('SKU00001')}"
    told = "".join(as_text(line) for line in first.lines).replace("\u2068", "").replace("\u2069", "")
    assert "9 of 120 products of Baby Care" in told
    assert "549 in Baby Care, \u2013 in Beauty" in told
    assert first.evidence is not None
    assert [as_text(cell) for cell in first.evidence.rows[0][1:]] == ["+1.20", "\u22120.90"]
    assert bare.evidence is None
    assert len(bare.lines) == 1
