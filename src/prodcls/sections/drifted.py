"""The page of a drift check: one sentence, the lines, what has changed, and the products that moved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from prodcls.audit_drift import DriftReport, MovedProduct, MovedReason
from prodcls.language import Language, Prose, code, plain, quoted
from prodcls.sections.drift_lines import drift_intro, drift_note, drift_table, in_order, respect_name
from prodcls.sections.drift_pictures import drift_figure
from prodcls.sections.parts import Column, Figure, Table, block_name, join_prose

__all__ = ["DriftContext", "drift_context", "reason_in_words"]

NAMED = 4
"""Respects named in the verdict."""

PICTURED = 8
"""Most charts."""

FAR = 1.0
"""Distance from which on a product counts as far; as `prodcls.moved.FAR`."""


@dataclass(frozen=True)
class DriftContext:
    """What the page shows.

    Attributes
    ----------
    status : str
        ``"pass"`` or ``"fail"``.
    verdict : Prose
        One sentence.
    sub : Prose
        What the file was held against.
    intro : Prose
        How much was compared.
    lines : Table
        One line a respect.
    note : Prose
        How to read them.
    figures : tuple of Figure
        Before and after, for lines with an alarm.
    moved_see : Prose
        What the distance means.
    moved : Table or None
        The products that moved farthest; None where none is far.
    unseen_see : Prose
        What values never seen mean.
    unseen : Table or None
        These values; None without any.
    certainty : tuple of Prose
        How sure the model is of the new products.
    differences : tuple of Prose
        Of the columns, and what was not taken.
    """

    status: str
    verdict: Prose
    sub: Prose
    intro: Prose
    lines: Table
    note: Prose
    figures: tuple[Figure, ...]
    moved_see: Prose
    moved: Table | None
    unseen_see: Prose
    unseen: Table | None
    certainty: tuple[Prose, ...]
    differences: tuple[Prose, ...]


def drift_context(report: DriftReport, t: Language) -> DriftContext:
    """Return what the page shows.

    Parameters
    ----------
    report : DriftReport
    t : Language

    Returns
    -------
    DriftContext
    """
    unseen = _unseen(report, t)
    return DriftContext(
        status="fail" if report.alarms else "pass",
        verdict=_verdict(report, t),
        sub=t.say("drifted.sub", catalogue=report.trained_on),
        intro=drift_intro(report.drift, t),
        lines=drift_table(report.drift, t),
        note=drift_note(report.drift, t),
        figures=tuple(_figures(report, t)),
        moved_see=_moved_see(report, t),
        moved=_moved(report, t),
        unseen_see=t.say("drifted.unseen_none" if unseen is None else "drifted.unseen_some"),
        unseen=unseen,
        certainty=tuple(_certainty(report, t)),
        differences=tuple(_differences(report, t)) or (t.say("drifted.differences_none"),),
    )


def _verdict(report: DriftReport, t: Language) -> Prose:
    alarmed = [respect_name(line.kind, line.name, t) for line in in_order(report.drift) if line.alarm]
    if not alarmed:
        return t.say("drifted.verdict_none")
    named = tuple(alarmed[:NAMED])
    if len(alarmed) > NAMED:
        named += (t.say("drifted.more", n=plain(t.count(len(alarmed) - NAMED))),)
    counts = {"n": plain(t.count(len(alarmed))), "all": plain(t.count(len(report.drift.lines)))}
    return t.say("drifted.verdict_some", what=join_prose(t, named, "drifted.and"), **counts)


def _figures(report: DriftReport, t: Language) -> Iterator[Figure]:
    known = {(detail.kind, detail.name): detail for detail in report.details}
    number = 1
    for line in in_order(report.drift):
        detail = known.get((line.kind, line.name))
        figure = drift_figure(number, detail, t) if line.alarm and detail is not None else None
        if figure is not None and number <= PICTURED:
            yield figure
            number += 1


def _moved_see(report: DriftReport, t: Language) -> Prose:
    far = sum(distance > FAR for distance in report.distances.values())
    if not far:
        return t.say("drifted.moved_none")
    shown = sum(bool(product.reasons) for product in report.moved)
    counts = {"n": shown, "far": far, "all": len(report.distances)}
    return t.say("drifted.moved_see", **{name: plain(t.count(n)) for name, n in counts.items()})


def _moved(report: DriftReport, t: Language) -> Table | None:
    far = [product for product in report.moved if product.reasons]
    if not far:
        return None
    heads = (
        Column(t.say("head.product")),
        Column(t.say("drifted.head_row"), numeric=True),
        Column(t.say("drifted.head_distance"), numeric=True),
        Column(t.say("drifted.head_reasons")),
        Column(t.say("dossier.predicted")),
    )
    return Table(t("drifted.moved"), heads, tuple(_moved_row(product, t) for product in far))


def _moved_row(product: MovedProduct, t: Language) -> tuple[Prose, ...]:
    reasons = tuple(reason_in_words(reason, t) for reason in product.reasons)
    return (
        (*code(product.id), *plain(" "), *quoted(product.title)),
        plain(t.count(product.row)),
        plain(t.decimal(product.distance, 1)),
        join_prose(t, reasons, "drifted.separator"),
        (*quoted(product.predicted), *plain(f" {t.probability(product.probability)}")),
    )


def reason_in_words(reason: MovedReason, t: Language) -> Prose:
    """Return why a product is among those that moved.

    Parameters
    ----------
    reason : MovedReason
    t : Language

    Returns
    -------
    Prose
    """
    value: Prose = quoted(reason.value)
    if reason.kind == "script":
        value = t.pick("script", reason.value) if reason.value else t.say("moved.no_letters")
    if f"moved.{reason.kind}" not in t.words:
        return value
    names = {"column": quoted(reason.name), "block": block_name(t, reason.name)}
    return t.say(f"moved.{reason.kind}", value=value, usual=quoted(reason.usual), **names)


def _unseen(report: DriftReport, t: Language) -> Table | None:
    heads = (
        Column(t.say("drifted.head_value")),
        Column(t.say("head.column")),
        Column(t.say("drifted.head_count"), numeric=True),
    )
    rows: list[tuple[Prose, ...]] = []
    for detail in report.details:
        rows += [(quoted(v), quoted(detail.name), plain(t.count(n))) for v, n in detail.unseen.items()]
        if detail.more:
            rows.append((t.say("drifted.unseen_more", n=plain(t.count(detail.more))), quoted(detail.name), plain("")))
    return Table(t("drifted.unseen"), heads, tuple(rows)) if rows else None


def _certainty(report: DriftReport, t: Language) -> Iterator[Prose]:
    found = report.certainty
    if found.threshold is None or found.below is None:
        yield t.say("drifted.below_unknown")
    else:
        told = {"after": t.share(found.below), "threshold": t.probability(found.threshold)}
        yield t.say("drifted.below", **{name: plain(text) for name, text in told.items()})
    if found.review_after is not None:
        after = plain(t.share(found.review_after))
        if found.review_before is None:
            yield t.say("drifted.review_alone", after=after)
        else:
            yield t.say("drifted.review", after=after, before=plain(t.share(found.review_before)))
    if found.unknown:
        yield t.say("drifted.unknown", n=plain(t.count(found.unknown)))


def _differences(report: DriftReport, t: Language) -> Iterator[Prose]:
    if report.unknown_columns:
        yield t.say("drifted.columns", list=join_prose(t, tuple(map(quoted, report.unknown_columns))))
    for name, count in report.unknown_numbers.items():
        yield t.say("drifted.number_unknown", column=name, n=plain(t.count(count)))
    for name in report.absent_numbers:
        yield t.say("drifted.number_absent", column=name)
    for name, count in report.rejected.items():
        yield t.say("drifted.rejected", reason=t.pick("rejected", name), n=plain(t.count(count)))
