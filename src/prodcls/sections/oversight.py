"""What people should look at, and what they decided: review queue, overrides, incidents."""

from __future__ import annotations

from dataclasses import dataclass

from prodcls.audit import AuditReport
from prodcls.audit_oversight import REASONS, OversightSection, ReviewItem
from prodcls.language import Language, Prose, code, link, plain, quoted
from prodcls.sections.intended import card_of
from prodcls.sections.overridden import (
    agreement_table,
    decisions_note,
    decisions_table,
    overrides_intro,
    pairs_table_of,
)
from prodcls.sections.parts import Column, Section, Table, join_prose

__all__ = ["SECTION", "OversightContext"]


@dataclass(frozen=True)
class OversightContext:
    """What the section shows.

    Attributes
    ----------
    intro : Prose
        How many products wait and how much work is to be expected.
    reasons : Table or None
        Products by reason; None where it was not measured.
    caught : Prose
        How many of the errors are among them.
    queue : Table or None
        The products to look at first; None where there are none.
    queue_note : Prose
        How they were chosen.
    people : Prose
        How people watch over the decisions, as they wrote it.
    overrides : Prose
        How many decisions are recorded and how far they agree with the model, or that none are, and what to do.
    decisions : Table or None
        Decisions that stand; None without any.
    decisions_note : Prose
        Which of them are listed.
    agreement : Table or None
        How often people chose what the model had said; None without decisions.
    pairs : Table or None
        How far people agree with each other; None where no two judged the same product.
    incidents : Prose
        That none are recorded, and what to do.
    """

    intro: Prose
    reasons: Table | None
    caught: Prose
    queue: Table | None
    queue_note: Prose
    people: Prose
    overrides: Prose
    decisions: Table | None
    decisions_note: Prose
    agreement: Table | None
    pairs: Table | None
    incidents: Prose


def _reasons(found: OversightSection, t: Language) -> Table:
    heads = (
        Column(t.say("head.why")),
        Column(t.say("head.meaning")),
        Column(t.say("head.products"), numeric=True),
        Column(t.say("head.share"), numeric=True),
    )
    limits = {"close": plain(t.decimal(100 * found.close_below, 0)), "doubt": plain(t.share(found.doubt_from, 0))}
    meaning = {
        "unknown": t.say("review.unknown_means"),
        "doubt": t.say("review.doubt_means", share=limits["doubt"]),
        "close": t.say("review.close_means", points=limits["close"]),
    }
    rows = tuple(
        (
            t.say(f"review_reason.{name}"),
            meaning[name],
            plain(t.count(found.counts.get(name, 0))),
            plain(t.share(found.counts.get(name, 0) / max(found.products, 1))),
        )
        for name in REASONS
    )
    return Table(t("review.reasons"), heads, rows)


def _queue(found: OversightSection, report: AuditReport, t: Language) -> Table:
    pages = {d.id: f"product-{i}" for i, d in enumerate(report.dossiers, start=1)}
    heads = (
        Column(t.say("head.product")),
        Column(t.say("head.why")),
        Column(t.say("head.predicted")),
        Column(t.say("dossier.versus")),
        Column(t.say("dossier.label")),
    )
    rows = tuple(_line(item, pages.get(item.id), t) for item in found.queue)
    return Table(t("review.queue"), heads, rows)


def _line(item: ReviewItem, page: str | None, t: Language) -> tuple[Prose, ...]:
    name = link(item.id, page) if page else code(item.id)
    if item.title:
        name += t.say("review.title", title=item.title)
    why = join_prose(t, tuple(t.pick("review_reason", reason) for reason in item.reasons))
    return (
        name,
        why,
        _named(item.predicted, item.probability, t),
        _named(item.runner_up, item.runner_up_probability, t),
        quoted(item.label),
    )


def _named(name: str, probability: float, t: Language) -> Prose:
    return t.say("review.class", name=name, probability=plain(t.probability(probability)))


def _intro(found: OversightSection, t: Language) -> Prose:
    return t.say(
        "review.intro",
        waiting=plain(t.count(found.waiting)),
        products=plain(t.count(found.products)),
        share=plain(t.share(found.workload.value)),
        interval=plain(t.interval(found.workload)),
    )


def _people(report: AuditReport, t: Language) -> Prose:
    said = card_of(report).oversight
    if not said:
        return t.say("review.no_people", field=link(t("card_field.oversight"), "card-oversight"))
    return t.say("review.people", field=link(t("card_field.oversight"), "card-oversight"))


@dataclass(frozen=True)
class _Queued:
    """What is said of the queue."""

    intro: Prose
    reasons: Table | None = None
    caught: Prose = ()
    queue: Table | None = None
    note: Prose = ()


def _queued(report: AuditReport, t: Language) -> _Queued:
    found = report.oversight
    if found is None:
        return _Queued(t.say("review.absent"))
    errors = plain(t.count(found.errors))
    caught = t.say(
        "review.caught" if found.errors else "review.no_errors", n=plain(t.count(found.errors_waiting)), errors=errors
    )
    shown, waiting = plain(t.count(len(found.queue))), plain(t.count(found.waiting))
    note = t.say("review.queue_note", shown=shown, waiting=waiting) if found.queue else t.say("review.queue_empty")
    queue = _queue(found, report, t) if found.queue else None
    return _Queued(_intro(found, t), _reasons(found, t), caught, queue, note)


def build(report: AuditReport, t: Language) -> OversightContext:
    """Return what the section shows."""
    queued = _queued(report, t)
    decided = report.overrides if report.overrides and report.overrides.recorded else None
    return OversightContext(
        intro=queued.intro,
        reasons=queued.reasons,
        caught=queued.caught,
        queue=queued.queue,
        queue_note=queued.note,
        people=_people(report, t),
        overrides=overrides_intro(report, t),
        decisions=None if decided is None else decisions_table(report, decided, t),
        decisions_note=() if decided is None else decisions_note(decided, t),
        agreement=None if decided is None else agreement_table(decided, t),
        pairs=None if decided is None else pairs_table_of(decided, t),
        incidents=t.say("review.incidents_none"),
    )


SECTION = Section("oversight", OversightContext, build)
