"""Which part each column plays: by option, else by its name; everything else is offered, not silently used."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from prodcls.catalogue import ColumnRole, RawTable, Role, Schema
from prodcls.column_names import KNOWN_NAMES, column_key
from prodcls.errors import SchemaError
from prodcls.number_formats import UNDECLARED, NumberRules
from prodcls.prices import Price
from prodcls.spellings import read_prices

__all__ = ["ColumnOptions", "is_price", "match_schema", "recognise"]

INSPECTED_ROWS = 2000
"""Rows from the start of the file that are looked at to describe an unused column."""

FEW_VALUES = 50
"""A column with at most this many distinct values, and fewer than half its rows, is called categorical."""


@dataclass(frozen=True)
class ColumnOptions:
    """Roles that the user sets; None leaves a role to the column names, ``()`` or ``""`` leaves it unfilled.

    Attributes
    ----------
    text, numeric, categorical : tuple of str, optional
        Columns in reading order.
    image, audio, id, target, path : str, optional
    numbers : NumberRules
    """

    text: tuple[str, ...] | None = None
    image: str | None = None
    audio: str | None = None
    numeric: tuple[str, ...] | None = None
    categorical: tuple[str, ...] | None = None
    id: str | None = None
    target: str | None = None
    path: str | None = None
    numbers: NumberRules = UNDECLARED

    def chosen(self) -> dict[Role, tuple[str, ...] | None]:
        """Return the columns set for each role, None where the names decide."""
        return {
            "target": _one(self.target),
            "path": _one(self.path),
            "id": _one(self.id),
            "text": self.text,
            "image": _one(self.image),
            "audio": _one(self.audio),
            "numeric": self.numeric,
            "categorical": self.categorical,
        }


def _one(column: str | None) -> tuple[str, ...] | None:
    return None if column is None else tuple(filter(None, (column,)))


_FEATURES: tuple[Role, ...] = ("text", "image", "audio", "numeric", "categorical")
_PRICE_NAME = re.compile(
    r"price|cost|mrp|preis|prix|precio|preço|prezzo|prijs|(?<![a-z])fees?(?![a-z])|цена|价|價|価格|가격|[费費]用?$"
)
"""A column set by hand may have its name in any language; read as a plain number, an amount with a sign is lost."""
_BLANK = re.compile(r"\s")
_URL = re.compile(r"(https?:)?//\S+")


def is_price(column: str) -> bool:
    """Tell whether a numeric column holds amounts of money, by its name.

    Parameters
    ----------
    column : str

    Examples
    --------
    >>> is_price("Retail Price"), is_price("单价"), is_price("weight")
    (True, True, False)
    """
    return bool(_PRICE_NAME.search(column_key(column)))


def recognise(table: RawTable, options: ColumnOptions, *, need_target: bool) -> Schema:
    """Give each column of ``table`` its role and the reason for it.

    Parameters
    ----------
    table : RawTable
    options : ColumnOptions
    need_target : bool
        Whether the column to learn must be there.

    Returns
    -------
    Schema
        In file order, except that the text columns take their places in reading order: as given by
        ``options.text``, else title before description.

    Raises
    ------
    SchemaError
        When an option names a column that is absent or already taken, the target is needed and absent, or no
        column is left to learn from.
    """
    names = tuple(table.columns)
    _check_options(names, options, table.source.path)
    roles = _chosen_roles(options)
    named = _named_roles(names, options, roles)
    roles |= {role.column: role for role in named}
    for column, role in list(roles.items()):
        if role.role in _FEATURES and not any(map(str.strip, table.columns[column])):
            reason = f"{role.reason}, but empty in every row: not used"
            roles[column] = ColumnRole(column, "offered", reason, f"{role.code}_empty", role.details)
    used_text = tuple(role.column for role in roles.values() if role.role == "text")
    for column in names:
        if column not in roles:
            roles[column] = _describe(column, table.columns[column][:INSPECTED_ROWS], used_text)
    _check_roles(roles, table.source.path, need_target=need_target)
    return Schema(_in_order(names, roles))


def _chosen_roles(options: ColumnOptions) -> dict[str, ColumnRole]:
    return {
        column: ColumnRole(column, role, f"set by --{role}", "set", {"option": f"--{role}"})
        for role, columns in options.chosen().items()
        for column in columns or ()
    }


def _named_roles(names: Sequence[str], options: ColumnOptions, taken: dict[str, ColumnRole]) -> list[ColumnRole]:
    """Return roles by name for all roles that no option sets, in reading order."""
    by_key = {column_key(name): name for name in reversed(names) if name not in taken}
    chosen = options.chosen()
    roles: list[ColumnRole] = []
    for role, groups in KNOWN_NAMES.items():
        for group in groups:
            column = next((by_key[name] for name in group if name in by_key), None)
            if column is None:
                continue
            if chosen.get(role) is None:
                roles.append(ColumnRole(column, role, f"named {column!r}", "named", {"name": column}))
            elif role == "target":
                reason = "looks like another label: would give the answer away"
                roles.append(ColumnRole(column, "offered", reason, "answer"))
    return roles


def _in_order(names: Sequence[str], roles: dict[str, ColumnRole]) -> tuple[ColumnRole, ...]:
    """Return roles in file order, text columns in reading order within the places they hold."""
    texts = iter([role for role in roles.values() if role.role == "text"])
    return tuple(next(texts) if roles[name].role == "text" else roles[name] for name in names)


def _check_options(names: Sequence[str], options: ColumnOptions, file: str) -> None:
    seen: dict[str, Role] = {}
    for role, columns in options.chosen().items():
        for column in columns or ():
            if column not in names:
                raise _unknown(column, names, f"--{role}", file)
            if column in seen:
                raise SchemaError(
                    f"the column is set by --{seen[column]} and by --{role}: it can play one part",
                    code="column-two-roles",
                    file=file,
                    column=column,
                )
            seen[column] = role


def _unknown(column: str, names: Sequence[str], option: str, file: str) -> SchemaError:
    folded = {column_key(name): name for name in names}
    near = [folded[key] for key in difflib.get_close_matches(column_key(column), folded, n=3)]
    hint = f"did you mean {' or '.join(map(repr, near))}? " if near else ""
    return SchemaError(
        f"{option} names no column of the file; {hint}The columns are: {', '.join(names)}",
        code="column-unknown",
        file=file,
        column=column,
    )


def _check_roles(roles: dict[str, ColumnRole], file: str, *, need_target: bool) -> None:
    held = {role.role for role in roles.values()}
    if need_target and "target" not in held:
        raise SchemaError(
            f"no column is named like a category: give it with --target. The columns are: {', '.join(roles)}",
            code="target-missing",
            file=file,
        )
    if not held & set(_FEATURES):
        raise SchemaError(
            "no text, image, audio, numeric or categorical column holds anything: give one with --text, --image, "
            f"--audio, --numeric or --categorical. The columns are: {', '.join(roles)}",
            code="features-missing",
            file=file,
        )


def _describe(column: str, cells: Sequence[str], texts: Sequence[str]) -> ColumnRole:
    """Say what an unused column looks like and which option would use it."""
    filled = [cell for cell in cells if cell.strip()]
    distinct = len(set(filled))

    def offered(code: str, reason: str, **details: str) -> ColumnRole:
        return ColumnRole(column, "offered", reason, code, details)

    if not filled:
        return offered("empty", "empty in every row")
    if distinct == 1 and len(cells) > 1:
        return offered("constant", "the same value wherever it is filled")
    if sum(bool(_URL.fullmatch(cell)) for cell in filled) >= 0.9 * len(filled):
        return offered("addresses", "web addresses; they are never followed")
    length = round(sum(map(len, filled)) / len(filled))
    code, role, what, n = "words", "text", f"text of about {length} characters", length
    if _numbers(filled) >= 0.95 * len(filled):
        code, role, what, n = "number", "numeric", "a number", 0
    elif distinct <= FEW_VALUES and 2 * distinct < len(filled):
        code, role, what, n = "few_values", "categorical", f"{distinct} distinct values", distinct
    elif distinct == len(filled) and length <= 40 and not any(map(_BLANK.search, filled)):
        return offered("unique", "unique in every row, like an identifier")
    option = f"--{role} {','.join((*texts, column)) if role == 'text' else column}"
    return offered(code, f"{what}; {option} would use it", n=str(n), option=option)


def _numbers(cells: Sequence[str]) -> int:
    bare = [cell.strip().lstrip("-").rstrip("% ") for cell in cells]
    found = read_prices(set(bare))
    return sum(isinstance(found.get(cell), Price) for cell in bare)


def match_schema(table: RawTable, fitted: Schema, *, need_target: bool) -> Schema:
    """Give the columns of a new table the roles they had when a model was fitted; new columns are offered.

    Columns of the model that are empty in the new table keep their role.

    Parameters
    ----------
    table : RawTable
    fitted : Schema
        Of the model.
    need_target : bool
        Whether the column to learn must be there too.

    Raises
    ------
    SchemaError
        When a column that the model uses is absent; the message shows what differs.
    """
    names = tuple(table.columns)
    needed = [role for role in fitted.columns if role.role in {*_FEATURES, "currency"}]
    needed += [role for role in fitted.columns if role.role == "target" and need_target]
    absent = [role.column for role in needed if role.column not in names]
    if absent:
        known = {role.column for role in fitted.columns}
        new = [name for name in names if name not in known]
        near = {name: difflib.get_close_matches(column_key(name), map(column_key, new), n=1) for name in absent}
        hints = [f"{name} (renamed to {near[name][0]}?)" if near[name] else name for name in absent]
        raise SchemaError(
            f"columns that the model uses are absent: {', '.join(hints)}; "
            f"columns that it does not know: {', '.join(new) or 'none'}. Rename the columns of the file",
            code="columns-differ",
            file=table.source.path,
        )
    roles = {role.column: role for role in fitted.columns if role.column in names}
    for name in names:
        roles.setdefault(name, ColumnRole(name, "offered", "not known to the model", "unknown"))
    texts = iter([role for role in fitted.columns if role.role == "text"])
    return Schema(tuple(next(texts) if roles[name].role == "text" else roles[name] for name in names))
