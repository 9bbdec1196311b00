"""Words that speak for one class against another, from the probe of the words."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

__all__ = ["contrast_words"]

LEAST = 2
"""Products that a word must be in."""


def contrast_words(
    vectors: sp.csr_matrix, lead: NDArray[np.float64], words: tuple[str, ...], count: int
) -> tuple[str, ...]:
    """Return the words that contribute most to a class's lead over another in that class's own products.

    Parameters
    ----------
    vectors : csr_matrix of shape (n, d), float32
        TF-IDF of products of the class.
    lead : ndarray of shape (d,), float64
        Weight of each word for the class less that for the other.
    words : tuple of str, length d
    count : int
        Most words returned.

    Returns
    -------
    tuple of str
        Largest mean contribution first; of words that hold one another only the first.
    """
    if not vectors.shape[0]:
        return ()
    mean = np.asarray(vectors.mean(axis=0)).ravel() * lead
    mean[np.asarray(vectors.getnnz(axis=0)) < LEAST] = 0.0
    found: list[str] = []
    for i in np.argsort(-mean, kind="stable"):
        if mean[i] <= 0 or len(found) == count:
            break
        if not any(words[i] in other or other in words[i] for other in found):
            found.append(words[i])
    return tuple(found)
