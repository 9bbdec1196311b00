"""How numbers move the model, and a small tree that stands in for it."""

from __future__ import annotations

from dataclasses import dataclass

from prodcls.audit import AuditReport
from prodcls.audit_views import EffectCurve, TreeStep, TreeView
from prodcls.charts_curve import Curve, curves
from prodcls.charts_tree import Branch, tree
from prodcls.language import Language, Prose, as_text, plain, quoted
from prodcls.sections.parts import Column, Figure, Section, Table, evidence_name

__all__ = ["SECTION", "BehaviourContext"]

SMALL = 0.005
"""Leads and effects below this are printed as zero."""


@dataclass(frozen=True)
class BehaviourContext:
    """What the section shows.

    Attributes
    ----------
    intro : Prose
        What the section shows, or why there is nothing.
    curves : tuple of Figure
        One a numeric column.
    tree : Figure or None
    """

    intro: Prose
    curves: tuple[Figure, ...]
    tree: Figure | None


def _curve(number: int, curve: EffectCurve, t: Language) -> Figure:
    title = t.say("effects.title", column=curve.column)
    widest = max(curve.lines, key=lambda line: max(line.effect) - min(line.effect))
    reach = max(widest.effect) - min(widest.effect)
    total = plain(t.count(sum(curve.counts)))
    if reach < SMALL:
        see = t.say("effects.see_none", n=total)
    else:
        see = t.say("effects.see", n=total, name=widest.name, reach=plain(t.decimal(reach)))
    rows = tuple(
        Curve(line.name, line.effect, f"{t.signed(min(line.effect))} \u2026 {t.signed(max(line.effect))}")
        for line in curve.lines
    )
    heads = (
        Column(quoted(curve.column), numeric=True),
        Column(t.say("head.products_to_here"), numeric=True),
        *(Column(quoted(line.name), numeric=True) for line in curve.lines),
    )
    cells = tuple(
        (
            plain(t.decimal(edge, 0 if abs(edge) >= 100 else 2)),
            plain(t.count(curve.counts[i - 1]) if i else "\u2013"),
            *(plain(t.signed(line.effect[i])) for line in curve.lines),
        )
        for i, edge in enumerate(curve.edges)
    )
    alt = f"{as_text(title)}. {as_text(see)}"
    picture = curves(curve.edges, rows, alt=alt, rug=t("effects.rug"))
    return Figure(f"effect-{number}", title, see, picture, Table(as_text(title), heads, cells))


def _question(step: TreeStep, t: Language) -> Prose:
    name = evidence_name(t, step.block, step.key, step.name)
    if abs(step.threshold) < SMALL:
        return t.say("tree.ahead", evidence=name)
    key = "tree.ahead_by" if step.threshold > 0 else "tree.behind_by"
    return t.say(key, evidence=name, by=plain(t.decimal(abs(step.threshold))))


def _branch(view: TreeView, at: int, answer: str, t: Language) -> Branch:
    step = view.steps[at]
    share = plain(t.share(step.share, 0))
    if step.no >= 0:
        below = (_branch(view, step.yes, t("tree.yes"), t), _branch(view, step.no, t("tree.no"), t))
        note = t("tree.comparisons", share=share) if answer else ""
        return Branch(answer, as_text(_question(step, t)), note, step.share, "", below)
    first = step.first >= 0.5
    right = plain(t.share(step.first if first else 1 - step.first, 0))
    said = t("tree.first" if first else "tree.second")
    return Branch(answer, said, t("tree.agrees", share=share, right=right), step.share, "a" if first else "b")


def _steps(view: TreeView, t: Language) -> Table:
    heads = (
        Column(t.say("head.step")),
        Column(t.say("head.question")),
        Column(t.say("head.if_yes"), numeric=True),
        Column(t.say("head.if_no"), numeric=True),
        Column(t.say("head.comparisons"), numeric=True),
        Column(t.say("head.takes_first"), numeric=True),
    )
    rows = tuple(
        (
            plain(str(i + 1)),
            _question(s, t) if s.no >= 0 else t.say("tree.first" if s.first >= 0.5 else "tree.second"),
            plain(str(s.yes + 1) if s.no >= 0 else "\u2013"),
            plain(str(s.no + 1) if s.no >= 0 else "\u2013"),
            plain(t.share(s.share)),
            plain(t.share(s.first)),
        )
        for i, s in enumerate(view.steps)
    )
    return Table(t("tree.title"), heads, rows)


def _tree(view: TreeView, t: Language) -> Figure:
    see = t.say(
        "tree.see",
        n=plain(t.count(view.products)),
        fidelity=plain(t.share(view.fidelity)),
        stump=plain(t.share(view.stump)),
        chance=plain(t.share(view.chance, 0)),
    )
    return Figure("tree", t.say("tree.title"), see, tree(_branch(view, 0, "", t)), _steps(view, t))


def build(report: AuditReport, t: Language) -> BehaviourContext:
    """Return what the section shows."""
    views = report.views
    if views is None:
        return BehaviourContext(t.say("explanation.none"), (), None)
    drawn = tuple(_curve(i, curve, t) for i, curve in enumerate(views.curves, start=1))
    intro = t.say("behaviour.intro" if drawn else "behaviour.no_numbers")
    return BehaviourContext(intro, drawn, None if views.tree is None else _tree(views.tree, t))


SECTION = Section("behaviour", BehaviourContext, build)
