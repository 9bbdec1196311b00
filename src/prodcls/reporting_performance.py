"""Closer looks at performance, from the out-of-fold scores."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prodcls.audit_interval import Interval
from prodcls.audit_performance import (
    HierarchyFigures,
    LearningFigures,
    PerformanceStudy,
    PrecisionCurve,
    SliceFigures,
)
from prodcls.evaluation import OutOfFold, Problem
from prodcls.folding import chinese_form
from prodcls.hierarchy import ClassTree, hierarchical
from prodcls.inputs import Inputs
from prodcls.metrics import exact_interval
from prodcls.precision_recall import precision_recall
from prodcls.quality.scripts import main_scripts
from prodcls.slices import bands, compare_slices, top_values

__all__ = ["performance_study"]

CURVES = 5
"""Classes whose curves are kept, those with the least average precision."""

SCRIPT_CHARACTERS = 400
"""Characters of a product's texts by which its script is told."""

PHOTO = "image"
"""Block of the photos."""


@dataclass(frozen=True)
class _Part:
    """Rows of a slice, shape (m,), and how the report names it."""

    kind: str
    column: str
    value: str
    rows: NDArray[np.bool_]
    low: float | None = None
    high: float | None = None


def performance_study(
    problem: Problem, scores: OutOfFold, probabilities: NDArray[np.float64], tree: ClassTree | None, random_state: int
) -> PerformanceStudy:
    """Look closer.

    Parameters
    ----------
    problem : Problem
    scores : OutOfFold
        Of m rows.
    probabilities : ndarray of shape (m, K), float64
        Of the same rows, calibrated.
    tree : ClassTree or None
    random_state : int

    Returns
    -------
    PerformanceStudy
    """
    labels, predicted = problem.labels[scores.rows], scores.ranked[:, 0]
    found = precision_recall(probabilities, labels)
    worst = [int(k) for k in np.argsort(found.average, kind="stable") if not np.isnan(found.average[k])][:CURVES]
    learning = _learning(problem, scores)
    return PerformanceStudy(
        micro=PrecisionCurve("", found.micro_average, tuple(found.micro.tolist())),
        macro=PrecisionCurve("", float(np.nanmean(found.average)), tuple(found.macro.tolist())),
        curves=tuple(
            PrecisionCurve(problem.classes[k], float(found.average[k]), tuple(found.by_class[k].tolist()))
            for k in worst
        ),
        slices=_slices(_parts(problem.inputs.take(scores.rows)), predicted == labels),
        judged=scores.learning[0].judged if scores.learning else 0,
        learning=learning,
        hierarchy=None if tree is None else _hierarchy(labels, predicted, tree, random_state),
    )


def _hierarchy(
    labels: NDArray[np.int64], predicted: NDArray[np.int64], tree: ClassTree, random_state: int
) -> HierarchyFigures:
    found = hierarchical(labels, predicted, tree, random_state)
    levels = tuple(map(Interval.of, found.levels))
    return HierarchyFigures(Interval.of(found.precision), Interval.of(found.recall), Interval.of(found.f1), levels)


def _learning(problem: Problem, scores: OutOfFold) -> tuple[LearningFigures, ...]:
    """Return accuracy by rows trained on, all on the first fold; the last point is that of its own model."""
    if not scores.learning:
        return ()
    fold = scores.folds[0]
    right = int((fold.margins.argmax(axis=1) == problem.labels[fold.rows]).sum())
    points = [(p.rows, p.right, p.judged) for p in scores.learning]
    points.append((len(problem.labels) - len(fold.rows), right, len(fold.rows)))
    return tuple(LearningFigures(rows, _share(hits, judged)) for rows, hits, judged in points)


def _share(hits: int, rows: int) -> Interval:
    return Interval.of(exact_interval(hits, rows))


def _slices(parts: list[_Part], right: NDArray[np.bool_]) -> tuple[SliceFigures, ...]:
    named = {(f"{p.kind}:{p.column}", p.value): p for p in parts}
    found = []
    for s in compare_slices(right, {name: p.rows for name, p in named.items()}):
        p, accuracy = named[s.family, s.value], Interval.of(s.accuracy)
        found.append(
            SliceFigures(p.kind, p.column, p.value, p.low, p.high, s.rows, accuracy, s.rest, s.p_value, s.worse)
        )
    return tuple(sorted(found, key=lambda s: (s.accuracy.value, -s.products, s.kind, s.column, s.value)))


def _parts(inputs: Inputs) -> list[_Part]:
    """Return what is told apart: values, bands of numbers, script, photo and length of texts."""
    parts = [
        _Part("column", column, value, rows)
        for column, cells in inputs.categorical.items()
        for value, rows in top_values(cells).items()
    ]
    for column, values in inputs.numeric.items():
        parts += _banded("band", column, values)
    texts = [" ".join(cells) for cells in zip(*inputs.texts.values(), strict=True)] if inputs.texts else []
    if texts:
        parts += [_Part("script", "", value, rows) for value, rows in _scripts(texts).items()]
        parts += _banded("length", "", np.array([len(text) for text in texts], dtype=np.float64))
    if PHOTO in inputs.dense:
        present = inputs.dense[PHOTO].present
        parts += [_Part("photo", "", "yes", present), _Part("photo", "", "no", ~present)]
    return parts


def _scripts(texts: list[str]) -> dict[str, NDArray[np.bool_]]:
    """Return the products of each script, and of both forms of Chinese where each has enough of them."""
    begun = [text[:SCRIPT_CHARACTERS] for text in texts]
    scripts = main_scripts(begun)
    pairs = zip(begun, scripts, strict=True)
    forms = top_values(tuple(chinese_form(text) if script == "cjk" else "" for text, script in pairs))
    return top_values(scripts) | (forms if len(forms) > 1 else {})


def _banded(kind: str, column: str, values: NDArray[np.float64]) -> list[_Part]:
    return [
        _Part(kind, column, str(number), rows, low, high)
        for number, (low, high, rows) in enumerate(bands(values), start=1)
    ]
