"""Cells such as ``Home >> Kitchen >> Pans`` taken apart into names, the top first.

What stands around a path is no part of it: brackets and quotes of a list that was written as text
(``["Home >> Kitchen"]``), blanks, and separators with nothing between them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

__all__ = ["SEPARATORS", "name_key", "path_name", "separator_of", "split_path"]

SEPARATORS = (">>", ">", "/")
"""What may part the levels of a path, the first that fits; each also in its full-width form."""

_BREAKS = {
    ">>": re.compile("[>\uff1e]{2,}|\u00bb"),
    ">": re.compile("[>\uff1e\u00bb\u203a]+"),
    "/": re.compile("[/\uff0f]+"),
}
_LISTED = re.compile(r"\[\s*(?P<quote>[\"'])(?P<inner>(?:(?!(?P=quote)).)*)(?P=quote)\s*\]", re.DOTALL)
_QUOTED = re.compile(r"(?P<quote>[\"'])(?P<inner>(?:(?!(?P=quote)).)*)(?P=quote)", re.DOTALL)
_BRACKETED = re.compile(r"\[(?P<inner>[^\[\]]*)\]", re.DOTALL)


def split_path(cell: str, separator: str) -> tuple[str, ...]:
    """Return the names of a path.

    Parameters
    ----------
    cell : str
    separator : str
        One of `SEPARATORS`.

    Returns
    -------
    tuple of str
        None of them empty; no name at all where the cell holds none.

    Examples
    --------
    >>> split_path('["Home >> Kitchen >> "]', ">>")
    ('Home', 'Kitchen')
    """
    text = cell.strip()
    for form in (_LISTED, _QUOTED, _BRACKETED):
        found = form.fullmatch(text)
        if found is not None and (form is _LISTED or _BREAKS[separator].search(found["inner"])):
            text = found["inner"]
            break
    return tuple(filter(None, (part.strip() for part in _BREAKS[separator].split(text))))


def separator_of(cells: Iterable[str]) -> str | None:
    """Return what parts the levels of these cells; None where they are no paths.

    They are paths where a separator stands in at least half of them and some top is shared. A single slash is also
    common within plain names ("TV/Audio"), so with ``/`` all cells must have the same number of levels.

    Parameters
    ----------
    cells : iterable of str
        Empty ones do not count, equal ones count once.

    Returns
    -------
    str or None
    """
    distinct = sorted({cell for cell in cells if cell.strip()})
    for separator in SEPARATORS:
        paths = {path for cell in distinct if (path := split_path(cell, separator))}
        deep = sum(len(path) > 1 for path in paths)
        if not deep or 2 * deep < len(paths) or len({name_key(path[0]) for path in paths}) == len(paths):
            continue
        if separator == "/" and len({len(path) for path in paths}) > 1:
            continue
        return separator
    return None


def name_key(name: str) -> str:
    """Return a name as it is compared: width, case and blanks do not count."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def path_name(path: tuple[str, ...]) -> str:
    """Return a path as it is written: names from the top, parted by ``>>``."""
    return " >> ".join(path)
