"""Products that a bundle has not seen: how their file is read, and the reading of it by the bundle's schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from prodcls.bundle import Bundle
from prodcls.catalogue import Catalogue, RawTable, Rejection, Source
from prodcls.cells import MAX_CELL_CHARS, cell_fault
from prodcls.errors import CatalogueError, InputError
from prodcls.file_formats import TableOptions
from prodcls.intake import build_catalogue
from prodcls.nearest import nearest
from prodcls.number_formats import NumberRules
from prodcls.photo_folders import default_image_root
from prodcls.readers import read_table, refuse_first
from prodcls.schema import match_schema

__all__ = ["Reading", "number_rules", "read_described", "read_new", "read_rows"]


@dataclass(frozen=True)
class Reading:
    """How to read the catalogue.

    Attributes
    ----------
    image_root : Path or None
        Folder that photos must lie in; the catalogue's own by default.
    files : TableOptions
        How to read the file.
    number_format : tuple of str or None
        How it writes numbers, see `NumberRules`; what was set for the fit by default, else detected.
    """

    image_root: Path | None = None
    files: TableOptions = field(default_factory=TableOptions)
    number_format: tuple[str, ...] | None = None


def read_new(path: Path, fitted: Bundle, reading: Reading) -> tuple[RawTable, Catalogue]:
    """Read a catalogue by the schema of a bundle; labels are neither needed nor read.

    Parameters
    ----------
    path : Path
    fitted : Bundle
    reading : Reading

    Returns
    -------
    tuple of (RawTable, Catalogue)

    Raises
    ------
    InputError
        If the file or its columns are at fault.
    """
    table = read_table(path, reading.files)
    products = read_rows(table, fitted, reading.image_root or default_image_root(path), number_rules(fitted, reading))
    if reading.files.strict:
        refuse_first(products.rejections, str(path))
    return table, products


def read_rows(
    table: RawTable, fitted: Bundle, image_root: Path | None, numbers: NumberRules | None = None
) -> Catalogue:
    """Read rows by the schema of a bundle; labels are neither needed nor read.

    Parameters
    ----------
    table : RawTable
    fitted : Bundle
    image_root : Path or None
        Folder that photos must lie in.
    numbers : NumberRules, optional
        Those of the fit by default.

    Returns
    -------
    Catalogue

    Raises
    ------
    InputError
        If the columns are at fault, or no row can be taken.
    """
    return build_catalogue(
        table,
        match_schema(table, fitted.schema, need_target=False),
        image_root=image_root,
        need_labels=False,
        numbers=fitted.options.numbers if numbers is None else numbers,
        clean=fitted.options.clean,
    )


def read_described(
    product: str, cells: Mapping[str, str], fitted: Bundle, image_root: Path | None, most: int = MAX_CELL_CHARS
) -> tuple[Catalogue, tuple[Rejection, ...]]:
    """Return a product that is in no file as a catalogue of one row, so that no other changes how it is read.

    Parameters
    ----------
    product : str
        Its id.
    cells : mapping of str to str
        By column of the training catalogue; what is left out is missing.
    fitted : Bundle
    image_root : Path or None
        Folder that its photo must lie in.
    most : int
        Characters of a cell.

    Returns
    -------
    catalogue : Catalogue
    told : tuple of Rejection
        Cells that were not taken as they stand and count as missing, and notes.

    Raises
    ------
    InputError
        Codes ``column-unknown``, ``cell-too-long``, and those of a row that cannot be taken.
    """
    columns = fitted.schema.asked
    for column, cell in cells.items():
        _check_cell(column, cell, columns, most)
    row = dict.fromkeys(columns, "") | dict(cells) | dict.fromkeys(fitted.schema.named("id"), product)
    table = RawTable({name: (cell,) for name, cell in row.items()}, np.array([1]), Source("<description>", "", 0))
    catalogue = read_rows(table, fitted, image_root)
    told = tuple(one for one in catalogue.rejections if one.code != "id-missing")
    return replace(catalogue, ids=(product,)), told


def _check_cell(column: str, cell: str, columns: tuple[str, ...], most: int) -> None:
    if column not in columns:
        near = nearest(column, columns)
        hint = f"; did you mean {' or '.join(map(repr, near))}?" if near else ""
        message = f"the model uses no column {column!r}; it uses {', '.join(columns)}{hint}"
        raise InputError(message, code="column-unknown")
    if len(cell) > most:
        message = f"has {len(cell)} characters, and {most} are allowed"
        raise CatalogueError(message, code="cell-too-long", column=column)
    fault = cell_fault(cell)
    if fault is not None:
        code, reason = fault
        raise CatalogueError(reason, code=code, column=column)


def number_rules(fitted: Bundle, reading: Reading) -> NumberRules:
    """Return the formats that are declared, and always the rates of the fit.

    Parameters
    ----------
    fitted : Bundle
    reading : Reading

    Returns
    -------
    NumberRules
    """
    rules = fitted.options.numbers
    return rules if reading.number_format is None else NumberRules(reading.number_format, rules.rates)
