"""What each word, picture region and segment of a sound adds to a probe's lead of class A over class B.

A probe is linear and so is average pooling, so the lead is a plain sum: of the tokens' vectors times the difference of
the two classes' weights, plus the difference of their intercepts. Tokens are joined to whole words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from itertools import chain, pairwise

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from prodcls.encoders import Encoder, Parts
from prodcls.evidence import LexicalBlock
from prodcls.explain.attribution import Line, Part
from prodcls.explain.pieces import Pieces, Places, bounded_rate
from prodcls.explain.regions import on_cells, photo_grid, region_places
from prodcls.explain.segments import Bounds, Spread, Word, bounds, overlaps, words
from prodcls.explain.subject import Split
from prodcls.inputs import Inputs
from prodcls.lexical import ascii_words, terms
from prodcls.probes import Probe
from prodcls.sound_segments import shares_of

__all__ = [
    "Difference",
    "between",
    "column_part",
    "lexical_pieces",
    "region_pieces",
    "segment_pieces",
    "segment_places",
    "split_pieces",
    "word_part",
    "word_pieces",
    "word_places",
]

Difference = Callable[[NDArray[np.float32]], NDArray[np.float64]]
"""Takes an array of shape (..., K) to its value for class A less that for class B, shape (...)."""


def between(a: int, b: int) -> Difference:
    """Return what takes an array to its value for class ``a`` less that for class ``b``."""
    return lambda values: values[..., a].astype(np.float64) - values[..., b]


def word_part(block: str, column: str, text: str, word: Word, value: float = 0.0) -> Part:
    """Return a word at its place in the product's text."""
    return Part(block, "word", text[word.start : word.end], value, column, word.start, word.end)


def column_part(inputs: Inputs, column: str, value: float, i: int = 0) -> Line:
    """Return the cell of a number or category column of one product; without a cell what its absence says."""
    if column in inputs.numeric:
        number = inputs.numeric[column][i]
        cell = "" if np.isnan(number) else f"{number:.15g}"
    else:
        cell = inputs.categorical[column][i]
    return Line(column, "column" if cell else "context", cell or "missing", value, column)


@lru_cache(maxsize=256)
def word_places(column: str, text: str) -> Places:
    """Return the words of a text column at their places; not to be changed."""
    found = words(text)
    labels = [text[start:end] for start, end in found]
    starts, ends = [start for start, _ in found], [end for _, end in found]
    return Places("word", labels, [column] * len(found), starts, ends, [None] * len(found))


def word_pieces(block: str, text: str, split: Split, probe: Probe, difference: Difference) -> Pieces:
    """Return the words of a text column as the encoders read them.

    Parameters
    ----------
    block : str
        Name of the block, which is that of its text column.
    text : str
    split : Split
    probe : Probe
    difference : callable

    Returns
    -------
    Pieces
    """
    found = bounds(text)
    values = np.zeros(len(found[0]))
    aside = {"intercept": float(difference(probe.intercept)), "marks": 0.0}
    direction = difference(probe.weights)
    at, end = 0, 0
    for encoder, parts in zip(split.encoders, split.parts, strict=True):
        assert parts.spans is not None  # noqa: S101 - only photos have none
        weights = direction[at : at + len(parts.vector)] / (_length(parts) * np.sqrt(len(split.parts)))
        at += len(parts.vector)
        spread = overlaps(found, parts.spans)
        if parts.linear:
            tokens = parts.vectors @ weights
            values += spread.to_words(tokens)
            # What leaving the words out does not tell is no mark.
            label = "occluded" if parts.approximate else "marks"
            aside[label] = aside.get(label, 0.0) + float(tokens[~spread.placed].sum())
        else:
            carried = _through_tail(encoder, parts, _by_word(parts, spread), weights)
            values += carried[:-1]
            aside["marks"] += float(carried[-1])
            aside["tail"] = aside.get("tail", 0.0) + float(parts.vector @ weights) - float(carried.sum())
        end = max(end, int(parts.spans[:, 1].max(initial=0)))
    read = int(found[0].searchsorted(end))
    return Pieces(word_places(block, text), values[:read], aside)


