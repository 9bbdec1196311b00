"""Findings about products, photos and sounds that are there more than once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from prodcls.audit_quality import Finding
from prodcls.duplicates import joined_groups, same_text_groups
from prodcls.errors import ImageError
from prodcls.images import difference_hash, load_photo
from prodcls.lookalikes import near_hashes
from prodcls.reporting_quality_rows import Rows

__all__ = ["copy_findings"]

HASHED = 100
"""Most photos decoded to compare their difference hashes; about 10 ms each."""


def copy_findings(rows: Rows) -> Iterator[Finding]:
    """Yield the findings about copies.

    Parameters
    ----------
    rows : Rows

    Yields
    ------
    Finding
        Of products, then of photos and of sounds.
    """
    digests = rows.material.photo_digests
    same_text = same_text_groups(rows.texts)
    heard = rows.material.sound_digests
    exact = _numbered(list(zip(same_text.tolist(), digests, heard, strict=True)))
    near = rows.material.copies
    severity = "note" if rows.material.grouped else "warning"
    repeated = _repeated(exact)
    if repeated:
        yield rows.groups("duplicate", severity, repeated, {})
    looser = [group for group in _repeated(near) if len(np.unique(exact[group])) > 1]
    if looser:
        yield rows.groups("near_duplicate", severity, looser, {})
    across = [g for g in _repeated(near) if len(np.unique(rows.tested[g])) > 1]
    if across:
        hit = int(sum(rows.tested[g].sum() for g in across))
        values: dict[str, str | int | float] = {"tested": hit, "share": hit / max(int(rows.tested.sum()), 1)}
        yield rows.groups("split_duplicate", "error", across, values)
    yield from _photos(rows, digests)
    yield from _same_files(rows, "sound_same", heard)


def _photos(rows: Rows, digests: tuple[str | None, ...]) -> Iterator[Finding]:
    yield from _same_files(rows, "photo_same", digests)
    # Of near-duplicates it is told already, and of equal files too.
    pairs, near = rows.material.alike_photos, rows.material.copies
    pairs = pairs[[digests[a] != digests[b] and near[a] != near[b] for a, b in pairs.tolist()]] if len(pairs) else pairs
    alike = pairs[near_hashes(pairs, _hashes(rows, pairs))]
    if len(alike):
        groups = _repeated(joined_groups(len(rows), alike))
        yield rows.groups("photo_alike", _severity(rows, groups), groups, {"conflicts": _conflicts(rows, groups)})


def _same_files(rows: Rows, kind: str, digests: tuple[str | None, ...]) -> Iterator[Finding]:
    """Yield the finding about photos, or sounds, that are the same byte for byte."""
    same = [group for group in _repeated(_numbered(list(digests))) if digests[int(group[0])] is not None]
    if same:
        yield rows.groups(kind, _severity(rows, same), same, {"conflicts": _conflicts(rows, same)})


def _conflicts(rows: Rows, groups: list[NDArray[np.intp]]) -> int:
    return sum(len(np.unique(rows.labels[group])) > 1 for group in groups)


def _severity(rows: Rows, groups: list[NDArray[np.intp]]) -> str:
    return "warning" if _conflicts(rows, groups) else "note"


def _hashes(rows: Rows, pairs: NDArray[np.int64]) -> dict[int, int]:
    """Return the difference hash of the photos in ``pairs``, of the first `HASHED` of them."""
    found = {}
    for row in np.unique(pairs)[:HASHED].tolist():
        catalogue, at = rows.material.place(row)
        photo = None if catalogue.photos is None else catalogue.photos[at]
        if photo is not None:
            try:
                found[row] = difference_hash(load_photo(photo))
            except ImageError:  # gone since it was embedded
                continue
    return found


def _numbered(keys: Sequence[Hashable]) -> NDArray[np.int64]:
    """Return a number for each key, the same for equal keys."""
    number: dict[Hashable, int] = {}
    return np.array([number.setdefault(key, len(number)) for key in keys], dtype=np.int64)


def _repeated(groups: NDArray[np.int64]) -> list[NDArray[np.intp]]:
    """Return the rows of each group of more than one."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    for row, group in enumerate(groups.tolist()):
        found[group].append(row)
    return [np.array(members, dtype=np.intp) for members in found.values() if len(members) > 1]
