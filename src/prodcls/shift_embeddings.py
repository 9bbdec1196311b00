"""Has a catalogue changed? Two samples of products compared by their embeddings."""

from __future__ import annotations

import numpy as np
import scipy.stats
from numpy.typing import NDArray

from prodcls.shift import Drift

__all__ = ["embedding_drift"]

PERMUTATIONS = 999
COUNTED = 10
"""With fewer random labels as extreme as the true ones, their normal approximation gives the p-value: counting alone
cannot give one below 0.001, which would be lost in the correction over many lines."""
ROWS = 400
"""Most products of a sample whose embeddings are compared: the cost grows with the cube of their number."""

RIDGE = 1.0


def embedding_drift(
    before: NDArray[np.float32],
    after: NDArray[np.float32],
    present_before: NDArray[np.bool_],
    present_after: NDArray[np.bool_],
    seed: int = 0,
) -> Drift | None:
    """Ask a linear classifier to tell old products from new ones by their embeddings (Lopez-Paz and Oquab 2017).

    It is a ridge regression; what it says of a product comes from all others (leave one out, from the hat matrix). The
    p-value is that of random labels of the same products.

    Parameters
    ----------
    before : ndarray of shape (n, d), float32
    after : ndarray of shape (m, d), float32
    present_before : ndarray of shape (n,), bool
    present_after : ndarray of shape (m,), bool
    seed : int

    Returns
    -------
    Drift or None
        None with fewer than two products in either.
    """
    rng = np.random.default_rng(seed)
    missing = [1.0 - float(p.mean()) if len(p) else 0.0 for p in (present_before, present_after)]
    samples = [_some(vectors[there], rng) for vectors, there in ((before, present_before), (after, present_after))]
    if min(len(sample) for sample in samples) < 2:
        return None
    x = np.concatenate(samples).astype(np.float64)
    new = np.repeat([False, True], [len(sample) for sample in samples])
    x -= x.mean(axis=0)
    gram = x @ x.T
    hat = np.linalg.solve(gram + RIDGE * np.eye(len(x)), gram)
    labels = np.array([new, *(rng.permutation(new) for _ in range(PERMUTATIONS))], dtype=np.float64).T
    labels -= new.mean()
    leverage = np.diag(hat)[:, None]
    said = (hat @ labels - leverage * labels) / (1.0 - leverage)
    areas = _areas(said, labels > 0)
    p_value = _tail(float(areas[0]), areas[1:])
    low, high = (float(v) for v in np.quantile(areas[1:], [0.025, 0.975]))
    return Drift("auc", float(areas[0]), p_value, missing[0], missing[1], low=low, high=high)


def _tail(found: float, drawn: NDArray[np.float64]) -> float:
    """Return the p-value of an area, given those of random labels."""
    above = int((drawn >= found).sum())
    counted = (1 + above) / (1 + len(drawn))
    spread = float(drawn.std())
    if above >= COUNTED or not spread:
        return counted
    return min(counted, float(scipy.stats.norm.sf((found - drawn.mean()) / spread)))


def _some(vectors: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    return vectors if len(vectors) <= ROWS else vectors[np.sort(rng.permutation(len(vectors))[:ROWS])]


def _areas(said: NDArray[np.float64], new: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the area under the curve of each column, from the ranks of the new products (Mann and Whitney 1947)."""
    ranks = scipy.stats.rankdata(np.ascontiguousarray(said.T), axis=1).T
    count = new.sum(axis=0)
    area: NDArray[np.float64] = ((ranks * new).sum(axis=0) - count * (count + 1) / 2) / (count * (len(said) - count))
    return area
