"""One sentence names the strongest reasons, and no technicality."""

from __future__ import annotations

import dataclasses

from case_factory import make_attribution
from prodcls.explain.attribution import Attribution, Part
from prodcls.language import as_text, load_language
from prodcls.sections.reasons import reasons_sentence

EN = load_language("en")
BASE = make_attribution({"title": "steel kettle"})


def told(*parts: Part) -> str:
    main: Attribution = dataclasses.replace(BASE, parts=parts)
    return as_text(reasons_sentence(main, EN)).replace("\u2068", "").replace("\u2069", "")


def word(text: str, value: float, start: int = 0) -> Part:
    return Part("title", "word", text, value, "title", start, start + len(text))


def test_words_count_over_their_occurrences_and_blocks() -> None:
    lexical = dataclasses.replace(word("Steel", 0.5), block="lexical")
    found = told(word("Steel", 1.0), lexical, word("steel", 0.25, 9), word("kettle", -0.5, 20))
    assert "because of “Steel” (+1.75). Against it: “kettle” (\u22120.50)." in found


def test_the_photo_and_columns_are_named_as_a_whole() -> None:
    regions = tuple(Part("image", "region", f"1, {c}", 0.5, box=(0, 0, 1, 1)) for c in (1, 2))
    found = told(*regions, Part("price", "column", "60", 0.75, "price"), Part("image", "context", "border", 9.0))
    assert "what the photo shows (+1.00), price 60 (+0.75)" in found
    assert "+9.00" not in found


def test_small_reasons_are_left_out() -> None:
    found = told(word("big", 2.0), word("tiny", 0.09, 5), word("wee", -0.004, 12))
    assert "tiny" not in found
    assert "Nothing speaks against it" in found


def test_a_model_without_accounts_gives_no_reason() -> None:
    assert told() == "Kettle rather than Phone."
