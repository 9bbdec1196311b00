"""Rows of a scored file, read back from any of its formats."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from prodcls.errors import InputError
from prodcls.file_formats import TableOptions
from prodcls.readers import TableFile, open_table_file

__all__ = ["BUNDLE_KEY", "Scored", "check_bundle", "open_scored", "scored_rows", "unguarded"]

BUNDLE_KEY = "prodcls.bundle"
"""In the metadata of a scored Parquet file: the digest of the bundle that scored it."""

NEEDED = ("id", "row", "predicted", "probability", "prediction_set", "review")
RANKED = 100
"""Ranked classes that a scored file has at most."""


@dataclass(frozen=True)
class Scored:
    """What a model said of a product.

    Attributes
    ----------
    id : str
    row : int
        One-based data row in the catalogue.
    predicted : str
    probability : float
    members : tuple of str, or None
        The prediction set, most probable class first; None where the bundle makes none.
    ranked : dict of str to float
        Probabilities of the classes that the file gives, ``predicted`` among them.
    review : bool
        Whether a person should look at it.
    reasons : tuple of str
        Codes of why.
    stopped_at : str
        Where the classes form a tree, the deepest node that is probable enough; empty where none is, or none is told.
    """

    id: str
    row: int
    predicted: str
    probability: float
    members: tuple[str, ...] | None
    ranked: dict[str, float]
    review: bool
    reasons: tuple[str, ...]
    stopped_at: str = ""


def unguarded(cell: str) -> str:
    """Undo `prodcls.scoring_files.guarded`: take one apostrophe away.

    Parameters
    ----------
    cell : str

    Returns
    -------
    str
    """
    return cell[1:] if cell.startswith("'") else cell


def check_bundle(path: Path, digest: str) -> None:
    """Refuse a scored file that says that another bundle scored it; only Parquet files say which.

    Parameters
    ----------
    path : Path
        Of a file that `open_scored` has opened.
    digest : str
        Of the bundle.

    Raises
    ------
    InputError
        Code ``scored-other-bundle``.
    """
    if path.suffix.lower() != ".parquet":
        return
    named = (pq.read_schema(path).metadata or {}).get(BUNDLE_KEY.encode())
    if named is not None and named != digest.encode():
        by = named[:12].decode("ascii", "replace")
        message = f"was scored by the bundle {by}, and {digest[:12]} was given: name the bundle that scored it"
        raise InputError(message, code="scored-other-bundle", file=str(path))


def open_scored(path: Path) -> TableFile:
    """Look at a scored file.

    Parameters
    ----------
    path : Path
        ``.parquet``, ``.csv`` or ``.jsonl``, as `prodcls predict` writes them.

    Returns
    -------
    TableFile

    Raises
    ------
    InputError
        If it cannot be read, or is a folder of such files: code ``scored-folder``.
    """
    if path.is_dir():
        message = "is a folder of scored files: name one of them"
        raise InputError(message, code="scored-folder", file=str(path))
    csv = TableOptions(encoding="utf-8", delimiter=",", quote='"') if path.suffix.lower() == ".csv" else None
    return open_table_file(path, csv)


def scored_rows(file: TableFile, path: Path) -> Iterator[Scored]:
    """Yield the rows of a scored file.

    Parameters
    ----------
    file : TableFile
        From `open_scored`.
    path : Path
        The same file.

    Yields
    ------
    Scored

    Raises
    ------
    InputError
        Codes ``scored-columns``, ``scored-damaged``: the file is none that ``prodcls predict`` wrote.
    """
    undo: Callable[[str], str] = unguarded if path.suffix.lower() == ".csv" else str
    for chunk in file.chunks():
        absent = [name for name in NEEDED if name not in chunk.columns]
        if absent and chunk.rows:
            message = f"has no column {absent[0]!r}: give a file that prodcls predict wrote"
            raise InputError(message, code="scored-columns", file=str(path))
        for fault in chunk.rejections:
            message = f"{fault.reason}: give the file as prodcls predict wrote it"
            raise InputError(message, code="scored-damaged", file=str(path), row=fault.row)
        pairs = _pairs(chunk.columns)
        for i, row in enumerate(chunk.rows):
            try:
                yield _row(chunk.columns, i, pairs, undo)
            except (ValueError, RecursionError, TypeError) as error:
                message = f"is no line that prodcls predict wrote ({error}): give the file as it was written"
                raise InputError(message, code="scored-damaged", file=str(path), row=row) from error


def _pairs(columns: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    """Return the columns of ranked classes with those of their probabilities."""
    names = [("second", "second_probability"), *((f"class_{i}", f"probability_{i}") for i in range(1, RANKED + 1))]
    return [pair for pair in names if all(name in columns for name in pair)]


def _row(
    columns: Mapping[str, Sequence[str]], i: int, pairs: list[tuple[str, str]], undo: Callable[[str], str]
) -> Scored:
    cells = {name: columns[name][i] for name in NEEDED}
    members = None if not cells["prediction_set"] else _names(cells["prediction_set"])
    if cells["review"] not in ("true", "false"):
        message = f"{cells['review']!r} in the column 'review'"
        raise ValueError(message)
    review = cells["review"] == "true"
    predicted, probability = undo(cells["predicted"]), _probability(cells["probability"])
    ranked = {predicted: probability}
    for name, value in pairs:
        if columns[name][i]:
            ranked.setdefault(undo(columns[name][i]), _probability(columns[value][i]))
    if "reasons" in columns:
        reasons = _names(columns["reasons"][i] or "[]")
    else:  # files of earlier versions
        undecided = members is not None and len(members) != 1
        reasons = ("not-one-class" if undecided else "nothing-known",) if review else ()
    stopped = undo(columns["stopped_at"][i]) if "stopped_at" in columns else ""
    return Scored(
        undo(cells["id"]), int(cells["row"]), predicted, probability, members, ranked, review, reasons, stopped
    )


def _probability(cell: str) -> float:
    value = float(cell)
    if not math.isfinite(value):
        message = f"{cell!r} is no probability"
        raise ValueError(message)
    return value


def _names(cell: str) -> tuple[str, ...]:
    found = json.loads(cell)
    if not isinstance(found, list) or not all(isinstance(name, str) for name in found):
        message = f"{cell[:40]!r} is no list of names"
        raise ValueError(message)
    return tuple(found)
