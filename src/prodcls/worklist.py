"""Which products people should look at, in which order, and a key by which a line is known again."""

from __future__ import annotations

import hashlib
import heapq
import json
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from prodcls.scored_rows import Scored

__all__ = ["UNTRUSTED", "Chosen", "Item", "Worklist", "bundle_of", "choose", "line_key"]

UNTRUSTED = frozenset({"nothing-known", "unlike-training"})
"""Reasons for which the probability says little: these products come first."""

_KEY = re.compile(r"k(?P<bundle>[0-9a-f]{12})\.(?P<line>[0-9a-f]{16})")


@dataclass(frozen=True)
class Item:
    """A line of the worklist.

    Attributes
    ----------
    key : str
        See `line_key`.
    scored : Scored
    title, text : str
        Of the catalogue, where it was given.
    photo : Path or None
    thumbnail : str or None
        The photo as a small JPEG in base64, where the worklist is a page.
    """

    key: str
    scored: Scored
    title: str = ""
    text: str = ""
    photo: Path | None = None
    thumbnail: str | None = None

    @property
    def also(self) -> tuple[tuple[str, float | None], ...]:
        """Further classes of the set, or the runner-up where there is none, with their probabilities where known."""
        found = self.scored
        others = [name for name in found.members or () if name != found.predicted]
        others = others or [name for name in list(found.ranked)[:2] if name != found.predicted]
        return tuple((name, found.ranked.get(name)) for name in others)


@dataclass(frozen=True)
class Chosen:
    """The products chosen for a worklist.

    Attributes
    ----------
    rows : tuple of Scored
        Most pressing first.
    waiting : int
        Products that could have been chosen, were there no limit.
    scored : int
        Products of the file.
    decided : int
        Products left out because a decision is recorded.
    """

    rows: tuple[Scored, ...]
    waiting: int
    scored: int
    decided: int


@dataclass(frozen=True)
class Worklist:
    """What is written for people to fill in.

    Attributes
    ----------
    items : tuple of Item
    waiting : int
        Products that could be on it.
    classes : tuple of str
        That can be chosen.
    bundle : str
        Digest.
    name : str
        Of the scored file.
    """

    items: tuple[Item, ...]
    waiting: int
    classes: tuple[str, ...]
    bundle: str
    name: str


def choose(
    rows: Iterable[Scored], *, everything: bool = False, limit: int | None = None, decided: Collection[str] = ()
) -> Chosen:
    """Choose the products for a worklist.

    First come those whose probability says little (`UNTRUSTED`), then those that are most probably wrong; of equal
    ones the earlier row.

    Parameters
    ----------
    rows : iterable of Scored
    everything : bool
        Whether products that are not up for review are listed too.
    limit : int, optional
    decided : collection of str
        Ids of products to leave out.

    Returns
    -------
    Chosen
    """
    counts = {"scored": 0, "waiting": 0, "decided": 0}

    def candidates() -> Iterator[Scored]:
        for row in rows:
            counts["scored"] += 1
            if row.review or everything:
                kind = "decided" if row.id in decided else "waiting"
                counts[kind] += 1
                if kind == "waiting":
                    yield row

    found = candidates()
    ordered = sorted(found, key=_pressing) if limit is None else heapq.nsmallest(limit, found, key=_pressing)
    return Chosen(tuple(ordered), **{name: counts[name] for name in ("waiting", "scored", "decided")})


def _pressing(row: Scored) -> tuple[bool, float, int]:
    return UNTRUSTED.isdisjoint(row.reasons), row.probability, row.row


def line_key(bundle: str, row: Scored) -> str:
    """Return what a line is known by: the bundle, and a digest of what it said of the product.

    Parameters
    ----------
    bundle : str
        Digest in hexadecimal.
    row : Scored

    Returns
    -------
    str
        Begins with a letter, so that no spreadsheet takes it for a number.
    """
    told = json.dumps([bundle, row.id, row.row, row.predicted, row.probability.hex()])
    return f"k{bundle[:12]}.{hashlib.sha256(told.encode()).hexdigest()[:16]}"


def bundle_of(key: str) -> str | None:
    """Return the beginning of the digest of the bundle that a key names; None for what is no key."""
    found = _KEY.fullmatch(key)
    return found["bundle"] if found else None
