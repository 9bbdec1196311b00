"""Similar products are named, and flagged where they are copies or doubtful."""

from __future__ import annotations

import pytest

from case_factory import make_similar
from prodcls.language import LANGUAGES, as_text, load_language
from prodcls.sections.similar import similar_context

EN = load_language("en")


def bare(text: str) -> str:
    return text.replace("\u2068", "").replace("\u2069", "")


def test_spaces_are_named_and_lines_flagged() -> None:
    title, image, leaves = similar_context(make_similar("Kettle", "Kettle", "Phone"), "Kettle", EN)
    assert [bare(as_text(s.name)) for s in (title, image)] == ["title", "Photo"]
    assert "42 of them" in as_text(leaves.see)
    assert title.see == ()
    copy, doubtful, last = title.lines
    assert [bare(as_text(f)) for f in copy.flags] == ["near-duplicate"]
    assert [bare(as_text(f)) for f in doubtful.flags] == ["label in doubt: Kettle 97.0% by a model without it"]
    assert last.flags == ()
    assert [line.agrees for line in title.lines] == [True, False, True]
    assert [line.similarity for line in title.lines] == ["0.98", "0.80", "0.50"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_language_has_the_words(lang: str) -> None:
    for space in similar_context(make_similar("a", "b", "c"), "b", load_language(lang)):
        assert as_text(space.name)
