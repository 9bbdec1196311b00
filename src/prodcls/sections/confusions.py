"""Which classes are taken for each other, and what tells them apart."""

from __future__ import annotations

from dataclasses import dataclass

from prodcls.audit import AuditReport, Confusion
from prodcls.audit_confusions import ConfusedPair, PairExample
from prodcls.charts import Key
from prodcls.charts_heat import LABELLED, MAPPED, confusion_order, heatmap, heatmap_compact
from prodcls.language import Language, Prose, as_text, plain, quoted
from prodcls.sections.cards import dossier_filename
from prodcls.sections.parts import Column, Figure, Section, Table, block_name, join_prose

__all__ = ["SECTION", "ConfusionsContext", "Example", "Pair", "PairCard", "confusion_figure", "pairs_of", "worst_pairs"]

PAIRS = 15
"""Most pairs listed."""


@dataclass(frozen=True)
class Example:
    """A product that was taken for the other class.

    Attributes
    ----------
    said : Prose
    href : str or None
        Of its dossier, where there is one.
    """

    said: Prose
    href: str | None


@dataclass(frozen=True)
class PairCard:
    """Two classes that are taken for each other.

    Attributes
    ----------
    anchor : str
    title : Prose
    lines : tuple of Prose
        Counts, words and numbers of both.
    examples : tuple of Example
    evidence : Table or None
        What each kind of input says between them; None without accounts.
    """

    anchor: str
    title: Prose
    lines: tuple[Prose, ...]
    examples: tuple[Example, ...]
    evidence: Table | None


@dataclass(frozen=True)
class ConfusionsContext:
    """What the section shows.

    Attributes
    ----------
    confusion : Figure
        Confusion matrix.
    listed : Table or None
        Pairs of classes with most errors; None without any error.
    intro : Prose
        How to read what tells the worst pairs apart.
    pairs : tuple of PairCard
        The worst pairs; none in older reports.
    """

    confusion: Figure
    listed: Table | None
    intro: Prose
    pairs: tuple[PairCard, ...]


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


def _card(number: int, pair: ConfusedPair, dossiers: set[str], t: Language) -> PairCard:
    names = {"first": pair.first, "second": pair.second}
    counts = (pair.first_as_second, pair.products[0], pair.second_as_first, pair.products[1])
    keys = ("n", "of_first", "back", "of_second")
    numbers = {key: plain(t.count(count)) for key, count in zip(keys, counts, strict=True)}
    lines = [t.say("pair.counts", **names, **numbers)]
    for name, words in ((pair.first, pair.words_first), (pair.second, pair.words_second)):
        if words:
            lines.append(t.say("pair.words", name=name, list=join_prose(t, tuple(quoted(w) for w in words))))
    for number_of in pair.numbers:
        medians = (number_of.first, number_of.second)
        said = ["\u2013" if m is None else t.decimal(m, 0 if abs(m) >= 100 else 2) for m in medians]
        values = {"first_value": plain(said[0]), "second_value": plain(said[1])}
        lines.append(t.say("pair.number", column=number_of.column, **names, **values))
    examples = tuple(_example(e, dossiers, t) for e in pair.examples)
    return PairCard(f"pair-{number}", t.say("pair.heading", **names), tuple(lines), examples, _evidence(pair, t))


def _example(example: PairExample, dossiers: set[str], t: Language) -> Example:
    said = t.say(
        "pair.example",
        title=example.title or example.id,
        label=example.label,
        predicted=example.predicted,
        probability=plain(t.probability(example.probability)),
    )
    return Example(said, f"products/{dossier_filename(example.id)}" if example.id in dossiers else None)


def _evidence(pair: ConfusedPair, t: Language) -> Table | None:
    if not pair.evidence or not all(pair.between):
        return None
    right, wrong = (plain(t.count(n)) for n in pair.between)
    heads = (
        Column(t.say("head.block")),
        Column(t.say("pair.right", n=right), numeric=True),
        Column(t.say("pair.wrong", n=wrong), numeric=True),
    )
    rows = tuple(
        (block_name(t, g.block), *(plain("\u2013" if v is None else t.signed(v)) for v in (g.right, g.wrong)))
        for g in pair.evidence
    )
    return Table(t("pair.evidence", first=pair.first, second=pair.second), heads, rows)


def build(report: AuditReport, t: Language) -> ConfusionsContext:
    """Return what the section shows."""
    confusion = report.evaluation.confusion
    dossiers = {d.id for d in report.dossiers}
    pairs = tuple(_card(i, pair, dossiers, t) for i, pair in enumerate(report.confusions, start=1))
    return ConfusionsContext(confusion_figure(confusion, t), worst_pairs(confusion, t), t.say("pair.intro"), pairs)


SECTION = Section("confusions", ConfusionsContext, build)
