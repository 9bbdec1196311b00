"""Whether large classes are held back, and how often the products of small and large ones are found."""

from __future__ import annotations

from prodcls.audit_balance import BalanceSection, SizeGroup
from prodcls.audit_interval import Interval
from prodcls.charts import Key
from prodcls.charts_plane import share_axis
from prodcls.charts_rows import DotRow, Mark, dots
from prodcls.language import Language, Prose, as_text, plain
from prodcls.sections.parts import Column, Figure, Table

__all__ = ["balance_figure", "balance_note"]

OBJECTIVES = {"macro-f1": "balance.macro_f1", "accuracy": "balance.accuracy"}
"""Strings that name what is balanced for."""


def balance_note(found: BalanceSection, t: Language) -> Prose:
    """Return how far large classes are held back, why, and what that changed."""
    if found.objective not in OBJECTIVES:
        return t.say("balance.off")
    objective = t.say(OBJECTIVES[found.objective])
    if not any((found.strength, *found.folds)):
        return t.say("balance.not_needed", objective=objective)
    numbers = {
        "strength": t.decimal(found.strength, 1),
        "weakest": t.decimal(min(found.folds), 1),
        "strongest": t.decimal(max(found.folds), 1),
        "gained": t.count(found.gained),
        "lost": t.count(found.lost),
    }
    for name, figure in (("macro", found.macro_f1), ("accuracy", found.accuracy)):
        numbers |= {
            name: t.signed(100 * figure.value, 1),
            f"{name}_low": t.signed(100 * figure.low, 1),
            f"{name}_high": t.signed(100 * figure.high, 1),
        }
    return t.say("balance.on", objective=objective, **{name: plain(text) for name, text in numbers.items()})


def balance_figure(found: BalanceSection, t: Language) -> Figure | None:
    """Return recall by size of the classes; None where all are of about one size."""
    if not found.groups:
        return None
    changed = any(found.folds)
    small, large = found.groups[0], found.groups[-1]
    numbers = {"small": t.share(small.recall.value), "large": t.share(large.recall.value)}
    see = t.say("balance.see", **{name: plain(text) for name, text in numbers.items()})
    if changed:
        before = {"small": t.share(small.without.value), "large": t.share(large.without.value)}
        see += t.say("balance.see_without", **{name: plain(text) for name, text in before.items()})
    drawn = tuple(DotRow(as_text(_sizes(g, t)), _marks(g, changed), t.share(g.recall.value)) for g in found.groups)
    legend = (Key("k-dot", t("balance.with")), Key("k-ring", t("balance.without"))) if changed else ()
    title = t.say("balance.title")
    scale = share_axis(min(mark.low for row in drawn for mark in row.marks))
    picture = dots(drawn, alt=f"{as_text(title)}. {as_text(see)}", legend=legend, scale=scale)
    return Figure("balance", title, see, picture, _table(found, as_text(title), changed, t))


def _sizes(group: SizeGroup, t: Language) -> Prose:
    return t.say("balance.sizes", fewest=plain(t.count(group.fewest)), most=plain(t.count(group.most)))


def _marks(group: SizeGroup, changed: bool) -> tuple[Mark, ...]:
    served = Mark(group.recall.value, group.recall.low, group.recall.high, "a")
    before = group.without
    return (served, Mark(before.value, before.low, before.high, "open")) if changed else (served,)


def _table(found: BalanceSection, title: str, changed: bool, t: Language) -> Table:
    heads = [
        Column(t.say("balance.head_sizes")),
        Column(t.say("balance.head_classes"), numeric=True),
        Column(t.say("head.products"), numeric=True),
        Column(t.say("head.recall_range"), numeric=True),
    ]
    if changed:
        heads.append(Column(t.say("balance.head_without"), numeric=True))

    def cells(group: SizeGroup) -> tuple[Prose, ...]:
        figures = (group.recall, group.without) if changed else (group.recall,)
        numbers = (plain(t.count(group.classes)), plain(t.count(group.products)))
        return (_sizes(group, t), *numbers, *(_with_range(f, t) for f in figures))

    return Table(title, tuple(heads), tuple(cells(group) for group in found.groups))


def _with_range(figure: Interval, t: Language) -> Prose:
    return plain(f"{t.share(figure.value)} ({t.interval(figure)})")
