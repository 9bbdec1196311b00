"""The index lists every product once, in pages, whatever a catalogue calls them."""

from __future__ import annotations

from pathlib import Path

import pytest

import prodcls
from hostile import HOSTILE
from prodcls.audit_dossiers import Entry
from prodcls.language import LANGUAGES, as_text, load_language
from prodcls.render import render_index
from prodcls.sections import products
from prodcls.sections.products import IndexContext, IndexPage, IndexRow, index_context, index_filename, index_pages
from report_factory import make_report
from test_render import Page
from test_sections import attributes, names_of

EN = load_language("en")
INDEX = [Path(prodcls.__file__).parent / "templates" / "index.html.j2"]
REPORT = make_report(3, sampled=4)


def entries(count: int) -> list[Entry]:
    return [
        Entry(f"p{i:04d}", f"title {i}", "Kettle", "Phone" if i % 2 else "Kettle", 0.9, "right") for i in range(count)
    ]


@pytest.mark.parametrize(("kind", "variable"), [(IndexContext, "index"), (IndexPage, "page"), (IndexRow, "row")])
def test_template_and_context_agree(kind: type, variable: str) -> None:
    assert attributes(INDEX, variable) == names_of(kind)


def test_many_products_are_parted_into_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(products, "ROWS", 4)
    found = entries(10)
    assert [index_pages(n) for n in (0, 1, 4, 5, 10)] == [1, 1, 1, 2, 3]
    pages = [index_context(found, i, 0, EN) for i in range(3)]
    assert [row.id for page in pages for row in page.rows] == [e.id for e in found]
    assert [p.current for p in pages[1].pages] == [False, True, False]
    assert [p.href for p in pages[0].pages] == ["index.html", "index-2.html", "index-3.html"]
    assert as_text(pages[0].pages[2].name).replace("\u2068", "").replace("\u2069", "") == "p0008 to p0009"
    assert index_context(found[:4], 0, 0, EN).pages == ()
    assert index_filename(0) == "index.html"


def test_missing_products_are_told() -> None:
    assert as_text(index_context(entries(2), 0, 7, EN).missing).startswith("7 more")
    assert index_context(entries(2), 0, 0, EN).missing == ()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_is_whole(lang: str) -> None:
    page = Page(render_index(entries(30), REPORT, lang))
    assert page.open == []
    assert sum(url.startswith("p00") for url in page.urls) == 30
    assert Page(render_index([], REPORT, lang)).open == []


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_adds_nothing(text: str) -> None:
    calm, found = (Page(render_index([Entry(t, t, t, f"{t}2", 0.5, t)] * 2, REPORT)) for t in ("calm", text))
    assert found.structure == calm.structure
    assert found.raw == calm.raw
    assert found.open == []
