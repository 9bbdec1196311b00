"""Headline figures counted again from labels and predictions, and held against those that a report gives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prodcls.audit import EvaluationSection
from prodcls.metrics import evaluate, expected_calibration_error

__all__ = ["Judged", "figure_differences"]

TOLERANCE = 1e-9
"""Largest difference of a figure counted again: the order of a sum may differ, no more."""


@dataclass(frozen=True)
class Judged:
    """What models said of n products that they had not seen; everything has length n.

    Attributes
    ----------
    labels, predicted : sequence of str
        True and most probable class.
    probability : ndarray of shape (n,), float64
        Of the most probable class, in [0, 1].
    """

    labels: Sequence[str]
    predicted: Sequence[str]
    probability: NDArray[np.float64]


def figure_differences(evaluation: EvaluationSection, judged: Judged) -> Iterator[str]:
    """Yield a line for each figure of the report that the products do not give.

    Parameters
    ----------
    evaluation : EvaluationSection
    judged : Judged

    Yields
    ------
    str
    """
    names = evaluation.confusion.names
    number = {name: k for k, name in enumerate(names)}
    unknown = sorted({*judged.labels, *judged.predicted} - number.keys())
    if unknown or not len(judged.labels):
        yield f"{unknown[0]!r} is no class of the report" if unknown else "there is no product"
        return
    labels = np.array([number[name] for name in judged.labels], dtype=np.int64)
    predicted = np.array([number[name] for name in judged.predicted], dtype=np.int64)
    scores = evaluate(labels, predicted, None, len(names), 0)
    missed = (labels != predicted).astype(np.int64)  # of two classes, "right" and "wrong", the first is predicted
    pairs = {
        "accuracy": (evaluation.accuracy.value, scores.accuracy.value),
        "macro-precision": (evaluation.macro_precision.value, scores.macro_precision.value),
        "macro-recall": (evaluation.macro_recall.value, scores.macro_recall.value),
        "macro-F1": (evaluation.macro_f1.value, scores.macro_f1.value),
        "weighted F1": (evaluation.weighted_f1.value, scores.weighted_f1.value),
        "calibration error": (evaluation.ece, expected_calibration_error(judged.probability[:, None], missed)),
    }
    for told, counted in zip(evaluation.per_class, scores.per_class, strict=True):
        pairs[f"rows of {told.name!r}"] = (told.support, counted.support)
        pairs[f"recall of {told.name!r}"] = (told.recall.value, counted.recall.value)
        pairs[f"precision of {told.name!r}"] = (told.precision.value, counted.precision.value)
        pairs[f"F1 of {told.name!r}"] = (told.f1.value, counted.f1.value)
    for (i, j), counted_rows in np.ndenumerate(scores.confusion):
        pairs[f"rows of {names[i]!r} taken for {names[j]!r}"] = (evaluation.confusion.counts[i][j], int(counted_rows))
    for name, (told_value, value) in pairs.items():
        if not abs(told_value - value) <= TOLERANCE:
            yield f"{name} is {told_value:.6g} in the report and {value:.6g} when counted again"
