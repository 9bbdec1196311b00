"""Findings about columns: prices and other numbers that stand out, identifiers, columns that say nothing."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from prodcls.audit_quality import Example, Finding
from prodcls.cells import excerpt
from prodcls.quality.amounts import price_distances
from prodcls.quality.leaks import identifier_like
from prodcls.reporting_quality_rows import EXAMPLES, Rows
from prodcls.schema import is_price

__all__ = ["column_findings"]

FAR, FACTOR = 5.0, 10.0
"""Robust standard deviations, and times the class's median or a part of it, from which on a number is an outlier."""

ABSURD = 1000.0
"""Times the class's median, or a part of it, from which on a number is absurd: about what a misplaced mark makes."""

MANY, MANY_SHARE = 5, 0.05
"""Numbers that stand out together on one side of a class, and their share of it, from which on they are no slips but a
second kind of thing in the class; and prices of nothing in a column."""

_STANDING_OUT: tuple[tuple[str, str], ...] = (
    ("price_absurd", "error"),
    ("number_absurd", "error"),
    ("price_outlier", "warning"),
    ("number_outlier", "warning"),
)


def column_findings(rows: Rows) -> Iterator[Finding]:
    """Yield the findings about columns.

    Parameters
    ----------
    rows : Rows

    Yields
    ------
    Finding
        Of numbers, identifiers and columns that say nothing.
    """
    yield from _numbers(rows)
    yield from _identifiers(rows)
    yield from _idle(rows)


def _numbers(rows: Rows) -> Iterator[Finding]:
    found: dict[str, list[tuple[float, Example]]] = {kind: [] for kind, _ in _STANDING_OUT}
    for name, values in rows.inputs.numeric.items():
        what = "price" if is_price(name.split(" [")[0]) else "number"
        if what == "number" and (values < 0).any():  # of temperatures and the like a ratio says nothing
            continue
        away = price_distances(values, rows.labels, len(rows.classes))
        ratio = np.maximum(away.factor, 1.0 / np.maximum(away.factor, 1e-300))
        far = (np.abs(away.z) >= FAR) & (ratio >= FACTOR) & ~np.isnan(away.typical)
        # A number may well be zero, and so may a price where others of the column are: accounts that cost nothing.
        if what == "number" or _often(values == 0, ~np.isnan(values)):
            far &= values != 0
        for side in (away.z > 0, away.z < 0):
            far &= ~(side & _many(far & side, ~np.isnan(values), rows.labels))
        for row in np.flatnonzero(far).tolist():
            absurd = ratio[row] >= ABSURD
            told = rows.example(
                [row],
                {
                    "title": rows.title(row),
                    "class": rows.class_of(row),
                    "column": name,
                    what: float(values[row]),
                    "typical": float(f"{away.typical[row]:.9g}"),
                },
            )
            found[f"{what}_absurd" if absurd else f"{what}_outlier"].append((-float(ratio[row]), told))
    for kind, severity in _STANDING_OUT:
        examples = [told for _, told in sorted(found[kind], key=lambda item: (item[0], item[1].ids))]
        if examples:
            yield Finding(kind, severity, len(examples), {}, tuple(examples[:EXAMPLES]))


def _often(found: NDArray[np.bool_], known: NDArray[np.bool_]) -> bool:
    return bool(found.sum() >= MANY and found.sum() >= MANY_SHARE * known.sum())


def _many(far: NDArray[np.bool_], known: NDArray[np.bool_], labels: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell which rows are of a class in which many stand out on one side."""
    found = np.bincount(labels, far)
    many = (found >= MANY) & (found >= MANY_SHARE * np.bincount(labels, known))
    told: NDArray[np.bool_] = many[labels]
    return told


def _identifiers(rows: Rows) -> Iterator[Finding]:
    columns = {**rows.inputs.categorical}
    columns |= {name: c for name, c in rows.inputs.texts.items() if not any(" " in cell for cell in c)}
    columns |= {
        name: tuple("" if np.isnan(v) else repr(v) for v in values.tolist())
        for name, values in rows.inputs.numeric.items()
        if not is_price(name.split(" [")[0]) and _numbered(values[~np.isnan(values)])
    }
    shares = {name: identifier_like(cells) for name, cells in columns.items()}
    examples = [
        Example((), (), {"column": name, "share": share, "excerpt": excerpt(next(filter(None, columns[name]), ""))})
        for name, share in shares.items()
        if share
    ]
    if examples:
        yield Finding("identifier_column", "warning", len(examples), {}, tuple(examples))


def _numbered(values: NDArray[np.float64]) -> bool:
    """Tell whether numbers look as if they were given out: whole, and close together or all of one length.

    What is measured, such as a speed or a mass, is seldom so.
    """
    if not len(values) or (values % 1).any() or values.min() < 0:
        return False
    together = values.max() - values.min() < 2 * len(values)
    return bool(together or np.floor(np.log10(values + 1)).max() == np.floor(np.log10(values + 1)).min())


def _idle(rows: Rows) -> Iterator[Finding]:
    described = {c.column: c for c in rows.material.catalogue.schema.columns}
    empty = [c.column for c in described.values() if c.code == "empty"]
    constant = [c.column for c in described.values() if c.code == "constant"]
    used = {**rows.inputs.texts, **rows.inputs.categorical}
    used |= {name: tuple(map(repr, values.tolist())) for name, values in rows.inputs.numeric.items()}
    constant += [name for name, cells in used.items() if len(cells) > 1 and len(set(cells)) == 1]
    for kind, names in (("constant_column", constant), ("empty_column", empty)):
        if names:
            examples = tuple(Example((), (), {"column": name}) for name in names[:EXAMPLES])
            yield Finding(kind, "note", len(names), {}, examples)
