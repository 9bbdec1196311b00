"""The page of a dossier shows what the page of `why` shows, and where it belongs."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

import prodcls
from hostile import HOSTILE
from prodcls.audit import AuditReport
from prodcls.language import LANGUAGES, as_text, load_language
from prodcls.render import render_audit, render_dossier
from prodcls.sections.dossier import DossierContext, dossier_context
from report_factory import make_report, without_accounts
from test_render import Page
from test_sections import attributes, names_of

EN = load_language("en")
REPORT = make_report()
TEMPLATES = Path(prodcls.__file__).parent / "templates"


def test_template_and_context_agree() -> None:
    shown_as_why = {"why"}
    assert attributes([TEMPLATES / "dossier.html.j2"], "dossier") | shown_as_why == names_of(DossierContext)


def test_it_links_to_its_card_or_to_the_section() -> None:
    assert dossier_context(REPORT.dossiers[2], REPORT, EN).back == "../audit.html#product-3"
    other = dataclasses.replace(REPORT.dossiers[2], id="beyond the embedded ones")
    assert dossier_context(other, REPORT, EN).back == "../audit.html#dossiers"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_all_that_is_known_is_on_the_page(lang: str) -> None:
    page = render_dossier(REPORT.dossiers[1], REPORT, lang)
    for piece in (
        'id="account"',
        'id="number-1"',
        'id="changes"',
        'id="similar"',
        'class="regions"',
        'class="certificate"',
    ):
        assert piece in page
    assert page.count("<mark") > 2


def test_what_was_not_searched_is_said() -> None:
    assert "prodcls why" in as_text(dossier_context(REPORT.dossiers[0], REPORT, EN).why.changes_see)


def test_a_product_of_which_nothing_is_known_is_told_in_a_sentence() -> None:
    assert "Nothing is known of this product" in render_dossier(REPORT.dossiers[0], REPORT)
    assert "Nothing is known of this product" not in render_dossier(REPORT.dossiers[1], REPORT)


def test_the_flat_head_has_a_page_without_an_account() -> None:
    flat = without_accounts(REPORT)
    page = render_dossier(flat.dossiers[1], flat)
    assert "no account of this decision" in page
    assert 'id="account"' not in page
    assert 'id="changes"' not in page


def hostile(report: AuditReport, text: str) -> AuditReport:
    """Return the report with one dossier that has the text wherever a catalogue can put it."""
    found = report.dossiers[1]
    assert found.account is not None
    assert found.similar is not None
    assert found.changes is not None
    fields = {"title": f"{text} kettle {text}", "description": text, f"price{text}": text}
    parts = tuple(
        dataclasses.replace(p, label=text if p.kind == "column" else p.label, start=p.start and 0, end=p.end and 3)
        for p in found.account.parts
    )
    account = dataclasses.replace(found.account, id=text, predicted=text, versus=f"{text}2", parts=parts)
    bands = tuple(dataclasses.replace(b, column=text) for b in found.changes.bands)
    spaces = tuple(
        dataclasses.replace(
            s, products=tuple(dataclasses.replace(p, id=text, title=text, label=text) for p in s.products)
        )
        for s in found.similar.spaces
    )
    numbers = tuple(
        dataclasses.replace(v, column=text, spreads=tuple(dataclasses.replace(s, name=text) for s in v.spreads))
        for v in found.numbers
    )
    dossier = dataclasses.replace(
        found,
        id=text,
        fields=fields,
        texts=("title", "description"),
        label=text,
        predicted=text,
        versus=f"{text}2",
        account=account,
        changes=dataclasses.replace(found.changes, predicted=text, searches=(), bands=bands),
        similar=dataclasses.replace(found.similar, spaces=spaces),
        numbers=numbers,
    )
    return dataclasses.replace(report, dossiers=(dossier,))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_adds_nothing(text: str) -> None:
    calm = hostile(REPORT, "calm")
    for render in (lambda r: render_dossier(r.dossiers[0], r), render_audit):
        found, expected = Page(render(hostile(REPORT, text))), Page(render(calm))
        assert set(found.structure) <= set(expected.structure) | {("mark", ("class", "title"))}
        assert found.raw == expected.raw
        assert found.open == []