def _length(parts: Parts) -> float:
    return max(float(np.linalg.norm(parts.vector)), 1e-12)  # as `prodcls.preparation.joined` takes it


def _by_word(parts: Parts, spread: Spread) -> NDArray[np.float64]:
    """Return the tokens' vectors summed over n words, shape (n + 1, p); the last row is of those on no word."""
    grouped = np.zeros((spread.words + 1, parts.vectors.shape[1]))
    by_word = sp.csr_matrix((spread.weight, (spread.word, spread.span)), shape=(spread.words, spread.spans))
    grouped[:-1] = by_word @ parts.vectors  # several times faster than `np.add.at`
    grouped[-1] = parts.vectors[~spread.placed].sum(axis=0)
    return grouped


def _through_tail(
    encoder: Encoder, parts: Parts, grouped: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return contributions, shape (n + 1,), through last layers that are not linear.

    Each word's effect is the change when its part is left out of the sum before the last layers. The score is carried
    to the words in proportion to these effects, within the bound of `bounded_rate`.
    """
    pooled = parts.pooled.astype(np.float64)
    without = encoder.finish(np.vstack([pooled, pooled - grouped])) @ weights
    effect = without[0] - without[1:]
    rate = bounded_rate(float(parts.vector @ weights), float(effect.sum()), float(np.abs(effect).sum()))
    carried: NDArray[np.float64] = effect * rate
    return carried


def lexical_pieces(
    texts: dict[str, str],
    lexical: LexicalBlock,
    counted: tuple[NDArray[np.int32], NDArray[np.float32]],
    difference: Difference,
) -> Pieces:
    """Return the words of all text columns as the lexical block counts them.

    A term's contribution is its weight times its TF-IDF value. It is split evenly over its occurrences, over the two
    words of a pair, and over the words that a run of characters touches by their characters in it.

    Parameters
    ----------
    texts : dict of str to str
        By column, in reading order.
    lexical : LexicalBlock
    counted : tuple of ndarray of shape (m,)
        Columns of the terms of the joined texts, at least one, and their TF-IDF values.
    difference : callable

    Returns
    -------
    Pieces
    """
    found: list[Bounds] = []
    at = 0
    for text in filter(None, texts.values()):
        starts, ends = bounds(text)
        found.append((starts + at, ends + at))
        at += len(text) + 1  # the line break that joins columns
    joined = lexical.vocabulary.read("\n".join(filter(None, texts.values())))
    columns, data = counted
    score = data.astype(np.float64) * difference(lexical.probe.weights[columns])
    worth = dict(zip([lexical.vocabulary.words[i] for i in columns.tolist()], score.tolist(), strict=True))
    spans, values = _in_ascii(joined, worth) if joined.isascii() else _in_any_script(joined, worth)
    spread = overlaps((np.concatenate([a for a, _ in found]), np.concatenate([b for _, b in found])), spans)
    aside = {"intercept": float(difference(lexical.probe.intercept)), "marks": float(values[~spread.placed].sum())}
    return Pieces(_joined_places(texts), spread.to_words(values), aside)


def _in_any_script(text: str, worth: dict[str, float]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return places in ``text``, shape (m, 2), and what the terms that touch them are worth there, shape (m,)."""
    occurrences = [term for term in terms(text) if term.text in worth]
    count = Counter([term.text for term in occurrences])
    spans = np.array([span for term in occurrences for span in term.spans], dtype=np.int64).reshape(-1, 2)
    return spans, np.array([worth[t.text] / count[t.text] / len(t.spans) for t in occurrences for _ in t.spans])


def _in_ascii(text: str, worth: dict[str, float]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the same as `_in_any_script`, word by word and in half the time."""
    found, spans = ascii_words(text)
    pairs = list(map(" ".join, pairwise(found)))
    words_in, pairs_in = Counter(found), Counter(pairs)
    values = np.array([worth[word] / words_in[word] if word in worth else 0.0 for word in found])
    halves = np.array([worth[pair] / pairs_in[pair] / 2 if pair in worth else 0.0 for pair in pairs])
    values[:-1] += halves
    values[1:] += halves
    return np.array(spans, dtype=np.int64).reshape(-1, 2), values


def _joined_places(texts: dict[str, str]) -> Places:
    """Return the words of all text columns."""
    several = [word_places(column, text) for column, text in texts.items() if text]
    return Places("word", *(list(chain.from_iterable(one)) for one in zip(*(p[1:] for p in several), strict=True)))


def region_pieces(size: tuple[int, int], split: Split, probe: Probe, difference: Difference) -> Pieces:
    """Return the regions of a photo.

    Parameters
    ----------
    size : tuple of int
        Width and height of the photo.
    split : Split
    probe : Probe
    difference : callable

    Returns
    -------
    Pieces
        Regions wholly in the white that makes the photo square are set aside, and so is what no region tells. Those of
        several encoders are put on one grid, see `prodcls.explain.regions`.
    """
    cells, cut = photo_grid(split.parts, size)
    places, there = region_places(cells, size, cut)
    values = np.zeros(len(there))
    aside = {"intercept": float(difference(probe.intercept)), "border": 0.0}
    direction, at = difference(probe.weights), 0
    for encoder, parts in zip(split.encoders, split.parts, strict=True):
        weights = direction[at : at + len(parts.vector)] / (_length(parts) * np.sqrt(len(split.parts)))
        at += len(parts.vector)
        all_told, as_one = _of_parts(encoder, parts, weights)
        grid, fitting = photo_grid((parts,), size)
        inside = region_places(grid, size, fitting)[1]
        told, rest = all_told[: len(inside)], float(all_told[len(inside) :].sum())
        aside["border"] += float(told[~inside].sum())
        if not parts.linear or len(all_told) > len(inside):
            label = "hidden" if parts.approximate else "photo"
            aside[label] = aside.get(label, 0.0) + rest + as_one
        values += told if len(split.parts) == 1 else on_cells(grid, fitting, size, cells, told)
    return Pieces(places, values[there], aside)


def _of_parts(encoder: Encoder, parts: Parts, weights: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """Return what each part adds to the score, and what the last layers make of all of them as one."""
    if parts.linear:
        return parts.vectors @ weights, 0.0
    values = _through_tail(encoder, parts, parts.vectors, weights)
    return values, float(parts.vector @ weights) - float(values.sum())


def segment_places(seconds: NDArray[np.float64]) -> Places:
    """Return the segments of a sound, which begin and end as told, shape (m, 2)."""
    nothing = [None] * len(seconds)
    labels = [f"{start:.4g}\u2013{end:.4g} s" for start, end in seconds.tolist()]
    boxes = [(start, 0.0, end, 1.0) for start, end in shares_of(seconds)]
    return Places("segment", labels, [""] * len(labels), nothing, nothing, boxes)


def segment_pieces(split: Split, probe: Probe, difference: Difference) -> Pieces:
    """Return the segments of a sound.

    Parameters
    ----------
    split : Split
        With one encoder.
    probe : Probe
    difference : callable

    Returns
    -------
    Pieces
        What no segment tells is set aside.
    """
    (parts,), (encoder,) = split.parts, split.encoders
    assert parts.seconds is not None  # noqa: S101 - only sounds have them
    count = len(parts.seconds)
    values, as_one = _of_parts(encoder, parts, difference(probe.weights) / _length(parts))
    aside = {"intercept": float(difference(probe.intercept))}
    if not parts.linear or len(values) > count:
        aside["cut" if parts.approximate else "sound"] = float(values[count:].sum()) + as_one
    return Pieces(segment_places(parts.seconds), values[:count], aside)


def split_pieces(
    block: str,
    text: str,
    photo_size: tuple[int, int] | None,
    split: Split,
    probe: Probe,
    difference: Difference,
) -> Pieces:
    """Return the pieces of a block's score, of which the parts are known.

    Parameters
    ----------
    block : str
    text : str
        Of its column; empty for photos and sounds.
    photo_size : tuple of int, or None
        Width and height of the photo.
    split : Split
    probe : Probe
    difference : callable

    Returns
    -------
    Pieces
    """
    if text:
        return word_pieces(block, text, split, probe, difference)
    if split.parts[0].seconds is not None:
        return segment_pieces(split, probe, difference)
    assert photo_size is not None  # noqa: S101 - told with the split
    return region_pieces(photo_size, split, probe, difference)
