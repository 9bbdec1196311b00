"""How many bytes a fit will write, by what they are for: an estimate, made before anything is encoded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from prodcls.byte_sizes import shown_size

__all__ = ["Part", "Writing", "kept_part", "output_parts", "shortage", "total", "working_part"]

FLOAT = 4
"""Bytes of a number in a vector."""

KEY = 64
"""Bytes of a vector's key, of the share that was read, and of its part in the header of the file."""

ROW = 1000
"""Bytes of a row in the tables besides its texts and vectors: ids, classes, figures of its account, and the like."""

REPORT = 800_000
"""Bytes of a report without dossiers: its data, which the bundle holds too, and its page."""

IN_CLASS = 50_000
"""Bytes of what all of these tell of a class: words, regions, examples."""

DOSSIER, DOSSIER_PAGE = 100_000, 150_000
"""Bytes of the account of a product as data and as a page, with its photo and those of its neighbours."""

IN_REPORT = 60
"""Dossiers that the report holds itself."""


@dataclass(frozen=True)
class Writing:
    """What a fit is going to write.

    Attributes
    ----------
    rows : int
        Products in the catalogue.
    classes : int
    text_bytes : int
        Of all their cells.
    widths : tuple of int
        Dimensions of each block's vectors.
    encoded : tuple of (int, int)
        How many contents are encoded, and in how many dimensions.
    dossiers : int
        Products with a page of their own.
    """

    rows: int
    classes: int
    text_bytes: int
    widths: tuple[int, ...]
    encoded: tuple[tuple[int, int], ...]
    dossiers: int


@dataclass(frozen=True)
class Part:
    """Something that is written, and its bytes."""

    name: str
    size: int


def kept_part(writing: Writing) -> Part:
    """Return what is added to the store of embeddings.

    Parameters
    ----------
    writing : Writing

    Returns
    -------
    Part
    """
    return Part("embeddings", sum(contents * (dimension * FLOAT + KEY) for contents, dimension in writing.encoded))


def working_part(writing: Writing) -> Part:
    """Return what lies in the cache while the fit works; where that has no room for it, it lies in memory.

    Parameters
    ----------
    writing : Writing

    Returns
    -------
    Part
    """
    # Of each block the whole, and of one the parts that it is joined from.
    width = sum(writing.widths) + max(writing.widths, default=0)
    return Part("embeddings at work", writing.rows * width * FLOAT)


def output_parts(writing: Writing) -> tuple[Part, ...]:
    """Return what goes into the folder of the results.

    Parameters
    ----------
    writing : Writing

    Returns
    -------
    tuple of Part
    """
    width = sum(writing.widths)
    vectors = writing.rows * width * FLOAT
    weights = writing.classes * width * 2 * FLOAT
    rows = writing.rows * ROW + 2 * writing.text_bytes
    inside = min(writing.dossiers, IN_REPORT)
    report = REPORT + writing.classes * IN_CLASS + inside * 2 * DOSSIER
    pages = writing.dossiers * DOSSIER_PAGE + (writing.dossiers - inside) * DOSSIER
    return Part("bundle", vectors + weights + rows), Part("report", report), Part("dossiers", pages)


def total(parts: Iterable[Part]) -> int:
    """Return the bytes of all parts."""
    return sum(part.size for part in parts)


def shortage(parts: Sequence[Part], free: int) -> str | None:
    """Return what to say where there is less room than the parts take; None where there is enough.

    Parameters
    ----------
    parts : sequence of Part
        For one disk.
    free : int
        Bytes.

    Returns
    -------
    str or None

    Examples
    --------
    >>> shortage([Part("bundle", 3_000_000), Part("report", 1_000_000)], 2_000_000)
    'needs about 4.0 MB of room (bundle 3.0 MB, report 1.0 MB) and has 2.0 MB'
    >>> shortage([Part("bundle", 3_000_000)], 4_000_000) is None
    True
    """
    needed = total(parts)
    if needed <= free:
        return None
    listed = ", ".join(f"{part.name} {shown_size(part.size)}" for part in parts if part.size)
    return f"needs about {shown_size(needed)} of room ({listed}) and has {shown_size(free)}"
