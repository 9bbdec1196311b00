"""Accounts of decisions as columns of the scored file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate, chain
from typing import Literal

import pyarrow as pa

from prodcls.explain.attribution import PartKind
from prodcls.explain.decisions import Account
from prodcls.explain.strongest import strongest

__all__ = ["STRONGEST", "Detail", "account_column", "account_field"]

Detail = Literal["top-words", "full"]
"""How much of an account is written."""

STRONGEST = 5
"""Most words and the like that ``"top-words"`` names."""

NAMED: tuple[PartKind, ...] = ("word", "column", "region", "segment")
"""Kinds of parts that ``"top-words"`` names; ``"full"`` has all."""

_TEXT, _NUMBER, _PLACE = pa.string(), pa.float64(), pa.int32()
_BOX = pa.list_(pa.field("edge", _NUMBER, nullable=False))


def _struct(**kinds: pa.DataType) -> pa.DataType:
    optional = ("start", "end", "box")
    return pa.struct([pa.field(name, kind, nullable=name in optional) for name, kind in kinds.items()])


_REASON = _struct(kind=_TEXT, column=_TEXT, label=_TEXT, value=_NUMBER)
_PART = _struct(block=_TEXT, kind=_TEXT, label=_TEXT, value=_NUMBER, column=_TEXT, start=_PLACE, end=_PLACE, box=_BOX)
_PARTS = pa.list_(pa.field("part", _PART, nullable=False))
_FIELDS = {
    "top-words": pa.field("top_words", pa.list_(pa.field("reason", _REASON, nullable=False)), nullable=False),
    "full": pa.field(
        "account",
        _struct(versus=_TEXT, margin=_NUMBER, sum=_NUMBER, residual=_NUMBER, parts=_PARTS),
        nullable=False,
    ),
}


def account_field(detail: Detail) -> pa.Field:
    """Return the column that accounts are written to.

    Parameters
    ----------
    detail : {"top-words", "full"}

    Returns
    -------
    pyarrow.Field
    """
    return _FIELDS[detail]


def account_column(accounts: Sequence[Account], detail: Detail) -> pa.Array:
    """Return accounts as a column.

    Parameters
    ----------
    accounts : sequence of Account, length n
    detail : {"top-words", "full"}

    Returns
    -------
    pyarrow.Array
        Length n, of the type of `account_field`.
    """
    if detail == "top-words":
        found = [strongest(list(a.lines.rows(NAMED)), STRONGEST, 0)[0] for a in accounts]
        flat = list(chain.from_iterable(found))
        columns = [[r.key for r in flat], [r.subject for r in flat], [r.label for r in flat], [r.value for r in flat]]
        kind = _FIELDS[detail].type
        return pa.ListArray.from_arrays(_bounds(map(len, found)), _structs(columns, _REASON), type=kind)
    told = [
        [account.versus for account in accounts],
        [account.margin for account in accounts],
        [account.certificate.sum for account in accounts],
        [account.certificate.residual for account in accounts],
    ]
    # Fields of the parts, in the order of the type.
    cells = [list(chain.from_iterable(getattr(a.lines, field.name) for a in accounts)) for field in _PART]
    parts = pa.ListArray.from_arrays(_bounds(len(a.lines.value) for a in accounts), _structs(cells, _PART), type=_PARTS)
    return _structs([*told, parts], _FIELDS[detail].type)


def _bounds(lengths: Iterable[int]) -> pa.Array:
    return pa.array(accumulate(lengths, initial=0), pa.int32())


def _structs(columns: Sequence[Sequence[object] | pa.Array], kind: pa.DataType) -> pa.StructArray:
    arrays = [pa.array(column, field.type) for column, field in zip(columns, kind, strict=True)]
    return pa.StructArray.from_arrays(arrays, fields=list(kind))
