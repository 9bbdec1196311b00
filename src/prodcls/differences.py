"""What differs between what should stand somewhere and what does, in lines for people."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

__all__ = ["MOST", "first_few", "json_differences", "text_difference"]

MOST = 10
"""Differences told one by one."""

AROUND = 30
"""Characters shown before and behind the place where two texts part."""

LONGEST = 80
"""Characters shown of a value."""

_SECTION = re.compile(r'<section id="([^"]*)"')


def first_few(differences: Iterator[str], most: int = MOST) -> tuple[str, ...]:
    """Return the first of many differences, and a line that says so when there are more.

    Parameters
    ----------
    differences : iterator of str
    most : int

    Returns
    -------
    tuple of str

    Examples
    --------
    >>> first_few(iter("abc"), 2)
    ('a', 'b', 'and more')
    """
    shown = tuple(islice(differences, most))
    return (*shown, "and more") if next(differences, None) is not None else shown


def json_differences(expected: object, found: object, place: str = "") -> Iterator[str]:
    """Yield a line for each value of ``found`` that is not the one of ``expected``.

    Parameters
    ----------
    expected : object
        Parsed JSON.
    found : object
        Parsed JSON.
    place : str
        Name of both in the lines.

    Yields
    ------
    str

    Examples
    --------
    >>> list(json_differences({"a": [1, 2], "b": 3}, {"a": [1, 5], "c": 4}))
    ['a[1] is 5 instead of 2', 'b is missing', 'c is not of the report']
    """
    if isinstance(expected, dict) and isinstance(found, dict):
        for key in (*expected, *(k for k in found if k not in expected)):
            name = f"{place}.{key}" if place else str(key)
            if key not in found:
                yield f"{name} is missing"
            elif key not in expected:
                yield f"{name} is not of the report"
            else:
                yield from json_differences(expected[key], found[key], name)
    elif isinstance(expected, list) and isinstance(found, list):
        for i, (a, b) in enumerate(zip(expected, found, strict=False)):
            yield from json_differences(a, b, f"{place}[{i}]")
        if len(expected) != len(found):
            yield f"{place} has {len(found)} entries instead of {len(expected)}"
    elif type(expected) is not type(found) or expected != found:
        yield f"{place} is {_short(found)} instead of {_short(expected)}"


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def text_difference(expected: str, found: str) -> str:
    r"""Say where two texts part, and what each has there.

    Parameters
    ----------
    expected : str
    found : str
        Not the same. In a page the section is named too.

    Returns
    -------
    str

    Examples
    --------
    >>> text_difference("one\nright 97%\n", "one\nright 99%\n")
    "line 2: 'right 99%' instead of 'right 97%'"
    """
    at = next(
        (i for i, (a, b) in enumerate(zip(expected, found, strict=False)) if a != b), min(len(expected), len(found))
    )
    line = found.count("\n", 0, at) + 1
    section = "".join(f", section {name}" for name in _SECTION.findall(found, 0, at)[-1:])
    if found == expected[: len(found)]:
        return f"line {line}{section}: ends before {_around(expected, at)!r}"
    if expected == found[: len(expected)]:
        return f"line {line}{section}: goes on with {_around(found, at)!r}"
    return f"line {line}{section}: {_around(found, at)!r} instead of {_around(expected, at)!r}"


def _around(text: str, at: int) -> str:
    """Return the part of one line around a place in a text."""
    start = max(text.rfind("\n", 0, at) + 1, at - AROUND)
    end = text.find("\n", at)
    return text[start : min(len(text) if end < 0 else end, at + AROUND)]
