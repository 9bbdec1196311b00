"""Near-duplicate products: the same listing in other words, sizes or colours, under the same photo or sound.

Two texts are near-duplicates when the weighted Jaccard similarity of their shingles reaches a threshold. A shingle
weighs the more the rarer it is, so that boilerplate under every product does not tie unrelated ones together.

Texts that are less alike, yet say much of the same, are near-duplicates where their photos look alike too: the
same thing entered by somebody else has words of its own and the same picture.

The pairs to compare come from prefix filtering, which is exact: two texts can be that similar only if they share one of
each other's rarest shingles (Bayardo, Ma and Srikant, Scaling Up All Pairs Similarity Search, WWW 2007; for Jaccard
similarity Xiao et al., Efficient Similarity Joins for Near Duplicate Detection, WWW 2008, section 3).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components
from sklearn.feature_extraction.text import CountVectorizer

from prodcls.folding import folded

__all__ = ["joined_groups", "mostly_unspaced", "near_duplicate_groups", "same_text_groups"]

THRESHOLD = 0.6
"""Weighted Jaccard similarity of near-duplicates. From .5 on down, other products in the same words join them."""

LOOSE_THRESHOLD = 0.35
"""The same where the photos look alike. Of 11 such pairs in a real catalogue of 1050 products, and of 12 made ones, all
are copies or variants; equal pictures alone are also shared by different products of a maker."""

WORDS_PER_SHINGLE = 2
CHARACTERS_PER_SHINGLE = 3

PLACEHOLDER_ROWS = 20
"""A photo or a sound under more products than this is taken for a placeholder and says nothing."""

CANDIDATES_AT_ONCE = 1_000_000
"""Pairs of texts listed at a time, which bounds the memory."""

SLACK = 1e-3
"""Allowance for rounding of weights, which are about 1 to 15 each."""

PAIRS_AT_ONCE = 10_000
"""Pairs compared at a time; what they merge spares later comparisons."""

_WORD = re.compile(r"[\w\u0300-\u036f\u0900-\u0dff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]+")
"""Letters and digits, with the vowel signs of Indic and South-East Asian scripts, which ``\\w`` leaves out."""

_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
"""Thai, Lao, Burmese, Khmer, kana and Han: scripts written without spaces between words."""


def near_duplicate_groups(
    texts: Sequence[str],
    photo_keys: Sequence[str | None] | None = None,
    alike: NDArray[np.int64] | None = None,
    sound_keys: Sequence[str | None] | None = None,
    *,
    threshold: float = THRESHOLD,
) -> NDArray[np.int64]:
    """Group products that are near-duplicates, directly or through others.

    Products are tied by texts that are equal but for case, width and form of characters, punctuation and white space;
    by near-duplicate texts; by equal photos and by equal sounds, unless more than `PLACEHOLDER_ROWS` products have the
    file; and by photos that look alike where the similarity of the texts reaches `LOOSE_THRESHOLD`.

    Parameters
    ----------
    texts : sequence of str, length n
        Blank texts are like no other.
    photo_keys : sequence of (str or None), length n, optional
        Digest of the photo; None is missing.
    alike : ndarray of shape (m, 2), int64, optional
        Pairs of products whose photos look alike.
    sound_keys : sequence of (str or None), length n, optional
        Digest of the sound; None is missing.
    threshold : float
        In (0, 1].

    Returns
    -------
    ndarray of shape (n,), int64
        Number of each product's group, from 0 in order of first rows.
    """
    words = _words(texts)
    text_of_row = _same_words(words)
    first_rows = np.unique(text_of_row, return_index=True)[1]
    pairs = text_of_row[np.empty((0, 2), np.int64) if alike is None else alike]
    clusters = _text_clusters([words[i] for i in first_rows], threshold, pairs)[text_of_row]
    # Products, photos and sounds are the nodes of one graph; texts that are alike are one node already.
    n, nodes = len(texts), int(clusters.max(initial=-1)) + 1
    files = np.stack([_file_numbers(keys or (), n) for keys in (photo_keys, sound_keys)])
    kind, rows = np.nonzero(files >= 0)
    return _merged(np.arange(nodes + 2 * n), clusters[rows], nodes + n * kind + files[kind, rows])[clusters]


def same_text_groups(texts: Sequence[str]) -> NDArray[np.int64]:
    """Group texts that are equal but for case, width and form of characters, punctuation and white space.

    Parameters
    ----------
    texts : sequence of str, length n
        Blank texts are like no other.

    Returns
    -------
    ndarray of shape (n,), int64
        Number of each text's group, from 0 in order of first rows.
    """
    return _same_words(_words(texts))


def joined_groups(n: int, pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the groups of n things that ``pairs`` tie together, directly or through others.

    Parameters
    ----------
    n : int
    pairs : ndarray of shape (m, 2), int64

    Returns
    -------
    ndarray of shape (n,), int64
        From 0 in order of first appearance.
    """
    return _merged(np.arange(n), pairs[:, 0], pairs[:, 1])


