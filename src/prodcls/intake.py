"""From a raw table to a catalogue: cells converted by rules, and a line for whatever was not taken as it stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from prodcls.amounts import numeric_columns
from prodcls.catalogue import Catalogue, RawTable, Rejection, Schema
from prodcls.cells import like_missing
from prodcls.cleaning import clean_columns
from prodcls.errors import CatalogueError, ImageError
from prodcls.images import check_photo, resolve_photo
from prodcls.ledger import Ledger, plain
from prodcls.number_formats import UNDECLARED, NumberRules
from prodcls.photo_folders import default_image_root
from prodcls.readers import TableOptions, read_table, refuse_first
from prodcls.schema import ColumnOptions, match_schema, recognise

__all__ = ["build_catalogue", "read_catalogue"]


def read_catalogue(
    path: Path | str,
    options: ColumnOptions | Schema,
    *,
    need_labels: bool,
    image_root: Path | None = None,
    files: TableOptions | None = None,
    clean: bool = True,
) -> Catalogue:
    """Read a catalogue file.

    Parameters
    ----------
    path : Path or str
        As for `prodcls.readers.open_table_file`.
    options : ColumnOptions or Schema
        Options find the roles of the columns; a fitted model's schema prescribes them.
    need_labels : bool
        Whether every row must have a label; else labels are not read at all.
    image_root : Path, optional
        Folder that photos are looked up in; the catalogue's own folder by default.
    files : TableOptions, optional
        How to read the file.
    clean : bool
        Whether texts are cleaned.

    Raises
    ------
    CatalogueError
        When the file cannot be read or no row is left.
    SchemaError
        When the columns do not fit.
    """
    path = Path(path)
    table = read_table(path, files)
    _check_rows(len(table), table.rejections, str(path))
    numbers = UNDECLARED
    if isinstance(options, Schema):
        schema = match_schema(table, options, need_target=need_labels)
    else:
        schema = recognise(table, options, need_target=need_labels)
        numbers = options.numbers
    catalogue = build_catalogue(
        table,
        schema,
        image_root=image_root or default_image_root(path),
        need_labels=need_labels,
        numbers=numbers,
        clean=clean,
    )
    if files is not None and files.strict:
        refuse_first(catalogue.rejections, str(path))
    return catalogue


def build_catalogue(
    table: RawTable,
    schema: Schema,
    *,
    image_root: Path | None,
    need_labels: bool,
    numbers: NumberRules = UNDECLARED,
    clean: bool = True,
) -> Catalogue:
    """Convert the cells of ``table`` by the roles of ``schema``.

    Parameters
    ----------
    table : RawTable
    schema : Schema
    image_root : Path or None
        Without it every photo that the table names is rejected.
    need_labels : bool
        Rows without a label are rejected; otherwise labels are not read.
    numbers : NumberRules, optional
        How numeric columns write numbers, by default as each shows; and the rates that convert amounts of money.
    clean : bool
        Whether texts are cleaned, with a record of what was changed.

    Returns
    -------
    Catalogue
        Amounts of money are named by their currency and unit, ``price [INR]``, wherever they are known.

    Raises
    ------
    CatalogueError
        When no row is left.
    """
    ledger = Ledger(table, list(range(len(table))))
    labels = _labels(ledger, schema) if need_labels else None
    ids = _ids(ledger, schema)
    if labels is not None:
        labels = {i: labels[i] for i in ledger.keep}
    texts, cleaned = clean_columns({column: ledger.as_given(column) for column in schema.named("text")}, wanted=clean)
    numeric = numeric_columns(ledger, schema, numbers)
    categorical = {column: tuple(ledger.cells(column)) for column in schema.named("categorical")}
    photos = _photos(ledger, schema, image_root)
    rejections = sorted((*table.rejections, *ledger.rejections), key=lambda r: (r.row, r.column, r.code))
    _check_rows(len(ledger.keep), rejections, table.source.path)
    return Catalogue(
        ids=tuple(ids),
        rows=table.rows[ledger.keep],
        texts=texts,
        numeric=numeric,
        categorical=categorical,
        photos=photos,
        labels=None if labels is None else tuple(labels.values()),
        schema=schema,
        source=table.source,
        rejections=tuple(rejections),
        cleaned=cleaned,
    )


def _check_rows(count: int, rejections: Sequence[Rejection], file: str) -> None:
    if count:
        return
    first = f": row {rejections[0].row}, {rejections[0].reason}" if rejections else ": the file holds its header only"
    raise CatalogueError(f"no row is left to work with{first}", code="rows-none", file=file)


def _labels(ledger: Ledger, schema: Schema) -> dict[int, str]:
    """Return labels by index; rows without one are rejected."""
    (column,) = schema.named("target")
    cells = dict(zip(ledger.keep, ledger.cells(column), strict=True))
    for position, (i, label) in enumerate(cells.items()):
        if not label:
            ledger.reject_row(i, column, "label-missing", "the row has no label to learn from")
        elif like_missing(label):
            reason = (
                "the label is spelled like a missing value and taken for a class: leave the cell empty if it is one"
            )
            ledger.note_cell(position, column, "label-like-missing", reason, label)
    ledger.keep = [i for i in ledger.keep if cells[i]]
    return cells


def _ids(ledger: Ledger, schema: Schema) -> list[str]:
    """Return unique ids of the rows kept.

    Ids are the same when they differ only in case, Unicode form or outer blanks. Of rows that agree in every cell
    the first is kept; other rows of one id keep it with a suffix ``~2``, ``~3``.
    """
    columns = schema.named("id")
    if not columns:
        return [f"row-{ledger.table.rows[i]}" for i in ledger.keep]
    (column,) = columns
    given = dict(zip(ledger.keep, ledger.cells(column), strict=True))
    _reject_copies(ledger, column, given)
    taken = {_folded(given[i]) for i in ledger.keep}
    first: dict[str, int] = {}
    ids: list[str] = []
    for position, i in enumerate(ledger.keep):
        row = int(ledger.table.rows[i])
        key = _folded(given[i])
        if not key:
            ids.append(_unused(f"row-{row}", taken, 1))
            ledger.reject_cell(position, column, "id-missing", f"the row has no id and is called {ids[-1]!r}")
        elif key in first:
            ids.append(_unused(given[i], taken, 2))
            reason = f"row {first[key]} has the same id; this row differs from it and is called {ids[-1]!r}"
            ledger.reject_cell(position, column, "id-duplicate", reason, given[i])
        else:
            first[key] = row
            ids.append(given[i])
    return ids


def _folded(given: str) -> str:
    return plain(given.casefold())


def _unused(name: str, taken: set[str], number: int) -> str:
    """Return ``name``, or with number 2 and up ``name~2``, ``name~3``: the first not taken, which it then is."""
    while True:
        candidate = name if number == 1 else f"{name}~{number}"
        if _folded(candidate) not in taken:
            taken.add(_folded(candidate))
            return candidate
        number += 1


def _reject_copies(ledger: Ledger, column: str, given: dict[int, str]) -> None:
    """Leave out rows that agree in every cell with an earlier row of the same, given id."""
    counts = Counter(map(_folded, given.values()))
    seen: dict[tuple[str, ...], int] = {}
    keep = []
    for i in ledger.keep:
        key = _folded(given[i])
        if key and counts[key] > 1:
            cells = (key, *(plain(ledger.table.columns[c][i]) for c in ledger.table.columns if c != column))
            if cells in seen:
                ledger.reject_row(i, "", "row-duplicate", f"the row repeats row {seen[cells]} in every cell", given[i])
                continue
            seen[cells] = int(ledger.table.rows[i])
        keep.append(i)
    ledger.keep = keep


def _photos(ledger: Ledger, schema: Schema, root: Path | None) -> tuple[Path | None, ...] | None:
    columns = schema.named("image")
    if not columns:
        return None
    photos: list[Path | None] = []
    for position, cell in enumerate(ledger.cells(columns[0])):
        photo = None
        if cell:
            try:
                if root is None:
                    raise ImageError("photo absent: no image folder is given", code="photo-no-folder")
                photo = resolve_photo(cell, root)
                check_photo(photo)
            except ImageError as error:
                photo = None
                ledger.reject_cell(position, columns[0], error.code, str(error).removesuffix(f" [{error.code}]"), cell)
        photos.append(photo)
    return tuple(photos)
