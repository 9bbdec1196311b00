"""Findings about labels and classes: doubtful, contradictory, told apart by text and photo, tiny."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from prodcls.audit_quality import Example, Finding
from prodcls.duplicates import same_text_groups
from prodcls.quality.labels import conflicting_groups, suspected_labels
from prodcls.quality.opinions import Opinions
from prodcls.quality.strangers import disagreements, remoteness
from prodcls.reporting_quality_rows import EXAMPLES, Rows

__all__ = ["label_findings"]

MANY_ERRORS = 0.05
"""Share of products with a doubtful label from which on it is an error: figures then measure the labels."""

FEW_PRODUCTS = 10
"""Products, near-duplicates counted once, below which a class is called small."""

REMOTE = 2.5
"""Robust standard deviations, as a mean over a product's blocks, from which on it is like nothing else."""

SHOWN_SUSPECTS = 50
"""Most examples of doubtful labels: these are to be looked at one by one."""


def label_findings(rows: Rows, opinions: Opinions) -> Iterator[Finding]:
    """Yield the findings about labels and classes.

    Parameters
    ----------
    rows : Rows
    opinions : Opinions

    Yields
    ------
    Finding
        Of labels, then of classes, then of single products.
    """
    yield from _conflicts(rows)
    yield from _suspects(rows, opinions)
    yield from _disagreements(rows, opinions)
    yield from _small(rows)
    yield from _strangers(rows)


def _conflicts(rows: Rows) -> Iterator[Finding]:
    same = conflicting_groups(same_text_groups(rows.texts), rows.labels)
    if same:
        yield rows.groups("label_conflict", "error", same, {})
    known = {int(row) for group in same for row in group}
    near = [g for g in conflicting_groups(rows.material.copies, rows.labels) if not known.issuperset(g.tolist())]
    if near:
        yield rows.groups("label_conflict_near", "warning", near, {})


def _suspects(rows: Rows, opinions: Opinions) -> Iterator[Finding]:
    found = suspected_labels(opinions.together, rows.labels)
    people = rows.material.set_by_people  # whose labels are not doubted again; the section on oversight tells of them
    all_told = zip(found.rows.tolist(), found.likely.tolist(), found.own.tolist(), found.other.tolist(), strict=True)
    told = [one for one in all_told if rows.inputs.ids[one[0]] not in people]
    if not told:
        return
    share = len(told) / len(rows)
    examples = [
        rows.example(
            [row],
            {
                "title": rows.title(row),
                "label_given": rows.class_of(row),
                "label_likely": rows.classes[likely],
                "own_probability": own,
                "other_probability": other,
            },
        )
        for row, likely, own, other in told[:SHOWN_SUSPECTS]
    ]
    severity = "error" if share >= MANY_ERRORS else "warning"
    yield Finding("label_error", severity, len(told), {"share": share}, tuple(examples))


def _disagreements(rows: Rows, opinions: Opinions) -> Iterator[Finding]:
    found = disagreements(opinions.text, opinions.photo)
    if len(found.rows):
        told = zip(found.rows.tolist(), found.text.tolist(), found.photo.tolist(), found.sure.tolist(), strict=True)
        examples = [
            rows.example(
                [row],
                {
                    "title": rows.title(row),
                    "label_given": rows.class_of(row),
                    "text_class": rows.classes[text],
                    "photo_class": rows.classes[photo],
                    "probability": sure,
                },
            )
            for row, text, photo, sure in list(told)[:EXAMPLES]
        ]
        yield Finding("disagreement", "warning", len(found.rows), {}, tuple(examples))


def _small(rows: Rows) -> Iterator[Finding]:
    apart = rows.material.small_classes
    pairs = np.unique(np.stack([rows.labels, rows.material.copies], axis=1)[~rows.tested], axis=0)
    size = np.bincount(pairs[:, 0], minlength=len(rows.classes))
    small = {rows.classes[k]: int(size[k]) for k in np.flatnonzero(size < FEW_PRODUCTS).tolist()}
    both = sorted((apart | small).items(), key=lambda item: (item[1], item[0]))
    if both:
        examples = [Example((), (), {"class": name, "products": n}) for name, n in both[: 2 * EXAMPLES]]
        values: dict[str, str | int | float] = {"apart": len(apart), "least": FEW_PRODUCTS}
        yield Finding("small_class", "warning", len(both), values, tuple(examples))


def _strangers(rows: Rows) -> Iterator[Finding]:
    far = remoteness(rows.inputs.dense, rows.material.copies)
    found = np.flatnonzero(np.nan_to_num(far) >= REMOTE)
    if len(found):
        examples = [
            rows.example(
                [row], {"title": rows.title(row), "label_given": rows.class_of(row), "deviations": float(far[row])}
            )
            for row in found[np.argsort(-far[found], kind="stable")][:EXAMPLES].tolist()
        ]
        yield Finding("stranger", "note", len(found), {}, tuple(examples))
