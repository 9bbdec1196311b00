"""Words and values that training did not have, held against what is usual among the training products themselves.

A product that was trained on is compared with the others: what it alone has would have been new, had it come later. So
the share of values that occur once foretells the share of values that come new (Good 1953).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prodcls.folding import folded
from prodcls.lexical import tokens

__all__ = ["NewValues", "NewWords", "new_values", "new_words"]


@dataclass(frozen=True)
class NewWords:
    """Words of old and new products that no other product of training has.

    Attributes
    ----------
    before : ndarray of shape (n,), float64
        Share of the words of each training product that no other one has, in [0, 1]; NaN without a word.
    after : ndarray of shape (m,), float64
        Share of the words of each new product that no training product has.
    words : tuple of tuple of str, length m
        These words of each new product, in the order of the text; characters that adjoin stand together.
    """

    before: NDArray[np.float64]
    after: NDArray[np.float64]
    words: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class NewValues:
    """Values of a column that training did not have.

    Attributes
    ----------
    before : ndarray of shape (n,), bool
        Whether a training product has a value that no other one has.
    after : ndarray of shape (m,), bool
        Whether a new product has a value that no training product has.
    counts : dict of str to int
        New products by such a value, most frequent first.
    """

    before: NDArray[np.bool_]
    after: NDArray[np.bool_]
    counts: dict[str, int]


def new_words(before: Sequence[str], after: Sequence[str]) -> NewWords:
    """Look for words that training did not have: characters where a script has no spaces.

    Parameters
    ----------
    before : sequence of str, length n
        Texts of the training products.
    after : sequence of str, length m

    Returns
    -------
    NewWords

    Examples
    --------
    >>> new_words(["red kettle", "blue kettle"], ["steel kettle"]).after
    array([0.5])
    """
    old = [_words(text) for text in before]
    holders = Counter(word for words in old for word in words)
    new = [_words(text) for text in after]
    fresh = [sum(word not in holders for word in words) for words in new]
    alone = [sum(holders[word] == 1 for word in words) for words in old]
    return NewWords(
        _shares(alone, [len(words) for words in old]),
        _shares(fresh, [len(words) for words in new]),
        tuple(tuple(_runs(text, holders)) if count else () for text, count in zip(after, fresh, strict=True)),
    )


def _words(text: str) -> dict[str, None]:
    """Return the words of a text, each once, in order."""
    return dict.fromkeys(folded(word) for word, _, _ in tokens(text))


def _runs(text: str, known: Container[str]) -> dict[str, None]:
    """Return what of a text is not known, each once, in order."""
    spans: list[tuple[int, int]] = []
    for word, start, end in tokens(text):
        if folded(word) in known:
            continue
        if spans and spans[-1][1] == start:
            start = spans.pop()[0]  # noqa: PLW2901 - the run begins where the one before did
        spans.append((start, end))
    return dict.fromkeys(text[start:end] for start, end in spans)


def _shares(found: Sequence[int], total: Sequence[int]) -> NDArray[np.float64]:
    pairs = zip(found, total, strict=True)
    return np.array([some / every if every else np.nan for some, every in pairs], dtype=np.float64)


def new_values(before: Sequence[str], after: Sequence[str]) -> NewValues:
    """Look for values that training did not have.

    Parameters
    ----------
    before : sequence of str, length n
        ``""`` is missing, and no value.
    after : sequence of str, length m

    Returns
    -------
    NewValues
    """
    holders = Counter(before)
    counts = Counter(value for value in after if value and value not in holders)
    return NewValues(
        np.array([bool(value) and holders[value] == 1 for value in before], dtype=np.bool_),
        np.array([value in counts for value in after], dtype=np.bool_),
        dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))),
    )
