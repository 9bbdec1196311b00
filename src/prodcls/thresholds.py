"""``audit.toml``: what the figures of an audit have to reach, as its reader wrote it down."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from prodcls.audit_figures import FIGURES
from prodcls.toml_files import TomlFile, read_toml

__all__ = ["FILE_NAME", "JudgedBy", "Threshold", "Thresholds", "load_thresholds"]

FILE_NAME = "audit.toml"
"""Looked for beside the catalogue."""

JudgedBy = Literal["figure", "interval"]

TABLE = "thresholds"
_SIDE = {"min": "at_least", "max": "at_most"}
_JUDGE = "judge"


@dataclass(frozen=True)
class Threshold:
    """What one figure has to reach.

    Attributes
    ----------
    bound : float
        In the unit of the figure; whether it is a least or a most is fixed by the figure's name.
    judged_by : {"figure", "interval"}
        Whether the figure itself or the worse end of its interval must hold.
    """

    bound: float
    judged_by: JudgedBy = "figure"


@dataclass(frozen=True)
class Thresholds:
    """All thresholds of an audit.

    Attributes
    ----------
    file : str
        Name of the file.
    sha256 : str
        Of its bytes.
    bounds : dict of str to Threshold
        At least one, by names of `FIGURES`.
    """

    file: str
    sha256: str
    bounds: dict[str, Threshold]


def load_thresholds(path: Path) -> Thresholds:
    """Read ``audit.toml``.

    Parameters
    ----------
    path : Path
        With one table, ``[thresholds]``, whose keys are names of `FIGURES`. A value is a number, or a table such as
        ``{at_least = 0.95, judge = "interval"}``.

    Returns
    -------
    Thresholds

    Raises
    ------
    InputError
        If it cannot be read, has an unknown key, or a value of the wrong type or out of range.
    """
    file = read_toml(path)
    file.check_keys("", file.root, (TABLE,), "threshold-unknown")
    table = file.root.get(TABLE, {})
    if not isinstance(table, dict):
        file.refuse(TABLE, f"is no table: write a line [{TABLE}] and the thresholds below it", "threshold-type")
    if not table:
        file.refuse(f"[{TABLE}]", "holds no threshold: write lines such as accuracy = 0.95", "thresholds-missing")
    file.check_keys(f"[{TABLE}]", table, tuple(FIGURES), "threshold-unknown")
    return Thresholds(file.name, file.sha256, {name: _threshold(file, name, table[name]) for name in table})


def _threshold(file: TomlFile, name: str, value: object) -> Threshold:
    """Return the threshold on the figure ``name``, written as a number or as a table."""
    place, kind = f"[{TABLE}] {name}", FIGURES[name]
    side = _SIDE[kind.direction]
    if not isinstance(value, dict):
        return Threshold(_bound(file, name, value))
    other = next(s for s in _SIDE.values() if s != side)
    if other in value:
        file.refuse(place, f"is held to {side!r}, not to {other!r}", "threshold-direction")
    file.check_keys(place, value, (side, _JUDGE), "threshold-unknown")
    if side not in value:
        file.refuse(place, f"says no bound: add {side} = NUMBER", "threshold-type")
    judge = value.get(_JUDGE, "figure")
    if judge not in ("figure", "interval"):
        file.refuse(place, f"{_JUDGE} is {judge!r}, neither 'figure' nor 'interval'", "threshold-type")
    if judge == "interval" and not kind.interval:
        file.refuse(place, f"has no interval: leave {_JUDGE} out", "threshold-interval")
    return Threshold(_bound(file, name, value[side]), cast("JudgedBy", judge))


def _bound(file: TomlFile, name: str, value: object) -> float:
    place, kind = f"[{TABLE}] {name}", FIGURES[name]
    if isinstance(value, bool) or not isinstance(value, (int, float)) or math.isnan(value):
        form = f"{{{_SIDE[kind.direction]} = NUMBER, {_JUDGE} = 'interval'}}"
        file.refuse(place, f"{value!r} is neither a number nor a table such as {form}", "threshold-type")
    if not kind.least <= value <= kind.most:
        hint = "; shares are fractions of 1, so that 95 per cent is 0.95" if kind.most == 1.0 else ""
        message = f"{value!r} is not within {kind.least:g} to {kind.most:g}{hint}"
        file.refuse(place, message, "threshold-range")
    return float(value)
