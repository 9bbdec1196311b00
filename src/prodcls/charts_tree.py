"""A tree of questions as nested lists: it wraps on a small screen and is read out in order."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from prodcls.charts import bidi, compact, tag

__all__ = ["Branch", "tree"]


@dataclass(frozen=True)
class Branch:
    """A question with its two answers, or where a path ends.

    Attributes
    ----------
    answer : str
        The answer that leads here, such as "yes"; empty for the first question.
    text : str
        The question, or what the tree says.
    note : str
        How often it is reached and how often that is right.
    share : float
        Length of the bar, in [0, 1].
    tone : str
        Class of its colour; empty for a question, which has no bar.
    branches : tuple of Branch
        Two for a question, none at the end.
    """

    answer: str
    text: str
    note: str
    share: float
    tone: str
    branches: tuple[Branch, ...] = ()


def tree(root: Branch) -> Markup:
    """Return the tree below ``root``."""
    return tag("ul", _item(root), class_="tree")


def _item(branch: Branch) -> Markup:
    words: list[Markup] = []
    if branch.answer:
        words += [tag("b", branch.answer), Markup(" ")]
    words.append(tag("span", bidi(branch.text), class_="said" if branch.tone else "asked"))
    words.append(tag("small", branch.note))
    if branch.tone:
        bar = tag("rect", class_=f"f-{branch.tone}", width=f"{compact(100 * branch.share)}%", height="6", rx="2")
        words.append(tag("svg", bar, class_="bar", aria_hidden="true"))
    below = [tag("ul", *map(_item, branch.branches))] if branch.branches else []
    return tag("li", tag("div", *words), *below)
