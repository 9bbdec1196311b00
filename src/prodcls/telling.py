"""What is told of a catalogue while it is gathered."""

from __future__ import annotations

from collections import Counter

from prodcls.catalogue import Catalogue
from prodcls.progress import Progress

__all__ = ["listed", "tell_columns"]


def tell_columns(catalogue: Catalogue, progress: Progress) -> None:
    """Tell how the file was read, which column plays which role and why, and what was rejected.

    Parameters
    ----------
    catalogue : Catalogue
    progress : Progress
    """
    if catalogue.source.details:
        progress.note("read as " + ", ".join(f"{name} {value}" for name, value in catalogue.source.details.items()))
    for column in catalogue.schema.columns:
        verb = "not used" if column.role == "offered" else column.role
        progress.note(f"column {column.column!r}: {verb} ({column.reason})")
    if catalogue.rejections:
        counts = Counter((r.code, r.scope) for r in catalogue.rejections)
        told = ", ".join(f"{n} x {code} ({scope})" for (code, scope), n in sorted(counts.items()))
        progress.note(f"not taken as they stand: {told}; the fit lists all in rejections.parquet")
        for r in [r for r in catalogue.rejections if r.scope == "row"][:3]:
            progress.note(f"row {r.row} is left out: {r.reason} [{r.code}]")


def listed(counts: dict[str, int]) -> str:
    """Return names with their numbers, the first few of them."""
    first = [f"{name} ({n})" for name, n in list(counts.items())[:8]]
    return ", ".join(first) + (f" and {len(counts) - 8} more" if len(counts) > 8 else "")
