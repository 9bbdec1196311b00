"""The report counts what was cleaned and shows where; pieces make up the text again."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from prodcls.audit_cleaning import Piece
from prodcls.catalogue import Catalogue, Schema, Source
from prodcls.cleaning import clean_columns
from prodcls.reporting_cleaning import ELLIPSIS, EXAMPLES, LONGEST, SPAN, cleaning_findings, difference, originals


def catalogue(*titles: str, wanted: bool = True) -> Catalogue:
    texts, cleaned = clean_columns({"title": titles}, wanted=wanted)
    ids, rows = tuple(map(str, range(len(titles)))), np.arange(len(titles)) + 11
    return Catalogue(ids, rows, texts, {}, {}, None, None, Schema(()), Source("x", "", 0), (), cleaned)


def test_steps_are_counted_with_their_best_examples() -> None:
    found = cleaning_findings(catalogue("Tea", "", "long  and  wide ", "A &amp;  B", "x  y", "&amp;"))
    assert found is not None
    assert (found.texts, found.cells) == (5, 4)
    assert [(s.step, s.cells, len(s.examples)) for s in found.steps] == [
        ("html", {"title": 2}, 2),
        ("white_space", {"title": 3}, EXAMPLES),
    ]
    assert found.steps[0].examples[0].row == 16
    assert found.steps[0].examples[0].before == (Piece("&", False), Piece("amp;", True))
    assert found.steps[0].examples[0].after == (Piece("&", False),)
    assert found.steps[1].examples[0].before == (Piece("x ", False), Piece(" ", True), Piece("y", False))


def test_nothing_to_clean_differs_from_not_cleaned() -> None:
    found = cleaning_findings(catalogue("Tea"))
    assert found is not None
    assert (found.cells, found.steps) == (0, ())
    assert cleaning_findings(catalogue("Tea ", wanted=False)) is None


@given(st.text(max_size=60), st.text(max_size=60))
def test_pieces_of_short_texts_make_them_up(before: str, after: str) -> None:
    for pieces, text in zip(difference(before, after), (before, after), strict=True):
        joined = "".join(p.text for p in pieces)
        at = joined.removeprefix(ELLIPSIS) if joined[:1] == ELLIPSIS != text[:1] else joined
        assert at.removesuffix(ELLIPSIS) in text or at in text


def test_a_change_far_within_a_long_text_is_framed() -> None:
    before, after = difference("x" * 500 + "<br>" + "y" * 500, "x" * 500 + "\n" + "y" * 500)
    assert [p.text for p in before if p.changed] == ["<br>"]
    assert [p.text for p in after if p.changed] == ["\n"]
    for pieces in (before, after):
        assert pieces[0].text == pieces[-1].text == ELLIPSIS
        assert sum(len(p.text) for p in pieces) < 2 * SPAN


def test_originals_are_cut_and_say_so() -> None:
    found = originals(catalogue("<b>Tea</b>", "fine", "<p>" + "long " * 1000), 2)
    assert [(o.column, len(o.text), o.length, o.steps) for o in found] == [
        ("title", LONGEST, 5003, ("html", "white_space"))
    ]
    assert originals(catalogue("<b>Tea</b>", "fine"), 1) == ()
    assert originals(catalogue("<b>Tea</b>", wanted=False), 0) == ()
