"""What the catalogue holds, as the report tells it."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict

import numpy as np
from numpy.typing import NDArray

from prodcls.audit import ColumnSummary, DataSection
from prodcls.audit_cells import CellNote, Conversion, ConversionRate
from prodcls.catalogue import Catalogue, ColumnRole, Rejection
from prodcls.encoders import script_shares
from prodcls.gathering import Material
from prodcls.rates import Rates
from prodcls.reporting_cleaning import cleaning_findings

__all__ = ["data_section"]


def data_section(material: Material, rates: Rates | None) -> DataSection:
    """Count rows, columns, scripts, gaps and rejections.

    Parameters
    ----------
    material : Material
    rates : Rates or None
        By which amounts of money were converted.

    Returns
    -------
    DataSection
    """
    catalogue, inputs = material.catalogue, material.problem.inputs.take(np.arange(len(material.catalogue)))
    counts = Counter(catalogue.labels or ())
    groups = Counter(material.problem.groups[: len(catalogue)].tolist())
    repeated = [n for n in groups.values() if n > 1]
    text = [inputs.dense[name] for name in catalogue.texts]
    cut = np.any([e.present & (e.read_share < 1) for e in text], axis=0) if text else np.zeros(len(catalogue), bool)
    unread, words = _unread_words(catalogue, [e.read_share for e in text])
    dropped = [r for r in catalogue.rejections if r.scope == "row"]
    rejected = [r for r in catalogue.rejections if r.scope != "note"]
    return DataSection(
        rows=len(catalogue) + sum(material.small_classes.values()),
        read_rows=len(catalogue) + sum(material.small_classes.values()) + len(dropped),
        classes=len(material.problem.classes),
        class_counts=dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))),
        small_classes=material.small_classes,
        columns=tuple(_column(catalogue, c) for c in catalogue.schema.columns),
        scripts=script_shares(cell for cells in catalogue.texts.values() for cell in cells),
        photos_missing=None if catalogue.photos is None else sum(p is None for p in catalogue.photos),
        texts_cut=int(cut.sum()),
        text_unread_share=unread / max(words, 1.0),
        duplicate_groups=len(repeated),
        duplicate_rows=sum(repeated),
        rejections=dict(sorted(Counter(r.code for r in rejected).items())),
        rejection_examples=tuple(dict(sorted(asdict(r).items())) for r in rejected[:20]),
        notes=_notes([r for r in catalogue.rejections if r.scope == "note"]),
        conversion=None if rates is None else _conversion(rates),
        cleaning=cleaning_findings(catalogue),
    )


def _notes(notes: list[Rejection]) -> tuple[CellNote, ...]:
    counts = Counter((n.column, n.code) for n in notes)
    first = {(n.column, n.code): n for n in reversed(notes)}
    return tuple(
        CellNote(column, code, cells, first[column, code].row, first[column, code].excerpt, first[column, code].reason)
        for (column, code), cells in sorted(counts.items())
    )


def _conversion(rates: Rates) -> Conversion:
    return Conversion(rates.base, rates.sha256, tuple(ConversionRate(r.currency, r.rate, r.date) for r in rates.rows))


def _unread_words(catalogue: Catalogue, shares: list[NDArray[np.float32]]) -> tuple[float, float]:
    """Return how many words the encoders could not read, and how many there are."""
    unread = total = 0.0
    for cells, share in zip(catalogue.texts.values(), shares, strict=True):
        sizes = np.array([len(cell.split()) for cell in cells], dtype=float)
        total += float(sizes.sum())
        unread += float((sizes * (1.0 - share)).sum())
    return unread, total


def _column(catalogue: Catalogue, described: ColumnRole) -> ColumnSummary:
    column, role = described.column, described.role
    if column in catalogue.texts:
        missing = sum(not cell for cell in catalogue.texts[column])
    elif column in catalogue.categorical:
        missing = sum(not cell for cell in catalogue.categorical[column])
    elif role == "numeric":
        # A price column becomes one column for each currency: missing where all of them are.
        parts = [v for name, v in catalogue.numeric.items() if name == column or name.startswith(f"{column} [")]
        missing = int(np.all([np.isnan(v) for v in parts], axis=0).sum()) if parts else len(catalogue)
    elif role == "image" and catalogue.photos is not None:
        missing = sum(photo is None for photo in catalogue.photos)
    elif role == "audio" and catalogue.sounds is not None:
        missing = sum(sound is None for sound in catalogue.sounds)
    elif role == "path" and catalogue.path_cells is not None:
        missing = sum(not cell for cell in catalogue.path_cells)
    else:
        missing = 0
    return ColumnSummary(column, role, described.reason, missing, described.code, described.details)
