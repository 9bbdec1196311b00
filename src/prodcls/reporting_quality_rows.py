"""What all findings are made of: the rows of a catalogue, and their examples."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from prodcls.audit_quality import Example, Finding
from prodcls.cells import excerpt
from prodcls.gathering import Material

__all__ = ["EXAMPLES", "KINDS", "SEVERITIES", "Rows"]

SEVERITIES = ("error", "warning", "note")

KINDS = (
    "label_conflict",
    "split_duplicate",
    "leak_phrase",
    "label_error",
    "price_absurd",
    "number_absurd",
    "label_conflict_near",
    "disagreement",
    "tree_parents",
    "tree_no_path",
    "tree_absent",
    "tree_inner",
    "identifier_column",
    "boilerplate_uneven",
    "stated_price",
    "price_outlier",
    "number_outlier",
    "small_class",
    "duplicate",
    "near_duplicate",
    "photo_same",
    "photo_alike",
    "sound_same",
    "text_cut",
    "class_named",
    "id_in_text",
    "boilerplate",
    "script_mix",
    "tree_spelling",
    "tree_same_name",
    "tree_below",
    "constant_column",
    "empty_column",
    "stranger",
)
"""Every kind of finding, those first that do most harm where the severity is the same."""

EXAMPLES = 10
"""Most examples of a finding, and most products of an example."""


class Rows:
    """The products of a catalogue, and of the test catalogue after them, for those who look for faults.

    Parameters
    ----------
    material : Material
    """

    def __init__(self, material: Material) -> None:
        self.material = material
        self.problem = material.problem
        self.inputs = material.problem.inputs
        self.labels = material.problem.labels
        self.classes = material.problem.classes

    def __len__(self) -> int:
        return len(self.labels)

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """All text of each product."""
        return self.inputs.joined_text()

    @cached_property
    def tested(self) -> NDArray[np.bool_]:
        """Whether the row is of the test catalogue, shape (n,)."""
        return np.arange(len(self)) >= len(self.material.catalogue)

    def class_of(self, row: int) -> str:
        """Return the label of a product."""
        return self.classes[int(self.labels[row])]

    def title(self, row: int) -> str:
        """Return the beginning of the first text of a product."""
        return excerpt(next((cells[row] for cells in self.inputs.texts.values() if cells[row]), ""))

    def example(self, rows: Iterable[int], values: dict[str, str | int | float]) -> Example:
        """Return an example that is about these products."""
        shown = list(rows)[:EXAMPLES]
        places = [self.material.place(row) for row in shown]
        return Example(
            tuple(self.inputs.ids[row] for row in shown),
            tuple(int(catalogue.rows[at]) for catalogue, at in places),
            values,
        )

    def groups(
        self, kind: str, severity: str, groups: Sequence[NDArray[np.intp]], values: dict[str, str | int | float]
    ) -> Finding:
        """Return a finding about groups of products that are the same, the largest group first."""
        ordered = sorted(groups, key=lambda rows: (-len(rows), int(rows[0])))
        examples = tuple(
            self.example(
                rows.tolist(),
                {
                    "title": self.title(int(rows[0])),
                    "products": len(rows),
                    "labels": ", ".join(dict.fromkeys(self.class_of(int(r)) for r in rows)),
                },
            )
            for rows in ordered[:EXAMPLES]
        )
        count = len(np.unique(np.concatenate(groups))) if groups else 0
        return Finding(kind, severity, count, {"groups": len(groups), **values}, examples)
