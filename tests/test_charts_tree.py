"""The tree is nested lists whose every word is escaped."""

from __future__ import annotations

from prodcls.charts_tree import Branch, tree

LEAVES = (Branch("Yes:", "first", "60%", 0.6, "a"), Branch("No:", "second", "40%", 0.4, "b"))


def test_answers_stand_below_their_question() -> None:
    picture = tree(Branch("", "Ahead?", "", 1.0, "", LEAVES))
    assert picture.count("<li>") == 3
    assert picture.index("Ahead?") < picture.index("first") < picture.index("second")
    assert picture.count("<rect") == 2
    assert 'width="60%"' in picture


def test_text_is_escaped() -> None:
    bad = '"><b>'
    assert bad not in tree(Branch(bad, bad, bad, 1.0, "", (Branch(bad, bad, bad, 1.0, "a"),) * 2))
