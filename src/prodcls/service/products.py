"""Products of a request as catalogues of one row, so that none changes how another is read."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np

from prodcls.bundle import Bundle
from prodcls.catalogue import Catalogue, Rejection
from prodcls.cells import MAX_CELL_CHARS
from prodcls.errors import CatalogueError, InputError
from prodcls.images import MAX_PHOTO_BYTES
from prodcls.new_products import read_described
from prodcls.sounds import MAX_SOUND_BYTES

__all__ = ["Cell", "NewProduct", "as_catalogue", "cell_text"]

Cell = str | int | float | bool | None
"""A value as JSON has it; None is missing."""


@dataclass(frozen=True)
class NewProduct:
    """A product of a request.

    Attributes
    ----------
    id : str
    cells : mapping of str to str
        By column of the training catalogue; what is left out is missing.
    photo, sound : bytes or None
        Its files.
    """

    id: str
    cells: Mapping[str, str]
    photo: bytes | None = None
    sound: bytes | None = None


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
        Gets its photo and its sound, under the digests of their bytes.
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
        Codes ``column-unknown``, ``cell-too-long``, ``photo-by-name``, ``photo-not-used``, ``photo-too-large``, the
        same of sounds, and those of a row that cannot be taken.
    """
    _refuse_names(product.cells, bundle.schema.named("image"), "photo")
    _refuse_names(product.cells, bundle.schema.named("audio"), "sound")
    cells = dict(product.cells)
    cells |= _file_cell(product.photo, bundle.schema.named("image"), folder, "photo", MAX_PHOTO_BYTES)
    cells |= _file_cell(product.sound, bundle.schema.named("audio"), folder, "sound", MAX_SOUND_BYTES)
    return read_described(product.id, cells, bundle, folder, most)


def _refuse_names(cells: Mapping[str, str], columns: tuple[str, ...], what: str) -> None:
    for column in columns:
        if cells.get(column):
            message = f"a service opens no file by name: send the {what} itself as base64, or as a part of a form"
            raise CatalogueError(message, code=f"{what}-by-name", column=column)


def _file_cell(data: bytes | None, columns: tuple[str, ...], folder: Path, what: str, most: int) -> dict[str, str]:
    """Write a photo or a sound, and return the cell that names it."""
    if data is None:
        return {}
    if not columns:
        raise InputError(f"the model uses no {what}s: send the product without one", code=f"{what}-not-used")
    if len(data) > most:
        message = f"the {what} has {len(data)} bytes, more than {most}"
        raise CatalogueError(message, code=f"{what}-too-large", column=columns[0])
    name = sha256(data).hexdigest()
    (folder / name).write_bytes(data)
    return {columns[0]: name}
