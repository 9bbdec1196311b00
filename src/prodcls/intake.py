"""From a raw table to a catalogue: cells converted by rules, and a line for whatever was not taken as it stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from prodcls.amounts import Shown, numeric_columns
from prodcls.catalogue import Catalogue, RawTable, Rejection, Schema
from prodcls.cells import like_missing
from prodcls.cleaning import clean_columns
from prodcls.errors import CatalogueError, ImageError, MediaError, SoundError
from prodcls.file_formats import TableOptions
from prodcls.ids import IdRegistry
from prodcls.images import check_photo, resolve_photo
from prodcls.ledger import Ledger
from prodcls.number_formats import UNDECLARED, NumberRules
from prodcls.photo_folders import default_image_root
from prodcls.readers import read_table, refuse_first
from prodcls.schema import ColumnOptions, match_schema, recognise
from prodcls.sounds import Sound, check_sound, resolve_sound

__all__ = ["Whole", "build_catalogue", "read_catalogue"]

_File = TypeVar("_File", Path, Sound)


@dataclass(frozen=True)
class Whole:
    """What only the whole of a catalogue can tell, for one that is converted in parts.

    Attributes
    ----------
    ids : IdRegistry
        Has been told the ids of all parts.
    shown : dict of str to Shown
        By numeric column, what the cells of all parts show.
    """

    ids: IdRegistry = field(default_factory=IdRegistry)
    shown: dict[str, Shown] = field(default_factory=dict)


def read_catalogue(
    path: Path | str,
    options: ColumnOptions | Schema,
    *,
    need_labels: bool,
    image_root: Path | None = None,
    files: TableOptions | None = None,
    clean: bool = True,
    revise: Callable[[RawTable, Schema], RawTable] | None = None,
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
        Folder that photos and sounds are looked up in; the catalogue's own folder by default.
    files : TableOptions, optional
        How to read the file.
    clean : bool
        Whether texts are cleaned.
    revise : callable, optional
        Changes cells of the table before they are converted.

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
    if revise is not None:
        table = revise(table, schema)
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
    whole: Whole | None = None,
) -> Catalogue:
    """Convert the cells of ``table`` by the roles of ``schema``.

    Parameters
    ----------
    table : RawTable
    schema : Schema
    image_root : Path or None
        Without it every photo and every sound that the table names is rejected.
    need_labels : bool
        Rows without a label are rejected; otherwise labels are not read.
    numbers : NumberRules, optional
        How numeric columns write numbers, by default as each shows; and the rates that convert amounts of money.
    clean : bool
        Whether texts are cleaned, with a record of what was changed.

    whole : Whole, optional
        Where ``table`` is a part of a catalogue: what all of it told. Such a part may be left without rows.

    Returns
    -------
    Catalogue
        Amounts of money are named by their currency and unit, ``price [INR]``, wherever they are known.

    Raises
    ------
    CatalogueError
        When no row is left.
    """
    ledger = Ledger(table, range(len(table)))
    if need_labels:
        _keep_labelled(ledger, schema)
    ids = _ids(ledger, schema, None if whole is None else whole.ids)
    labels = tuple(ledger.cells(*schema.named("target"))) if need_labels else None
    texts, cleaned = clean_columns({column: ledger.as_given(column) for column in schema.named("text")}, wanted=clean)
    numeric = numeric_columns(ledger, schema, numbers, None if whole is None else whole.shown)
    categorical = {column: tuple(ledger.cells(column)) for column in schema.named("categorical")}
    no_photos = ImageError("photo absent: no image folder is given", code="photo-no-folder")
    no_sounds = SoundError("sound absent: no folder is given", code="sound-no-folder")
    photos = _files(ledger, schema.named("image"), image_root, resolve_photo, check_photo, no_photos)
    sounds = _files(ledger, schema.named("audio"), image_root, resolve_sound, check_sound, no_sounds)
    path = next((c for c in schema.named("path") if need_labels and c in table.columns), None)
    rejections = sorted((*table.rejections, *ledger.rejections), key=lambda r: (r.row, r.column, r.code))
    if whole is None:
        _check_rows(len(ledger.keep), rejections, table.source.path)
    return Catalogue(
        ids=tuple(ids),
        rows=table.rows[ledger.keep],
        texts=texts,
        numeric=numeric,
        categorical=categorical,
        photos=photos,
        sounds=sounds,
        labels=labels,
        schema=schema,
        source=table.source,
        rejections=tuple(rejections),
        cleaned=cleaned,
        path_cells=None if path is None else tuple(ledger.cells(path)),
    )


def _check_rows(count: int, rejections: Sequence[Rejection], file: str) -> None:
    if count:
        return
    first = f": row {rejections[0].row}, {rejections[0].reason}" if rejections else ": the file holds its header only"
    raise CatalogueError(f"no row is left to work with{first}", code="rows-none", file=file)


def _keep_labelled(ledger: Ledger, schema: Schema) -> None:
    """Leave out the rows without a label."""
    (column,) = schema.named("target")
    labels = ledger.cells(column)
    for position, label in enumerate(labels):
        if not label:
            ledger.reject_row(ledger.keep[position], column, "label-missing", "the row has no label to learn from")
        elif like_missing(label):
            reason = (
                "the label is spelled like a missing value and taken for a class: leave the cell empty if it is one"
            )
            ledger.note_cell(position, column, "label-like-missing", reason, label)
    if not all(labels):
        ledger.keep = [i for i, label in zip(ledger.keep, labels, strict=True) if label]


def _ids(ledger: Ledger, schema: Schema, registry: IdRegistry | None) -> list[str]:
    """Return unique ids of the rows kept."""
    columns = schema.named("id")
    if not columns:
        return [f"row-{ledger.table.rows[i]}" for i in ledger.keep]
    if registry is None:
        registry = IdRegistry()
        registry.announce(ledger.cells(columns[0]))
    return registry.name(ledger, columns[0])


def _files(
    ledger: Ledger,
    columns: tuple[str, ...],
    root: Path | None,
    find: Callable[[str, Path], _File],
    check: Callable[[_File], None],
    nowhere: MediaError,
) -> tuple[_File | None, ...] | None:
    """Return the files that the cells of a column name; None without such a column."""
    if not columns:
        return None
    files: list[_File | None] = []
    for position, cell in enumerate(ledger.cells(columns[0])):
        found: _File | MediaError | None = _file(cell, root, find, check, nowhere) if cell else None
        if isinstance(found, MediaError):
            ledger.reject_cell(position, columns[0], found.code, str(found).removesuffix(f" [{found.code}]"), cell)
        files.append(None if isinstance(found, MediaError) else found)
    return tuple(files)


def _file(
    cell: str,
    root: Path | None,
    find: Callable[[str, Path], _File],
    check: Callable[[_File], None],
    nowhere: MediaError,
) -> _File | MediaError:
    """Return the file that a cell names, or why it is not taken."""
    if root is None:
        return nowhere
    try:
        found = find(cell, root)
        check(found)
    except MediaError as error:
        return error
    return found
