"""The page on which people decide: each product up for review with what the model said and why it asks."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from prodcls.language import Language, Prose, code, plain
from prodcls.scored_rows import Scored
from prodcls.sections.overridden import why_words
from prodcls.sections.parts import readable_photo
from prodcls.worklist import Item, Worklist

__all__ = [
    "FileWords",
    "FilterView",
    "ItemView",
    "OptionView",
    "WorklistContext",
    "asked_because",
    "worklist_context",
]

FILTERS = 8
"""Most reasons that the list can be narrowed to, as many as the style sheet knows."""

CLASSES = 5_000
"""Most classes that are offered while one is typed."""


@dataclass(frozen=True)
class FileWords:
    """What the table is called and begins with that the page gives.

    Attributes
    ----------
    name : str
    head : tuple of str
        Its header: key, id, predicted, and what people fill in.
    lines : mapping of str to tuple of str
        By key: key, id and predicted as the table has them.
    """

    name: str
    head: tuple[str, ...]
    lines: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class OptionView:
    """A class that can be chosen with one press.

    Attributes
    ----------
    name : str
    probability : str
        Empty where it is not known.
    """

    name: str
    probability: str


@dataclass(frozen=True)
class FilterView:
    """A reason that the list can be narrowed to.

    Attributes
    ----------
    number : int
        From 1.
    text : Prose
        With the number of products.
    """

    number: int
    text: Prose


@dataclass(frozen=True)
class ItemView:
    """A product.

    Attributes
    ----------
    id, title, text : str
        The title is the id where there is none.
    photo : str or None
        JPEG in base64.
    why : Prose
        Why a person is asked.
    reasons : tuple of int
        Numbers of the filters that it is shown by.
    options : tuple of OptionView
        Predicted class and further ones, most probable first.
    line : str
        Beginning of its line in the table.
    """

    id: str
    title: str
    text: str
    photo: str | None
    why: Prose
    reasons: tuple[int, ...]
    options: tuple[OptionView, ...]
    line: str


@dataclass(frozen=True)
class WorklistContext:
    """What the page shows.

    Attributes
    ----------
    intro : Prose
        How many products are listed, and in which order.
    still, how : Prose
        What to do without the page's script, and with it.
    all : Prose
        Label of the filter that shows all.
    filters : tuple of FilterView
    items : tuple of ItemView
    classes : tuple of str
        Offered while a class is typed; none where there are too many.
    file, head : str
        Name and header of the table that is downloaded.
    status, saved : str
        How many are decided and how many of these lack a reason, and that they were saved, with marks for numbers.
    ask_who, ask_reason, ask_class : str
        What is missing, and that a class is not known.
    """

    intro: Prose
    still: Prose
    how: Prose
    all: Prose
    filters: tuple[FilterView, ...]
    items: tuple[ItemView, ...]
    classes: tuple[str, ...]
    file: str
    head: str
    status: str
    saved: str
    ask_who: str
    ask_reason: str
    ask_class: str


def worklist_context(found: Worklist, words: FileWords, t: Language) -> WorklistContext:
    """Return what the page shows.

    Parameters
    ----------
    found : Worklist
    words : FileWords
    t : Language
    """
    counts = Counter(reason for item in found.items for reason in item.scored.reasons)
    order = [name for name, _ in counts.most_common(FILTERS)]
    number = {name: i for i, name in enumerate(order, start=1)}
    shown, waiting = _count(len(found.items), t), _count(found.waiting, t)
    command = code(f"prodcls review BUNDLE {found.name} --import {words.name} --overrides overrides.jsonl")
    marks = {"decided": plain("#d"), "all": plain("#n"), "lacking": plain("#m")}
    return WorklistContext(
        intro=t.say("worklist.intro", shown=shown, waiting=waiting),
        still=t.say("worklist.still"),
        how=t.say("worklist.how", command=command),
        all=t.say("worklist.filter_all", n=shown),
        filters=tuple(
            FilterView(
                i, t.say("worklist.filter_one", reason=t.pick("review_why", name), n=plain(t.count(counts[name])))
            )
            for name, i in number.items()
        ),
        items=tuple(_item(item, words.lines[item.key], number, t) for item in found.items),
        classes=found.classes if len(found.classes) <= CLASSES else (),
        file=words.name,
        head=_joined(words.head),
        status=t("worklist.status", **marks),
        saved=t("worklist.saved", decided=marks["decided"], file=code(words.name)),
        ask_who=t("worklist.ask_who"),
        ask_reason=t("worklist.ask_reason"),
        ask_class=t("worklist.ask_class"),
    )


def asked_because(row: Scored, t: Language) -> Prose:
    """Return why a person is asked about a product, and how far its class is sure.

    Parameters
    ----------
    row : Scored
    t : Language
    """
    told = why_words(row.reasons, t)
    # A node above the class is news; that the class itself is probable enough stands beside it already.
    above = bool(row.stopped_at) and not f" >> {row.stopped_at}".endswith(f" >> {row.predicted}")
    return told + t.say("worklist.sure_to", node=row.stopped_at) if above and row.reasons else told


def _count(number: int, t: Language) -> Prose:
    return plain(t.count(number))


def _item(item: Item, line: tuple[str, ...], number: dict[str, int], t: Language) -> ItemView:
    row = item.scored
    options = [(row.predicted, row.probability), *item.also]
    return ItemView(
        id=row.id,
        title=item.title or row.id,
        text=item.text,
        photo=readable_photo(item.thumbnail),
        why=asked_because(row, t),
        reasons=tuple(number[reason] for reason in row.reasons if reason in number),
        options=tuple(OptionView(name, "" if p is None else t.probability(p)) for name, p in options),
        line=_joined(line),
    )


def _joined(cells: tuple[str, ...]) -> str:
    """Return cells as a line of CSV, without its end."""
    written = io.StringIO(newline="")
    csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="").writerow(cells)
    return written.getvalue()
