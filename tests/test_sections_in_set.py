"""A prediction set in sentences."""

from __future__ import annotations

from dataclasses import replace

import pytest

from case_factory import make_set
from prodcls.language import LANGUAGES, Prose, load_language
from prodcls.sections.in_set import set_lines, set_summary

EN = load_language("en")
FOUND = make_set("Cookware", "Bakeware", "p1")


def as_text(prose: Prose) -> str:
    return "".join(span.text for span in prose)


def test_further_classes_are_told_with_what_speaks_for_them() -> None:
    summary = as_text(set_summary(FOUND, EN))
    assert "the true class of 95% of products, holds 3 classes" in summary
    assert "1.0e\u221215" in summary
    line, more = map(as_text, set_lines(FOUND, EN))
    assert line == (
        "Bakeware (42.0%) stays possible: for it speak \u201cBakeware\u201d (+0.75), price p1 (+0.25); "
        "Cookware is 0.25 logits ahead."
    )
    assert more == "and 1 more."


def test_sets_of_one_class_and_of_none() -> None:
    alone = replace(FOUND, size=1, others=())
    assert as_text(set_summary(alone, EN)).endswith("holds Cookware alone.")
    assert set_lines(alone, EN) == ()
    other = replace(FOUND, size=1, inside=False)
    assert "one class, and not the predicted one, Cookware" in as_text(set_summary(other, EN))
    assert len(set_lines(other, EN)) == 1
    assert "is empty" in as_text(set_summary(replace(FOUND, size=0, inside=False, others=()), EN))
    assert "Cookware is not among them" in as_text(set_summary(replace(FOUND, inside=False), EN))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_without_a_set_nothing_is_said(lang: str) -> None:
    t = load_language(lang)
    assert (set_summary(None, t), set_lines(None, t)) == ((), ())
    assert len(set_lines(FOUND, t)) == 2
