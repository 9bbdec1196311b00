"""How typical a column's value is for each class: numbers such as price, and categories such as brand.

Both give log ratios against the whole catalogue, so 0 means "says nothing" and a missing or unseen value is 0.
Held-out scores leave the row's own group out of the counts and moments of every class. What describes the whole
catalogue (class shares, overall mean and spread) stays one figure for all rows: taken without the own group, it would
differ from row to row by the row's label.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

__all__ = [
    "CategoryAffinity",
    "HeldOut",
    "NumberTypicality",
    "category_held_out",
    "fit_category",
    "fit_number",
    "number_distance",
    "number_distance_held_out",
    "number_held_out",
    "signed_log",
]

PSEUDO_ROWS = 3.0
"""Rows of the whole catalogue added to each class, so that tiny classes stay near the average."""

CELLS = 2**25
"""Most values of a category times classes; beyond, the most frequent values are kept and others count as missing."""

OUTLIER_SHARE = 0.1
"""Share of each class taken to be drawn from the whole catalogue: bounds the log ratio below at log(0.1)."""

_TINY = 1e-12

HeldOut: TypeAlias = Callable[[NDArray[np.intp]], NDArray[np.float64]]
"""From row numbers, shape (r,), to held-out scores of these rows, shape (r, K)."""


def signed_log(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ``sign(x) log(1 + |x|)``: prices span decades, and some columns are negative."""
    logs: NDArray[np.float64] = np.sign(values) * np.log1p(np.abs(values))
    return logs


