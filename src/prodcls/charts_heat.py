"""Confusion matrices: labelled with few classes, a compact ordered map with many.

Right answers are blue, wrong ones orange; the shade is the share of the true class.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict

from markupsafe import Markup

from prodcls.audit import Confusion
from prodcls.charts import Key, Row, compact, frame, join, legend_list, tag

__all__ = ["LABELLED", "MAPPED", "confusion_order", "heatmap", "heatmap_compact"]

LABELLED = 25
"""Most classes that are labelled one by one."""

MAPPED = 150
"""Most classes on the compact map: those with most errors."""

WRONG_STEPS = (0.0, 0.02, 0.05, 0.1, 0.2)
RIGHT_STEPS = (0.0, 0.5, 0.7, 0.85, 0.95)
"""Lower bounds of the shades, as shares of the true class."""


def _shade(count: int, support: int, right: bool) -> str:
    steps = RIGHT_STEPS if right else WRONG_STEPS
    return f"{'hr' if right else 'hw'}{bisect_right(steps, count / support)}"


def heatmap(
    confusion: Confusion, *, alt: str, corner: str, head: str, figures: tuple[str, ...], legend: tuple[Key, ...]
) -> Markup:
    """Return the matrix with one labelled row a class and numbered columns.

    Parameters
    ----------
    confusion : Confusion
        At most `LABELLED` classes.
    alt : str
    corner : str
        What the columns are.
    head : str
        What the figures on the right are.
    figures : tuple of str
        One a class.
    legend : tuple of Key
    """
    many = len(confusion.names)
    width = 100.0 / many
    middle = [f"{compact(width * (j + 0.5))}%" for j in range(many)]
    heads = (tag("text", str(j + 1), x=middle[j], y="4", text_anchor="middle") for j in range(many))
    size = "tight" if many > 12 else "wide"
    rows = [Row(corner, marks=join(heads), figure=head, kind=f"head {size}")]
    for i, counts in enumerate(confusion.counts):
        support = sum(counts) or 1
        cells = [tag("rect", class_="h0", width="100%", y="-14", height="27")]
        for j, count in enumerate(counts):
            if not count:
                continue
            shade = _shade(count, support, i == j)
            place = {"x": f"{compact(width * j)}%", "width": f"{compact(width)}%"}
            cells.append(tag("rect", class_=shade, y="-14", height="27", **place))
            cells.append(tag("text", str(count), class_=f"on-{shade}", x=middle[j], y="4", text_anchor="middle"))
        rows.append(
            Row(f"{i + 1}\u2002{confusion.names[i]}", marks=join(cells), figure=figures[i], kind=f"heat {size}")
        )
    return frame(rows, alt=alt, legend=legend)


def confusion_order(counts: tuple[tuple[int, ...], ...]) -> tuple[int, ...]:
    """Return an order of the classes in which those taken for each other stand side by side.

    Starts at the class with most errors and goes on to the class most confused with the last one; with the most
    errors left when that one is confused with none. Ties go to the lower number.

    Parameters
    ----------
    counts : tuple of tuple of int
        Shape (K, K).
    """
    many = len(counts)
    mixed = [[counts[i][j] + counts[j][i] if i != j else 0 for j in range(many)] for i in range(many)]
    errors = [sum(row) for row in mixed]
    left = set(range(many))
    order: list[int] = []
    while left:
        last = mixed[order[-1]] if order else [0] * many
        following = max(left, key=lambda i: (last[i], errors[i], -i))
        order.append(following)
        left.remove(following)
    return tuple(order)


def heatmap_compact(confusion: Confusion, order: tuple[int, ...], *, alt: str, legend: tuple[Key, ...]) -> Markup:
    """Return the matrix as a square map, numbered every ten classes.

    Parameters
    ----------
    confusion : Confusion
    order : tuple of int
        Classes from top to bottom and from left to right.
    alt : str
    legend : tuple of Key
    """
    many = len(order)
    squares: dict[str, list[str]] = defaultdict(list)
    for y, i in enumerate(order):
        support = sum(confusion.counts[i]) or 1
        for x, j in enumerate(order):
            if confusion.counts[i][j]:
                squares[_shade(confusion.counts[i][j], support, i == j)].append(f"M{x} {y}h1v1h-1z")
    step = 10 if many <= 100 else 25
    numbers = []
    for n in range(step - 1, many, step):
        middle = f"{compact(100 * (n + 0.5) / many)}%"
        numbers.append(tag("text", str(n + 1), x=middle, y="-6", text_anchor="middle"))
        numbers.append(tag("text", str(n + 1), x="-6", y=middle, dy=".35em", text_anchor="end"))
    ground = tag("rect", class_="h0", width=str(many), height=str(many))
    paths = (tag("path", class_=shade, d="".join(squares[shade])) for shade in sorted(squares))
    picture = tag("svg", tag("svg", ground, *paths, viewBox=f"0 0 {many} {many}"), *numbers, class_="map")
    picture = tag("div", picture, role="img", aria_label=alt)
    return legend_list(legend) + picture
