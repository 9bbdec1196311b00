"""The page of one product: whole, closed, its text the seller's own, its marks where the words are."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import prodcls
from case_factory import make_case
from hostile import HOSTILE
from prodcls.explain.product import REST
from prodcls.language import LANGUAGES, as_text, load_language
from prodcls.render import render_why
from prodcls.sections.changes import BandContext, ChangeContext
from prodcls.sections.marks import MarkedText, Run, strength
from prodcls.sections.similar import SimilarContext, SimilarLine
from prodcls.sections.why import WhyContext, odds, why_context
from test_render import Page
from test_sections import attributes, names_of

EN = load_language("en")
TEMPLATES = Path(prodcls.__file__).parent / "templates"
REASONS = TEMPLATES / "reasons.html.j2"


@cache
def calm() -> Page:
    return Page(render_why(make_case()))


FIXED = ("html", "head", "meta", "title", "style", "script", "body", "main", "section", "h1", "h2", "a", "image")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_adds_nothing(text: str) -> None:
    case = make_case(f"{text} kettle", f"tea {text}", name=text, cell=text, predicted=text, versus=f"{text}2")
    page = Page(render_why(dataclasses.replace(case, label=text)))
    assert set(page.structure) <= set(calm().structure)
    count, expected = (Counter(name for name, _ in p.structure) for p in (page, calm()))
    assert {name: count[name] for name in FIXED} == {name: expected[name] for name in FIXED}
    assert page.open == []
    assert page.raw == calm().raw
    assert all(re.fullmatch(r"#[a-z0-9-_]+|data:,|data:image/jpeg;base64,[A-Za-z0-9+/=]*", url) for url in page.urls)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_is_whole(lang: str) -> None:
    for case in (
        make_case(methods=("chain", "shap", "lime")),
        make_case("", "", versus=REST),
        make_case("🙂", "冰" * 999),
    ):
        page = Page(render_why(case, lang))
        assert page.open == []
        assert len(page.ids) == len(set(page.ids))
        assert {url[1:] for url in page.urls if url.startswith("#") and len(url) > 1} <= set(page.ids)


def test_the_same_case_gives_the_same_bytes() -> None:
    assert render_why(make_case()) == render_why(make_case())


@settings(deadline=None, max_examples=40)
@given(st.text(max_size=60), st.text(max_size=60))
def test_the_marked_text_is_the_sellers_own(title: str, description: str) -> None:
    context = why_context(make_case(title, description), EN)
    shown = {text.name: "".join(run.text for run in text.runs) for text in context.texts}
    assert shown == {name: text for name, text in (("title", title), ("description", description)) if text}


def test_marks_tell_sign_depth_and_figure() -> None:
    [title, description] = why_context(make_case(), EN).texts
    marked = {run.text: (run.tone, run.figure, run.shown) for run in title.runs if run.tone}
    assert marked["Steel"] == ("a3", "+1.80", True)
    assert marked["1.5L"] == ("b1", "\u22120.27", False)
    assert title.unread == ()
    [unread] = [run for run in description.runs if run.tone == "unread"]
    assert (unread.text, unread.figure) == ("sale", "")
    assert as_text(description.unread).startswith("1 words beyond")


def test_what_was_not_asked_is_not_shown() -> None:
    page = render_why(dataclasses.replace(make_case(), changes=None, similar=None))
    assert 'id="changes"' not in page
    assert 'id="similar"' not in page


def test_template_and_context_agree() -> None:
    for kind, variable in (
        (ChangeContext, "change"),
        (BandContext, "band"),
        (SimilarContext, "space"),
        (SimilarLine, "one"),
    ):
        assert attributes([REASONS], variable) == names_of(kind)
    shown_by_macro = {"outcomes"}
    assert attributes([REASONS, TEMPLATES / "why.html.j2"], "why") | shown_by_macro == names_of(WhyContext)
    assert attributes([REASONS], "text") == names_of(MarkedText)
    assert attributes([TEMPLATES / "ui.html.j2"], "run") == names_of(Run)


@pytest.mark.parametrize("kind", [WhyContext, MarkedText, Run, ChangeContext, BandContext, SimilarContext, SimilarLine])
def test_every_field_is_documented(kind: type) -> None:
    documented: set[str] = set()
    for line in re.findall(r"^ {4}(\w[\w, ]*) : ", kind.__doc__ or "", flags=re.MULTILINE):
        documented |= set(line.split(", "))
    assert documented == names_of(kind)


def test_without_a_photo_the_page_says_so() -> None:
    case = dataclasses.replace(make_case(), photo=None, photo_size=None)
    assert "no photo" in render_why(case)
    assert "<image" not in render_why(case)
    assert "<image" in render_why(make_case())


def test_a_photo_without_regions_is_shown_plain() -> None:
    case = make_case()
    parts = tuple(p for p in case.main.parts if p.kind != "region")
    bare = dataclasses.replace(case, attributions=(dataclasses.replace(case.main, parts=parts),))
    context = why_context(bare, EN)
    assert context.photo is not None
    assert "<rect" not in context.photo
    assert context.photo_see == ()


@pytest.mark.parametrize(
    ("margin", "times"),
    [(9.0, "8,103"), (2.0, "7.4"), (0.0, "1.000"), (-2.0, "0.135"), (30.0, "10^13"), (-30.0, "10^\u221213")],
)
def test_a_margin_is_told_as_odds(margin: float, times: str) -> None:
    main = dataclasses.replace(make_case().main, margin=margin)
    assert f" {times} times as likely" in as_text(odds(main, EN))


def test_strength_grows_with_the_share() -> None:
    assert [strength(v, 1.0) for v in (0.0, 0.1, 0.12, -0.3, 0.6, -1.0)] == [0, 0, 1, 2, 3, 3]
    assert strength(0.0, 0.0) == 0
