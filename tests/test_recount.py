"""Figures counted again are those of the report, and a changed one is named."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from prodcls.audit import EvaluationSection
from prodcls.metrics import evaluate, expected_calibration_error
from prodcls.recount import Judged, figure_differences
from report_factory import make_report

NAMES = ("Kettles", "Phones", "Towels")


def case(n: int = 60) -> tuple[EvaluationSection, Judged]:
    """Return predictions and the section that a report makes of them."""
    random = np.random.default_rng(3)
    labels = np.arange(n) % 3
    probabilities = random.dirichlet(np.ones(3), n)
    probabilities[np.arange(n), labels] += 0.6
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    predicted = probabilities.argmax(axis=1)
    scores = evaluate(labels, predicted, probabilities, 3, 0)
    base = make_report(3).evaluation

    def interval(value: float) -> object:
        return replace(base.accuracy, value=value)

    figures = {
        name: interval(getattr(scores, name).value)
        for name in ("accuracy", "macro_precision", "macro_recall", "macro_f1", "weighted_f1")
    }
    per_class = tuple(
        replace(
            told,
            name=name,
            support=c.support,
            precision=interval(c.precision.value),
            recall=interval(c.recall.value),
            f1=interval(c.f1.value),
        )
        for told, name, c in zip(base.per_class, NAMES, scores.per_class, strict=True)
    )
    counts = tuple(map(tuple, scores.confusion.tolist()))
    evaluation = replace(
        base,
        **figures,  # type: ignore[arg-type]
        ece=expected_calibration_error(probabilities, labels),
        per_class=per_class,
        confusion=replace(base.confusion, names=NAMES, counts=counts),
    )
    return evaluation, Judged([NAMES[k] for k in labels], [NAMES[k] for k in predicted], probabilities.max(axis=1))


def test_the_figures_of_the_predictions_are_found_again_in_any_order() -> None:
    evaluation, judged = case()
    assert list(figure_differences(evaluation, judged)) == []
    backwards = Judged(judged.labels[::-1], judged.predicted[::-1], judged.probability[::-1])
    assert list(figure_differences(evaluation, backwards)) == []


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("accuracy", "accuracy"),
        ("macro_f1", "macro-F1"),
        ("macro_recall", "macro-recall"),
        ("macro_precision", "macro-precision"),
        ("weighted_f1", "weighted F1"),
        ("ece", "calibration error"),
    ],
)
def test_a_changed_figure_is_named(field: str, name: str) -> None:
    evaluation, judged = case()
    told = getattr(evaluation, field)
    new = told + 0.001 if isinstance(told, float) else replace(told, value=told.value + 0.001)
    (line,) = figure_differences(replace(evaluation, **{field: new}), judged)
    assert line.startswith(f"{name} is ")


def test_a_changed_recall_and_count_are_named() -> None:
    evaluation, judged = case()
    first = replace(evaluation.per_class[0], recall=replace(evaluation.per_class[0].recall, value=0.123))
    (line,) = figure_differences(replace(evaluation, per_class=(first, *evaluation.per_class[1:])), judged)
    assert line.startswith("recall of 'Kettles' is 0.123 in the report")
    counts = [list(row) for row in evaluation.confusion.counts]
    counts[1][2] += 1
    changed = replace(evaluation.confusion, counts=tuple(map(tuple, counts)))
    (line,) = figure_differences(replace(evaluation, confusion=changed), judged)
    assert line.startswith("rows of 'Phones' taken for 'Towels' is ")


def test_one_other_prediction_moves_figures() -> None:
    evaluation, judged = case()
    predicted = list(judged.predicted)
    predicted[0] = next(name for name in NAMES if name != predicted[0])
    assert list(figure_differences(evaluation, replace(judged, predicted=predicted)))


def test_other_classes_and_no_product_are_told() -> None:
    evaluation, judged = case()
    labels = ["Lamps", *judged.labels[1:]]
    assert list(figure_differences(evaluation, replace(judged, labels=labels))) == ["'Lamps' is no class of the report"]
    assert list(figure_differences(evaluation, Judged([], [], np.zeros(0)))) == ["there is no product"]
