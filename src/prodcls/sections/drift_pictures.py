"""Before and after: a chart for each line of a comparison that has values or numbers to show."""

from __future__ import annotations

from prodcls.audit_drift import DriftDetail
from prodcls.charts import Key, Scale, Tick, ticks
from prodcls.charts_rows import DotRow, Mark, dots
from prodcls.charts_spread import Box, is_wide, spread_chart
from prodcls.language import Language, Prose, as_text, plain, quoted
from prodcls.sections.drift_lines import respect_name
from prodcls.sections.parts import Column, Figure, Table, join_prose

__all__ = ["drift_figure"]

DRAWN = 8
"""Values drawn; the table has those that the report has."""

SHARES = ("words", "certainty")
"""Kinds of line whose numbers are shares of 1."""

FACTORS = ("expected",)
"""Kinds of line whose numbers are factors."""


def drift_figure(number: int, detail: DriftDetail, t: Language) -> Figure | None:
    """Return the chart of a line.

    Parameters
    ----------
    number : int
        Tells its anchor from others.
    detail : DriftDetail
    t : Language

    Returns
    -------
    Figure or None
        None where there is nothing to draw.
    """
    if detail.shares:
        return _shares(number, detail, t)
    if detail.before and detail.after:
        return _numbers(number, detail, t)
    return None


def _value(kind: str, value: str, t: Language) -> Prose:
    if kind == "script":
        return t.pick("script", value) if value else t.say("moved.no_letters")
    if kind == "photo" and value:
        return t.say("drifted.there")
    return quoted(value) if value else t.say("drifted.nothing")


def _shares(number: int, detail: DriftDetail, t: Language) -> Figure:
    title = respect_name(detail.kind, detail.name, t)
    (value, (before, after)), *_ = detail.shares.items()
    see = t.say(
        "drifted.share_see",
        value=_value(detail.kind, value, t),
        before=plain(t.share(before)),
        after=plain(t.share(after)),
    )
    rows = tuple(
        DotRow(
            as_text(_value(detail.kind, name, t)),
            (Mark(old, old, old, "open"), Mark(new, new, new, "a")),
            f"{t.share(old)} \u2192 {t.share(new)}",
        )
        for name, (old, new) in list(detail.shares.items())[:DRAWN]
    )
    legend = (Key("k-ring", t("drifted.old")), Key("k-dot", t("drifted.new")))
    high = 1.05 * max(mark.value for row in rows for mark in row.marks)
    scale = Scale(0.0, high, tuple(Tick(v, t.share(v, 0)) for v in ticks(0.0, high)))
    picture = dots(rows, alt=f"{as_text(title)}. {as_text(see)}", legend=legend, joined=True, scale=scale)
    heads = (
        Column(t.say("drifted.head_value")),
        Column(t.say("drifted.old"), numeric=True),
        Column(t.say("drifted.new"), numeric=True),
    )
    cells = tuple(
        (_value(detail.kind, name, t), plain(t.share(old)), plain(t.share(new)))
        for name, (old, new) in detail.shares.items()
    )
    return Figure(f"drift-{number}", title, see, picture, Table(as_text(title), heads, cells))


def _number(kind: str, value: float, t: Language) -> str:
    if kind in SHARES:
        return t.share(value)
    return t.decimal(value, 2) if kind in FACTORS else f"{float(f'{value:.4g}'):,.12g}".replace("-", "\u2212")


def _numbers(number: int, detail: DriftDetail, t: Language) -> Figure:
    title = respect_name(detail.kind, detail.name, t)
    samples = (("drifted.old", detail.before, "open"), ("drifted.new", detail.after, "a"))
    boxes = tuple(_box(t(name), _number(detail.kind, points[2], t), points, tone) for name, points, tone in samples)
    told = {
        "before": plain(_number(detail.kind, detail.before[2], t)),
        "after": plain(_number(detail.kind, detail.after[2], t)),
    }
    see = t.say("drifted.factor_see" if detail.kind in FACTORS else "drifted.number_see", **told)
    if is_wide(boxes, None):
        see = join_prose(t, (see, t.say("numbers.log")), "sentence.separator")
    legend = (Key("k-box", t("drifted.box")), Key("k-whisker", t("drifted.whisker")))
    picture = spread_chart(boxes, None, alt=f"{as_text(title)}. {as_text(see)}", legend=legend)
    heads = (
        Column(t.say("head.name")),
        *(Column(plain(name), numeric=True) for name in ("5%", "25%", "50%", "75%", "95%")),
    )
    cells = tuple((t.say(name), *(plain(_number(detail.kind, v, t)) for v in points)) for name, points, _ in samples)
    return Figure(f"drift-{number}", title, see, picture, Table(as_text(title), heads, cells))


def _box(label: str, text: str, points: tuple[float, ...], tone: str) -> Box:
    low, lower, middle, upper, high = points
    return Box(label, "", text, low, lower, middle, upper, high, tone)
