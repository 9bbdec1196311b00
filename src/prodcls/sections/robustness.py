"""What harmed products cost, and whether a new catalogue differs from the one that was trained on."""

from __future__ import annotations

from dataclasses import dataclass

from prodcls.audit import AuditReport
from prodcls.audit_robustness import Degradation, RobustnessSection
from prodcls.charts import Scale, Tick, ticks
from prodcls.charts_rows import DotRow, Mark, dots
from prodcls.language import Language, Prose, as_text, plain
from prodcls.sections.drift_lines import drift_intro, drift_note, drift_table
from prodcls.sections.parts import Column, Figure, Section, Table

__all__ = ["SECTION", "RobustnessContext"]


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
    return RobustnessContext(intro, harms, drift_intro(drift, t), drift_table(drift, t), drift_note(drift, t))


SECTION = Section("robustness", RobustnessContext, build)
