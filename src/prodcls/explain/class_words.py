"""What words and phrases say for and against each class, added up over the accounts of many products.

Every word of an account counts once: within a phrase that products share (`prodcls.explain.phrases`) for the phrase,
elsewhere for itself. So the entries of a class sum to what all words of its accounts say.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prodcls.evidence import LEXICAL
from prodcls.explain.account import EvidenceAccount
from prodcls.explain.attribution import Part
from prodcls.explain.lines import Gathering
from prodcls.explain.phrases import Phrases
from prodcls.explain.pieces import carried
from prodcls.explain.reading import between, lexical_pieces
from prodcls.folding import folded
from prodcls.head import EvidenceHead
from prodcls.inputs import Inputs

__all__ = ["Entry", "Spoken", "class_entries", "lexical_words"]


@dataclass(frozen=True)
class Spoken:
    """What the words of one product say for class A against class B.

    Attributes
    ----------
    row : int
    a, b : int
        Class numbers.
    words : tuple of Part
        Each word at its place, in logits in favour of A; a word may be listed by several blocks.
    """

    row: int
    a: int
    b: int
    words: tuple[Part, ...]


@dataclass(frozen=True)
class Entry:
    """A word or a phrase in the accounts of one class.

    Attributes
    ----------
    text : str
        As most often written.
    phrase : int or None
        Number of the phrase; None for a word.
    total : float
        Logits in favour of the class, summed over products.
    products : int
        Accounts in which it is.
    """

    text: str
    phrase: int | None
    total: float
    products: int


def lexical_words(
    head: EvidenceHead, inputs: Inputs, account: EvidenceAccount, a: NDArray[np.int64], b: NDArray[np.int64]
) -> tuple[tuple[Part, ...], ...]:
    """Return what the word block's score says of each product, word by word.

    The same shares as those of `prodcls.explain.chain.explain`, for many products at a time.

    Parameters
    ----------
    head : EvidenceHead
    inputs : Inputs
        n products.
    account : EvidenceAccount
        Of the same products, ``a`` against ``b``.
    a : ndarray of shape (n,), int64
        Class numbers.
    b : ndarray of shape (n,), int64
        Class numbers of the rivals.

    Returns
    -------
    tuple of tuple of Part, length n
    """
    lexical = head.evidence.lexical
    if lexical is None:
        return ((),) * len(inputs)
    at = next(i for i, c in enumerate(account.channels) if c.block == LEXICAL and c.kind == "score")
    rates = head.pool.weights[at] / account.temperature
    leads = account.values_a[:, at] - account.values_b[:, at]
    vectors = lexical.vocabulary.vectors(inputs.joined_text())
    found: list[tuple[Part, ...]] = []
    for i in range(len(inputs)):
        if vectors.indptr[i] == vectors.indptr[i + 1]:  # no word that is counted: the score is 0
            found.append(())
            continue
        texts = {column: cells[i] for column, cells in inputs.texts.items()}
        here = slice(vectors.indptr[i], vectors.indptr[i + 1])
        counted = vectors.indices[here], vectors.data[here]
        pieces = lexical_pieces(texts, lexical, counted, between(int(a[i]), int(b[i])))
        told = carried(pieces, LEXICAL, float(leads[i]), float(rates[i]), float(account.correction[i, at]))
        lines = Gathering()
        lines.add_places(LEXICAL, pieces.places, pieces.values, told.values)
        found.append(tuple([part for part in lines.lines().parts() if part.value]))
    return tuple(found)


def class_entries(spoken: Iterable[Spoken], phrases: Phrases, n_classes: int) -> tuple[tuple[Entry, ...], ...]:
    """Add up what words and phrases say, by class.

    A product counts for the class A that its words speak for, and with the opposite sign for the class B that they
    speak against.

    Parameters
    ----------
    spoken : iterable of Spoken
    phrases : Phrases
    n_classes : int

    Returns
    -------
    tuple of tuple of Entry, length K
        Largest total first.
    """
    totals: list[defaultdict[str | int, float]] = [defaultdict(float) for _ in range(n_classes)]
    products: list[Counter[str | int]] = [Counter() for _ in range(n_classes)]
    spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for product in spoken:
        values = _by_entry(product, phrases, spellings)
        for number, sign in ((product.a, 1.0), (product.b, -1.0)):
            for key, value in values.items():
                totals[number][key] += sign * value
                products[number][key] += 1
    return tuple(
        tuple(
            sorted(
                (_entry(key, total, count[key], phrases, spellings) for key, total in found.items()),
                key=lambda e: (-e.total, e.text),
            )
        )
        for found, count in zip(totals, products, strict=True)
    )


def _by_entry(
    product: Spoken, phrases: Phrases, spellings: defaultdict[str, Counter[str]]
) -> defaultdict[str | int, float]:
    """Return what each word and phrase of one product says; phrases by their number."""
    values: defaultdict[str | int, float] = defaultdict(float)
    for word in product.words:
        phrase = _phrase_at(phrases.places.get((word.column, product.row), ()), word)
        if phrase is None:
            key = folded(word.label)
            spellings[key][word.label] += 1
            values[key] += word.value
        else:
            values[phrase] += word.value
    return values


def _phrase_at(places: Sequence[tuple[int, int, int]], word: Part) -> int | None:
    """Return the phrase that a word begins in."""
    if word.start is None or not places:
        return None
    at = bisect_right(places, word.start, key=lambda place: place[0]) - 1
    return places[at][2] if at >= 0 and word.start < places[at][1] else None


def _entry(
    key: str | int, total: float, products: int, phrases: Phrases, spellings: defaultdict[str, Counter[str]]
) -> Entry:
    if isinstance(key, int):
        return Entry(phrases.phrases[key].text, key, total, products)
    text = max(spellings[key].items(), key=lambda item: (item[1], item[0]))[0]
    return Entry(text, None, total, products)
