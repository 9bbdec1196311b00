"""What is summed up for a reader loses nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from case_factory import make_case
from prodcls.explain.attribution import Part
from prodcls.explain.case import WordSum, groups, said, word_sums

VALUES = st.floats(-5, 5)
PARTS = st.lists(
    st.one_of(
        st.builds(
            Part,
            st.sampled_from(("a", "lexical")),
            st.sampled_from(("word", "unread")),
            st.just("w"),
            VALUES,
            st.just("a"),
            st.integers(0, 3),
            st.just(9),
        ),
        st.builds(Part, st.just("image"), st.just("region"), st.just("1, 1"), VALUES),
        st.builds(
            Part,
            st.sampled_from(("a", "b")),
            st.just("evidence"),
            st.sampled_from(("neighbours", "closest", "prior", "score")),
            VALUES,
        ),
        st.builds(
            Part,
            st.sampled_from(("a", "b")),
            st.just("context"),
            st.sampled_from(("marks", "intercept", "missing", "spread")),
            VALUES,
        ),
    ),
    max_size=20,
)


@given(PARTS)
def test_groups_sum_to_what_the_parts_sum_to(parts: list[Part]) -> None:
    found = groups(parts)
    assert sum(g.value for g in found) == pytest.approx(sum(p.value for p in parts), abs=1e-9)
    assert len({(g.key, g.subject, g.label) for g in found}) == len(found)
    sizes = [abs(g.value) for g in found]
    assert sizes == sorted(sizes, reverse=True)


@given(PARTS)
def test_words_sum_to_what_their_parts_sum_to(parts: list[Part]) -> None:
    found = word_sums(parts)
    placed = sum(p.value for p in parts if p.start is not None)
    assert sum(w.value for w in found) == pytest.approx(placed, abs=1e-9)
    assert [(w.column, w.start) for w in found] == sorted({(w.column, w.start) for w in found})


def test_what_is_said_before_reading_is_one_group() -> None:
    found = {(g.key, g.subject): g.value for g in groups(make_case().main.parts)}
    assert found["start", ""] == pytest.approx(0.2)
    assert found["column", "price"] == 0.25
    assert found["neighbours", "own"] == 0.125
    assert found["whole", "image"] == 0.0625
    assert found["spread", ""] == -1.1
    assert {"words", "regions", "marks", "border", "tail", "together", "interplay", "missing"} <= {k for k, _ in found}


def test_a_word_is_read_when_any_part_of_the_model_reads_it() -> None:
    unread = Part("title", "unread", "tea", 0.0, "title", 3, 6)
    counted = replace(unread, block="lexical", kind="word", value=0.5)
    assert word_sums([unread]) == (WordSum("title", 3, 6, "tea", 0.0, read=False),)
    assert word_sums([unread, counted]) == (WordSum("title", 3, 6, "tea", 0.5, read=True),)


def test_words_are_summed_over_their_occurrences() -> None:
    found = said(
        [
            WordSum("title", 0, 3, "Tea", 0.5, read=True),
            WordSum("specs", 9, 12, "TEA", 0.25, read=True),
            WordSum("title", 4, 7, "cup", -0.9, read=True),
            WordSum("specs", 99, 102, "far", 0.0, read=False),
            WordSum("specs", 110, 112, "手機", 0.3, read=True),
            WordSum("title", 8, 10, "手机", 0.2, read=True),
        ]
    )
    assert [(s.text, s.count, s.columns, s.value) for s in found] == [
        ("cup", 1, ("title",), -0.9),
        ("Tea", 2, ("title", "specs"), 0.75),
        ("手機", 2, ("specs", "title"), 0.5),
    ]


def test_a_case_is_called_by_its_first_text_or_its_id() -> None:
    case = make_case(title="", description="水壶", name="p7")
    assert case.title == "水壶"
    assert make_case(title=" ", description="", name="p7").title == "p7"
