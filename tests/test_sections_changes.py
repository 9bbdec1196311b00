"""Sentences and pictures of what would have changed the class say what was found, no more."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from case_factory import make_case, make_changes
from prodcls.explain.attribution import Part
from prodcls.explain.changes import Band
from prodcls.language import LANGUAGES, as_text, load_language
from prodcls.sections.changes import band_sentence, band_words, changes_context, search_sentences

EN = load_language("en")
CHANGES = make_changes({"title": "Steel kettle 1.5L for tea"}, "Kettle", "Phone")
WORDS, REGION = CHANGES.searches


def bare(text: str) -> str:
    return text.replace("\u2068", "").replace("\u2069", "")


def test_a_change_is_told_with_its_probabilities_and_cost() -> None:
    told = bare(as_text(search_sentences(CHANGES, WORDS, EN)))
    assert told == (
        "Without these 3 words it would be Phone: 60.0%, with 30.0% left for Kettle. "
        "None of it can go back alone. Versions scored: 120."
    )
    told = bare(as_text(search_sentences(CHANGES, REGION, EN)))
    assert "With 2 of 12 regions" in told
    assert "less may be enough" in told
    assert told.endswith("not confirmed: 1.")


def test_one_word_is_not_said_to_be_minimal() -> None:
    assert WORDS.change is not None
    one = replace(WORDS, change=replace(WORDS.change, parts=WORDS.change.parts[:1]))
    told = bare(as_text(search_sentences(CHANGES, one, EN)))
    assert told.startswith("Without one word it would be Phone")
    assert told.endswith("Kettle. Versions scored: 120.")


def test_a_stretch_is_told_by_its_seconds_and_the_whole_sound_as_such() -> None:
    assert REGION.change is not None
    parts = tuple(
        Part("audio", "segment", f"{start:g}\u2013{start + 1:g} s", 0.4, box=(start / 4, 0.0, (start + 1) / 4, 1.0))
        for start in (2.0, 1.0)
    )
    search = replace(REGION, kind="stretch", players=4, change=replace(REGION.change, parts=parts))
    assert bare(as_text(search_sentences(CHANGES, search, EN))).startswith(
        "With 1\u20133 s of the sound cut out it would"
    )
    whole = bare(as_text(search_sentences(CHANGES, replace(search, players=2), EN)))
    assert whole.startswith("Without its sound it would be Phone")
    none = replace(search, change=None, without_all="Phone")
    assert "Without the sound it would be Phone." in bare(as_text(search_sentences(CHANGES, none, EN)))


@pytest.mark.parametrize(("search", "words"), [(WORDS, "without which"), (REGION, "whose hiding")])
def test_that_nothing_was_found_is_said_with_the_budget(search: object, words: str) -> None:
    none = replace(search, change=None, unconfirmed=0)  # type: ignore[type-var]
    told = bare(as_text(search_sentences(CHANGES, none, EN)))
    assert words in told
    assert "at most 200" in told
    assert told.endswith("it would be Phone.")
    same = replace(none, without_all="Kettle")
    assert bare(as_text(search_sentences(CHANGES, same, EN))).endswith("it stays Kettle.")


def test_bands_are_told_in_figures() -> None:
    price, weight = CHANGES.bands
    assert bare(as_text(band_words(price, EN)[0])) == "Phone: 10 to 412"
    assert bare(as_text(band_sentence(CHANGES, weight, EN))) == (
        "At any weight from 1 to 50 it stays Kettle; its own is 3."
    )


@settings(deadline=None, max_examples=40)
@given(st.text(max_size=300), st.integers(0, 12))
def test_struck_text_is_the_sellers_own_with_the_long_stretches_left_out(filler: str, gap: int) -> None:
    title = f"kettle {filler} {'x ' * gap}tea {filler}"
    case = make_case(title, "")
    assert case.changes is not None
    (change, _), _ = changes_context(case, case.changes, EN)
    [text] = change.texts
    found = case.changes.searches[0].change
    assert found is not None
    assert [run.text for run in text.runs if run.tone == "gone"] == [p.label for p in found.parts]
    at = 0
    for piece in (p for run in text.runs for p in run.text.split("\u2026")):
        at = title.find(piece, at) if "\u2026" not in title else at
        assert at >= 0


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_hidden_part_is_drawn_only_on_a_photo(lang: str) -> None:
    case = make_case()
    assert case.changes is not None
    t = load_language(lang)
    (words, region), (price, weight) = changes_context(case, case.changes, t)
    assert words.photo is None
    assert region.photo is not None
    assert region.photo.count('class="cover"') == 2
    assert price.bar is not None
    assert weight.bar is None
    changes = replace(case.changes, searches=(REGION,))
    ((unseen,), _) = changes_context(replace(case, photo=None, photo_size=None), changes, t)
    assert (unseen.photo, unseen.found) == (None, True)


def test_a_band_of_one_number_is_drawn() -> None:
    case = make_case()
    single = replace(CHANGES.bands[0], bands=(Band(5.0, 5.0, "Phone"), Band(5.01, 5.01, "Kettle")), own=5.0)
    _, [band] = changes_context(case, replace(CHANGES, searches=(), bands=(single,)), EN)
    assert band.bar is not None
