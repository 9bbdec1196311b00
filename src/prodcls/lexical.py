"""The lexical block: TF-IDF over words, and over character n-grams where the script has no spaces."""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain, pairwise
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.utils.sparsefuncs_fast import inplace_csr_row_normalize_l2

from prodcls.ascii_terms import count_known, vocabulary_of
from prodcls.folding import simplified

__all__ = [
    "Term",
    "TermCounts",
    "Vocabulary",
    "VocabularyFit",
    "ascii_words",
    "count_terms",
    "fit_vocabulary",
    "spelt",
    "terms",
    "tokens",
]

UNSPACED = "".join(
    (
        "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff",
        "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff",
    )
)
"""Thai, Lao, Burmese, Khmer, kana and Han: scripts written without spaces between words."""

_IS_UNSPACED = re.compile(rf"[{UNSPACED}]")
_MARKS = "".join(
    mark
    for mark in map(chr, range(0x300, 0x2100))
    if unicodedata.category(mark) in ("Mn", "Mc") and not _IS_UNSPACED.match(mark)
)
"""Accents and vowel signs that follow their letter: ``\\w`` leaves them out, and Hindi words would fall apart."""

_WORD = rf"[^\W_{UNSPACED}](?:[^\W_{UNSPACED}]|[{_MARKS}])*"
_TOKEN = re.compile(rf"[{UNSPACED}]+|{_WORD}(?:['’]{_WORD})*")
_ASCII_WORD = re.compile("[a-z0-9]+(?:'[a-z0-9]+)*")
"""What the former finds in ASCII in lower case, in a third of the time."""

_IN_TOKENS = re.compile(rf"[\x00-\x7f\w’{UNSPACED}{_MARKS}]")


class _Blanks(dict[int, str]):
    """Characters beyond ASCII that part words, such as dashes and signs, to blanks; all others to themselves."""

    def __missing__(self, code: int) -> str:
        self[code] = chr(code) if _IN_TOKENS.match(chr(code)) else " "
        return self[code]


_BLANKS = _Blanks()

MAX_CHARACTERS = 3
"""Longest character n-gram in unspaced scripts; Chinese words have mostly one to three characters."""
_LENGTHS = range(1, MAX_CHARACTERS + 1)

MANY_TEXTS = 32
"""Texts from which on those in ASCII are counted together."""

LEAST_KNOWN = 0.1
"""Share of a text's different terms that a vocabulary has to know. Where it knows fewer, such as a brand and a number
in a text of another language, these would speak as loudly as a whole text. Hardly a text of the catalogue's own
language comes near it (see docs/adr/0039)."""


class Term(NamedTuple):
    """One occurrence of a term.

    Attributes
    ----------
    text : str
        Normalised (NFKC, case-folded); two words are joined by one space.
    spans : tuple of (int, int)
        Character offsets in the original string, one for each word of the term.
    """

    text: str
    spans: tuple[tuple[int, int], ...]


def terms(text: str) -> Iterator[Term]:
    """Yield the terms of ``text`` with their places in it.

    Words and pairs of neighbouring words in spaced scripts; runs of one to three characters elsewhere.
    """
    previous: Term | None = None
    for match in _TOKEN.finditer(text):
        if _IS_UNSPACED.match(match.group()):
            yield from _character_terms(match.group(), match.start())
            previous = None
            continue
        word = Term(_normalised(match.group()), ((match.start(), match.end()),))
        yield word
        if previous is not None:
            yield Term(f"{previous.text} {word.text}", previous.spans + word.spans)
        previous = word


def ascii_words(text: str) -> tuple[list[str], list[tuple[int, int]]]:
    """Return the words among the terms of a text in ASCII, and where they stand; each two neighbours are a term too."""
    found = list(_ASCII_WORD.finditer(text.lower()))
    return [match[0] for match in found], [match.span() for match in found]


