"""Names that look like one that is not there."""

from __future__ import annotations

import difflib
from collections.abc import Collection

__all__ = ["nearest"]

COMPARED = 20_000
"""Names compared letter by letter, which takes about a second; of more, only the beginnings count."""


def nearest(name: str, among: Collection[str], count: int = 3) -> tuple[str, ...]:
    """Return up to ``count`` names of ``among`` that look like ``name``, most alike first.

    Parameters
    ----------
    name : str
    among : collection of str
    count : int

    Returns
    -------
    tuple of str
        Names that begin with ``name`` or hold it come first, letter case aside.

    Examples
    --------
    >>> nearest("p12", ["p3", "P123", "xp12", "p21"])
    ('P123', 'xp12', 'p21')
    """
    folded = name.casefold()
    alike = [n for n in among if folded and folded in n.casefold()]
    alike.sort(key=lambda n: not n.casefold().startswith(folded))
    if len(alike) < count and len(among) <= COMPARED:
        alike += [n for n in difflib.get_close_matches(name, among, n=count, cutoff=0.5) if n not in alike]
    return tuple(alike[:count])
