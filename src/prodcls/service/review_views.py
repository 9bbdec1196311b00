"""What the pages on which people decide show, as data; the templates only print it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from prodcls.language import Language, Prose, plain
from prodcls.sections.parts import join_prose
from prodcls.service.reviews import Queue, Waiting
from prodcls.service.views import Option
from prodcls.worklist import Item

__all__ = ["DecideView", "QueueRow", "QueueView", "decide_view", "queue_view"]


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