def tokens(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield each word, or in scripts without spaces each character, as written, with its start and end in ``text``."""
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        if text[start] >= UNSPACED[0] and _IS_UNSPACED.match(text, start):
            yield from ((text[i], i, i + 1) for i in range(start, end))
        else:
            yield match[0], start, end


def _normalised(text: str) -> str:
    """Return ``text`` as terms are compared: NFKC, case-folded."""
    return text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()


def _character_terms(run: str, start: int) -> Iterator[Term]:
    for length in _LENGTHS:
        for i in range(len(run) - length + 1):
            yield Term(_normalised(run[i : i + length]), ((start + i, start + i + length),))


@lru_cache(maxsize=4096)  # each fold reads the same texts again
def _analyse(text: str) -> tuple[str, ...]:
    """Return the texts of the terms of ``text``, in another order: several times faster without their places."""
    if text.isascii():  # no script without spaces, and nothing to normalise but the case
        words = _ASCII_WORD.findall(text.lower())
        return (*words, *map(" ".join, pairwise(words)))
    found: list[str] = []
    words = []
    normalised = str.casefold if unicodedata.is_normalized("NFKC", text) else _normalised  # then each part of it is
    for token in _TOKEN.findall(text):
        if token[0] < UNSPACED[0] or not _IS_UNSPACED.match(token):
            words.append(normalised(token))
            continue
        found += [*words, *map(" ".join, pairwise(words))]
        words = []
        runs = [token[i : i + length] for length in _LENGTHS for i in range(len(token) - length + 1)]
        found += runs if unicodedata.is_normalized("NFKC", token) else map(_normalised, runs)  # these have no case
    return (*found, *words, *map(" ".join, pairwise(words)))


@dataclass(frozen=True)
class Vocabulary:
    """Terms with their inverse document frequencies.

    Attributes
    ----------
    words : tuple of str
        Sorted; position is the column.
    idf : ndarray of shape (d,), float64
    folded : bool
        Whether traditional Chinese characters of a text count as simplified ones. Not in what older releases learnt.
    least_known : float
        Share of a text's different terms below which nothing is known of it: `LEAST_KNOWN`, 0 in older releases.
    """

    words: tuple[str, ...]
    idf: NDArray[np.float64]
    folded: bool = True
    least_known: float = LEAST_KNOWN

    @cached_property
    def columns(self) -> dict[str, int]:
        """Column of each term."""
        return {word: i for i, word in enumerate(self.words)}

    def read(self, text: str) -> str:
        """Return ``text``, at most `simplified`, as its terms are looked for; places in it are the same."""
        return simplified(text) if self.folded else text

    def vectors(self, texts: Sequence[str]) -> sp.csr_matrix:
        """Return TF-IDF vectors of shape (n, d), float32, of unit length (zero where no term or too few are known).

        Bit by bit those of scikit-learn's `TfidfVectorizer` that `fit_vocabulary` learns with, whose checks take longer
        than all else where the texts are few.
        """
        width = max(len(self.words), 1)
        keys, counts = self._counted(texts)
        bounds = np.searchsorted(keys, np.arange(len(texts) + 1) * width)
        parts = counts.astype(np.float32), (keys % width).astype(np.int32), bounds.astype(np.int32)
        vectors = sp.csr_matrix(parts, shape=(len(texts), len(self.words)))
        np.log(vectors.data, vectors.data)
        vectors.data += 1.0
        vectors.data *= self.idf[vectors.indices]
        inplace_csr_row_normalize_l2(vectors)
        return vectors

    def _counted(self, texts: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return ``text * d + column`` of the terms of texts that enough is known of, ascending, and their counts."""
        many, done = self._counted_together(texts) if len(texts) >= MANY_TEXTS and self.words else (None, set[int]())
        keys, counts = array("q"), array("q")
        for i, text in enumerate(texts):
            if i not in done:
                said = _analyse(self.read(text))
                counted = Counter([column for column in map(self.columns.get, said) if column is not None])
                if len(counted) >= self.least_known * len(set(said)):
                    keys.extend(i * len(self.words) + column for column in counted)
                    counts.extend(counted.values())
        found, often = np.array(keys, dtype=np.int64), np.array(counts, dtype=np.int64)
        if many is not None:
            found, often = np.append(many[0], found), np.append(many[1], often)
        order = np.argsort(found, kind="stable")
        return found[order], often[order]

    def _counted_together(self, texts: Sequence[str]) -> tuple[tuple[NDArray[np.int64], NDArray[np.int64]], set[int]]:
        """Return the same of the texts that are in ASCII but for signs, where surely enough is known, and which."""
        plain = [text if text.isascii() else text.translate(_BLANKS) for text in texts]
        place = np.array([i for i, text in enumerate(plain) if text.isascii()], dtype=np.int64)
        found = count_known([plain[i] for i in place.tolist()], self._known)
        row, column = np.divmod(found.keys, len(self.words))
        # Terms that come again count as different here: where too few seem known, the text is looked at by itself.
        enough = np.bincount(row, minlength=len(place)) >= self.least_known * found.occurrences
        kept = enough[row]
        return (place[row[kept]] * len(self.words) + column[kept], found.counts[kept]), set(place[enough].tolist())

    @cached_property
    def _known(self) -> pa.Array:
        """The terms as Arrow looks for them."""
        return vocabulary_of(self.words)


@dataclass(frozen=True)
class TermCounts:
    """How many terms texts have.

    Attributes
    ----------
    different, common : int
        Different terms: all of them, and those in at least two texts.
    occurrences : int
        Pairs of a text and a term in it.
    """

    different: int
    common: int
    occurrences: int


def count_terms(texts: Iterable[str]) -> TermCounts:
    """Count the terms of ``texts``, read one after the other; eight bytes an occurrence are held.

    Parameters
    ----------
    texts : iterable of str

    Returns
    -------
    TermCounts
        Two terms in some 10**19 are taken for one.
    """
    found = [np.fromiter({hash(term.text) for term in terms(simplified(text))}, dtype=np.int64) for text in texts]
    counts = np.unique(np.concatenate([np.empty(0, dtype=np.int64), *found]), return_counts=True)[1]
    return TermCounts(len(counts), int((counts > 1).sum()), int(counts.sum()))


@dataclass(frozen=True)
class VocabularyFit:
    """A vocabulary and the texts that it was learnt from.

    Attributes
    ----------
    vocabulary : Vocabulary
    vectors : csr_matrix of shape (n, d), float32
        As `Vocabulary.vectors` gives them.
    """

    vocabulary: Vocabulary
    vectors: sp.csr_matrix


def fit_vocabulary(texts: Sequence[str], *, min_rows: int = 1, max_terms: int = 200_000) -> VocabularyFit:
    """Learn the vocabulary of ``texts``.

    Parameters
    ----------
    texts : sequence of str, length n
    min_rows : int
        Terms in fewer rows are left out.
    max_terms : int
        The most frequent terms are kept.

    Returns
    -------
    VocabularyFit
        With an empty vocabulary when no term is in enough texts.
    """
    different: list[int] = []

    def said(text: str) -> tuple[str, ...]:
        found = _analyse(simplified(text))
        different.append(len(set(found)))
        return found

    vectorizer = TfidfVectorizer(
        analyzer=said, sublinear_tf=True, min_df=min_rows, max_features=max_terms, dtype=np.float32
    )
    try:
        vectors = sp.csr_matrix(vectorizer.fit_transform(texts))
    except ValueError:  # scikit-learn's "empty vocabulary" and "no terms remain"
        return VocabularyFit(Vocabulary((), np.empty(0)), sp.csr_matrix((len(texts), 0), dtype=np.float32))
    known = vectors.getnnz(axis=1) >= LEAST_KNOWN * np.array(different)
    if not known.all():
        vectors = sp.csr_matrix(vectors.multiply(known[:, None]), dtype=np.float32)
        vectors.eliminate_zeros()
    words = tuple(vectorizer.get_feature_names_out().tolist())
    return VocabularyFit(Vocabulary(words, vectorizer.idf_.astype(np.float64)), vectors)


def spelt(words: Sequence[str], texts: Sequence[str]) -> tuple[str, ...]:
    """Return folded terms as ``texts`` write them most often, but for case and width.

    Parameters
    ----------
    words : sequence of str, length m
        Of a vocabulary.
    texts : sequence of str

    Returns
    -------
    tuple of str, length m
        A term that no text has stays as it is.

    Examples
    --------
    >>> spelt(["手机", "phone"], ["手機 Phone", "手機", "手机"])
    ('手機', 'phone')
    """
    found: dict[str, Counter[str]] = {word: Counter() for word in words}
    for term in chain.from_iterable(terms(text) for text in texts if not text.isascii()):
        if (plain := simplified(term.text)) in found:
            found[plain][term.text] += 1
    return tuple(counts.most_common(1)[0][0] if counts else word for word, counts in found.items())