@dataclass(frozen=True)
class NumberTypicality:
    """Normal densities of a column on the log scale, one a class.

    Attributes
    ----------
    mean, deviation : ndarray of shape (K,), float64
        On the scale of `signed_log`.
    overall : tuple of (float, float)
        Mean and deviation over the whole catalogue.
    """

    mean: NDArray[np.float64]
    deviation: NDArray[np.float64]
    overall: tuple[float, float]

    def scores(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return log density ratios of shape (n, K) for ``values`` of shape (n,); 0 where NaN."""
        return _log_ratio(values, self.mean, self.deviation, self.overall)


def _log_density(
    x: NDArray[np.float64], mean: NDArray[np.float64], deviation: NDArray[np.float64]
) -> NDArray[np.float64]:
    density: NDArray[np.float64] = -0.5 * ((x - mean) / deviation) ** 2 - np.log(deviation)
    return density


def _log_ratio(
    values: NDArray[np.float64],
    mean: NDArray[np.float64],
    deviation: NDArray[np.float64],
    overall: tuple[float, float],
) -> NDArray[np.float64]:
    missing = np.isnan(values)[:, None]
    x = np.where(missing, overall[0], signed_log(values)[:, None])
    base = _log_density(x, np.asarray(overall[0]), np.asarray(overall[1]))
    ratio = np.logaddexp(np.log(1 - OUTLIER_SHARE) + _log_density(x, mean, deviation) - base, np.log(OUTLIER_SHARE))
    return np.where(missing, 0.0, ratio)


def _moments(
    count: NDArray[np.float64],
    total: NDArray[np.float64],
    squares: NDArray[np.float64],
    overall: tuple[float, float],
    within: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return mean and deviation shrunk towards the catalogue's by `PSEUDO_ROWS` rows."""
    weight = count + PSEUDO_ROWS
    mean = (total + PSEUDO_ROWS * overall[0]) / weight
    raw = total / np.maximum(count, 1.0)
    spread = np.maximum(squares - count * raw**2, 0.0)
    deviation = np.sqrt((spread + PSEUDO_ROWS * within**2) / weight)
    return mean, np.maximum(deviation, _TINY)


@dataclass(frozen=True)
class _Sums:
    count: NDArray[np.float64]
    total: NDArray[np.float64]
    squares: NDArray[np.float64]
    overall: tuple[float, float]
    within: float

    def less(
        self, count: NDArray[np.float64], total: NDArray[np.float64], squares: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return mean and deviation without so many rows of these sums."""
        left = np.maximum(self.count - count, 0.0)
        return _moments(left, self.total - total, self.squares - squares, self.overall, self.within)


def _sums(x: NDArray[np.float64], labels: NDArray[np.int64], n_classes: int) -> _Sums:
    known = ~np.isnan(x)
    x, labels = x[known], labels[known]
    count = np.bincount(labels, minlength=n_classes).astype(np.float64)
    total = np.bincount(labels, x, n_classes).astype(np.float64)
    squares = np.bincount(labels, x**2, n_classes).astype(np.float64)
    mean = float(x.mean()) if len(x) else 0.0
    deviation = max(float(x.std()), 1e-3) if len(x) else 1.0
    spread = squares - total**2 / np.maximum(count, 1.0)
    within = max(float(np.sqrt(max(spread.sum(), 0.0) / max(len(x), 1))), 1e-3)
    return _Sums(count, total, squares, (mean, deviation), within)


def fit_number(values: NDArray[np.float64], labels: NDArray[np.int64], n_classes: int) -> NumberTypicality:
    """Fit class densities of a numeric column; ``values`` has shape (n,), NaN is missing."""
    s = _sums(signed_log(values), labels, n_classes)
    mean, deviation = _moments(s.count, s.total, s.squares, s.overall, s.within)
    return NumberTypicality(mean, deviation, s.overall)


def number_held_out(
    values: NDArray[np.float64], labels: NDArray[np.int64], groups: NDArray[np.int64], n_classes: int
) -> HeldOut:
    """Return what gives log density ratios of shape (r, K) of rows, each scored without its group's rows."""
    x = signed_log(values)
    s, own = _sums(x, labels, n_classes), _own_sums(x, labels, groups, n_classes)

    def scores(rows: NDArray[np.intp]) -> NDArray[np.float64]:
        mean, deviation = s.less(*(part(rows) for part in own))
        return _log_ratio(values[rows], mean, deviation, s.overall)

    return scores


def number_distance(
    model: NumberTypicality, values: NDArray[np.float64], classes: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return how far each value is from the mean of its class, shape (n,), in deviations; NaN where NaN."""
    away: NDArray[np.float64] = np.abs(signed_log(values) - model.mean[classes]) / model.deviation[classes]
    return away


def number_distance_held_out(
    values: NDArray[np.float64], labels: NDArray[np.int64], groups: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the distance of each row from its own class without its group's rows, shape (n,); NaN where NaN."""
    x = signed_log(values)
    known = ~np.isnan(x)
    s = _sums(x, labels, int(labels.max(initial=0)) + 1)
    pair = np.unique(np.stack([groups, labels], axis=1), axis=0, return_inverse=True)[1].ravel()
    mine = np.where(known, x, 0.0)
    weights = (known.astype(np.float64), mine, mine**2)
    own = (np.bincount(pair, weight)[pair].astype(np.float64) for weight in weights)
    mean, deviation = _Sums(s.count[labels], s.total[labels], s.squares[labels], s.overall, s.within).less(*own)
    away: NDArray[np.float64] = np.abs(x - mean) / deviation
    return away


def _own_sums(
    x: NDArray[np.float64], labels: NDArray[np.int64], groups: NDArray[np.int64], n_classes: int
) -> list[HeldOut]:
    """Return what gives number, sum and sum of squares of the known ``x`` of rows' own groups, (r, K) each."""
    known = ~np.isnan(x)
    mine = np.where(known, x, 0.0)
    return [_own_group(groups, labels, weight, n_classes) for weight in (known.astype(np.float64), mine, mine**2)]


def _own_group(
    groups: NDArray[np.int64], labels: NDArray[np.int64], weights: NDArray[np.float64], n_classes: int
) -> HeldOut:
    """Return what gives of rows the sum of ``weights`` over the row's own group, by class, shape (r, K)."""
    _, position = np.unique(groups, return_inverse=True)
    table = sp.csr_matrix((weights, (position, labels)), shape=(position.max() + 1, n_classes))
    return lambda rows: np.asarray(table[position[rows]].toarray(), dtype=np.float64)


@dataclass(frozen=True)
class CategoryAffinity:
    """How much more often a value stands with a class than its rows alone would make it.

    Attributes
    ----------
    values : tuple of str
        Known values, sorted.
    log_ratio : ndarray of shape (V, K), float64
        ``log p(class | value) - log p(class)``, smoothed.
    """

    values: tuple[str, ...]
    log_ratio: NDArray[np.float64]

    def scores(self, cells: Sequence[str]) -> NDArray[np.float64]:
        """Return log ratios of shape (n, K); 0 for missing and unseen values."""
        position = {value: i for i, value in enumerate(self.values)}
        table = np.vstack([self.log_ratio, np.zeros((1, self.log_ratio.shape[1]))])
        rows = [position.get(cell, len(self.values)) for cell in cells]
        scores: NDArray[np.float64] = table[rows]
        return scores


def _smoothed(counts: NDArray[np.float64], prior: NDArray[np.float64]) -> NDArray[np.float64]:
    total = counts.sum(axis=1, keepdims=True)
    ratio: NDArray[np.float64] = np.log((counts + PSEUDO_ROWS * prior) / (total + PSEUDO_ROWS)) - np.log(prior)
    return ratio


def _prior(labels: NDArray[np.int64], n_classes: int) -> NDArray[np.float64]:
    counts = np.bincount(labels, minlength=n_classes) + 0.5
    prior: NDArray[np.float64] = counts / counts.sum()
    return prior


def _codes(cells: Sequence[str], n_classes: int) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Return the values that are told apart, sorted, and the place of each cell's among them, -1 without one."""
    counts = Counter(cell for cell in cells if cell)
    most = max(1, CELLS // n_classes)
    values = tuple(sorted(sorted(counts, key=lambda value: (-counts[value], value))[:most]))
    position = {value: i for i, value in enumerate(values)}
    return values, np.array([position.get(cell, -1) for cell in cells], dtype=np.int64)


def fit_category(cells: Sequence[str], labels: NDArray[np.int64], n_classes: int) -> CategoryAffinity:
    """Fit affinities of a categorical column with n cells; ``""`` is missing."""
    values, codes = _codes(cells, n_classes)
    known = codes >= 0
    counts = np.zeros((len(values), n_classes))
    np.add.at(counts, (codes[known], labels[known]), 1.0)
    return CategoryAffinity(values, _smoothed(counts, _prior(labels, n_classes)))


def category_held_out(
    cells: Sequence[str], labels: NDArray[np.int64], groups: NDArray[np.int64], n_classes: int
) -> HeldOut:
    """Return what gives affinities of shape (r, K) of rows, each scored without its group's rows."""
    values, codes = _codes(cells, n_classes)
    known = codes >= 0
    counts = sp.csr_matrix(
        (np.ones(int(known.sum())), (codes[known], labels[known])), shape=(len(values) + 1, n_classes)
    )
    # Rows of the own group count only where they carry the same value.
    pair = np.unique(np.stack([groups, codes], axis=1), axis=0, return_inverse=True)[1].ravel()
    own = _own_group(pair, labels, known.astype(np.float64), n_classes)
    prior = _prior(labels, n_classes)

    def scores(rows: NDArray[np.intp]) -> NDArray[np.float64]:
        left = counts[codes[rows]].toarray() - own(rows)
        return np.where(known[rows, None], _smoothed(np.maximum(left, 0.0), prior), 0.0)

    return scores
