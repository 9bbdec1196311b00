"""Curves and the small tree say what they show, and how far the tree may be trusted."""

from __future__ import annotations

import dataclasses

from prodcls.language import as_text, load_language
from prodcls.sections.behaviour import build
from report_factory import make_report, without_accounts

EN = load_language("en")
REPORT = make_report()


def test_a_curve_names_the_class_that_it_moves_most() -> None:
    assert REPORT.views is not None
    (figure,) = build(REPORT, EN).curves
    curve = REPORT.views.curves[0]
    widest = max(curve.lines, key=lambda line: max(line.effect) - min(line.effect))
    assert f"\u201c\u2068{widest.name}\u2069\u201d most" in as_text(figure.see)
    assert len(figure.table.rows) == len(curve.edges)
    assert figure.picture.count('class="line"') == len(curve.lines)


def test_fidelity_stands_beside_the_trivial_ones() -> None:
    figure = build(REPORT, EN).tree
    assert figure is not None
    see = as_text(figure.see)
    assert "94.0%" in see
    assert "88.0%" in see
    assert "50%" in see


def test_every_step_is_a_line_of_the_tree_and_of_the_table() -> None:
    assert REPORT.views is not None
    assert REPORT.views.tree is not None
    figure = build(REPORT, EN).tree
    assert figure is not None
    assert len(figure.table.rows) == len(REPORT.views.tree.steps) == figure.picture.count("<li>")
    for words in ("by more than 0.12?", "or behind by less than 0.40?", "takes the second class"):
        assert words in figure.picture


def test_a_lead_of_nothing_is_asked_for_without_a_figure() -> None:
    assert REPORT.views is not None
    assert REPORT.views.tree is not None
    steps = (dataclasses.replace(REPORT.views.tree.steps[0], threshold=0.001), *REPORT.views.tree.steps[1:])
    tree = dataclasses.replace(REPORT.views.tree, steps=steps)
    figure = build(dataclasses.replace(REPORT, views=dataclasses.replace(REPORT.views, tree=tree)), EN).tree
    assert figure is not None
    assert "”?" in as_text(figure.table.rows[0][1])


def test_without_numbers_and_folds_nothing_is_drawn() -> None:
    assert REPORT.views is not None
    bare = dataclasses.replace(REPORT, views=dataclasses.replace(REPORT.views, curves=(), tree=None))
    context = build(bare, EN)
    assert (context.curves, context.tree) == ((), None)
    assert "no curves" in as_text(context.intro)
    assert "no account" in as_text(build(without_accounts(REPORT), EN).intro)


def test_a_number_without_effect_is_said_to_have_none() -> None:
    assert REPORT.views is not None
    curve = REPORT.views.curves[0]
    flat = dataclasses.replace(
        curve, lines=tuple(dataclasses.replace(x, effect=(0.0,) * len(curve.edges)) for x in curve.lines)
    )
    report = dataclasses.replace(REPORT, views=dataclasses.replace(REPORT.views, curves=(flat,)))
    assert "no use" in as_text(build(report, EN).curves[0].see)
