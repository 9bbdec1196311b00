"""Findings about the tree of classes: where a column of paths, or names that are paths, contradict themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from prodcls.audit_quality import Example, Finding
from prodcls.category_paths import path_name
from prodcls.reporting_quality_rows import EXAMPLES, Rows
from prodcls.trees import Irregularity, Path

__all__ = ["SHOWN_PATHS", "tree_findings", "tree_kinds"]

SHOWN_PATHS = 4
"""Most paths of an example."""

KINDS = {
    "parents": ("tree_parents", "warning"),
    "no_path": ("tree_no_path", "warning"),
    "absent": ("tree_absent", "warning"),
    "inner": ("tree_inner", "warning"),
    "spelling": ("tree_spelling", "note"),
    "same_name": ("tree_same_name", "note"),
    "below": ("tree_below", "note"),
}
"""Finding and severity by kind of irregularity."""

OF_NAMES = ("inner", "spelling", "same_name")
"""What there is to find where the class names are the paths."""


def tree_kinds(rows: Rows) -> frozenset[str]:
    """Return the kinds of finding that there can be: none where nothing tells a tree."""
    if not rows.material.reading.looked:
        return frozenset()
    of_names = rows.material.catalogue.path_cells is None
    return frozenset(kind for key, (kind, _) in KINDS.items() if key in OF_NAMES or not of_names)


def tree_findings(rows: Rows) -> Iterator[Finding]:
    """Yield the findings about the tree.

    Parameters
    ----------
    rows : Rows

    Yields
    ------
    Finding
        With classes, nodes or products counted, and what was decided.
    """
    for key, (kind, severity) in KINDS.items():
        cases = [case for case in rows.material.reading.irregularities if case.kind == key]
        if not cases:
            continue
        of_products = key in ("absent", "below")
        count = sum(len(case.rows) for case in cases) if of_products else len(cases)
        values: dict[str, str | int | float] = {}
        if key == "parents":
            values = {"undecided": sum(not case.kept for case in cases)}
        elif of_products:
            values = {"classes": len(cases)}
        examples = tuple(_example(rows, case) for case in cases[:EXAMPLES])
        # Without a tree the column may well be about something else than these classes.
        known = severity if rows.material.tree is not None or not of_products else "note"
        yield Finding(kind, known, count, values, examples)


def _example(rows: Rows, case: Irregularity) -> Example:
    about = "node" if case.kind in ("spelling", "same_name") else "class"
    values: dict[str, str | int | float] = {about: case.name}
    if case.kind in ("absent", "below"):
        values["products"] = len(case.rows)
    values["paths_found"] = _listed(case.paths, case.counts if case.kind in ("parents", "spelling") else ())
    if case.kind == "parents":
        values["path_kept"] = path_name(case.kept) or "\u2013"
    return rows.example(case.rows.tolist(), values)


def _listed(paths: Sequence[Path], counts: Sequence[int]) -> str:
    numbers = [f" ({n})" for n in counts] or [""] * len(paths)
    shown = [path_name(path) + number for path, number in zip(paths, numbers, strict=True)][:SHOWN_PATHS]
    more = ["\u2026"] if len(paths) > SHOWN_PATHS else []
    return "; ".join((*shown, *more)) or "\u2013"
