"""The page of a drift check: whole in each language, every alarm with its picture, and nothing that breaks out."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

import prodcls
from drift_factory import calm_drift, make_drift
from hostile import HOSTILE
from prodcls.language import LANGUAGES, as_text, load_language
from prodcls.render import render_drift
from prodcls.sections.drift_pictures import drift_figure
from prodcls.sections.drifted import PICTURED, DriftContext, drift_context
from test_render import Page, numbered, with_texts
from test_sections import attributes, names_of

EN = load_language("en")
TEMPLATE = Path(prodcls.__file__).parent / "templates" / "drift.html.j2"


def test_template_and_context_agree_and_every_field_is_documented() -> None:
    assert attributes([TEMPLATE], "c") == names_of(DriftContext)
    documented: set[str] = set()
    for line in re.findall(r"^ {4}(\w[\w, ]*) : ", DriftContext.__doc__ or "", flags=re.MULTILINE):
        documented |= set(line.split(", "))
    assert documented == names_of(DriftContext)


def test_the_verdict_comes_first_and_counts() -> None:
    loud, calm = drift_context(make_drift(), EN), drift_context(calm_drift(), EN)
    assert (loud.status, calm.status) == ("fail", "pass")
    assert as_text(loud.verdict).startswith("Drift: 14 of 14 comparisons raise an alarm.")
    assert as_text(loud.verdict).endswith("10 more")
    assert as_text(calm.verdict).startswith("No drift")
    assert [figure.id for figure in loud.figures] == [f"drift-{i + 1}" for i in range(PICTURED)]
    assert (calm.figures, calm.moved, calm.unseen) == ((), None, None)
    assert len(calm.certainty) == len(calm.differences) == 1
    assert (len(loud.certainty), len(loud.differences)) == (3, 4)


@pytest.mark.parametrize("detail", make_drift().details, ids=lambda d: d.kind)
def test_every_kind_with_values_has_a_picture_and_its_table(detail: object) -> None:
    figure = drift_figure(1, detail, EN)  # type: ignore[arg-type]
    if getattr(detail, "kind", "") == "unseen":
        assert figure is None
    else:
        assert figure is not None
        assert len(figure.table.rows) >= 2
        assert all(len(row) == len(figure.table.columns) for row in figure.table.rows)


def test_products_that_moved_name_column_and_value() -> None:
    table = drift_context(make_drift(), EN).moved
    assert table is not None
    told = "\n".join(as_text(row[3]) for row in table.rows)
    for words in ("51,842", "about", "Zeniko", "Thai", "no letters", "Photo", "is missing", "D0001", "not sure"):
        assert words in told


@pytest.mark.parametrize("lang", LANGUAGES)
def test_pages_are_closed_and_links_lead_somewhere(lang: str) -> None:
    for report in (make_drift(), calm_drift()):
        text = render_drift(report, lang)
        page = Page(text)
        assert page.open == []
        assert len(page.ids) == len(set(page.ids))
        assert all(url[1:] in page.ids for url in page.urls if url.startswith("#"))
        assert text == render_drift(report, lang)


@pytest.mark.parametrize("text", HOSTILE[::6])
def test_hostile_text_in_every_field_adds_nothing(text: str) -> None:
    def filled(prefix: str) -> Page:
        report = make_drift()
        kinds = [line.kind for line in report.drift.lines]
        found = with_texts(report, numbered(prefix))
        lines = tuple(dataclasses.replace(line, kind=kind) for line, kind in zip(found.drift.lines, kinds, strict=True))
        named = {(line.kind, d.kind): line.name for line in lines for d in report.details}
        details = tuple(
            dataclasses.replace(new, kind=old.kind, name=named[old.kind, old.kind])
            for new, old in zip(found.details, report.details, strict=True)
        )
        found = dataclasses.replace(found, drift=dataclasses.replace(found.drift, lines=lines), details=details)
        return Page(render_drift(found))

    assert filled(text).structure == filled("plain").structure
