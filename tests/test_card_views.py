"""The bar on the card is as wide as it says and puts the product's number where it lies."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.text import Text

from case_factory import make_changes, make_similar
from prodcls.card_views import BAR, change_lines, similar_lines
from prodcls.explain.changes import Band, Bands, Changes
from prodcls.explain.similar import SimilarProducts
from prodcls.language import Prose, load_language

EN = load_language("en")


def prints(text: Prose | str, style: str, indent: str):  # noqa: ANN201 - a generator
    del style
    yield Text(indent + (text if isinstance(text, str) else "".join(span.text for span in text)))


@settings(deadline=None, max_examples=60)
@given(st.lists(st.floats(1, 1e6), min_size=3, max_size=6, unique=True), st.floats(1, 1e6))
def test_the_bar_keeps_its_width(borders: list[float], own: float) -> None:
    ends = sorted(borders)
    found = tuple(Band(a, b, f"class {i}") for i, (a, b) in enumerate(pairwise(ends)))
    changes = Changes("p", "class 0", 0.9, (), (Bands("price", own, found, 9),))
    lines = [line.plain for line in change_lines(changes, (), EN, prints)]
    [bar] = [line.strip() for line in lines if "^" in line]
    assert len(bar) == BAR
    if ends[0] <= own <= ends[-1]:
        assert sum(line.strip().startswith(("=", "#", "%", "*", "+", "~")) for line in lines if " to " in line) == len(
            found
        )


def test_words_beyond_the_limit_are_counted() -> None:
    changes = make_changes({"title": "a b c"}, "A", "B")
    search = changes.searches[0]
    assert search.change is not None
    many = replace(search, change=replace(search.change, parts=search.change.parts * 10))
    lines = [line.plain for line in change_lines(replace(changes, searches=(many,)), (), EN, prints)]
    assert any(line.strip() == "and 14 more" for line in lines)


def test_without_spaces_there_is_no_heading() -> None:
    assert list(similar_lines(SimilarProducts("p", ()), EN, prints)) == []
    assert list(similar_lines(make_similar("a", "b", "c"), EN, prints))
