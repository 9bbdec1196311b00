"""Where decisions stop on the way down the tree of classes, and how right they are level by level."""

from __future__ import annotations

from prodcls.audit_hierarchy import StopFigures, StopStudy
from prodcls.audit_interval import Interval
from prodcls.audit_performance import HierarchyFigures
from prodcls.charts_rows import Bar, bars
from prodcls.language import Language, Prose, as_text, plain
from prodcls.sections.parts import Column, Figure, Table

__all__ = ["hierarchy_levels", "hierarchy_note", "stops_figure", "stops_intro"]


def hierarchy_note(found: HierarchyFigures | None, t: Language) -> Prose:
    """Return the figures over the steps of paths; nothing where the classes form no tree."""
    if found is None:
        return ()
    figures = {"precision": found.precision, "recall": found.recall, "both": found.f1}
    return t.say("hierarchy.note", **{name: plain(_range(t, f)) for name, f in figures.items()})


def hierarchy_levels(found: HierarchyFigures, t: Language) -> Table:
    """Return how many products are right down to each level."""
    heads = (Column(t.say("head.level")), Column(t.say("head.right_range"), numeric=True))
    rows = tuple(
        (t.say("stops.level", n=plain(t.count(n))), plain(_range(t, f))) for n, f in enumerate(found.levels, start=1)
    )
    return Table(t("hierarchy.levels"), heads, rows)


def stops_intro(study: StopStudy, t: Language) -> Prose:
    """Return where a decision stops and what that promises."""
    told = t.say("stops.intro", target=plain(t.share(study.target, 0)))
    if study.coverage is None:
        return told + t.say("stops.none_named")
    return told + t.say("stops.held", held=plain(_range(t, study.coverage)))


def stops_figure(study: StopStudy, t: Language) -> Figure:
    """Return how many decisions stop at each level, and how many of them are right."""
    share = {one: one.products / study.products for one in study.levels}
    leaf, none = study.levels[0], study.levels[-1]
    parents = 1.0 - share[leaf] - share[none]
    numbers = {"leaf": share[leaf], "parent": max(parents, 0.0), "none": share[none]}
    see = t.say("stops.see", **{name: plain(t.share(value)) for name, value in numbers.items()})
    drawn = tuple(
        Bar(as_text(_name(one, t)), share[one], t.share(share[one]), "a" if one.leaf else "b") for one in study.levels
    )
    heads = (
        Column(t.say("head.stopped")),
        Column(t.say("head.products"), numeric=True),
        Column(t.say("head.share"), numeric=True),
        Column(t.say("head.right_range"), numeric=True),
        Column(t.say("head.node_probability"), numeric=True),
    )
    rows = tuple(
        (
            _name(one, t),
            plain(t.count(one.products)),
            plain(t.share(share[one])),
            plain(_range(t, one.right) if one.right is not None and _claims(one) else "\u2013"),
            plain(t.share(one.stated) if one.right is not None and _claims(one) else "\u2013"),
        )
        for one in study.levels
    )
    title = t.say("stops.title")
    picture = bars(drawn, alt=f"{as_text(title)}. {as_text(see)}")
    return Figure("stops", title, see, picture, Table(as_text(title), heads, rows))


def _claims(one: StopFigures) -> bool:
    return one.leaf or one.depth > 0


def _name(one: StopFigures, t: Language) -> Prose:
    if one.leaf:
        return t.say("stops.leaf")
    return t.say("stops.level", n=plain(t.count(one.depth))) if one.depth else t.say("stops.none")


def _range(t: Language, figure: Interval) -> str:
    return f"{t.share(figure.value)} ({t.interval(figure)})"
