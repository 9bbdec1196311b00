"""What may give a class away without saying what the product is: its own name, its id, sentences of one class only."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prodcls.explain.phrases import Phrase, Phrases
from prodcls.folding import folded
from prodcls.lexical import tokens

__all__ = [
    "ClassNaming",
    "SharedPhrase",
    "class_naming",
    "identifier_like",
    "is_leak",
    "named_in_text",
    "shared_phrases",
]

LEAK_PRODUCTS = 5
"""Least products, near-duplicates counted once, of a phrase that is called a possible leak."""

LEAK_SHARE = 0.95
"""Share of them in one class from which on it is one."""

LEAK_COVER = 0.25
"""Share of the class that has it from which on it is one; what describes some products of a class has less."""

COMMON = 0.02
"""Share of all products from which on a phrase is boilerplate."""

COMMON_PRODUCTS = 10
"""Least products of boilerplate, near-duplicates counted once."""

NEARLY_UNIQUE = 0.9
"""Share of different values among the filled cells from which on a column is like an identifier."""

IDENTIFIER_ROWS = 20
"""Filled cells from which on that can be told."""

LEAST_ID = 4
"""Characters of an id that can be looked for in texts."""

_PARTS = re.compile(r"[^\w\s]+|_")


@dataclass(frozen=True)
class ClassNaming:
    """How often texts name one class.

    Attributes
    ----------
    own, other : float
        Share of the class's own products, and of all others, whose text names it.
    """

    own: float
    other: float


@dataclass(frozen=True)
class SharedPhrase:
    """A phrase that many products share.

    Attributes
    ----------
    text : str
    rows : tuple of int
    groups : int
        Products that have it, near-duplicates counted once.
    best : int
        Class with the largest share of its products.
    cover, least : float
        Largest and smallest share of a class's products that have it.
    share : float
        Of the products with the phrase, those of class ``best``.
    """

    text: str
    rows: tuple[int, ...]
    groups: int
    best: int
    cover: float
    least: float
    share: float


def _worded(text: str) -> str:
    """Return the words of ``text``, folded, each between blanks; of a plural in English the singular."""
    words = (folded(word) for word, _, _ in tokens(text))
    return " " + " ".join(w[:-1] if len(w) > 3 and w.endswith("s") and w.isascii() else w for w in words) + " "


def _names(label: str) -> tuple[str, ...]:
    """Return what a label calls its class: the whole, and what stands between marks or in another script."""
    parts = [label, *_PARTS.split(label)]
    scripts = [run for part in parts for run in re.findall(r"[\x00-\x7f]+|[^\x00-\x7f]+", part)]
    found = (_worded(part) for part in (*parts, *scripts))
    return tuple(dict.fromkeys(name for name in found if len(name.replace(" ", "")) > 1))


def class_naming(texts: Sequence[str], labels: NDArray[np.int64], classes: Sequence[str]) -> tuple[ClassNaming, ...]:
    """Count for each class how many texts name it.

    Parameters
    ----------
    texts : sequence of str, length n
    labels : ndarray of shape (n,), int64
    classes : sequence of str, length K
        A name of several parts ("Cameras & Photo", "Phones 手机") is named by each part.

    Returns
    -------
    tuple of ClassNaming, length K
    """
    worded = [_worded(text) for text in texts]
    found = []
    for k, label in enumerate(classes):
        names = _names(label)
        hit = np.array([any(name in text for name in names) for text in worded], dtype=bool)
        own, other = hit[labels == k], hit[labels != k]
        found.append(ClassNaming(float(own.mean()) if len(own) else 0.0, float(other.mean()) if len(other) else 0.0))
    return tuple(found)


def named_in_text(ids: Sequence[str], texts: Sequence[str]) -> NDArray[np.bool_]:
    """Tell of each product whether its text holds its id; ids without a digit or below `LEAST_ID` characters do not.

    Parameters
    ----------
    ids : sequence of str, length n
    texts : sequence of str, length n

    Returns
    -------
    ndarray of shape (n,), bool
    """
    pairs = zip(map(str.casefold, ids), map(str.casefold, texts), strict=True)
    return np.array([one in text and _is_word(one, text) for one, text in pairs], dtype=bool)


def _is_word(one: str, text: str) -> bool:
    if len(one) < LEAST_ID or not any(c.isdigit() for c in one):
        return False
    return re.search(rf"(?<!\w){re.escape(one)}(?!\w)", text) is not None


def shared_phrases(
    phrases: Phrases, labels: NDArray[np.int64], groups: NDArray[np.int64], n_classes: int
) -> tuple[SharedPhrase, ...]:
    """Return the phrases that are boilerplate or may give a class away, the most common first.

    Parameters
    ----------
    phrases : Phrases
    labels : ndarray of shape (n,), int64
    groups : ndarray of shape (n,), int64
        Groups of near-duplicates, which count once.
    n_classes : int

    Returns
    -------
    tuple of SharedPhrase
    """
    size = np.maximum(np.bincount(labels, minlength=n_classes), 1)
    common = max(COMMON_PRODUCTS, COMMON * len(np.unique(groups)))
    judged = (_judged(p, labels, size) for p in phrases.phrases if p.groups >= LEAK_PRODUCTS)
    found = [p for p in judged if p.groups >= common or is_leak(p.groups, p.share, p.cover)]
    return tuple(sorted(found, key=lambda p: (-p.groups, p.text)))


def _judged(phrase: Phrase, labels: NDArray[np.int64], size: NDArray[np.int64]) -> SharedPhrase:
    count = np.bincount(labels[list(phrase.rows)], minlength=len(size))
    cover = count / size
    best = int(cover.argmax())
    return SharedPhrase(
        text=" ".join(phrase.text.split()),
        rows=phrase.rows,
        groups=phrase.groups,
        best=best,
        cover=float(cover[best]),
        least=float(cover.min()),
        share=float(count[best] / len(phrase.rows)),
    )


def is_leak(groups: int, share: float, cover: float) -> bool:
    """Tell whether a phrase stands (almost) only with one class and with many of it, so that it may give it away.

    Parameters
    ----------
    groups : int
        Products with the phrase, near-duplicates counted once.
    share : float
        Of the products with the phrase, those of the class.
    cover : float
        Of the products of the class, those with the phrase.
    """
    return groups >= LEAK_PRODUCTS and share >= LEAK_SHARE and cover >= LEAK_COVER


def identifier_like(cells: Sequence[str]) -> float:
    """Return the share of different values among the filled cells of a column where that is nearly all, else 0.

    Parameters
    ----------
    cells : sequence of str
        ``""`` is missing.

    Examples
    --------
    >>> identifier_like([f"B{i:03d}" for i in range(40)]), identifier_like(["red", "blue"] * 20)
    (1.0, 0.0)
    """
    filled = [cell.casefold() for cell in cells if cell]
    share = len(set(filled)) / max(len(filled), 1)
    return share if len(filled) >= IDENTIFIER_ROWS and share >= NEARLY_UNIQUE else 0.0
