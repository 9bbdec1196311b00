"""Data frames as raw tables: every cell a string, every row accounted for."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from prodcls.catalogue import RawTable, Source
from prodcls.cells import column_names, is_null, spell
from prodcls.errors import CatalogueError
from prodcls.parquet_files import faulty_rows

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["single_row", "table_from_frame"]

PATH = "<data frame>"
"""Name of the file in messages."""


def table_from_frame(frame: pd.DataFrame) -> RawTable:
    """Return a data frame as a raw table; the index is left aside.

    Missing values become ``""``. Numbers of a float column that holds whole numbers only (such as identifiers
    beside missing values) are spelled without ``.0``. Cells that are no text become rejections of their rows.

    Parameters
    ----------
    frame : DataFrame

    Raises
    ------
    CatalogueError
        When two columns have the same name or there is no column.
    """
    if not len(frame.columns):
        raise CatalogueError("the data frame has no columns", code="file-empty", file=PATH)
    names = column_names(map(str, frame.columns), PATH)
    columns = {name: _frame_cells(frame.iloc[:, i].tolist()) for i, name in enumerate(names)}
    digest = hashlib.sha256()
    size = 0
    for name, column in columns.items():
        for cell in (name, *column):
            raw = cell.encode("utf-8", "surrogatepass")
            digest.update(len(raw).to_bytes(8, "big") + raw)
            size += len(raw)
    rejections, keep = faulty_rows(dict(columns))
    columns = {name: tuple(column[i] for i in keep) for name, column in columns.items()}
    source = Source(PATH, digest.hexdigest(), size, {"format": "data frame"})
    return RawTable(columns, np.array(keep, dtype=np.int64) + 1, source, rejections)


def single_row(row: pd.Series | pd.DataFrame) -> pd.DataFrame:
    """Return a row of a data frame as a data frame.

    Parameters
    ----------
    row : Series or DataFrame
        Of one row.

    Returns
    -------
    DataFrame

    Raises
    ------
    CatalogueError
        Code ``row-not-one``, if it has no row or several.
    """
    import pandas as pd

    frame = row.to_frame().T if isinstance(row, pd.Series) else row
    if len(frame) != 1:
        message = f"one product is asked for, and the data frame has {len(frame)} rows: take one with .iloc[[i]]"
        raise CatalogueError(message, code="row-not-one", file=PATH)
    return frame


def _frame_cells(values: list[object]) -> tuple[str, ...]:
    floats = [v for v in values if isinstance(v, float) and not is_null(v)]
    whole = all(v.is_integer() for v in floats)
    return tuple(str(int(v)) if whole and isinstance(v, float) and not is_null(v) else spell(v) for v in values)
