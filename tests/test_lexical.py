"""Terms point to their places in the text, and vectors are TF-IDF."""

from __future__ import annotations

import math
import unicodedata
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from prodcls.folding import simplified
from prodcls.lexical import LEAST_KNOWN, Vocabulary, _analyse, count_terms, fit_vocabulary, spelt, terms

SPELLED = st.text(
    alphabet=st.one_of(
        st.sampled_from("ab cD_'’-.\n ßİﬁＡ½①é\u0301\u200d手机电々かナｶﾞ豈ไทย\u0e33हिन्दीקפהْبم😀👍🏽\ud83d\udc00𠀀"),
        st.characters(),
    ),
    max_size=30,
)


def words(text: str) -> list[str]:
    return [term.text for term in terms(text)]


@settings(deadline=None, max_examples=300)
@given(SPELLED)
def test_spans_point_to_what_the_term_says(text: str) -> None:
    for term in terms(text):
        assert all(0 <= start < end <= len(text) for start, end in term.spans)
        pieces = [unicodedata.normalize("NFKC", text[start:end]).casefold() for start, end in term.spans]
        assert term.text == " ".join(pieces)
        assert list(term.spans) == sorted(term.spans)
        assert len(term.spans) <= 2


@settings(deadline=None, max_examples=300)
@given(SPELLED)
def test_every_letter_and_digit_is_in_a_term(text: str) -> None:
    covered = {i for term in terms(text) for start, end in term.spans for i in range(start, end)}
    missed = [c for i, c in enumerate(text) if c.isalnum() and i not in covered]
    assert missed == []


