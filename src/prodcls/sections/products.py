"""The index of all products with a page of their own, in pages of a table each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from prodcls.audit_dossiers import Entry
from prodcls.language import Language, Prose, plain, quoted
from prodcls.sections.cards import dossier_filename, kind_words

__all__ = ["ROWS", "IndexContext", "IndexPage", "IndexRow", "index_context", "index_filename", "index_pages"]

ROWS = 1000
"""Products on a page of the index."""


@dataclass(frozen=True)
class IndexRow:
    """A product.

    Attributes
    ----------
    href : str
    id, title, label, predicted : str
    probability : str
    kind : str
        Class of its colour.
    kind_word : Prose
    agrees : bool
        Whether label and prediction are the same.
    """

    href: str
    id: str
    title: str
    label: str
    predicted: str
    probability: str
    kind: str
    kind_word: Prose
    agrees: bool


@dataclass(frozen=True)
class IndexPage:
    """A page of the index.

    Attributes
    ----------
    href : str
    name : Prose
        The first and the last id on it.
    current : bool
    """

    href: str
    name: Prose
    current: bool


@dataclass(frozen=True)
class IndexContext:
    """What a page of the index shows.

    Attributes
    ----------
    see : Prose
    missing : Prose
        How many products have no page here; empty where all have one.
    pages : tuple of IndexPage
        Empty where there is only one.
    caption : str
    shown : str
        How many rows the search leaves, with ``#`` for the number.
    rows : tuple of IndexRow
    """

    see: Prose
    missing: Prose
    pages: tuple[IndexPage, ...]
    caption: str
    shown: str
    rows: tuple[IndexRow, ...]


def index_filename(number: int) -> str:
    """Return the file name of a page of the index, the first one being number 0."""
    return "index.html" if number == 0 else f"index-{number + 1}.html"


def index_pages(count: int) -> int:
    """Return how many pages an index of ``count`` products has: at least one."""
    return max(1, -(-count // ROWS))


def index_context(entries: Sequence[Entry], number: int, missing: int, t: Language) -> IndexContext:
    """Return what a page of the index shows.

    Parameters
    ----------
    entries : sequence of Entry
        All products, in the order of the index.
    number : int
        Of the page, from 0.
    missing : int
        Products whose files are not at hand.
    t : Language
    """
    starts = [i * ROWS for i in range(index_pages(len(entries)))]
    pages = tuple(
        IndexPage(index_filename(i), _range(entries[start : start + ROWS], t), i == number)
        for i, start in enumerate(starts)
    )
    rows = entries[starts[number] : starts[number] + ROWS]
    see = t.say("index.see", n=plain(t.count(len(entries))))
    if len(pages) > 1:
        see += t.say("index.parted", rows=plain(t.count(ROWS)))
    return IndexContext(
        see=see,
        missing=t.say("index.missing", n=plain(t.count(missing))) if missing else (),
        pages=pages if len(pages) > 1 else (),
        caption=t("index.caption"),
        shown=t("index.shown", n=plain("#"), all=plain(t.count(len(rows)))),
        rows=tuple(_row(entry, t) for entry in rows),
    )


def _range(entries: Sequence[Entry], t: Language) -> Prose:
    return t.say("index.range", first=quoted(entries[0].id), last=quoted(entries[-1].id)) if entries else ()


def _row(entry: Entry, t: Language) -> IndexRow:
    kind, kind_word = kind_words(entry.kind, t)
    return IndexRow(
        href=dossier_filename(entry.id),
        id=entry.id,
        title=entry.title,
        label=entry.label,
        predicted=entry.predicted,
        probability=t.probability(entry.probability),
        kind=kind,
        kind_word=kind_word,
        agrees=entry.label == entry.predicted,
    )
