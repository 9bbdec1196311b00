"""What review costs and what it prevents: thresholds on certainty against errors and hours of people."""

from __future__ import annotations

from prodcls.audit_confidence import ConfidenceSection
from prodcls.audit_cost import OperatingPoint
from prodcls.language import Language, Prose, plain
from prodcls.sections.parts import Column, Table

__all__ = ["cost_bounds", "cost_intro", "cost_reasons", "cost_thresholds"]

THOUSAND = 1000
"""Products that errors and hours are told for."""


def cost_intro(found: ConfidenceSection, t: Language) -> Prose:
    """Return what is served without a threshold, and what an hour stands for."""
    cost, first = found.cost, found.cost.served
    numbers = {
        "alone": t.share(first.automated / found.products),
        "error": "\u2013" if first.error is None else f"{t.share(first.error.value)} ({t.interval(first.error)})",
        "minutes": t.decimal(cost.minutes, 1),
        "option": "--review-minutes",
        "error_option": "predict --max-error",
    }
    return t.say("cost.intro", **{name: plain(text) for name, text in numbers.items()})


def cost_reasons(found: ConfidenceSection, t: Language) -> Table:
    """Return the tested products by reason for review."""
    heads = (
        Column(t.say("head.why")),
        Column(t.say("head.products"), numeric=True),
        Column(t.say("head.share"), numeric=True),
    )
    rows = tuple(
        (_reason(name, t), plain(t.count(n)), plain(t.share(n / found.products)))
        for name, n in found.cost.reasons.items()
    )
    return Table(t("cost.reasons"), heads, rows)


def _reason(name: str, t: Language) -> Prose:
    return t.say("cost.reason", name=t.pick("review_why", name), meaning=t.pick("review_why_means", name))


def cost_thresholds(found: ConfidenceSection, t: Language) -> Table:
    """Return what each threshold on certainty does."""
    heads = (Column(t.say("head.certainty")), *_heads(t))
    served = (t.say("cost.served"), *_work(found.cost.served, found, t))
    rows = tuple((plain(t.share(p.threshold, 0)), *_work(p, found, t)) for p in found.cost.points)
    return Table(t("risk.thresholds"), heads, (served, *rows))


def cost_bounds(found: ConfidenceSection, t: Language) -> Table:
    """Return the thresholds that keep an error bound."""
    heads = (Column(t.say("head.error_bound"), numeric=True), Column(t.say("head.certainty")), *_heads(t))
    rows = []
    for b in found.cost.bounds:
        if b.point is None:
            few = "risk.too_few" if b.needed > found.cost.usual else "risk.not_shown"
            said = (t.say(few, n=plain(t.count(b.needed))), *(plain("\u2013") for _ in range(4)))
        else:
            said = (plain(t.share(b.point.threshold, 2)), *_work(b.point, found, t))
        rows.append((plain(f"\u2264 {t.share(b.bound, 0)}"), *said))
    return Table(t("risk.bounds"), heads, tuple(rows))


def _heads(t: Language) -> tuple[Column, ...]:
    names = ("head.automated", "head.error_automated", "head.wrong_thousand", "head.hours_thousand")
    return tuple(Column(t.say(name), numeric=True) for name in names)


def _work(point: OperatingPoint, found: ConfidenceSection, t: Language) -> tuple[Prose, ...]:
    alone = point.automated / found.products
    hours = (1 - alone) * THOUSAND * found.cost.minutes / 60
    if point.error is None:
        errors = (plain("\u2013"), plain("\u2013"))
    else:
        value = point.error.value
        errors = (
            plain(f"{t.share(value)} ({t.interval(point.error)})"),
            plain(t.decimal(THOUSAND * alone * value, 1)),
        )
    return plain(t.share(alone)), *errors, plain(t.decimal(hours, 1))