def _words(texts: Sequence[str]) -> list[list[str]]:
    return [_WORD.findall(folded(text)) for text in texts]


def _same_words(words: list[list[str]]) -> NDArray[np.int64]:
    number: dict[str, int] = {}
    same = (number.setdefault(" ".join(found) or f"\0{i}", len(number)) for i, found in enumerate(words))
    return np.fromiter(same, dtype=np.int64, count=len(words))


def mostly_unspaced(text: str) -> bool:
    """Tell whether more than a third of the letters and digits of ``text`` are of a script without spaces.

    Parameters
    ----------
    text : str

    Examples
    --------
    >>> mostly_unspaced("苹果 iPhone 手机"), mostly_unspaced("Kettle 水壶, stainless steel")
    (True, False)
    """
    return 3 * len(_UNSPACED.findall(text)) > sum(map(len, _WORD.findall(text)))


def _file_numbers(keys: Sequence[str | None], n: int) -> NDArray[np.int64]:
    """Return a number below n for each photo or sound, -1 where there is none or only a placeholder; shape (n,)."""
    numbers = np.full(n, -1, dtype=np.int64)
    rows_of: dict[str, list[int]] = {}
    for i, key in enumerate(keys):
        if key is not None:
            rows_of.setdefault(key, []).append(i)
    for rows in rows_of.values():
        if len(rows) <= PLACEHOLDER_ROWS:
            numbers[rows] = rows[0]
    return numbers


def _shingles(words: list[str]) -> set[str]:
    """Return runs of words, or of characters where the script has no spaces."""
    joined = "".join(words)
    if mostly_unspaced(joined):
        size, parts, glue = CHARACTERS_PER_SHINGLE, list(joined), ""
    else:
        size, parts, glue = WORDS_PER_SHINGLE, words, " "
    return {glue.join(parts[i : i + size]) for i in range(max(1, len(parts) - size + 1)) if parts}


@dataclass(frozen=True)
class _Shingled:
    """Texts as weighted sets of shingles, the rarest shingle in column 0.

    Attributes
    ----------
    weighted : csr_matrix of shape (m, d), float32
        Weight of each shingle that the text has.
    found : csr_matrix of shape (m, d), float32
        1 where the text has the shingle.
    total : ndarray of shape (m,), float64
        Weight of each text.
    """

    weighted: sp.csr_matrix
    found: sp.csr_matrix
    total: NDArray[np.float64]


