"""What the lines of a comparison are made of: shares of values, and where numbers lie."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from prodcls.audit_drift import DriftDetail, DriftLine
from prodcls.inputs import Inputs
from prodcls.novelty import NewValues
from prodcls.preparation import IMAGE_BLOCK
from prodcls.reporting_drift import Measures, text_lengths

__all__ = ["Classes", "drift_details"]

VALUES = 12
UNSEEN = 20
POINTS = (0.05, 0.25, 0.5, 0.75, 0.95)

Classes = dict[str, tuple[Sequence[str], Sequence[str]]]
"""Classes of old and of new products, by kind of line."""

Key = tuple[str, str]


def drift_details(
    lines: Iterable[DriftLine],
    inputs: tuple[Inputs, Inputs],
    measures: Measures,
    classes: Classes,
    certainty: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> tuple[DriftDetail, ...]:
    """Return what there is to tell about lines, in their order.

    Parameters
    ----------
    lines : iterable of DriftLine
    inputs : tuple of (Inputs, Inputs)
        Old and new products.
    measures : Measures
    classes : Classes
    certainty : tuple of (ndarray, ndarray), float64
        Probabilities of the predicted class; NaN is unknown.

    Returns
    -------
    tuple of DriftDetail
    """
    known: dict[Key, DriftDetail] = {(kind, ""): _shares("", kind, *both) for kind, both in classes.items()}
    known |= {(d.kind, d.name): d for d in _of_inputs(*inputs)}
    known |= {(d.kind, d.name): d for d in _of_measures(measures)}
    known["certainty", ""] = _numbers("", "certainty", *certainty)
    return tuple(known[line.kind, line.name] for line in lines if (line.kind, line.name) in known)


def _of_inputs(before: Inputs, after: Inputs) -> Iterator[DriftDetail]:
    for name, cells in before.texts.items():
        yield _numbers(name, "length", text_lengths(cells), text_lengths(after.texts[name]))
    for name, values in before.numeric.items():
        yield _numbers(name, "number", values, after.numeric[name])
    for name, cells in before.categorical.items():
        yield _shares(name, "category", cells, after.categorical[name])
    if IMAGE_BLOCK in before.dense:
        there = [["yes" if p else "" for p in i.dense[IMAGE_BLOCK].present] for i in (before, after)]
        yield _shares(IMAGE_BLOCK, "photo", there[0], there[1])


def _of_measures(measures: Measures) -> Iterator[DriftDetail]:
    for name, expected in measures.expected.items():
        yield _numbers(name, "expected", np.exp(expected.before), np.exp(expected.after))
    for name, values in measures.values.items():
        yield _unseen(name, values)
    for name, scripts in measures.text_scripts.items():
        yield _shares(name, "script", *scripts)
    if measures.words is not None:
        yield _numbers("", "words", measures.words.before, measures.words.after)


def _shares(name: str, kind: str, before: Sequence[str], after: Sequence[str]) -> DriftDetail:
    counts = [Counter(before), Counter(after)]
    sizes = [max(len(before), 1), max(len(after), 1)]
    found = {v: (counts[0][v] / sizes[0], counts[1][v] / sizes[1]) for v in sorted(counts[0] | counts[1])}
    largest = sorted(found, key=lambda v: -abs(found[v][1] - found[v][0]))[:VALUES]
    return DriftDetail(name, kind, {v: found[v] for v in largest}, (), (), {}, 0)


def _numbers(name: str, kind: str, before: NDArray[np.float64], after: NDArray[np.float64]) -> DriftDetail:
    return DriftDetail(name, kind, {}, _points(before), _points(after), {}, 0)


def _points(values: NDArray[np.float64]) -> tuple[float, ...]:
    known = values[~np.isnan(values)]
    return tuple(np.quantile(known, POINTS).tolist()) if len(known) else ()


def _unseen(name: str, values: NewValues) -> DriftDetail:
    counts = dict(list(values.counts.items())[:UNSEEN])
    return DriftDetail(name, "unseen", {}, (), (), counts, len(values.counts) - len(counts))
