"""What harmed products cost, and whether a new catalogue differs from the one that was trained on."""

from __future__ import annotations

from dataclasses import dataclass

from prodcls.audit import AuditReport
from prodcls.audit_drift import DriftLine, DriftSection
from prodcls.audit_robustness import Degradation, RobustnessSection
from prodcls.charts import Scale, Tick, ticks
from prodcls.charts_rows import DotRow, Mark, dots
from prodcls.language import Language, Prose, as_text, plain, quoted
from prodcls.sections.parts import Column, Figure, Section, Table, block_name

__all__ = ["SECTION", "RobustnessContext"]

LEAST_P = 0.001
"""p-value below which the table gives no figure."""

DRAWN = 40
"""Most columns in the table of drift: those with an alarm first, then the strongest."""


@dataclass(frozen=True)
class RobustnessContext:
    """What the section shows.

    Attributes
    ----------
    intro : Prose
        What was harmed and how, or how to have it done.
    harms : Figure or None
        Change of accuracy by harm; None without any.
    drift_intro : Prose
        What was compared and what came of it, or how to have it done.
    drift : Table or None
        One line a column; None without a new catalogue.
    drift_note : Prose
        How to read the table.
    """

    intro: Prose
    harms: Figure | None
    drift_intro: Prose
    drift: Table | None
    drift_note: Prose


def _harm(t: Language, name: str) -> Prose:
    kind, _, column = name.partition(" ")
    if kind == "no_number":
        return t.say("robustness.no_number", column=column)
    return t.pick("harm", name)


def _points(t: Language, value: float) -> str:
    return t.signed(100 * value, 1)


def _scale(harms: tuple[Degradation, ...]) -> Scale:
    low = min(-0.01, *(h.difference.low for h in harms))
    high = max(0.01, *(h.difference.high for h in harms))
    margin = 0.04 * (high - low)
    low, high = low - margin, high + margin
    return Scale(
        low, high, tuple(Tick(v, f"{100 * v:+.4g}".replace("-", "\u2212") if v else "0") for v in ticks(low, high))
    )


def _harms(found: RobustnessSection, t: Language) -> Figure:
    worst = min(found.harms, key=lambda h: h.difference.value)
    values = {"harm": _harm(t, worst.name), "points": plain(t.decimal(-100 * worst.difference.value, 1))}
    flipped = plain(t.share(worst.flipped, 0))
    if worst.difference.high < 0:
        see = t.say("robustness.see", flipped=flipped, **values)
    else:
        see = t.say("robustness.see_none")
    rows = tuple(
        DotRow(
            as_text(_harm(t, h.name)),
            (Mark(h.difference.value, h.difference.low, h.difference.high, "a"),),
            _points(t, h.difference.value),
        )
        for h in found.harms
    )
    picture = dots(rows, alt=f"{t('robustness.title')}. {as_text(see)}", reference=0.0, scale=_scale(found.harms))
    heads = (
        Column(t.say("robustness.head_harm")),
        Column(t.say("head.products"), numeric=True),
        Column(t.say("robustness.head_before"), numeric=True),
        Column(t.say("robustness.head_after"), numeric=True),
        Column(t.say("robustness.head_difference"), numeric=True),
        Column(t.say("robustness.head_flipped"), numeric=True),
        Column(t.say("robustness.head_probability"), numeric=True),
    )
    cells = tuple(
        (
            _harm(t, h.name),
            plain(t.count(h.products)),
            plain(t.share(h.before)),
            plain(t.share(h.after)),
            plain(
                f"{_points(t, h.difference.value)} "
                f"({_points(t, h.difference.low)} \u2026 {_points(t, h.difference.high)})"
            ),
            plain(t.share(h.flipped)),
            plain(_points(t, h.probability.value)),
        )
        for h in found.harms
    )
    return Figure("harms", t.say("robustness.title"), see, picture, Table(t("robustness.title"), heads, cells))


def _respect(line: DriftLine, t: Language) -> Prose:
    if line.kind == "class":
        return t.say("drift.classes")
    if line.kind == "length":
        return t.say("drift.length", column=line.name)
    if line.kind == "embedding":
        return t.say("drift.embedding", block=block_name(t, line.name))
    return quoted(line.name)


def _effect(line: DriftLine, t: Language) -> Prose:
    if line.low is None or line.high is None:
        return plain(t.decimal(line.effect, 2))
    return plain(f"{t.decimal(line.effect, 2)} ({t.decimal(line.low, 2)} \u2026 {t.decimal(line.high, 2)})")


def _share(t: Language, value: float | None) -> Prose:
    return plain("\u2013" if value is None else t.share(value))


def _drift(found: DriftSection, t: Language) -> Table:
    order = sorted(found.lines, key=lambda line: (not line.alarm, -line.effect))[:DRAWN]
    heads = (
        Column(t.say("drift.head_respect")),
        Column(t.say("head.status")),
        Column(t.say("drift.head_effect"), numeric=True),
        Column(t.say("drift.head_p"), numeric=True),
        Column(t.say("drift.head_index"), numeric=True),
        Column(t.say("drift.head_missing"), numeric=True),
        Column(t.say("drift.head_unseen"), numeric=True),
    )
    rows = tuple(
        (
            _respect(line, t),
            t.say("drift.alarm" if line.alarm else "drift.calm"),
            _effect(line, t),
            plain("< 0.001" if line.corrected < LEAST_P else t.decimal(line.corrected, 3)),
            plain("\u2013" if line.index is None else t.decimal(line.index, 2)),
            plain(f"{t.share(line.missing_before)} \u2192 {t.share(line.missing_after)}"),
            _share(t, line.unseen),
        )
        for line in order
    )
    return Table(t("drift.title"), heads, rows)


def _drift_intro(found: DriftSection, t: Language) -> Prose:
    alarms = sum(line.alarm for line in found.lines)
    counts = {"before": plain(t.count(found.before)), "after": plain(t.count(found.after))}
    key = "drift.some" if alarms else "drift.none"
    return t.say(key, n=plain(t.count(alarms)), all=plain(t.count(len(found.lines))), **counts)


def build(report: AuditReport, t: Language) -> RobustnessContext:
    """Return what the section shows."""
    harmed, drift = report.robustness, report.drift
    if harmed is None or not harmed.harms:
        known = bool(report.explanation.beeswarm)
        intro, harms = t.say("robustness.not_asked" if known else "robustness.flat"), None
    else:
        intro, harms = t.say("robustness.intro", n=plain(t.count(harmed.products))), _harms(harmed, t)
    if drift is None:
        return RobustnessContext(intro, harms, t.say("drift.not_asked"), None, ())
    note = t.say("drift.note", level=plain(t.share(drift.level, 0)))
    return RobustnessContext(intro, harms, _drift_intro(drift, t), _drift(drift, t), note)


SECTION = Section("robustness", RobustnessContext, build)
