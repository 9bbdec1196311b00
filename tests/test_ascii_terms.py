"""Terms counted by Arrow are those that are found one by one."""

from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from prodcls.ascii_terms import count_known, split_words, vocabulary_of
from prodcls.lexical import MANY_TEXTS, Vocabulary, fit_vocabulary, terms

ASCII = st.text(st.sampled_from("ab'Z 09-\n\0\x1c_.") | st.characters(max_codepoint=127), max_size=25)


def words(text: str) -> list[str]:
    return [term.text for term in terms(text) if len(term.spans) == 1]


@settings(deadline=None, max_examples=500)
@given(st.lists(ASCII, max_size=6))
def test_words_are_those_of_each_text(texts: list[str]) -> None:
    found, first = split_words(texts)
    told = found.to_pylist()
    for text, begin, end in zip(texts, first[:-1], first[1:], strict=True):
        assert [word for word in told[begin:end] if word] == words(text)


@settings(deadline=None, max_examples=200)
@given(st.lists(ASCII, max_size=6), st.data())
def test_known_terms_are_counted_and_no_pair_goes_over_the_end_of_a_text(texts: list[str], data: st.DataObject) -> None:
    there = sorted({term.text for text in texts for term in terms(text)})
    chosen = data.draw(st.lists(st.sampled_from([*there, "电", "nowhere", "a b"]), unique=True))
    found = count_known(texts, vocabulary_of(chosen))
    expected = {
        row * len(chosen) + chosen.index(word): count
        for row, text in enumerate(texts)
        for word, count in Counter(term.text for term in terms(text)).items()
        if word in chosen
    }
    assert dict(zip(found.keys.tolist(), found.counts.tolist(), strict=True)) == expected
    assert found.keys.tolist() == sorted(expected)
    said = [max(1, len(list(terms(text)))) for text in texts]
    assert found.occurrences.tolist() == said


@settings(deadline=None, max_examples=60)
@given(
    st.lists(ASCII | st.text(st.sampled_from("ab é电手'’–®½\u0301 ") | st.characters()), min_size=2, max_size=8),
    st.integers(0, 5),
)
def test_texts_together_have_the_vectors_that_each_has_alone(texts: list[str], unknown: int) -> None:
    learnt = fit_vocabulary(["a b", "ab b a", "é a", "0 9 a'b", "电 手", *texts[:2]], min_rows=1).vocabulary
    asked = [*texts, " ".join(f"new{i}" for i in range(unknown * 4)) + " a b"] * MANY_TEXTS
    for vocabulary in (learnt, Vocabulary(learnt.words, learnt.idf, least_known=0.0), Vocabulary((), np.empty(0))):
        together = vocabulary.vectors(asked)
        alone = [vocabulary.vectors([text]) for text in asked[: len(texts) + 1]]
        assert together.has_canonical_format
        for row, one in enumerate(alone):
            np.testing.assert_array_equal(together[row].toarray(), one.toarray())
