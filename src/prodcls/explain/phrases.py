"""Phrases that several products share word for word, found anywhere in their texts.

Boilerplate repeats a sentence with other words before and after it. Windows of a few words that occur in
enough products are joined as long as each next window occurs in about as many: where the count changes, another
phrase begins. No phrase goes beyond the end of a sentence.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prodcls.folding import folded
from prodcls.lexical import tokens

__all__ = ["Phrase", "Phrases", "mine_phrases"]

WINDOW = 4
"""Words, or characters of a script without spaces, of which every run is counted."""

LEAST_LETTERS = 16
"""Letters and digits of a phrase; each Han character counts as two."""

LEAST_CHARACTERS = 8
"""Tokens of a phrase in scripts without spaces, where each is one character."""

ALIKE = 0.1
"""How much the counts of neighbouring windows may differ, as a share of the larger one, within one phrase."""

_SENTENCE_END = re.compile(r"[.!?;|](?=\s|$)|[。！？；\n]")


@dataclass(frozen=True)
class Phrase:
    """Words that several products share.

    Attributes
    ----------
    text : str
        As first written.
    rows : tuple of int
        Products that have it, ascending.
    groups : int
        Products that have it, near-duplicates counted once.
    """

    text: str
    rows: tuple[int, ...]
    groups: int


@dataclass(frozen=True)
class Phrases:
    """All phrases and where they stand.

    Attributes
    ----------
    phrases : tuple of Phrase
    places : dict of (str, int) to tuple of (int, int, int)
        By column and product: start and end in the text, and the number of the phrase; in order, none overlapping.
    """

    phrases: tuple[Phrase, ...]
    places: dict[tuple[str, int], tuple[tuple[int, int, int], ...]]


@dataclass(frozen=True)
class _Corpus:
    """All tokens one after the other: arrays of shape (t,), int64."""

    token: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    sentence: NDArray[np.int64]
    text: NDArray[np.int64]


def mine_phrases(texts: Mapping[str, Sequence[str]], groups: NDArray[np.int64], *, least: int = 3) -> Phrases:
    """Find the phrases of a catalogue.

    Parameters
    ----------
    texts : mapping of str to sequence of str
        Cells of n products by column.
    groups : ndarray of shape (n,), int64
        Groups of near-duplicates, which count once.
    least : int
        Fewest products of a phrase.

    Returns
    -------
    Phrases
    """
    columns = list(texts)
    owner = np.tile(np.arange(len(groups)), len(columns))  # product of each text
    corpus = _read([cell for column in columns for cell in texts[column]])
    runs = _runs(corpus, groups[owner], least)
    found: dict[tuple[int, ...], list[tuple[int, int]]] = defaultdict(list)
    for first, last in runs:
        found[tuple(corpus.token[first : last + 1].tolist())].append((first, last))
    phrases: list[Phrase] = []
    places: dict[tuple[str, int], list[tuple[int, int, int]]] = defaultdict(list)
    for spots in found.values():
        rows = sorted({int(owner[corpus.text[first]]) for first, _ in spots})
        distinct = len(np.unique(groups[rows]))
        if distinct < least:
            continue
        for first, last in spots:
            at = int(corpus.text[first])
            column = columns[at // len(groups)]
            place = (int(corpus.start[first]), int(corpus.end[last]), len(phrases))
            places[column, int(owner[at])].append(place)
        first, last = spots[0]
        at = int(corpus.text[first])
        cell = texts[columns[at // len(groups)]][int(owner[at])]
        phrases.append(Phrase(cell[corpus.start[first] : corpus.end[last]], tuple(rows), distinct))
    return Phrases(tuple(phrases), {key: tuple(sorted(spots)) for key, spots in places.items()})


def _read(cells: Sequence[str]) -> _Corpus:
    numbers: dict[str, int] = {}  # by the word as written, and as folded
    columns: tuple[list[int], ...] = ([], [], [], [], [], [])
    token, start, end, text, base, stops = columns
    at = 0
    for number, cell in enumerate(cells):
        stops += [at + m.start() for m in _SENTENCE_END.finditer(cell)]
        stops.append(at + len(cell))
        base.append(at)
        at += len(cell) + 1
        before = len(token)
        for word, first, last in tokens(cell):
            found = numbers.get(word)
            if found is None:
                found = numbers[word] = numbers.setdefault(folded(word), len(numbers))
            token.append(found)
            start.append(first)
            end.append(last)
        text += [number] * (len(token) - before)
    arrays = [np.array(column, dtype=np.int64) for column in (token, start, end, text)]
    place = arrays[1] + np.array(base, dtype=np.int64)[arrays[3]]
    sentence = np.searchsorted(np.array(stops, dtype=np.int64), place).astype(np.int64)
    return _Corpus(arrays[0], arrays[1], arrays[2], sentence, arrays[3])


def _counts(windows: NDArray[np.int64], group: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how many groups each window occurs in, shape (w,)."""
    pairs = np.unique(windows * (group.max(initial=0) + 1) + group)
    count = np.bincount(pairs // (group.max(initial=0) + 1), minlength=windows.max(initial=0) + 1)
    return count[windows].astype(np.int64)


def _windows(corpus: _Corpus) -> NDArray[np.int64]:
    """Return a number for the window that begins at each token; the same number for the same words."""
    number = np.unique(corpus.token, return_inverse=True)[1].astype(np.int64)
    single = number
    for length in range(1, WINDOW):
        longer = number[:-1] * (single.max(initial=0) + 1) + single[length:]
        number = np.unique(longer, return_inverse=True)[1].astype(np.int64)
    return number


def _runs(corpus: _Corpus, group: NDArray[np.int64], least: int) -> list[tuple[int, int]]:
    """Return the first and last token of each occurrence of what may be a phrase."""
    if len(corpus.token) < WINDOW:
        return []
    at = np.arange(len(corpus.token) - WINDOW + 1)
    whole = corpus.sentence[at] == corpus.sentence[at + WINDOW - 1]
    at = at[whole]
    if not len(at):
        return []
    count = _counts(_windows(corpus)[at], group[corpus.text[at]])
    kept, count = at[count >= least], count[count >= least]
    if not len(kept):
        return []
    gap = np.diff(kept) > 1
    change = np.abs(np.diff(count)) > ALIKE * np.maximum(count[1:], count[:-1])
    other = corpus.sentence[kept[1:]] != corpus.sentence[kept[:-1]]
    cuts = np.flatnonzero(gap | change | other) + 1
    runs, after = [], 0
    for first, last in zip(np.r_[0, cuts], np.r_[cuts, len(kept)] - 1, strict=True):
        begin, end = max(int(kept[first]), after), int(kept[last]) + WINDOW - 1
        if _is_phrase(corpus, begin, end):
            runs.append((begin, end))
            after = end + 1
    return runs


def _is_phrase(corpus: _Corpus, first: int, last: int) -> bool:
    sizes = corpus.end[first : last + 1] - corpus.start[first : last + 1]
    if len(sizes) < WINDOW:
        return False
    return bool(len(sizes) >= LEAST_CHARACTERS or sizes.sum() >= LEAST_LETTERS)
