"""The files of a report come from one function, and an earlier report leaves none behind."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from prodcls.audit_json import from_json
from prodcls.model_card_markdown import MODEL_CARD, markdown_card
from prodcls.pages import DATA, PAGE, build_pages, language_of, left_over, write_pages
from prodcls.render import dossier_filename, render_audit, render_dossier, render_index
from prodcls.shards import write_shards
from report_factory import make_report


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_pages_are_data_audit_and_a_page_a_product(lang: str) -> None:
    report = make_report()
    pages = dict(build_pages(report, lang))
    assert {language_of(text) for name, text in pages.items() if name not in (DATA, MODEL_CARD)} == {lang}
    assert from_json(pages.pop(DATA)) == report
    assert pages.pop(PAGE) == render_audit(report, lang)
    assert pages.pop(MODEL_CARD) == markdown_card(report, lang)
    assert pages.pop("products/index.html") == render_index([d.entry for d in report.dossiers], report, lang)
    assert pages == {f"products/{dossier_filename(d.id)}": render_dossier(d, report, lang) for d in report.dossiers}


def test_products_in_shards_have_pages_too(tmp_path: Path) -> None:
    report = make_report()
    first, others = report.dossiers[:4], report.dossiers[4:]
    report = dataclasses.replace(report, dossiers=first, shards=write_shards(tmp_path, others))
    whole, without = dict(build_pages(report, "en", tmp_path)), dict(build_pages(report, "en"))
    assert {f"products/{dossier_filename(d.id)}" for d in others} == whole.keys() - without.keys()
    index = whole["products/index.html"]
    assert all(dossier_filename(d.id) in index for d in (*first, *others))
    assert "8 more" in without["products/index.html"]
    assert "more are in files" not in index


def test_what_is_written_is_what_was_built_and_nothing_is_left_over(tmp_path: Path) -> None:
    products = tmp_path / "products"
    products.mkdir()
    (products / "old.html").write_text("of an earlier fit")
    (products / "notes.txt").write_text("the user's own")
    report = make_report()
    names = {page.name for page in build_pages(report, "en")}
    assert left_over(tmp_path, names) == ["products/old.html"]
    assert write_pages(tmp_path, report, "en") == len(names)
    files = {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()}
    assert files == names | {"products/notes.txt"}
    for name, text in build_pages(report, "en"):
        assert (tmp_path / name).read_bytes() == text.encode()
