"""What speaks for a class and against it over the time of a sound: bars up and down, seconds across."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from prodcls.charts import Key, Row, Scale, frame, gridlines, join, tag

__all__ = ["Heard", "sound_strip"]

TALLEST = 34.0
"""Pixels of the tallest bar, up or down."""

GAP = 0.12
"""Share of a segment that stays free between bars."""


@dataclass(frozen=True)
class Heard:
    """A segment of the sound.

    Attributes
    ----------
    start, end : float
        Seconds.
    value : float
    text : str
        The value in words; ``""`` to leave it out.
    """

    start: float
    end: float
    value: float
    text: str


def sound_strip(
    segments: tuple[Heard, ...],
    *,
    label: str,
    figure: str,
    scale: Scale,
    alt: str,
    legend: tuple[Key, ...] = (),
) -> Markup:
    """Return a bar for each segment where it is in time: upwards for what speaks for the class.

    Parameters
    ----------
    segments : tuple of Heard
    label : str
        Left of the strip.
    figure : str
        Right of it.
    scale : Scale
        Over the seconds, from 0.
    alt : str
    legend : tuple of Key
    """
    most = max((abs(s.value) for s in segments), default=0.0) or 1.0
    marks = [tag("line", class_="zero", x2="100%"), *(_bar(s, s.value / most, scale) for s in segments)]
    return frame(
        (Row(label, gridlines(scale), join(marks), figure, kind="strip"),), alt=alt, scale=scale, legend=legend
    )


def _bar(segment: Heard, share: float, scale: Scale) -> Markup:
    free = GAP * (segment.end - segment.start) / 2
    tall = TALLEST * abs(share)
    bar = tag(
        "rect",
        class_="f-a" if share >= 0 else "f-b",
        x=scale.at(segment.start + free),
        width=scale.width(segment.start + free, segment.end - free),
        y=f"{-tall if share >= 0 else 0:.1f}",
        height=f"{tall:.1f}",
    )
    if not segment.text:
        return bar
    beyond = -tall - 4 if share >= 0 else tall + 12
    middle = scale.at((segment.start + segment.end) / 2)
    return bar + tag("text", segment.text, x=middle, y=f"{beyond:.1f}", text_anchor="middle")
