"""Products of a request as catalogues of one row, so that none changes how another is read."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import numpy as np

from prodcls.bundle import Bundle
from prodcls.catalogue import Catalogue, RawTable, Rejection, Schema, Source
from prodcls.cells import MAX_CELL_CHARS, cell_fault
from prodcls.errors import CatalogueError, InputError
from prodcls.images import MAX_PHOTO_BYTES
from prodcls.intake import build_catalogue
from prodcls.nearest import nearest
from prodcls.schema import match_schema

__all__ = ["Cell", "NewProduct", "as_catalogue", "asked_columns", "cell_text"]

Cell = str | int | float | bool | None
"""A value as JSON has it; None is missing."""

ASKED = ("text", "numeric", "categorical", "image", "currency")
"""Roles of the columns that a caller may give."""


@dataclass(frozen=True)
class NewProduct:
    """A product of a request.

    Attributes
    ----------
    id : str
    cells : mapping of str to str
        By column of the training catalogue; what is left out is missing.
    photo : bytes or None
        Its file.
    """

    id: str
    cells: Mapping[str, str]
    photo: bytes | None = None


def asked_columns(schema: Schema) -> tuple[str, ...]:
    """Return the columns that a caller may give, in file order."""
    return tuple(one.column for one in schema.columns if one.role in ASKED)


def cell_text(value: Cell) -> str:
    """Return a JSON value as a cell.

    Parameters
    ----------
    value : str, int, float, bool or None

    Returns
    -------
    str
        A number has a decimal point and never a grouping mark: with three decimals it gets a fourth, since ``1.299``
        as text may be thirteen hundred.

    Raises
    ------
    InputError
        Code ``number-not-finite``.

    Examples
    --------
    >>> [cell_text(value) for value in ("12,50 EUR", 12.5, 1.299, 7, None)]
    ['12,50 EUR', '12.5', '1.2990', '7', '']
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if not math.isfinite(value):
            raise InputError("a number is infinite or none: leave the cell out", code="number-not-finite")
        text = np.format_float_positional(value, trim="-")
        return f"{text}0" if len(text.partition(".")[2]) == 3 else text
    return str(value)


def as_catalogue(
    product: NewProduct, bundle: Bundle, folder: Path, most: int = MAX_CELL_CHARS
) -> tuple[Catalogue, tuple[Rejection, ...]]:
    """Return a product as a catalogue of one row.

    Parameters
    ----------
    product : NewProduct
    bundle : Bundle
    folder : Path
        Gets its photo, under the digest of its bytes.
    most : int
        Characters of a cell.

    Returns
    -------
    catalogue : Catalogue
    rejections : tuple of Rejection
        Cells that were not taken as they stand and count as missing, and notes.

    Raises
    ------
    InputError
        Codes ``column-unknown``, ``cell-too-long``, ``photo-by-name``, ``photo-not-used``, ``photo-too-large``, and
        those of a row that cannot be taken.
    """
    columns = asked_columns(bundle.schema)
    for column, cell in product.cells.items():
        _check_cell(column, cell, columns, most)
    row = dict.fromkeys(columns, "") | dict(product.cells) | dict.fromkeys(bundle.schema.named("id"), product.id)
    row |= _photo_cell(product, bundle.schema.named("image"), folder)
    table = RawTable({name: (cell,) for name, cell in row.items()}, np.array([1]), Source("request", "", 0))
    catalogue = build_catalogue(
        table,
        match_schema(table, bundle.schema, need_target=False),
        image_root=folder,
        need_labels=False,
        numbers=bundle.options.numbers,
        clean=bundle.options.clean,
    )
    told = tuple(one for one in catalogue.rejections if one.code != "id-missing")
    return replace(catalogue, ids=(product.id,)), told


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


def _photo_cell(product: NewProduct, columns: tuple[str, ...], folder: Path) -> dict[str, str]:
    """Write the photo, and return the cell that names it."""
    named = [column for column in columns if product.cells.get(column)]
    if named:
        message = "a service opens no file by name: send the photo itself as base64, or as a part of a form"
        raise CatalogueError(message, code="photo-by-name", column=named[0])
    if product.photo is None:
        return {}
    if not columns:
        raise InputError("the model uses no photos: send the product without one", code="photo-not-used")
    if len(product.photo) > MAX_PHOTO_BYTES:
        message = f"the photo has {len(product.photo)} bytes, more than {MAX_PHOTO_BYTES}"
        raise CatalogueError(message, code="photo-too-large", column=columns[0])
    name = sha256(product.photo).hexdigest()
    (folder / name).write_bytes(product.photo)
    return {columns[0]: name}
