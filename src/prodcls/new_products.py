"""Products that a bundle has not seen: how their file is read, and the reading of it by the bundle's schema."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from prodcls.bundle import Bundle
from prodcls.catalogue import Catalogue, RawTable
from prodcls.file_formats import TableOptions
from prodcls.intake import build_catalogue
from prodcls.number_formats import NumberRules
from prodcls.photo_folders import default_image_root
from prodcls.readers import read_table, refuse_first
from prodcls.schema import match_schema

__all__ = ["Reading", "number_rules", "read_new"]


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
    schema = match_schema(table, fitted.schema, need_target=False)
    products = build_catalogue(
        table,
        schema,
        image_root=reading.image_root or default_image_root(path),
        need_labels=False,
        numbers=number_rules(fitted, reading),
        clean=fitted.options.clean,
    )
    if reading.files.strict:
        refuse_first(products.rejections, str(path))
    return table, products


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
