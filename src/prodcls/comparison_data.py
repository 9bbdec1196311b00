"""How one training catalogue differs from an earlier one."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping

from prodcls.audit import AuditReport
from prodcls.audit_comparison import DataChange, TextChange
from prodcls.bundle_products import Products

__all__ = ["SHOWN", "compare_data", "text_changes"]

SHOWN = 20
"""Products named one by one."""

PHOTO, SOUND = "photo", "sound"


def compare_data(old: Products, new: Products, old_report: AuditReport, new_report: AuditReport) -> DataChange:
    """Compare what two models were trained on.

    Parameters
    ----------
    old : Products
    new : Products
    old_report : AuditReport
        Tells columns and classes.
    new_report : AuditReport

    Returns
    -------
    DataChange
    """
    place = {name: i for i, name in enumerate(old.ids)}
    both = [(name, place[name], j) for j, name in enumerate(new.ids) if name in place]
    kept = {name for name, _, _ in both}
    added, removed = ([name for name in products.ids if name not in kept] for products in (new, old))
    cells = [(name, _changed_cells(old, i, new, j)) for name, i, j in both]
    labels = [TextChange(name, old.labels[i], new.labels[j]) for name, i, j in both if old.labels[i] != new.labels[j]]
    before, after = ({c.column: c.role for c in report.data.columns} for report in (old_report, new_report))
    classes = [set(report.data.class_counts) for report in (old_report, new_report)]
    return DataChange(
        rows_before=len(old),
        rows_after=len(new),
        added=len(added),
        removed=len(removed),
        changed=sum(bool(columns) for _, columns in cells),
        relabelled=len(labels),
        added_ids=tuple(added[:SHOWN]),
        removed_ids=tuple(removed[:SHOWN]),
        labels=tuple(labels[:SHOWN]),
        cells=dict(sorted(Counter(column for _, columns in cells for column in columns).items())),
        columns_added=tuple(name for name in after if name not in before),
        columns_removed=tuple(name for name in before if name not in after),
        classes_added=tuple(sorted(classes[1] - classes[0])),
        classes_removed=tuple(sorted(classes[0] - classes[1])),
        roles=tuple(TextChange(n, before[n], after[n]) for n in after if n in before and before[n] != after[n]),
    )


def _changed_cells(old: Products, i: int, new: Products, j: int) -> list[str]:
    """Return the columns, known to both, whose cell of one product differs."""
    found = [
        name
        for kind in ("texts", "categorical")
        for name, cells in getattr(new, kind).items()
        if name in getattr(old, kind) and getattr(old, kind)[name][i] != cells[j]
    ]
    for name, numbers in new.numeric.items():
        if name in old.numeric:
            a, b = float(old.numeric[name][i]), float(numbers[j])
            if a != b and not (math.isnan(a) and math.isnan(b)):
                found.append(name)
    one, other = old.photos[i], new.photos[j]
    if (one and one.sha256) != (other and other.sha256):
        found.append(PHOTO)
    if old.sounds is not None and new.sounds is not None:
        before, after = old.sounds[i], new.sounds[j]
        if (before and before.sha256) != (after and after.sha256):
            found.append(SOUND)
    return found


def text_changes(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[TextChange, ...]:
    """Return what differs between two tables of names and values; ``""`` stands for a name that is not there.

    Parameters
    ----------
    before : mapping of str to str
    after : mapping of str to str

    Returns
    -------
    tuple of TextChange
    """
    names = (*before, *(name for name in after if name not in before))
    pairs = ((name, before.get(name, ""), after.get(name, "")) for name in names)
    return tuple(TextChange(name, a, b) for name, a, b in pairs if a != b)
