"""Closer looks at performance: precision against recall, parts of the products, fewer training products, paths."""

from __future__ import annotations

from prodcls.audit_performance import PerformanceStudy, PrecisionCurve, SliceFigures
from prodcls.charts import Key, Scale, Tick
from prodcls.charts_plane import Line, Point, plane, share_axis
from prodcls.charts_rows import DotRow, Mark, dots
from prodcls.language import Language, Prose, as_text, plain, quoted
from prodcls.sections.parts import Column, Figure, Table, join_prose

__all__ = ["learning_figure", "precision_curves", "slice_figure"]

DRAWN = 30
"""Most slices drawn, those with the least accuracy; the table has them all."""

RECALLS = (0.2, 0.4, 0.6, 0.8, 0.9, 1.0)
"""Recalls in the table of curves."""


def precision_curves(study: PerformanceStudy, t: Language) -> Figure:
    """Return the curves over all classes and of the worst ones."""
    named: list[tuple[Prose, PrecisionCurve, str]] = [
        (t.say("curves.micro"), study.micro, "a"),
        (t.say("curves.macro"), study.macro, "b"),
        *((quoted(c.name), c, f"c{i}") for i, c in enumerate(study.curves)),
    ]
    worst = study.curves[0]
    averages = {"worst": plain(t.share(worst.average)), "macro": plain(t.share(study.macro.average))}
    see = t.say("curves.see", name=worst.name, **averages)
    last = len(study.micro.precision) - 1
    lines = tuple(Line(tuple((i / last, p) for i, p in enumerate(c.precision)), tone) for _, c, tone in named)
    lowest = min(min(c.precision) for _, c, _ in named)
    title = t.say("curves.title")
    picture = plane(
        lines[::-1],
        x=share_axis(),
        y=share_axis(lowest, 1.0),
        titles=(t("curves.recall"), t("curves.precision")),
        alt=f"{as_text(title)}. {as_text(see)}",
        legend=tuple(Key(f"k-{tone}", as_text(name)) for name, _, tone in named),
    )
    heads = (
        Column(t.say("head.class")),
        Column(t.say("head.average_precision"), numeric=True),
        *(Column(t.say("curves.at", recall=plain(t.share(r, 0))), numeric=True) for r in RECALLS),
    )
    rows = tuple(
        (name, plain(t.share(c.average)), *(plain(t.share(c.precision[round(r * last)])) for r in RECALLS))
        for name, c, _ in named
    )
    return Figure("curves", title, see, picture, Table(as_text(title), heads, rows))


def _slice_name(s: SliceFigures, t: Language) -> Prose:
    ends = (0.0 if v is None else v for v in (s.low, s.high))
    low, high = (plain(t.decimal(v, 0 if abs(v) >= 100 or s.kind == "length" else 2)) for v in ends)
    if s.kind == "column":
        return t.say("slices.column", column=s.column, value=s.value)
    if s.kind == "band":
        return t.say("slices.band", column=s.column, low=low, high=high)
    if s.kind == "length":
        return t.say("slices.length", low=low, high=high)
    if s.kind == "script":
        return t.say("slices.script", script=t.pick("script", s.value))
    return t.say("slices.photo") if s.value == "yes" else t.say("slices.no_photo")


def slice_figure(study: PerformanceStudy, accuracy: float, t: Language) -> Figure | None:
    """Return accuracy on parts of the products; None where there are none."""
    if not study.slices:
        return None
    named = [(_slice_name(s, t), s) for s in study.slices]
    worse = [name for name, s in named if s.worse]
    total = plain(t.count(len(named)))
    see = t.say("slices.none", all=total)
    if worse:
        see = t.say("slices.see", all=total, n=plain(t.count(len(worse))), list=join_prose(t, tuple(worse[:5])))
    if len(named) > DRAWN:
        see += t.say("slices.cut", n=plain(t.count(DRAWN)), all=total)
    drawn = tuple(
        DotRow(
            as_text(name),
            (Mark(s.accuracy.value, s.accuracy.low, s.accuracy.high, "b" if s.worse else "a"),),
            t.share(s.accuracy.value) + (" \u25bc" if s.worse else ""),
        )
        for name, s in named[:DRAWN]
    )
    legend = (
        Key("k-a", t("slices.as_rest")),
        Key("k-b", t("slices.worse")),
        Key("k-line", t("slices.overall")),
    )
    title = t.say("slices.title")
    picture = dots(drawn, alt=f"{as_text(title)}. {as_text(see)}", legend=legend, reference=accuracy)
    return Figure("slices", title, see, picture, _slice_table(named, as_text(title), t))


def _slice_table(named: list[tuple[Prose, SliceFigures]], title: str, t: Language) -> Table:
    heads = (
        Column(t.say("head.part")),
        Column(t.say("head.products"), numeric=True),
        Column(t.say("head.accuracy_range"), numeric=True),
        Column(t.say("head.rest"), numeric=True),
        Column(t.say("head.p_value"), numeric=True),
    )
    rows = tuple(
        (
            name,
            plain(t.count(s.products)),
            plain(f"{t.share(s.accuracy.value)} ({t.interval(s.accuracy)})"),
            plain(t.share(s.rest)),
            plain(t.small(s.p_value) if s.p_value < 0.001 else t.decimal(s.p_value, 3)),
        )
        for name, s in named
    )
    return Table(title, heads, rows)


def learning_figure(study: PerformanceStudy, t: Language) -> Figure | None:
    """Return accuracy with fewer training products; None where it was not measured."""
    points = study.learning
    if len(points) < 2:
        return None
    before, last = points[-2], points[-1]
    gain = 100 * (last.accuracy.value - before.accuracy.value)
    numbers = {"from_n": t.count(before.products), "to_n": t.count(last.products), "judged": t.count(study.judged)}
    values = {name: plain(text) for name, text in numbers.items()} | {"points": plain(t.signed(gain, 1))}
    see = t.say("learning.see_flat", **values)
    if last.accuracy.value > before.accuracy.high:
        see = t.say("learning.see", **values)
    places = [float(p.products) for p in points]
    title = t.say("learning.title")
    picture = plane(
        (Line(tuple((x, p.accuracy.value) for x, p in zip(places, points, strict=True)), "a"),),
        tuple(
            Point(x, p.accuracy.value, p.accuracy.low, p.accuracy.high, "a")
            for x, p in zip(places, points, strict=True)
        ),
        x=Scale(0.0, 1.05 * places[-1], tuple(Tick(x, t.count(int(x))) for x in places)),
        y=share_axis(min(p.accuracy.low for p in points), 1.0),
        titles=(t("learning.products"), t("learning.accuracy")),
        alt=f"{as_text(title)}. {as_text(see)}",
    )
    heads = (Column(t.say("head.trained_on"), numeric=True), Column(t.say("head.accuracy_range"), numeric=True))
    rows = tuple(
        (plain(t.count(p.products)), plain(f"{t.share(p.accuracy.value)} ({t.interval(p.accuracy)})")) for p in points
    )
    return Figure("learning", title, see, picture, Table(as_text(title), heads, rows))
