"""The finished reports in ``reports`` are what this version makes of the demo; ``make examples`` renews them."""

from __future__ import annotations

import importlib
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from prodcls.audit_json import from_json
from prodcls.audit_stored import store_report
from prodcls.pages import DATA, build_pages

if TYPE_CHECKING:
    from prodcls.audit import AuditReport
    from prodcls.training import FitOutcome

STALE = "is stale: run make examples, look at the pages, and commit them"
EXAMPLES = {lang: Path(__file__).parents[1] / "reports" / lang for lang in ("en", "zh")}


def numbers_apart(one: object, other: object, place: str = "") -> list[str]:
    """Return where two JSON values differ by more than another processor's rounding."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        return [found for k in one for found in numbers_apart(one[k], other[k], f"{place}.{k}")]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = enumerate(zip(one, other, strict=True))
        return [found for i, (a, b) in pairs for found in numbers_apart(a, b, f"{place}[{i}]")]
    numbers = all(isinstance(x, (int, float)) and not isinstance(x, bool) for x in (one, other))
    same = one == pytest.approx(other, rel=1e-3, abs=1e-4) if numbers else one == other
    return [] if same else [f"{place}: {str(one)[:60]!r}, {str(other)[:60]!r}"]


@pytest.mark.parametrize("lang", EXAMPLES)
def test_pages_are_those_of_this_version(lang: str) -> None:
    folder = EXAMPLES[lang]
    report = from_json((folder / DATA).read_text(encoding="utf-8"))
    made = {page.name: page.text for page in build_pages(report, lang)}
    assert {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()} == made.keys(), STALE
    for name, text in made.items():
        assert (folder / name).read_text(encoding="utf-8") == text, f"{lang}/{name} {STALE}"


def without_samples(report: AuditReport) -> object:
    """Return a report as JSON value without what the tests' fit of the demo samples less of, to be fast."""
    lineage = replace(report.lineage, configuration={})
    return json.loads(store_report(replace(report, lineage=lineage, trust=None, robustness=None)).text)


def test_figures_are_those_of_a_fit_today(fitted_demo: FitOutcome) -> None:
    shown = [from_json((folder / DATA).read_text(encoding="utf-8")) for folder in EXAMPLES.values()]
    assert shown[0] == shown[1]
    assert numbers_apart(without_samples(shown[0]), without_samples(fitted_demo.report)) == [], STALE


def test_a_changed_figure_is_found() -> None:
    one = {"a": [1.0, {"b": "x"}], "c": None}
    assert numbers_apart(one, {"a": [1.00001, {"b": "x"}], "c": None}) == []
    assert len(numbers_apart(one, {"a": [1.1, {"b": "y"}], "c": 0})) == 3
    assert len(numbers_apart(one, {"a": [1.0], "c": None})) == 1


def test_pictures_of_the_service_are_of_its_pages_today(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("selenium", reason="selenium is not installed")
    monkeypatch.syspath_prepend(str(EXAMPLES["en"].parents[1] / "tools"))
    tool = importlib.import_module("screenshots")
    assert tool.MADE_OF.read_text(encoding="utf-8").strip() == tool.sources(), "are stale: run make screenshots"
    assert len(list(tool.SCREENS.glob("serve-*-zh-390.png"))) == 6
