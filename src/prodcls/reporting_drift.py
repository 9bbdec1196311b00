"""A new catalogue against the training catalogue, respect by respect."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from prodcls.audit_drift import DriftLine, DriftSection
from prodcls.expected import Expected, expected_numbers
from prodcls.gathering import Material
from prodcls.inputs import Inputs
from prodcls.novelty import NewValues, NewWords, new_values, new_words
from prodcls.preparation import IMAGE_BLOCK
from prodcls.quality.scripts import main_scripts
from prodcls.shift import LEVEL, Drift, alarmed, category_drift, number_drift, order_drift, share_drift
from prodcls.shift_embeddings import embedding_drift

__all__ = ["Found", "Measures", "compare_catalogues", "drift_section", "measure", "section_of", "text_lengths"]

Found = tuple[str, str, Drift]
"""Name and kind of a line, and what was found."""


@dataclass(frozen=True)
class Measures:
    """What is told of the catalogues as a whole and of single products.

    Attributes
    ----------
    words : NewWords or None
        None without a text.
    values : dict of str to NewValues
        By category.
    expected : dict of str to Expected
        By number; without those of which there are too few.
    scripts : tuple of (tuple of str, tuple of str)
        Of all texts of a product together, of the old and of the new products.
    text_scripts : dict of str to (tuple of str, tuple of str)
        The same of each text alone: a translated title is lost beside a long description.
    """

    words: NewWords | None
    values: dict[str, NewValues]
    expected: dict[str, Expected]
    scripts: tuple[tuple[str, ...], tuple[str, ...]]
    text_scripts: dict[str, tuple[tuple[str, ...], tuple[str, ...]]]


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
    n, inputs = len(material.catalogue), material.unlearned
    before, after = inputs.take(np.arange(n)), inputs.take(np.arange(n, len(inputs)))
    unknown = [name for name, count in sorted(material.unknown_classes.items()) for _ in range(count)]
    labels = (list(material.catalogue.labels or ()), [*(material.tested.labels or ()), *unknown])
    return compare_catalogues(before, after, labels, random_state)


def measure(before: Inputs, after: Inputs, random_state: int = 0) -> Measures:
    """Look at what needs both catalogues at once.

    Parameters
    ----------
    before : Inputs
    after : Inputs
        With the same columns and blocks.
    random_state : int

    Returns
    -------
    Measures
    """
    texts = (before.joined_text(), after.joined_text())
    expected = {}
    with threadpool_limits(1):  # so that the number of processors moves no digit
        for name, values in before.numeric.items():
            found = expected_numbers(before.dense, after.dense, (values, after.numeric[name]), random_state)
            if found is not None:
                expected[name] = found
    return Measures(
        new_words(*texts) if before.texts else None,
        {name: new_values(cells, after.categorical[name]) for name, cells in before.categorical.items()},
        expected,
        (main_scripts(texts[0]), main_scripts(texts[1])),
        {name: (main_scripts(cells), main_scripts(after.texts[name])) for name, cells in before.texts.items()},
    )


def compare_catalogues(
    before: Inputs,
    after: Inputs,
    labels: tuple[list[str], list[str]] | None,
    random_state: int = 0,
    *,
    measures: Measures | None = None,
    more: Iterable[Found] = (),
) -> DriftSection:
    """Compare two catalogues.

    Parameters
    ----------
    before : Inputs
    after : Inputs
        With the same columns.
    labels : tuple of (list of str, list of str), or None
        Classes of the products; those of the new ones may be more than there are in ``after``. None: not known.
    random_state : int
    measures : Measures, optional
        From `measure` of the same catalogues.
    more : iterable of Found
        Further lines, to be corrected for together with the others.

    Returns
    -------
    DriftSection
    """
    measures = measures or measure(before, after, random_state)
    with threadpool_limits(1):
        found = [*_of_columns(before, after, labels, measures), *_of_blocks(before, after, random_state), *more]
    return DriftSection(len(before), len(after), LEVEL, section_of(found))


def section_of(found: Iterable[Found]) -> tuple[DriftLine, ...]:
    """Return lines with their p-values corrected for the number of lines, and the alarms.

    Parameters
    ----------
    found : iterable of Found

    Returns
    -------
    tuple of DriftLine
    """
    lines = list(found)
    return tuple(
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
        for (name, kind, _), drift in zip(lines, alarmed([drift for _, _, drift in lines]), strict=True)
    )


def _of_columns(
    before: Inputs, after: Inputs, labels: tuple[list[str], list[str]] | None, measures: Measures
) -> Iterator[Found]:
    if labels is not None:
        yield "", "class", category_drift(*labels)
    for name, cells in before.texts.items():
        yield name, "length", number_drift(text_lengths(cells), text_lengths(after.texts[name]))
    for name, values in before.numeric.items():
        yield name, "number", number_drift(values, after.numeric[name])
        if name in measures.expected:
            yield name, "expected", order_drift(measures.expected[name].before, measures.expected[name].after)
    for name, cells in before.categorical.items():
        yield name, "category", category_drift(cells, after.categorical[name])
        new = measures.values[name]
        counts = [(int(found.sum()), len(found)) for found in (new.before, new.after)]
        yield name, "unseen", share_drift(counts[0], counts[1], "more", float(new.after.mean()))
    for name, scripts in measures.text_scripts.items():
        yield name, "script", category_drift(*scripts)
    if measures.words is not None:
        yield "", "words", number_drift(measures.words.before, measures.words.after, "more")


def _of_blocks(before: Inputs, after: Inputs, random_state: int) -> Iterator[Found]:
    for name, old in before.dense.items():
        new = after.dense[name]
        if not old.present.any():  # the flat head keeps no photos of training
            continue
        if name == IMAGE_BLOCK:
            counts = [(int(e.present.sum()), len(e.present)) for e in (old, new)]
            yield name, "photo", share_drift(counts[0], counts[1])
        drift = embedding_drift(old.vectors, new.vectors, old.present, new.present, random_state)
        if drift is not None:
            yield name, "embedding", drift


def text_lengths(cells: Iterable[str]) -> NDArray[np.float64]:
    """Return the number of characters of each text; NaN without one.

    Parameters
    ----------
    cells : iterable of str

    Returns
    -------
    ndarray of float64
    """
    return np.array([len(cell) if cell.strip() else np.nan for cell in cells], dtype=np.float64)
