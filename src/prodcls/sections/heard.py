"""The product's sound in words, and what counts in it over time."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

from prodcls.charts import Key, Scale, Tick, ticks
from prodcls.charts_sound import Heard, sound_strip
from prodcls.explain.attribution import Part
from prodcls.language import Language, as_text, plain, quoted
from prodcls.sections.marks import FIGURED
from prodcls.sections.parts import Column, Figure, Table

__all__ = ["sound_figure", "stretch_label"]

DASH = "\u2013"
"""Stands between start and end in the label of a segment."""

_LABEL = re.compile(rf"(\d+(?:\.\d+)?){DASH}(\d+(?:\.\d+)?) s")


def stretch_label(parts: Iterable[Part]) -> str:
    """Return from when to when neighbouring segments of a sound last, in seconds.

    Parameters
    ----------
    parts : iterable of Part
        Of the kind ``"segment"``, at least one, in any order.

    Returns
    -------
    str
        Such as ``0.25\u20130.75 s``.
    """
    labels = [part.label for part in sorted(parts, key=lambda p: p.box or ())]
    return f"{labels[0].partition(DASH)[0]}{DASH}{labels[-1].partition(DASH)[2]}"


def sound_figure(parts: Iterable[Part], predicted: str, t: Language) -> Figure | None:
    """Return the segments of a sound as bars over time.

    Parameters
    ----------
    parts : iterable of Part
        Of an account.
    predicted : str
        Class that it speaks for.
    t : Language

    Returns
    -------
    Figure or None
        None without segments.
    """
    places = _places(parts)
    if not places:
        return None
    end, together = max(p[1] for p in places), t.signed(sum(p[2] for p in places))
    by_size = sorted((abs(value) for *_, value in places), reverse=True)
    least = by_size[min(FIGURED, len(by_size)) - 1]
    segments = tuple(
        Heard(start, stop, value, t.signed(value) if value and abs(value) >= least else "")
        for start, stop, value in places
    )
    strongest = max(places, key=lambda p: abs(p[2]))
    see = t.say(
        "why.sound_see",
        predicted=quoted(predicted),
        stretch=plain(_span(*strongest[:2], t)),
        value=plain(t.signed(strongest[2])),
        sum=plain(together),
    )
    title = t.say("why.sound_title")
    picture = sound_strip(
        segments,
        label=t("block.audio"),
        figure=together,
        scale=Scale(0.0, end, tuple(Tick(at, _seconds(at, t)) for at in ticks(0.0, end, 5))),
        alt=f"{as_text(title)}. {as_text(see)}",
        legend=(Key("k-a", t("account.for_a", name=predicted)), Key("k-b", t("why.against"))),
    )
    heads = (Column(t.say("head.stretch")), Column(t.say("head.contribution"), numeric=True))
    rows = tuple((plain(_span(start, stop, t)), plain(t.signed(value, 4))) for start, stop, value in places)
    return Figure("sound", title, see, picture, Table(as_text(title), heads, rows))


def _places(parts: Iterable[Part]) -> list[tuple[float, float, float]]:
    """Return start and end in seconds and value of each segment, in the order of time; no place that is none."""
    found: dict[tuple[float, float], float] = {}
    for part in parts:
        label = _LABEL.fullmatch(part.label) if part.kind == "segment" else None
        if label is not None and float(label[1]) < float(label[2]) and math.isfinite(part.value):
            place = float(label[1]), float(label[2])
            found[place] = found.get(place, 0.0) + part.value
    return [(*place, found[place]) for place in sorted(found)]


def _seconds(at: float, t: Language) -> str:
    return t("unit.seconds", n=plain(f"{at:.4g}"))


def _span(start: float, end: float, t: Language) -> str:
    return t("unit.seconds", n=plain(f"{start:.4g}{DASH}{end:.4g}"))
