"""The new catalogue of ``--test`` against the training catalogue, column by column."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from prodcls.audit_drift import DriftLine, DriftSection
from prodcls.drift import LEVEL, Drift, alarmed, category_drift, embedding_drift, number_drift
from prodcls.gathering import Material
from prodcls.inputs import Inputs

__all__ = ["compare_catalogues", "drift_section"]


def drift_section(material: Material, random_state: int = 0) -> DriftSection | None:
    """Compare the test catalogue with the training catalogue; None without one.

    Parameters
    ----------
    material : Material
    random_state : int

    Returns
    -------
    DriftSection or None
    """
    if material.tested is None:
        return None
    n, inputs = len(material.catalogue), material.problem.inputs
    before, after = inputs.take(np.arange(n)), inputs.take(np.arange(n, len(inputs)))
    unknown = [name for name, count in sorted(material.unknown_classes.items()) for _ in range(count)]
    labels = (list(material.catalogue.labels or ()), [*(material.tested.labels or ()), *unknown])
    return compare_catalogues(before, after, labels, random_state)


def compare_catalogues(
    before: Inputs, after: Inputs, labels: tuple[list[str], list[str]], random_state: int = 0
) -> DriftSection:
    """Compare two catalogues.

    Parameters
    ----------
    before : Inputs
    after : Inputs
        With the same columns.
    labels : tuple of (list of str, list of str)
        Classes of the products; those of the new ones may be more than there are in ``after``.
    random_state : int

    Returns
    -------
    DriftSection
    """
    with threadpool_limits(1):  # so that the number of processors moves no digit
        found = list(_compared(before, after, labels, random_state))
    lines = tuple(
        DriftLine(
            name=name,
            kind=kind,
            effect=drift.effect,
            corrected=drift.corrected,
            missing_before=drift.missing_before,
            missing_after=drift.missing_after,
            index=drift.index,
            unseen=drift.unseen,
            low=drift.low,
            high=drift.high,
            alarm=drift.alarm,
        )
        for (name, kind, _), drift in zip(found, alarmed([drift for _, _, drift in found]), strict=True)
    )
    return DriftSection(len(before), len(after), LEVEL, lines)


def _compared(
    before: Inputs, after: Inputs, labels: tuple[list[str], list[str]], random_state: int
) -> Iterator[tuple[str, str, Drift]]:
    yield "", "class", category_drift(*labels)
    for name, cells in before.texts.items():
        yield name, "length", number_drift(_lengths(cells), _lengths(after.texts[name]))
    for name, values in before.numeric.items():
        yield name, "number", number_drift(values, after.numeric[name])
    for name, cells in before.categorical.items():
        yield name, "category", category_drift(cells, after.categorical[name])
    for name, old in before.dense.items():
        new = after.dense[name]
        drift = embedding_drift(old.vectors, new.vectors, old.present, new.present, random_state)
        if drift is not None:
            yield name, "embedding", drift


def _lengths(cells: tuple[str, ...]) -> NDArray[np.float64]:
    """Return the number of characters of each text; NaN without one."""
    return np.array([len(cell) if cell.strip() else np.nan for cell in cells], dtype=np.float64)