@settings(deadline=None, max_examples=500)
@given(SPELLED | st.text(st.characters(max_codepoint=127)))
def test_without_their_places_the_terms_are_the_same(text: str) -> None:
    assert Counter(_analyse(text)) == Counter(words(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Red RED towel", ["red", "red", "red red", "towel", "red towel"]),
        ("don't stop", ["don't", "stop", "don't stop"]),
        ("snake_case", ["snake", "case", "snake case"]),
        ("Straße ＮＥＷ", ["strasse", "new", "strasse new"]),
        ("手机壳", ["手", "机", "壳", "手机", "机壳", "手机壳"]),
        ("5G手机 pro max", ["5g", "手", "机", "手机", "pro", "max", "pro max"]),
        ("佐々", ["佐", "々", "佐々"]),
        ("\uf900", ["\u8c48"]),
        ("हिन्दी किताब", ["हिन्दी", "किताब", "हिन्दी किताब"]),
        ("cafe\u0301", ["caf\u00e9"]),
        ("قميص أحمر", ["قميص", "أحمر", "قميص أحمر"]),
        ("👍🏽 ok 😀", ["ok"]),
        ("\ud83d x \udc00", ["x"]),
        ("ไทย", ["ไ", "ท", "ย", "ไท", "ทย", "ไทย"]),
        ("", []),
        (" _ - \n", []),
    ],
)
def test_terms_of(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_spans_of_pairs_and_of_characters() -> None:
    assert [(t.text, t.spans) for t in terms("  Big  手机")] == [
        ("big", ((2, 5),)),
        ("手", ((7, 8),)),
        ("机", ((8, 9),)),
        ("手机", ((7, 9),)),
    ]
    assert list(terms("red, towel"))[2].spans == ((0, 3), (5, 10))


def tfidf(texts: list[str], row: str) -> dict[str, float]:
    """Return the weights of one text by the textbook: (1 + ln tf) (1 + ln (1 + n) / (1 + df)), of unit length."""
    df = Counter(word for text in texts for word in set(words(text)))
    weight = {
        word: (1 + math.log(tf)) * (1 + math.log((1 + len(texts)) / (1 + df[word])))
        for word, tf in Counter(words(row)).items()
        if df[word]
    }
    if len(weight) < LEAST_KNOWN * len(set(words(row))):
        return {}
    length = math.sqrt(sum(w * w for w in weight.values()))
    return {word: w / length for word, w in weight.items()}


TEXTS = st.lists(st.text(alphabet="ab 手机", max_size=12), min_size=1, max_size=8)


@settings(deadline=None, max_examples=60)
@given(TEXTS, TEXTS)
def test_vectors_are_tf_idf(texts: list[str], others: list[str]) -> None:
    vocabulary = fit_vocabulary(texts).vocabulary
    vectors = vocabulary.vectors(texts + others)
    assert vectors.dtype == np.float32
    for row, text in enumerate(texts + others):
        found = {vocabulary.words[j]: vectors[row, j] for j in vectors[row].indices}
        assert found == pytest.approx(tfidf(texts, text), abs=1e-5)


@settings(deadline=None, max_examples=60)
@given(TEXTS, st.integers(1, 3))
def test_vectors_are_those_of_scikit_learn(texts: list[str], min_rows: int) -> None:
    reference = TfidfVectorizer(analyzer=words, sublinear_tf=True, min_df=min_rows)
    try:
        expected = reference.fit_transform(texts)
    except ValueError:
        assert fit_vocabulary(texts, min_rows=min_rows).vocabulary.words == ()
        return
    fit = fit_vocabulary(texts, min_rows=min_rows)
    assert list(fit.vocabulary.words) == reference.get_feature_names_out().tolist()
    known = [n >= LEAST_KNOWN * len(set(words(text))) for n, text in zip(expected.getnnz(axis=1), texts, strict=True)]
    heard = expected.toarray() * np.array(known)[:, None]
    np.testing.assert_allclose(fit.vectors.toarray(), heard, atol=1e-6)
    np.testing.assert_allclose(fit.vocabulary.vectors(texts).toarray(), heard, atol=1e-6)


def test_the_vocabulary_is_sorted_and_limited_to_the_most_frequent_terms() -> None:
    vocabulary = fit_vocabulary(["b a", "a", "c a"], max_terms=1).vocabulary
    assert vocabulary.words == ("a",)
    full = fit_vocabulary(["b a", "a", "c a"]).vocabulary
    assert list(full.words) == sorted(full.words)
    assert [full.columns[word] for word in full.words] == list(range(len(full.words)))


@pytest.mark.parametrize("texts", [[], [""], ["", " - "], ["once"]])
def test_nothing_to_learn_gives_an_empty_vocabulary(texts: list[str]) -> None:
    fit = fit_vocabulary(texts, min_rows=2)
    assert fit.vocabulary.words == ()
    assert fit.vectors.shape == (len(texts), 0)
    assert fit.vocabulary.vectors(["any", ""]).shape == (2, 0)


def test_texts_without_a_known_term_are_zero() -> None:
    vocabulary = fit_vocabulary(["red towel"]).vocabulary
    assert vocabulary.vectors(["", "blue", "\ud800"]).nnz == 0
    assert vocabulary.vectors([]).shape == (0, len(vocabulary.words))


@given(st.lists(st.text(alphabet="ab 手机", max_size=12), max_size=8))
def test_terms_are_counted_as_a_vocabulary_would_have_them(texts: list[str]) -> None:
    counts, whole = count_terms(iter(texts)), fit_vocabulary(texts)
    assert counts.different == len(whole.vocabulary.words)
    assert counts.common == len(fit_vocabulary(texts, min_rows=2).vocabulary.words)
    assert counts.occurrences == whole.vectors.nnz


TOLD = ("Steel kettle, steel pot", "STEEL kettle 1.5 l", "双门冰箱 steel", "", "ตู้เย็น kettle kettle kettle", "双门冰箱")


@pytest.mark.parametrize("texts", [TOLD, (), ("",), ("no term of it", "???")])
def test_vectors_are_those_of_scikit_learn_bit_by_bit(texts: tuple[str, ...]) -> None:
    vocabulary = fit_vocabulary(TOLD).vocabulary
    theirs = TfidfVectorizer(
        analyzer=lambda text: [term.text for term in terms(text)],
        vocabulary=vocabulary.columns,
        sublinear_tf=True,
        dtype=np.float32,
    )
    theirs.idf_ = vocabulary.idf
    found = vocabulary.vectors(texts)
    assert found.shape == (len(texts), len(vocabulary.words))
    assert found.dtype == np.float32
    if texts:
        expected = theirs.transform(texts)
        assert found.data.tobytes() == expected.data.tobytes()
        assert found.indices.tolist() == expected.indices.tolist()
        assert found.indptr.tolist() == expected.indptr.tolist()


MIXED = st.text(alphabet="ab 手機机電电壺壶\uf902", max_size=12)


@settings(deadline=None, max_examples=60)
@given(st.lists(MIXED, min_size=1, max_size=8))
def test_traditional_and_simplified_texts_have_the_same_vectors(texts: list[str]) -> None:
    fit, plain = fit_vocabulary(texts), fit_vocabulary([simplified(text) for text in texts])
    assert fit.vocabulary.words == plain.vocabulary.words
    assert count_terms(texts) == count_terms([simplified(text) for text in texts])
    assert (fit.vectors != plain.vectors).nnz == 0
    assert (fit.vocabulary.vectors(texts) != plain.vectors).nnz == 0


def test_a_vocabulary_of_an_older_release_keeps_them_apart() -> None:
    older = Vocabulary(("手机", "手機"), np.ones(2), folded=False, least_known=0.0)
    assert older.vectors(["手機 手機", "手机", "電"]).toarray().tolist() == [[0, 1], [1, 0], [0, 0]]
    assert older.read("手機") == "手機"


def test_a_text_of_which_next_to_nothing_is_known_is_as_one_without_words() -> None:
    known, foreign = ["steel kettle 5 l", "steel kettle 5 l", "red towel"], "Aurelo 5 " + "手持吸尘器配刷头静音"
    fit = fit_vocabulary([*known, foreign], min_rows=2)
    assert fit.vocabulary.words == ("5", "5 l", "kettle", "kettle 5", "l", "steel", "steel kettle")
    assert fit.vectors.getnnz(axis=1).tolist() == [7, 7, 0, 0]
    assert fit.vocabulary.vectors([foreign, "Aurelo 5", "手"]).getnnz(axis=1).tolist() == [0, 1, 0]
    older = replace(fit.vocabulary, least_known=0.0)
    assert older.vectors([foreign]).getnnz() == 1


def test_a_term_is_told_as_the_texts_write_it_most_often() -> None:
    texts = ["電水壺 STEEL", "電水壺", "电水壶 steel", "plain ascii"]
    words = fit_vocabulary(texts).vocabulary.words
    assert {"水壶", "电", "steel"} <= set(words)
    assert spelt(["水壶", "电", "steel", "nowhere"], texts) == ("水壺", "電", "steel", "nowhere")
