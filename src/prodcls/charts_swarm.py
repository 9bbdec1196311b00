"""Beeswarms: every sampled product as one dot.

The dots of one colour are one path of zero-length strokes with round ends. The path lives in a box that is stretched
to the width of the track, and its stroke is not scaled: round dots of constant size for about seven bytes each.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from markupsafe import Markup

from prodcls.charts import LEAST_SPAN, Key, Row, Scale, frame, gridlines, signed_ticks, tag

__all__ = ["LEVELS", "Swarm", "beeswarm"]

HEIGHT = 40
"""Of one swarm, in CSS pixels."""

DOT = 4.0
"""Distance of stacked dots, in CSS pixels."""

BOX = 1000
"""Width of the stretched box."""

BINS = 120
"""Dots in the same bin are stacked: about four pixels each at the usual width."""

LEVELS = 5
"""Steps of colour from least to most evidence."""


@dataclass(frozen=True)
class Swarm:
    """One row.

    Attributes
    ----------
    label : str
    values : tuple of float
    levels : tuple of float
        In [0, 1], as many.
    text : str
        Right of the swarm.
    dot : str
        Class of the block's colour.
    """

    label: str
    values: tuple[float, ...]
    levels: tuple[float, ...]
    text: str
    dot: str


def _offsets(places: list[float]) -> list[float]:
    """Return the height of each dot over the middle: stacked by bin, outwards, never beyond the track."""
    bins: dict[int, list[int]] = defaultdict(list)
    for i, place in enumerate(places):
        bins[int(place / 100 * BINS)].append(i)
    out = [0.0] * len(places)
    for members in bins.values():
        step = min(DOT, (HEIGHT - DOT) / max(1, len(members)))
        for rank, i in enumerate(members):
            out[i] = step * ((rank + 1) // 2) * (-1 if rank % 2 else 1)
    return out


def _dots(swarm: Swarm, scale: Scale) -> Markup:
    places = [scale.percent(v) for v in swarm.values]
    by_level: dict[int, list[str]] = defaultdict(list)
    for place, offset, level in zip(places, _offsets(places), swarm.levels, strict=True):
        step = min(LEVELS - 1, max(0, int(level * LEVELS)))
        by_level[step].append(f"M{round(place * BOX / 100)} {round(HEIGHT / 2 + offset)}h0")
    paths = (tag("path", class_=f"s{step}", d="".join(by_level[step])) for step in sorted(by_level))
    box = {
        "viewBox": f"0 0 {BOX} {HEIGHT}",
        "preserveAspectRatio": "none",
        "y": str(-HEIGHT // 2),
        "height": str(HEIGHT),
    }
    return tag("svg", *paths, class_="swarm", **box)


def beeswarm(rows: tuple[Swarm, ...], *, alt: str, legend: tuple[Key, ...]) -> Markup:
    """Return swarms on one scale, which is symmetric around zero.

    Parameters
    ----------
    rows : tuple of Swarm
    alt : str
    legend : tuple of Key
    """
    reach = 1.02 * max((abs(v) for row in rows for v in row.values), default=0.0)
    reach = reach if reach > LEAST_SPAN else 1.0
    scale = Scale(-reach, reach, signed_ticks(-reach, reach, 6))
    lines = gridlines(scale)
    drawn = (Row(r.label, lines, _dots(r, scale), r.text, dot=r.dot, kind="swarms") for r in rows)
    return frame(drawn, alt=alt, scale=scale, legend=legend)
