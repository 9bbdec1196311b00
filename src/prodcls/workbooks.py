"""Sheets of Excel and OpenDocument workbooks as chunks of cells, read by calamine.

Cells are what the sheet stores: text keeps its spelling, numbers are exact doubles, dates are ISO 8601, and formulas
are the results stored with them.
"""

from __future__ import annotations

import itertools
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prodcls.catalogue import Chunk, Rejection
from prodcls.cells import cell_fault, column_names, excerpt, spell
from prodcls.errors import CatalogueError, InputError

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

__all__ = ["WORKBOOKS", "choose_sheet", "formula_errors", "read_sheet"]

WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")
"""Endings of the files that are read."""

MAX_EXPANDED_BYTES = 512 << 20
"""Bytes that the parts of a workbook may expand to: calamine holds a sheet in memory."""

_CHUNK = 4096
_BLOCK = 1 << 20
_ERROR = b' t="e"'  # ECMA-376, part 1, 18.18.11


def choose_sheet(path: Path, sheet: str | None, file: str) -> tuple[str, tuple[str, ...]]:
    """Return the sheet to read, and the names of all.

    Parameters
    ----------
    path : Path
    sheet : str or None
        The first one that holds something by default.
    file : str
        Name for messages.

    Returns
    -------
    tuple of (str, tuple of str)

    Raises
    ------
    CatalogueError
        When the workbook is damaged, holds nothing or not this sheet.
    """
    book = _open(path, file)
    names = tuple(book.sheet_names)
    if sheet is not None:
        if sheet not in names:
            message = f"there is no sheet {sheet!r}; there are {', '.join(map(repr, names))}"
            raise CatalogueError(message, code="sheet-unknown", file=file)
        return sheet, names
    for name in names:
        if next(_rows(book, name, file), None) is not None:
            return name, names
    raise CatalogueError("the workbook is empty: it needs a header row and rows", code="file-empty", file=file)


def formula_errors(path: Path) -> int:
    """Return how many cells of an Excel workbook show an error such as ``#REF!``; calamine reads them as empty.

    Parameters
    ----------
    path : Path
        Of a workbook that was opened without fault.

    Returns
    -------
    int
        Over all sheets; 0 for other formats.
    """
    if not zipfile.is_zipfile(path):
        return 0
    count = 0
    with zipfile.ZipFile(path) as archive:
        for part in archive.infolist():
            if part.filename.startswith("xl/worksheets/") and part.filename.endswith(".xml"):
                rest = b""
                with archive.open(part) as stream:
                    while block := stream.read(_BLOCK):
                        count += (rest + block).count(_ERROR)
                        rest = block[1 - len(_ERROR) :]
    return count


def read_sheet(path: Path, sheet: str, file: str) -> Iterator[Chunk]:
    """Yield the rows of a sheet, some at a time; its first row that holds something is the header.

    Parameters
    ----------
    path : Path
    sheet : str
    file : str
        Name for messages.

    Yields
    ------
    Chunk
        At least one; it may hold no row. Rows in which every cell is empty are no rows.

    Raises
    ------
    CatalogueError
        When the workbook is damaged or the sheet is empty.
    """
    rows = _rows(_open(path, file), sheet, file)
    header = next(rows, None)
    if header is None:
        raise CatalogueError(f"the sheet {sheet!r} is empty", code="file-empty", file=file)
    while not header[-1]:
        header.pop()
    names = column_names(header, file)
    before = 0
    while True:
        part = list(itertools.islice(rows, _CHUNK))
        yield _chunk(names, part, before)
        before += len(part)
        if len(part) < _CHUNK:
            return


def _chunk(names: tuple[str, ...], part: list[list[str]], before: int) -> Chunk:
    rejections: list[Rejection] = []
    rows: list[int] = []
    cells: list[list[str]] = []
    for row, values in enumerate(part, start=before + 1):
        beyond = "".join(values[len(names) :])
        found = {name: cell_fault(cell) for name, cell in zip(names, values, strict=False)}
        column, fault = next(((name, fault) for name, fault in found.items() if fault), ("", None))
        if beyond:
            fault = "row-ragged", "a cell stands beyond the last column that has a name: name it in the header"
        if fault:
            rejections.append(Rejection(row, column, fault[0], fault[1], excerpt(beyond or values[0]), "row"))
        else:
            rows.append(row)
            cells.append((values + [""] * len(names))[: len(names)])
    columns = zip(*cells, strict=True) if cells else (() for _ in names)
    return Chunk(dict(zip(names, columns, strict=True)), rows, rejections)


def _rows(book: CalamineWorkbook, sheet: str, file: str) -> Iterator[list[str]]:
    """Yield the rows of a sheet that hold something, as cells."""
    with _Refusing(file):
        for values in book.get_sheet_by_name(sheet).iter_rows():
            row = [_spelled(value) for value in values]
            if any(row):
                yield row


def _spelled(value: object) -> str:
    """Return a cell; a whole number has no decimals, since a sheet knows doubles only."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return spell(value)


def _open(path: Path, file: str) -> CalamineWorkbook:
    try:
        from python_calamine import CalamineWorkbook
    except ImportError:
        message = "workbooks need another package: pip install 'prodcls[excel]', or save the sheet as CSV (UTF-8)"
        raise InputError(message, code="excel-not-installed", file=file) from None
    _check_expanded(path, file)
    with _Refusing(file):
        return CalamineWorkbook.from_path(str(path))


def _check_expanded(path: Path, file: str) -> None:
    """Expand the parts of a workbook, which is a ZIP archive in most formats, without keeping them."""
    if not zipfile.is_zipfile(path):
        return
    size = 0
    try:
        with zipfile.ZipFile(path) as archive:
            for part in archive.infolist():
                with archive.open(part) as stream:
                    while block := stream.read(_BLOCK):
                        size += len(block)
                        if size > MAX_EXPANDED_BYTES:
                            message = f"expands to more than {MAX_EXPANDED_BYTES} bytes: save the sheet as CSV"
                            raise CatalogueError(message, code="file-too-large", file=file)
    except CatalogueError:
        raise
    except Exception as error:  # noqa: BLE001 - zipfile raises whatever its decompressors raise
        raise _damaged(file, error) from None


class _Refusing:
    """Turns whatever calamine raises into a `CatalogueError`; its panics are no Exception."""

    def __init__(self, file: str) -> None:
        self.file = file

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: type[BaseException] | None, error: BaseException | None, _trace: Any) -> None:  # noqa: ANN401
        if isinstance(error, Exception) and not isinstance(error, InputError):
            raise _damaged(self.file, error) from None
        if type(error).__name__ == "PanicException":
            raise _damaged(self.file, error) from None


def _damaged(file: str, error: BaseException | None) -> CatalogueError:
    lines = str(error).splitlines()
    reason = lines[0][:120] if lines else type(error).__name__
    return CatalogueError(f"no readable workbook ({reason})", code="workbook-damaged", file=file)
