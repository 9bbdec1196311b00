"""Terms of many texts in ASCII at a time, counted by Arrow: faster than one by one, and other threads run meanwhile.

In ASCII a term is a word of letters and digits, with single apostrophes inside, or two such words in a row; see
`prodcls.lexical.terms`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

__all__ = ["CountedTerms", "count_known", "split_words", "vocabulary_of"]

_APOSTROPHE, _BLANK = ord("'"), ord(" ")
_IN_WORDS = np.array([chr(i).isalnum() and i < 128 for i in range(256)])
_READ = bytes(ord(chr(i).lower()) if _IN_WORDS[i] or i == _APOSTROPHE else _BLANK for i in range(256))
"""Byte by byte: letters in lower case, digits and apostrophes; blanks for all else."""


@dataclass(frozen=True)
class CountedTerms:
    """How often texts have terms of a vocabulary of d words.

    Attributes
    ----------
    keys : ndarray of shape (m,), int64
        ``text * d + word``, ascending.
    counts : ndarray of shape (m,), int64
    occurrences : ndarray of shape (n,), int64
        Terms of each text, known or not.
    """

    keys: NDArray[np.int64]
    counts: NDArray[np.int64]
    occurrences: NDArray[np.int64]


def split_words(texts: Sequence[str]) -> tuple[pa.Array, NDArray[np.int64]]:
    """Return the words of texts in ASCII, one text after the other, and where each begins, shape (n + 1,).

    A text without words has one that is empty.

    Parameters
    ----------
    texts : sequence of str, length n

    Returns
    -------
    words : pyarrow.Array of large_string
        In lower case.
    first : ndarray of shape (n + 1,), int64

    Examples
    --------
    >>> words, first = split_words(["Women's 'Kurta', blue", "--"])
    >>> words.to_pylist(), first.tolist()
    (["women's", 'kurta', 'blue', ''], [0, 3, 4])
    """
    joined = np.frombuffer(bytearray("".join(texts).encode("ascii").translate(_READ)), dtype=np.uint8)
    bounds = np.cumsum([0, *map(len, texts)])
    apostrophes = np.flatnonzero(joined == _APOSTROPHE)
    around = np.pad(_IN_WORDS[joined], 1)
    first, last = np.isin(apostrophes, bounds[:-1]), np.isin(apostrophes + 1, bounds[1:])
    inside = around[apostrophes] & around[apostrophes + 2] & ~first & ~last
    joined[apostrophes[~inside]] = _BLANK
    read = pa.LargeStringArray.from_buffers(len(texts), pa.py_buffer(bounds.astype(np.int64)), pa.py_buffer(joined))
    parts = pc.ascii_split_whitespace(pc.ascii_trim_whitespace(read))
    return parts.flatten(), np.asarray(parts.offsets, dtype=np.int64)


def vocabulary_of(words: Sequence[str]) -> pa.Array:
    """Return different words, none of them empty, as `count_known` looks for them.

    Parameters
    ----------
    words : sequence of str, length d

    Returns
    -------
    pyarrow.Array of large_string, length d
        Words that no text in ASCII can have are replaced.
    """
    return pa.array([word if word.isascii() else f"\0{i}" for i, word in enumerate(words)], pa.large_string())


def count_known(texts: Sequence[str], vocabulary: pa.Array) -> CountedTerms:
    """Count the terms that a vocabulary knows.

    Parameters
    ----------
    texts : sequence of str, length n
        In ASCII.
    vocabulary : pyarrow.Array of large_string, length d
        From `vocabulary_of`.

    Returns
    -------
    CountedTerms
    """
    words, first = split_words(texts)
    text = np.repeat(np.arange(len(texts)), np.diff(first))
    pairs = pc.binary_join_element_wise(words[:-1], words[1:], pa.scalar(" ", words.type))
    own, joined = _places(words, vocabulary), _places(pairs, vocabulary)
    joined[text[:-1] != text[1:]] = -1
    keys = [t[place >= 0] * len(vocabulary) + place[place >= 0] for t, place in ((text, own), (text[:-1], joined))]
    found, counts = np.unique(np.concatenate(keys), return_counts=True)
    return CountedTerms(found, counts.astype(np.int64), 2 * np.diff(first) - 1)


def _places(terms: pa.Array, vocabulary: pa.Array) -> NDArray[np.int64]:
    """Return the place of each term, -1 where it is not known."""
    found = pc.fill_null(pc.index_in(terms, value_set=vocabulary), -1)
    return np.array(found, dtype=np.int64)
