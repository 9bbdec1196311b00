"""Which class a product would have over the range of a number, as one bar."""

from __future__ import annotations

import math
from dataclasses import dataclass

from markupsafe import Markup

from prodcls.charts import Key, Row, Scale, Tick, frame, join, tag

__all__ = ["BandBar", "Segment", "band_bar"]

OTHERS = ("b", "b3", "b2", "b4", "b6", "b7")
"""Colours of the classes that the product has not."""


@dataclass(frozen=True)
class Segment:
    """A stretch of the bar: numbers above 0, and the name of their class."""

    low: float
    high: float
    name: str


@dataclass(frozen=True)
class BandBar:
    """What the bar shows.

    Attributes
    ----------
    label : str
    own : float
        The product's number.
    own_name : str
        Class that the product has.
    segments : tuple of Segment
        Ascending, at least one.
    """

    label: str
    own: float
    own_name: str
    segments: tuple[Segment, ...]


def band_bar(bar: BandBar, *, own_text: str, alt: str) -> Markup:
    """Return the bar on a log scale, its own number as a dashed line.

    Parameters
    ----------
    bar : BandBar
    own_text : str
        The product's number in words.
    alt : str
    """
    names = list(dict.fromkeys(s.name for s in bar.segments if s.name != bar.own_name))
    tones = {name: OTHERS[i % len(OTHERS)] for i, name in enumerate(names)} | {bar.own_name: "a"}
    low, high = math.log10(bar.segments[0].low), math.log10(bar.segments[-1].high)
    if high <= low:
        low, high = low - 0.5, high + 0.5
    decades = range(math.ceil(low), math.floor(high) + 1)
    scale = Scale(low, high, tuple(Tick(k, f"{10.0**k:,.12g}") for k in decades))
    starts = [math.log10(s.low) for s in bar.segments]
    ends = [*starts[1:], high]
    marks = [
        tag("rect", class_=f"f-{tones[s.name]}", x=scale.at(a), width=scale.width(a, b), y="-8", height="16")
        for s, a, b in zip(bar.segments, starts, ends, strict=True)
    ]
    place = scale.at(math.log10(bar.own))
    marks.append(tag("line", class_="own", x1=place, x2=place, y1="-12", y2="12"))
    legend = tuple(Key(f"k-{tones[name]}", name) for name in [bar.own_name, *names])
    return frame((Row(bar.label, marks=join(marks), figure=own_text),), alt=alt, scale=scale, legend=legend)
