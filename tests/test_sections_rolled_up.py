"""The way down the tree in sentences."""

from __future__ import annotations

from dataclasses import replace

import pytest

from case_factory import make_roll_up
from prodcls.language import LANGUAGES, Prose, load_language
from prodcls.sections.rolled_up import rolled_up, rolled_up_note

EN = load_language("en")
FOUND = make_roll_up("Cookware", "Bakeware", "p1")


def as_text(prose: Prose) -> str:
    return "".join(span.text for span in prose)


def test_what_is_sure_comes_before_what_is_not() -> None:
    sure, undecided = map(as_text, rolled_up(FOUND, EN))
    assert sure == (
        "Surely Cookware and Bakeware (97.0%), because of “Cookware” (+1.50), price p1 (+0.50), what the photo shows "
        "(+0.25); next comes p1 (3.0%), held against its class Bakeware."
    )
    assert undecided.startswith(
        "Between Cookware (55.0%) and Bakeware (42.0%) undecided; for Cookware speak “Cookware”"
    )
    assert "; for Bakeware speak similar products by own (+0.75)." in undecided


def test_the_note_says_where_it_stops() -> None:
    assert "stops at Cookware and Bakeware (97.0%)" in as_text(rolled_up_note(FOUND, EN))
    assert "before the first step" in as_text(rolled_up_note(replace(FOUND, stopped=None), EN))
    assert "goes down to the class" in as_text(rolled_up_note(replace(FOUND, leaf=True), EN))
    assert "1.0e−15" in as_text(rolled_up_note(FOUND, EN))


def test_a_step_that_is_only_probable_is_not_called_sure() -> None:
    step = replace(FOUND.steps[0], branch=replace(FOUND.steps[0].branch, probability=0.7))
    assert as_text(rolled_up(replace(FOUND, steps=(step,)), EN)[0]).startswith(
        "Taken for Cookware and Bakeware (70.0%)"
    )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_without_a_tree_nothing_is_said(lang: str) -> None:
    t = load_language(lang)
    assert (rolled_up(None, t), rolled_up_note(None, t)) == ((), ())
    assert len(rolled_up(FOUND, t)) == 2
