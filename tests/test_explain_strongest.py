"""Reasons are the strongest words and groups on either side; what is no reason to a merchandiser is left out."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from case_factory import make_attribution
from prodcls.explain.attribution import Part, PartKind
from prodcls.explain.case import said, word_sums
from prodcls.explain.strongest import LEAST, _spoken, strongest


@given(st.lists(st.floats(-5, 5), max_size=12), st.integers(1, 4), st.integers(1, 4))
def test_the_largest_come_first_and_no_sign_is_mixed(values: list[float], pro: int, contra: int) -> None:
    parts = [Part(f"column {i}", "column", str(i), value, f"column {i}") for i, value in enumerate(values)]
    found = strongest(parts, pro, contra)
    assert [len(side) <= most for side, most in zip(found, (pro, contra), strict=True)] == [True, True]
    assert all(r.value >= LEAST for r in found[0])
    assert all(r.value <= -LEAST for r in found[1])
    for side in found:
        assert [abs(r.value) for r in side] == sorted((abs(r.value) for r in side), reverse=True)
    if found[0]:
        assert found[0][0].value == max(values)


KINDS = st.sampled_from(("word", "unread"))
WORDS = st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 5), KINDS, st.floats(-5, 5)), max_size=12)


@given(WORDS)
def test_words_are_summed_as_on_the_card(words: list[tuple[str, int, PartKind, float]]) -> None:
    labels = ("Kettle", "kettle", "KETTLE", "水壺", "水壶", "Lid")
    parts = [Part("title", kind, labels[i], value, column, 9 * i, 9 * i + 8) for column, i, kind, value in words]
    assert _spoken(parts) == [(word.text, word.value) for word in said(word_sums(parts))]


def test_technicalities_are_no_reasons() -> None:
    parts = (*make_attribution({"title": "steel kettle"}).parts, Part("image", "context", "marks", 9.0))
    assert {r.key for side in strongest(parts, 20, 20) for r in side} <= {
        *("word", "column", "regions", "neighbours", "whole", "start", "missing")
    }
