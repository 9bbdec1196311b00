"""The confusion matrix as a picture, and the pairs of classes most often taken for each other."""

from __future__ import annotations

from dataclasses import dataclass

from prodcls.audit import Confusion
from prodcls.charts import Key
from prodcls.charts_heat import LABELLED, MAPPED, confusion_order, heatmap, heatmap_compact
from prodcls.language import Language, as_text, plain, quoted
from prodcls.sections.parts import Column, Figure, Table

__all__ = ["Pair", "confusion_figure", "pairs_of", "worst_pairs"]

PAIRS = 15
"""Most pairs listed."""


@dataclass(frozen=True)
class Pair:
    """Products of one class taken for another.

    Attributes
    ----------
    true, predicted : int
        Numbers of the classes.
    count : int
    support : int
        Products of the true class.
    """

    true: int
    predicted: int
    count: int
    support: int


def pairs_of(confusion: Confusion) -> tuple[Pair, ...]:
    """Return all pairs with at least one error, most errors first."""
    found = [
        Pair(i, j, count, sum(row))
        for i, row in enumerate(confusion.counts)
        for j, count in enumerate(row)
        if i != j and count
    ]
    return tuple(sorted(found, key=lambda p: (-p.count, p.support, p.true, p.predicted)))


def worst_pairs(confusion: Confusion, t: Language) -> Table | None:
    """Return the table of the worst pairs; None without any error."""
    pairs = pairs_of(confusion)[:PAIRS]
    if not pairs:
        return None
    heads = (
        Column(t.say("head.true")),
        Column(t.say("head.predicted")),
        Column(t.say("head.products"), numeric=True),
        Column(t.say("head.share_of_class"), numeric=True),
    )
    rows = tuple(
        (
            quoted(confusion.names[p.true]),
            quoted(confusion.names[p.predicted]),
            plain(t.count(p.count)),
            plain(t.share(p.count / p.support)),
        )
        for p in pairs
    )
    return Table(t("pairs.title"), heads, rows)


def _legend(t: Language) -> tuple[Key, ...]:
    return (Key("k-hr", t("confusion.right")), Key("k-hw", t("confusion.wrong")))


def confusion_figure(confusion: Confusion, t: Language) -> Figure:
    """Return the labelled matrix, or with many classes the compact ordered one."""
    names, counts = confusion.names, confusion.counts
    right = sum(counts[i][i] for i in range(len(names)))
    total = sum(map(sum, counts))
    pairs = pairs_of(confusion)
    numbers = {"right": plain(t.count(right)), "total": plain(t.count(total))}
    if pairs:
        first = pairs[0]
        true, predicted = names[first.true], names[first.predicted]
        see = t.say("confusion.see", **numbers, true=true, predicted=predicted, n=plain(t.count(first.count)))
    else:
        see = t.say("confusion.perfect", **numbers)
    title, alt = t.say("confusion.title"), f"{t('confusion.title')}. {as_text(see)}"
    if len(names) <= LABELLED:
        shown = tuple(t.share(counts[i][i] / (sum(counts[i]) or 1), 0) for i in range(len(names)))
        picture = heatmap(
            confusion, alt=alt, corner=t("confusion.corner"), head=t("legend.recall"), figures=shown, legend=_legend(t)
        )
        return Figure("confusion", title, see, picture, _matrix(confusion, t))
    order = confusion_order(counts)[:MAPPED]
    see += t.say("confusion.compact", shown=plain(t.count(len(order))), all=plain(t.count(len(names))))
    picture = heatmap_compact(confusion, order, alt=alt, legend=_legend(t))
    return Figure("confusion", title, see, picture, _ordered(confusion, order, t))


def _matrix(confusion: Confusion, t: Language) -> Table:
    numbers = tuple(Column(plain(str(j + 1)), numeric=True) for j in range(len(confusion.names)))
    rows = tuple(
        (plain(f"{i + 1}\u2002") + quoted(name), *(plain(t.count(n)) for n in confusion.counts[i]))
        for i, name in enumerate(confusion.names)
    )
    return Table(t("confusion.caption"), (Column(t.say("head.true")), *numbers), rows)


def _ordered(confusion: Confusion, order: tuple[int, ...], t: Language) -> Table:
    heads = (
        Column(t.say("head.class")),
        Column(t.say("head.products"), numeric=True),
        Column(t.say("head.right"), numeric=True),
        Column(t.say("head.most_taken_for")),
    )
    taken = {p.true: p for p in reversed(pairs_of(confusion))}
    rows = []
    for number, i in enumerate(order, start=1):
        pair = taken.get(i)
        rival = plain("\u2013")
        if pair is not None:
            rival = quoted(confusion.names[pair.predicted]) + plain(f" ({t.count(pair.count)})")
        figures = (plain(t.count(sum(confusion.counts[i]))), plain(t.count(confusion.counts[i][i])))
        rows.append((plain(f"{number}\u2002") + quoted(confusion.names[i]), *figures, rival))
    return Table(t("confusion.caption_ordered"), heads, tuple(rows))
