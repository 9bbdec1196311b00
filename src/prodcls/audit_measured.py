"""What a report tells that differs from one run of the same fit to the next: taken out of it, and put back.

Seconds, memory, versions and the machine are facts of one run; a file's digest and the numbers of its rows are facts of
one file, and change with the order of its rows. A bundle keeps both beside its digest, so that equal models have equal
digests. A field of a report is one of these facts when its metadata is `MEASURED`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from types import MappingProxyType
from typing import Any, TypeVar

__all__ = ["MEASURED", "put_back", "take_out"]

MEASURED: Mapping[Any, Any] = MappingProxyType({"measured": True})
"""Metadata of a field, as in ``seconds: float = field(metadata=MEASURED)``."""

Report = TypeVar("Report")
_Change = Callable[[str, Any], Any]


def take_out(report: Report) -> tuple[Report, dict[str, Any]]:
    """Return the report with nothing in its measured fields, and what was in them.

    Parameters
    ----------
    report : dataclass
        Of dataclasses, tuples, dictionaries with text as keys, and JSON scalars.

    Returns
    -------
    report : dataclass
        Measured fields hold the empty value of their type: 0, ``""``, ``{}``.
    measured : dict of str to Any
        By JSON pointer (RFC 6901) into the report; a dictionary as a list of pairs, so that its order survives a file
        with sorted keys.

    Examples
    --------
    >>> from dataclasses import dataclass, field
    >>> @dataclass(frozen=True)
    ... class Fit:
    ...     rows: int
    ...     seconds: float = field(metadata=MEASURED)
    >>> take_out(Fit(7, 1.5))
    (Fit(rows=7, seconds=0.0), {'/seconds': 1.5})
    """
    measured: dict[str, Any] = {}

    def empty(place: str, value: Any) -> Any:  # noqa: ANN401 - any field's value
        measured[place] = [[key, part] for key, part in value.items()] if isinstance(value, dict) else value
        return None if value is None else type(value)()

    return _walk(report, "", empty), measured


def put_back(report: Report, measured: Mapping[str, Any], *, partly: bool = False) -> Report:
    """Undo `take_out`.

    Parameters
    ----------
    report : dataclass
        With nothing in its measured fields.
    measured : mapping of str to Any
    partly : bool
        Whether ``measured`` may have values too few, since a field of an older bundle's report was none of them yet.

    Returns
    -------
    dataclass

    Raises
    ------
    ValueError, TypeError
        If ``measured`` has a value too few or too many, or no pairs where there should be some.
    """
    left = dict(measured)

    def fill(place: str, old: object) -> Any:  # noqa: ANN401 - any field's value
        if place not in left:
            if partly:
                return old
            message = f"nothing was kept for {place}"
            raise ValueError(message)
        value = left.pop(place)
        return type(old)(value) if isinstance(old, dict | tuple) else value

    whole: Report = _walk(report, "", fill)
    if left:
        message = f"no field at {min(left)}"
        raise ValueError(message)
    return whole


def _walk(value: Any, place: str, change: _Change) -> Any:  # noqa: ANN401 - any part of a report
    """Return ``value`` with its measured fields changed; what holds none is returned as it is."""
    if is_dataclass(value) and not isinstance(value, type):
        held = {f.name: (getattr(value, f.name), "measured" in f.metadata) for f in fields(value)}
        new = {
            name: (change if marked else _walker(change))(f"{place}/{_escaped(name)}", old)
            for name, (old, marked) in held.items()
        }
        changed = {name: part for name, part in new.items() if part is not held[name][0]}
        return replace(value, **changed) if changed else value
    if isinstance(value, tuple):
        parts = tuple(_walk(part, f"{place}/{i}", change) for i, part in enumerate(value))
        return parts if any(a is not b for a, b in zip(parts, value, strict=True)) else value
    if isinstance(value, dict):
        return {key: _walk(part, f"{place}/{_escaped(key)}", change) for key, part in value.items()}
    return value


def _walker(change: _Change) -> _Change:
    return lambda place, value: _walk(value, place, change)


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
