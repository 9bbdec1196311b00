"""Where a product's price, or another number, stands among those of the classes in question."""

from __future__ import annotations

from prodcls.charts import Key
from prodcls.charts_spread import Box, is_wide, spread_chart
from prodcls.explain.spreads import NumberView, Spread
from prodcls.language import Language, Prose, plain, quoted
from prodcls.sections.changes import amount
from prodcls.sections.parts import Column, Figure, Table, join_prose

__all__ = ["number_figures"]

TONES = ("a", "b")
"""Colours of the predicted class and of its rival; a third class is grey."""


def number_figures(views: tuple[NumberView, ...], classes: tuple[str, str], t: Language) -> tuple[Figure, ...]:
    """Return a chart for each number.

    Parameters
    ----------
    views : tuple of NumberView
    classes : tuple of (str, str)
        The class that is accounted for, and its rival.
    t : Language
    """
    return tuple(_figure(i, view, classes, t) for i, view in enumerate(views, start=1))


def _figure(number: int, view: NumberView, classes: tuple[str, str], t: Language) -> Figure:
    boxes = tuple(_box(spread, classes, t) for spread in view.spreads)
    legend: tuple[Key, ...] = (Key("k-box", t("numbers.box")), Key("k-whisker", t("numbers.whisker")))
    if view.own is not None:
        legend += (Key("k-own", t("numbers.own", own=plain(_rounded(view.own)))),)
    told = t.say("numbers.none", column=view.column) if view.own is None else _compared(view, view.own, t)
    if is_wide(boxes, view.own):
        told = join_prose(t, (told, t.say("numbers.log")), "sentence.separator")
    picture = spread_chart(boxes, view.own, alt=t("numbers.alt", column=view.column, told=told), legend=legend)
    return Figure(f"number-{number}", t.say("numbers.title", column=view.column), told, picture, _table(view, t))


def _compared(view: NumberView, own: float, t: Language) -> Prose:
    """Return the sentence that says of how many products of each class the number is above."""
    shares = tuple(
        t.say("numbers.above", share=plain(t.share(s.below, 0)), name=s.name)
        for s in view.spreads
        if s.below is not None
    )
    return t.say("numbers.see", column=view.column, own=plain(_rounded(own)), list=join_prose(t, shares))


def _box(spread: Spread, classes: tuple[str, str], t: Language) -> Box:
    tone = dict(zip(classes, TONES, strict=True)).get(spread.name, "open")
    note = t("numbers.note", lower=plain(_rounded(spread.lower)), upper=plain(_rounded(spread.upper)))
    return Box(
        spread.name,
        note,
        t("numbers.count", n=plain(t.count(spread.count))),
        spread.low,
        spread.lower,
        spread.middle,
        spread.upper,
        spread.high,
        tone,
    )


def _table(view: NumberView, t: Language) -> Table:
    shares = (Column(plain(name), numeric=True) for name in ("5%", "25%", "50%", "75%", "95%"))
    heads = (Column(t.say("head.class")), Column(t.say("numbers.products"), numeric=True), *shares)
    rows = tuple(
        (
            quoted(s.name),
            plain(t.count(s.count)),
            *(plain(_rounded(v)) for v in (s.low, s.lower, s.middle, s.upper, s.high)),
        )
        for s in view.spreads
    )
    return Table(t("numbers.caption", column=view.column), heads, rows)


def _rounded(number: float) -> str:
    """Return a number with four digits that count."""
    return amount(float(f"{number:.4g}"))
