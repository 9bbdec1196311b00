"""Sizes as people write them: ``500MB``, ``1.5 GiB``."""

from __future__ import annotations

import re

from prodcls.errors import InputError

__all__ = ["parse_size", "shown_size"]

_UNITS = {"b": 1, "": 1}
for _power, _letter in enumerate("kmgt", start=1):
    _UNITS |= {_letter: 1000**_power, f"{_letter}b": 1000**_power, f"{_letter}ib": 1024**_power}

_WRITTEN = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]*)")


def parse_size(text: str) -> int:
    """Return the bytes that ``text`` means.

    Parameters
    ----------
    text : str
        A number with a unit: ``B``, ``kB``, ``MB``, ``GB``, ``TB`` (powers of 1000) or ``KiB`` and so on (of 1024), in
        either case.

    Returns
    -------
    int

    Raises
    ------
    InputError
        Code ``size-invalid``.

    Examples
    --------
    >>> parse_size("4GB"), parse_size("1.5 GiB"), parse_size("0")
    (4000000000, 1610612736, 0)
    """
    found = _WRITTEN.fullmatch(text.strip().lower())
    if found is None or found[2] not in _UNITS:
        message = f"{text!r} is no size: write a number and a unit, such as 500MB or 4GB"
        raise InputError(message, code="size-invalid")
    return round(float(found[1]) * _UNITS[found[2]])


def shown_size(size: int) -> str:
    """Return a size for people.

    Parameters
    ----------
    size : int
        Bytes.

    Returns
    -------
    str

    Examples
    --------
    >>> shown_size(999), shown_size(2_300_000), shown_size(4_000_000_000)
    ('999 B', '2.3 MB', '4.0 GB')
    """
    value = float(size)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"
