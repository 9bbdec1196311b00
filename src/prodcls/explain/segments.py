"""Words of a text in any script, with their places in it.

Boundaries are those of Unicode Standard Annex 29 as ICU finds them, which has dictionaries for Thai, Lao, Khmer,
Burmese and Japanese. Its Chinese dictionary cuts names of products into single characters, so runs of Han characters
go through jieba, except in texts with kana, which are Japanese; jieba reads traditional characters as simplified ones,
which most words of its dictionary are written in.
"""

from __future__ import annotations

import logging
import re
import unicodedata
import warnings
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from prodcls.folding import simplified

__all__ = ["Bounds", "Spread", "Word", "bounds", "overlaps", "words"]

_HAN = "\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_HAN_RUN = re.compile(rf"[{_HAN}]+")
_KANA = re.compile("[\u3041-\u30ff\u31f0-\u31ff\uff66-\uff9d]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_SAID = ("L", "N", "So", "Sc")
"""General categories that make a segment a word: letters, digits, emoji and signs such as ™, currencies."""


Bounds = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Where n words start and end, in characters; shape (n,) each."""


class Word(NamedTuple):
    """A word's place: characters ``start`` to ``end`` of its text."""

    start: int
    end: int


@dataclass(frozen=True)
class Spread:
    """How m spans of a text, such as tokens, fall on its n words.

    Attributes
    ----------
    span, word : ndarray of shape (e,), int64
        Pairs that overlap, sorted by span.
    weight : ndarray of shape (e,), float64
        Share of the span that belongs to the word, by characters; the weights of one span sum to 1.
    spans : int
        m.
    words : int
        n.
    """

    span: NDArray[np.int64]
    word: NDArray[np.int64]
    weight: NDArray[np.float64]
    spans: int
    words: int

    def to_words(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return ``values`` of spans, shape (m,), summed over each word, shape (n,)."""
        return np.bincount(self.word, values[self.span] * self.weight, self.words).astype(np.float64)

    @cached_property
    def placed(self) -> NDArray[np.bool_]:
        """Which spans fall on a word at all; shape (m,)."""
        return np.bincount(self.span, minlength=self.spans) > 0


@lru_cache(maxsize=256)
def words(text: str) -> tuple[Word, ...]:
    """Return the words of ``text`` in order.

    Blanks, punctuation and marks that belong to no letter are no words; emoji and currency signs are.

    Parameters
    ----------
    text : str

    Returns
    -------
    tuple of Word
        They do not overlap.

    Examples
    --------
    >>> text = "Steel kettle, 1.5L 不锈钢水壶"
    >>> [text[word.start : word.end] for word in words(text)]
    ['Steel', 'kettle', '1.5L', '不锈钢', '水壶']
    """
    text = _SURROGATE.sub("?", text)  # ICU takes none
    segments = _boundaries(text)
    if not _KANA.search(text):
        segments = _with_han(text, segments)
    return tuple(Word(start, end) for start, end in segments if _says_something(text[start:end]))


@lru_cache(maxsize=256)
def bounds(text: str) -> Bounds:
    """Return where the `words` of ``text`` start and end; the arrays are not to be changed."""
    places = np.array(words(text), dtype=np.int64).reshape(-1, 2)
    return np.ascontiguousarray(places[:, 0]), np.ascontiguousarray(places[:, 1])


def _says_something(segment: str) -> bool:
    # Most segments are a word or a blank, which Python tells without looking at each character.
    return segment.isalnum() or (
        not segment.isspace() and any(unicodedata.category(c).startswith(_SAID) for c in segment)
    )


def _boundaries(text: str) -> list[tuple[int, int]]:
    """Return ICU's segments, blanks and punctuation included."""
    from icu4py.breakers import WordBreaker

    if not text:
        return []
    found = list(WordBreaker(text, "en").segments())
    if max(text) <= "\uffff":
        return found
    # ICU counts in UTF-16, where characters beyond the first plane take two places.
    place = {unit: i for i, unit in enumerate(accumulate((1 + (c > "\uffff") for c in text), initial=0))}
    return [(place[start], place[end]) for start, end in found]


def _with_han(text: str, segments: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return ``segments`` with jieba's words in place of those within runs of Han characters."""
    runs = [match.span() for match in _HAN_RUN.finditer(text)]
    if not runs:
        return segments
    starts = {start for start, _ in segments}
    # A run that ICU does not begin a segment at is joined to what stands before it, by a mark between them.
    runs = [(start, end) for start, end in runs if start in starts and (end in starts or end == len(text))]
    inside = np.zeros(len(text) + 1, dtype=np.bool_)
    for start, end in runs:
        inside[start:end] = True
    kept = [(start, end) for start, end in segments if not inside[start]]
    for start, end in runs:
        kept += [(start + a, start + b) for _, a, b in _jieba().tokenize(simplified(text[start:end]))]
    return sorted(kept)


@lru_cache(maxsize=1)
def _jieba() -> Any:  # noqa: ANN401 - jieba has no types
    """Return jieba's tokeniser with its dictionary.

    Left to itself, jieba keeps the parsed dictionary in the shared temporary folder, where anyone could have put
    another one; reading it takes a second, once.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its age: escapes and imports that newer Pythons warn of
        import jieba
    jieba.setLogLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    return tokenizer


def overlaps(found: Bounds, spans: NDArray[np.int64]) -> Spread:
    """Return how ``spans`` fall on words.

    A span over several words, such as a token that ends in the middle of the next word, is shared by the characters
    it has of each; what it has of blanks and punctuation does not count. One that touches no word is left unplaced.

    Parameters
    ----------
    found : tuple of ndarray
        Of n words in order, without overlap, see `Bounds`.
    spans : ndarray of shape (m, 2), int64
        Start and end, in characters.

    Returns
    -------
    Spread
    """
    starts, ends = found
    first = ends.searchsorted(spans[:, 0], side="right")
    last = np.maximum(starts.searchsorted(spans[:, 1], side="left"), first)
    last = np.where(spans[:, 1] > spans[:, 0], last, first)
    count = last - first
    span = np.arange(len(spans)).repeat(count)
    word = np.arange(count.sum()) - (count.cumsum() - count).repeat(count) + first.repeat(count)
    shared = np.minimum(ends[word], spans[span, 1]) - np.maximum(starts[word], spans[span, 0])
    total = np.bincount(span, shared, len(spans))
    weight = shared / total[span]
    return Spread(span, word, weight.astype(np.float64), len(spans), len(starts))
