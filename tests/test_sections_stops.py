"""Where decisions stop is told level by level, and nothing is claimed of those that stop before the first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from prodcls.audit_hierarchy import StopStudy
from prodcls.audit_performance import HierarchyFigures
from prodcls.language import as_text, load_language
from prodcls.sections.stops import hierarchy_levels, hierarchy_note, stops_figure, stops_intro
from report_factory import make_report

EN = load_language("en")


@pytest.fixture(scope="module")
def study() -> StopStudy:
    found = make_report().stops
    assert found is not None
    return found


@pytest.fixture(scope="module")
def figures() -> HierarchyFigures:
    report = make_report()
    assert report.performance is not None
    assert report.performance.hierarchy is not None
    return report.performance.hierarchy


def test_paths_are_told_only_where_there_are_some(figures: HierarchyFigures) -> None:
    assert "F1 96.5% (95.0\u201398.0%)" in as_text(hierarchy_note(figures, EN))
    assert hierarchy_note(None, EN) == ()


def test_every_level_has_its_line(figures: HierarchyFigures) -> None:
    rows = [[as_text(cell) for cell in row] for row in hierarchy_levels(figures, EN).rows]
    assert rows == [["level 1", "99.0% (98.0\u2013100.0%)"], ["level 2", "95.0% (93.0\u201396.0%)"]]


def test_the_shares_add_up_and_nothing_is_claimed_without_a_node(study: StopStudy) -> None:
    figure = stops_figure(study, EN)
    assert "77.1% of the decisions go down to the class, 14.3% stop at a node above it, and 8.6%" in as_text(figure.see)
    rows = [[as_text(cell) for cell in row] for row in figure.table.rows]
    assert rows[1] == ["level 1", "100", "14.3%", "95.0% (90.0\u201398.0%)", "94.0%"]
    assert rows[2][3:] == ["\u2013", "\u2013"]
    assert "Here 95.7% (94.0\u201397.0%) of them do" in as_text(stops_intro(study, EN))
    assert "no node is named" in as_text(stops_intro(replace(study, coverage=None), EN))
