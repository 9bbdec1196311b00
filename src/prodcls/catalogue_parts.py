"""A catalogue of any size in parts, each converted as it would be as part of the whole.

The file is read twice: first for what only all of it can tell (which ids occur again, which decimal mark and which
currencies a column has), then part by part. What is kept between is some bytes a row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from prodcls.amounts import numeric_columns
from prodcls.catalogue import Catalogue, Chunk, RawTable, Schema, Source
from prodcls.errors import CatalogueError
from prodcls.file_formats import TableOptions
from prodcls.intake import Whole, build_catalogue
from prodcls.ledger import Ledger
from prodcls.number_formats import UNDECLARED, NumberRules
from prodcls.photo_folders import default_image_root
from prodcls.readers import open_table_file, refuse_first
from prodcls.schema import match_schema

__all__ = ["CatalogueParts", "open_catalogue"]


@dataclass(frozen=True)
class CatalogueParts:
    """A catalogue that is not held as a whole.

    Attributes
    ----------
    schema : Schema
    source : Source
    rows : int
        Rows that could be read.
    parts : iterator of Catalogue
        In the order of the file, to be gone through once. A part may hold no row.
    """

    schema: Schema
    source: Source
    rows: int
    parts: Iterator[Catalogue] = field(repr=False)


def open_catalogue(
    path: Path,
    fitted: Schema,
    *,
    image_root: Path | None = None,
    numbers: NumberRules = UNDECLARED,
    clean: bool = True,
    files: TableOptions | None = None,
) -> CatalogueParts:
    """Look at a catalogue to classify, for what only the whole of it can tell.

    Parameters
    ----------
    path : Path
    fitted : Schema
        Of the model; labels are not read.
    image_root : Path, optional
        Folder that photos lie in; the catalogue's own by default.
    numbers : NumberRules, optional
    clean : bool
        Whether texts are cleaned.
    files : TableOptions, optional

    Returns
    -------
    CatalogueParts

    Raises
    ------
    CatalogueError
        When the file cannot be read or holds no row.
    SchemaError
        When its columns do not fit.
    """
    file = open_table_file(path, files)
    strict = files is not None and files.strict
    whole = Whole()
    names: dict[str, None] = {}
    rows = 0
    for chunk in file.chunks():
        names.update(dict.fromkeys(chunk.columns))
        rows += len(chunk.rows)
        _survey(_table(chunk, [role.column for role in fitted.columns], file.source), fitted, numbers, whole)
    schema = match_schema(RawTable(dict.fromkeys(names, ()), np.array([]), file.source), fitted, need_target=False)
    if not rows:
        message = "no row is left to work with: see that the file holds rows below its header"
        raise CatalogueError(message, code="rows-none", file=str(path))
    parts = (
        build_catalogue(
            _table(chunk, names, file.source),
            schema,
            image_root=image_root or default_image_root(path),
            need_labels=False,
            numbers=numbers,
            clean=clean,
            whole=whole,
        )
        for chunk in file.chunks()
    )
    return CatalogueParts(schema, file.source, rows, _refusing(parts, str(path)) if strict else parts)


def _table(chunk: Chunk, names: Iterable[str], source: Source) -> RawTable:
    absent = ("",) * len(chunk.rows)
    columns = {name: tuple(chunk.columns.get(name, absent)) for name in names}
    return RawTable(columns, np.array(chunk.rows, dtype=np.int64), source, tuple(chunk.rejections))


def _survey(table: RawTable, fitted: Schema, numbers: NumberRules, whole: Whole) -> None:
    """Take note of the ids and numbers of a part; what cannot be read is told when the part is converted."""
    ledger = Ledger(table, range(len(table)))
    for column in fitted.named("id"):
        whole.ids.announce(ledger.cells(column))
    numeric_columns(ledger, fitted, numbers, whole.shown)


def _refusing(parts: Iterable[Catalogue], file: str) -> Iterator[Catalogue]:
    for part in parts:
        refuse_first(part.rejections, file)
        yield part
