"""Words of many products are those of the accounts one by one, and nothing is lost on the way to the classes."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chain_factory import fitted, subjects
from prodcls.candidates import best_classes
from prodcls.evidence import LEXICAL
from prodcls.explain.account import explain_evidence
from prodcls.explain.attribution import Part
from prodcls.explain.chain import explain_many
from prodcls.explain.class_words import Spoken, class_entries, lexical_words
from prodcls.explain.phrases import mine_phrases
from prodcls.explain.subject import Subject
from prodcls.head import EvidenceHead

MODEL = fitted()
CELLS = (
    "Red kettle. Leaves our warehouse the same day",
    "Blue phone. Leaves our warehouse the same day",
    "Green lamp. Leaves our warehouse the same day",
    "A kettle, a Kettle, a KETTLE",
)
PHRASES = mine_phrases({"text": CELLS}, np.arange(4))


@settings(deadline=None, max_examples=25)
@given(subjects)
def test_the_words_are_those_of_the_account(subject: Subject) -> None:
    head = MODEL.head
    assert isinstance(head, EvidenceHead)
    margins = head.margins(subject.inputs)
    a, b = best_classes(margins.total, 2).T
    account = explain_evidence(head, margins, a, b)
    (found,) = lexical_words(head, subject.inputs, account, a, b)
    told = explain_many(MODEL, subject, [(MODEL.classes[a[0]], MODEL.classes[b[0]])])[0]
    expected = {(p.column, p.start, p.end): p.value for p in told.parts if p.block == LEXICAL and p.kind == "word"}
    assert {(p.column, p.start, p.end): p.value for p in found} == pytest.approx(expected, abs=1e-12)


def words(row: int, *values: float) -> tuple[Part, ...]:
    """Return the words of a cell with values, in turn."""
    found, at = [], 0
    for i, label in enumerate(CELLS[row].split()):
        start = CELLS[row].index(label, at)
        at = start + len(label)
        found.append(Part(LEXICAL, "word", label.strip(".,"), values[i % len(values)], "text", start, at))
    return tuple(found)


def test_a_phrase_is_one_entry_for_its_class_and_against_the_other() -> None:
    spoken = [Spoken(0, 0, 1, words(0, 0.5)), Spoken(1, 1, 0, words(1, 0.25))]
    kettles, phones = class_entries(spoken, PHRASES, 2)
    phrase = next(e for e in kettles if e.phrase is not None)
    assert (phrase.text, phrase.products) == ("Leaves our warehouse the same day", 2)
    assert phrase.total == pytest.approx(6 * 0.5 - 6 * 0.25)
    assert {e.text: e.total for e in kettles if e.phrase is None} == {
        "Red": 0.5,
        "kettle": 0.5,
        "Blue": -0.25,
        "phone": -0.25,
    }
    assert [e.total for e in phones] == [-e.total for e in kettles[::-1]]


def test_spellings_of_a_word_are_one_entry() -> None:
    (entries, _) = class_entries([Spoken(3, 0, 1, words(3, 1.0))], PHRASES, 2)
    assert {e.text.casefold(): (e.total, e.products) for e in entries} == {"a": (3.0, 1), "kettle": (3.0, 1)}


@given(st.lists(st.tuples(st.integers(0, 3), st.permutations(range(3)), st.floats(-2, 2)), max_size=8))
def test_the_entries_of_a_class_sum_to_what_all_its_words_say(drawn: list[tuple[int, list[int], float]]) -> None:
    spoken = [Spoken(row, pair[0], pair[1], words(row, value, 0.3, -0.1)) for row, pair, value in drawn]
    expected: defaultdict[int, float] = defaultdict(float)
    for product in spoken:
        said = sum(w.value for w in product.words)
        expected[product.a] += said
        expected[product.b] -= said
    for k, entries in enumerate(class_entries(spoken, PHRASES, 3)):
        assert sum(e.total for e in entries) == pytest.approx(expected[k], abs=1e-9)
        assert [e.total for e in entries] == sorted((e.total for e in entries), reverse=True)