def _text_clusters(words: list[list[str]], threshold: float, alike: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the cluster of each of m different texts, shape (m,); pairs in ``alike`` have photos that look alike."""
    component = np.arange(len(words))
    if not any(words):
        return component
    found: sp.csr_matrix = CountVectorizer(analyzer=_shingles, dtype=np.float32).fit_transform(words)
    weights = np.log1p(sum(map(bool, words)) / found.getnnz(axis=0)).astype(np.float32)
    rarest_first = np.argsort(-weights, kind="stable")
    found = found[:, rarest_first]
    found.sort_indices()
    weighted = sp.csr_matrix((weights[rarest_first][found.indices], found.indices, found.indptr), shape=found.shape)
    texts = _Shingled(weighted, found, np.asarray(weighted.sum(axis=1), dtype=np.float64).ravel())
    # Jaccard similarity of at least t means a common weight of at least t / (1 + t) of both together.
    share = threshold / (1.0 + threshold)
    for left, right in _candidates(texts, threshold, share):
        component = _compare(texts, left, right, component, share)
    loose = min(threshold, LOOSE_THRESHOLD)
    worded = alike[texts.total[alike].min(axis=1, initial=np.inf) > 0]
    return _compare(texts, worded[:, 0], worded[:, 1], component, loose / (1.0 + loose))


def _prefixes(texts: _Shingled, threshold: float) -> sp.csr_matrix:
    """Return the rarest shingles of each text, without which no similarity reaches the threshold.

    A shingle is left out when it and all commoner ones weigh less than ``threshold`` times the whole text.
    """
    weighted = texts.weighted
    before = np.r_[0.0, np.cumsum(weighted.data, dtype=np.float64)]
    row = np.repeat(np.arange(weighted.shape[0]), np.diff(weighted.indptr))
    from_here_on = before[weighted.indptr[1:]][row] - before[:-1]
    keep = from_here_on >= threshold * texts.total[row] - SLACK
    return sp.csr_matrix((weighted.data[keep], (row[keep], weighted.indices[keep])), shape=weighted.shape)


def _candidates(
    texts: _Shingled, threshold: float, share: float
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Yield the pairs of texts that may be similar by what their prefixes share, the first before the second."""
    prefix = _prefixes(texts, threshold)
    rest = texts.total - np.asarray(prefix.sum(axis=1), dtype=np.float64).ravel()
    sharing = sp.csr_matrix(prefix.astype(bool).T, dtype=np.float32)
    reach = prefix.astype(bool).astype(np.int64) @ prefix.getnnz(axis=0)
    block = np.cumsum(reach) // CANDIDATES_AT_ONCE
    for rows in np.split(np.arange(prefix.shape[0]), np.flatnonzero(np.diff(block)) + 1):
        shared = (prefix[rows] @ sharing).tocoo()
        left, right = rows[shared.row], shared.col.astype(np.int64)
        # What is common but not in both prefixes is in the rest of the text whose prefix ends first.
        most = shared.data + np.maximum(rest[left], rest[right])
        likely = (left < right) & (most >= share * (texts.total[left] + texts.total[right]) - SLACK)
        yield left[likely], right[likely]


def _compare(
    texts: _Shingled,
    left: NDArray[np.int64],
    right: NDArray[np.int64],
    component: NDArray[np.int64],
    share: float,
) -> NDArray[np.int64]:
    """Return the components after merging those of the pairs that are similar."""
    while len(left):
        a, b = left[:PAIRS_AT_ONCE], right[:PAIRS_AT_ONCE]
        common = np.asarray(texts.weighted[a].multiply(texts.found[b]).sum(axis=1), dtype=np.float64).ravel()
        alike = common >= share * (texts.total[a] + texts.total[b]) - SLACK
        component = _merged(component, component[a[alike]], component[b[alike]])
        left, right = left[PAIRS_AT_ONCE:], right[PAIRS_AT_ONCE:]
        apart = component[left] != component[right]
        left, right = left[apart], right[apart]
    return component


def _merged(component: NDArray[np.int64], left: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return new component numbers, counted from 0 by first appearance, after joining ``left`` to ``right``."""
    size = len(component)
    links = sp.coo_matrix((np.ones(len(left)), (left, right)), shape=(size, size))
    merged = connected_components(links, directed=False)[1][component]
    _, first, numbers = np.unique(merged, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[numbers].astype(np.int64)
