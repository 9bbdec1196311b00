"""What the pages of the service show, as data; the templates only print it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from prodcls.bundle import Bundle
from prodcls.description import Description
from prodcls.errors import InputError
from prodcls.explain.product import REST
from prodcls.language import Language, Prose, code, plain
from prodcls.sections.model import model_tables
from prodcls.sections.parts import Table, join_prose
from prodcls.service.engine import Decision
from prodcls.service.reviews import Queue, Waiting
from prodcls.service.searching import Hits
from prodcls.worklist import Item

__all__ = [
    "DecideView",
    "DecisionView",
    "Field",
    "ModelView",
    "Option",
    "QueueView",
    "SearchView",
    "TryView",
    "decide_view",
    "decision_view",
    "fault_prose",
    "fields_of",
    "model_view",
    "queue_view",
    "rivals",
    "search_view",
    "try_view",
]

LONG = 80
"""Characters beyond which a text is edited in several lines."""


@dataclass(frozen=True)
class Option:
    """A choice: what is sent, what is shown."""

    value: str
    text: str
    chosen: bool = False


@dataclass(frozen=True)
class ResultRow:
    """A line of results; ``differs`` tells that the model said another class than the label."""

    id: str
    title: str
    label: str
    predicted: str
    probability: str
    differs: bool


@dataclass(frozen=True)
class SearchView:
    """The page on which a product is looked up."""

    query: str
    rows: tuple[ResultRow, ...]
    summary: Prose


@dataclass(frozen=True)
class Field:
    """A cell to edit.

    Attributes
    ----------
    name : str
        Column.
    key : str
        Name in the form.
    value : str
    long : bool
        Whether it takes several lines.
    options : tuple of str
        Values known from training.
    """

    name: str
    key: str
    value: str
    long: bool
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class DecisionView:
    """What the model says of a product that was edited.

    Attributes
    ----------
    classes : tuple of (str, str)
        Name and probability.
    sentence : Prose
        Whether a person should look at it, and why.
    notes : tuple of Prose
        Cells that were not taken as they stand.
    before : Prose
        What it said of the product that was edited; empty for a new one.
    """

    classes: tuple[tuple[str, str], ...]
    sentence: Prose
    notes: tuple[Prose, ...]
    before: Prose


@dataclass(frozen=True)
class TryView:
    """The page on which a product is described or changed.

    Attributes
    ----------
    origin : str
        Id of the training product that it began with; empty for a new one.
    fields : tuple of Field
    photo : bool
        Whether a photo can be given.
    kept : bool
        Whether that of the origin can be kept.
    fault : Prose
        Why there is no answer; empty when there is one, or nothing was asked.
    """

    origin: str
    fields: tuple[Field, ...]
    photo: bool
    kept: bool
    fault: Prose


@dataclass(frozen=True)
class QueueRow:
    """A line of the queue."""

    key: str
    id: str
    title: str
    predicted: str
    probability: str
    reasons: Prose


@dataclass(frozen=True)
class QueueView:
    """The page with what waits for a decision; ``who`` decides goes from page to page."""

    rows: tuple[QueueRow, ...]
    summary: Prose
    who: str


@dataclass(frozen=True)
class DecideView:
    """The page on which a person decides.

    Attributes
    ----------
    key, id, title : str
    options : tuple of Option
        The predicted class and the others that may well be right, with their probabilities.
    classes : tuple of str
        All that can be chosen.
    other, who, reason : str
        As they were filled in.
    fault : Prose
        Why nothing was recorded; empty before.
    """

    key: str
    id: str
    title: str
    options: tuple[Option, ...]
    classes: tuple[str, ...]
    other: str
    who: str
    reason: str
    fault: Prose


@dataclass(frozen=True)
class ModelView:
    """The page on the model."""

    facts: Table
    figures: Table
    columns: Table
    classes: tuple[str, ...]
    audit: bool


def search_view(query: str, hits: Hits, t: Language) -> SearchView:
    """Return the page of results."""
    rows = tuple(
        ResultRow(
            hit.id,
            hit.title,
            hit.label,
            hit.predicted or "",
            "" if hit.probability is None else t.probability(hit.probability),
            hit.predicted is not None and hit.predicted != hit.label,
        )
        for hit in hits.shown
    )
    key = "serve.found_none" if not rows else "serve.found_some" if len(rows) < hits.total else "serve.found_all"
    summary = t.say(key, n=plain(t.count(hits.total)), shown=plain(t.count(len(rows))))
    return SearchView(query, rows, summary)


def rivals(classes: Sequence[str], predicted: str, versus: str, t: Language) -> tuple[Option, ...]:
    """Return the classes that a product can be held against, and all others together."""
    names = [Option(name, name, name == versus) for name in classes if name != predicted]
    return (*names, Option(REST, t("serve.rest"), versus == REST))


def fields_of(bundle: Bundle, cells: Mapping[str, str]) -> tuple[Field, ...]:
    """Return the cells to edit, but for the photo."""
    roles = {one.column: one.role for one in bundle.schema.columns}
    names = [name for name in bundle.schema.asked if roles[name] != "image"]
    return tuple(
        Field(
            name,
            f"cell-{i}",
            cells.get(name, ""),
            roles[name] == "text" and (i > 0 or len(cells.get(name, "")) > LONG),
            bundle.known.categorical.get(name, ()),
        )
        for i, name in enumerate(names)
    )


def try_view(bundle: Bundle, origin: str, cells: Mapping[str, str], *, kept: bool, fault: Prose = ()) -> TryView:
    """Return the form with these cells in it."""
    photo = bool(bundle.schema.named("image"))
    return TryView(origin, fields_of(bundle, cells), photo, kept, fault)


def decision_view(found: Decision, before: tuple[str, float] | None, t: Language) -> DecisionView:
    """Return what is said of an edited product; ``before`` is class and probability of what it was."""
    classes = tuple((name, t.probability(probability)) for name, probability in found.classes)
    said = () if before is None else t.say("serve.before", predicted=before[0], probability=t.probability(before[1]))
    if not found.review:
        sentence = t.say("serve.alone")
    else:
        reasons = join_prose(t, tuple(t.say(f"review_why.{name}") for name in found.reasons))
        sentence = t.say("serve.review", reasons=reasons)
    notes = tuple(t.say("serve.note", column=one.column, reason=one.reason) for one in found.told)
    return DecisionView(classes, sentence, notes, said)


def fault_prose(error: InputError, t: Language) -> Prose:
    """Return why a product could not be taken."""
    detail = str(error).removesuffix(f" [{error.code}]")
    return t.say("serve.fault", detail=detail, code=code(error.code))


def queue_view(queue: Queue, who: str, t: Language) -> QueueView:
    """Return the page of the queue."""
    rows = tuple(
        QueueRow(
            one.key,
            one.scored.id,
            one.title,
            one.scored.predicted,
            t.probability(one.scored.probability),
            join_prose(t, tuple(t.say(f"review_why.{name}") for name in one.scored.reasons)),
        )
        for one in queue.shown
    )
    n, shown, decided = (plain(t.count(number)) for number in (queue.waiting, len(rows), queue.decided))
    if not rows:
        summary = t.say("serve.review_none", decided=decided)
    elif len(rows) < queue.waiting:
        summary = t.say("serve.review_some", n=n, shown=shown, decided=decided)
    else:
        summary = t.say("serve.review_all", n=n, decided=decided)
    return QueueView(rows, summary, who)


def decide_view(
    waiting: Waiting, classes: tuple[str, ...], form: Mapping[str, str], fault: Prose, t: Language
) -> DecideView:
    """Return the page on which a product is decided on, with what was filled in."""
    scored = waiting.scored
    told = {scored.predicted: scored.probability} | dict(Item(waiting.key, scored).also)
    chosen = form.get("decision") or scored.predicted
    options = tuple(
        Option(name, "" if probability is None else t.probability(probability), name == chosen)
        for name, probability in told.items()
    )
    other, who, reason = (form.get(name, "") for name in ("other", "who", "reason"))
    return DecideView(waiting.key, scored.id, waiting.title, options, classes, other, who, reason, fault)


def model_view(found: Description, t: Language, *, audit: bool) -> ModelView:
    """Return the page on the model."""
    tables = model_tables(found, t)
    return ModelView(tables.facts, tables.figures, tables.columns, tables.classes, audit)
