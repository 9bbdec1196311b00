"""Prediction sets: how often they hold the true class, class by class, and how large they are."""

from __future__ import annotations

from prodcls.audit import Interval
from prodcls.audit_confidence import ClassCoverage, Sets
from prodcls.charts import Key
from prodcls.charts_rows import Bar, DotRow, Mark, bars, dots
from prodcls.language import Language, Prose, as_text, plain, quoted
from prodcls.sections.parts import Column, Figure, Table

__all__ = ["class_coverage", "set_methods", "set_sizes", "sets_intro"]

DRAWN = 25
"""Most classes drawn, those with the least coverage; the table has them all."""


def sets_intro(sets: Sets, t: Language) -> Prose:
    """Return what a prediction set promises here."""
    small = sum(not c.promised for c in sets.classes)
    numbers = {"target": t.share(sets.target, 0), "splits": t.count(sets.splits), "least": t.count(sets.promised)}
    said = t.say("sets.intro", **{name: plain(text) for name, text in numbers.items()})
    return said + t.say("sets.too_small", n=plain(t.count(small))) if small else said


def set_methods(sets: Sets, t: Language) -> Table:
    """Return the served sets beside the plain ways to make them."""
    heads = (
        Column(t.say("head.method")),
        Column(t.say("head.coverage_range"), numeric=True),
        Column(t.say("head.size_range"), numeric=True),
        Column(t.say("head.worst_class"), numeric=True),
        Column(t.say("head.classes_below"), numeric=True),
    )
    rows = tuple(
        (
            t.pick("setmethod", m.name),
            plain(f"{t.share(m.coverage.value)} ({t.interval(m.coverage)})"),
            plain(f"{t.decimal(m.size.value)} ({t.decimal(m.size.low)}\u2013{t.decimal(m.size.high)})"),
            plain("\u2013" if m.worst is None else t.share(m.worst)),
            plain(t.count(m.below)),
        )
        for m in sets.methods
    )
    return Table(t("sets.methods"), heads, rows)


def set_sizes(sets: Sets, t: Language) -> Figure:
    """Return the distribution of the size of sets."""
    last = len(sets.sizes) - 1
    names = [t("sets.or_more", n=plain(t.count(i))) if i == last else t.count(i) for i in range(last + 1)]
    one, none = t.share(sets.sizes[1]), t.share(sets.sizes[0])
    see = t.say("sets.sizes_see", one=plain(one), none=plain(none), size=plain(t.decimal(sets.methods[0].size.value)))
    drawn = tuple(Bar(name, share, t.share(share)) for name, share in zip(names, sets.sizes, strict=True))
    heads = (Column(t.say("head.set_size")), Column(t.say("head.share"), numeric=True))
    rows = tuple((plain(name), plain(t.share(share))) for name, share in zip(names, sets.sizes, strict=True))
    title = t.say("sets.sizes")
    picture = bars(drawn, alt=f"{as_text(title)}. {as_text(see)}")
    return Figure("set-sizes", title, see, picture, Table(as_text(title), heads, rows))


def class_coverage(sets: Sets, t: Language) -> Figure:
    """Return how often the sets hold the true class, class by class."""
    promised = [c for c in sets.classes if c.promised]
    worst = min(promised or sets.classes, key=lambda c: c.coverage.value)
    key = "sets.classes_see" if promised else "sets.classes_see_small"
    see = t.say(key, name=worst.name, share=plain(t.share(worst.coverage.value)), n=plain(t.count(len(promised))))
    if len(sets.classes) > DRAWN:
        see += t.say("perclass.cut", n=plain(t.count(DRAWN)), all=plain(t.count(len(sets.classes))))
    drawn = tuple(DotRow(c.name, (_mark(c.coverage, c),), t.share(c.coverage.value)) for c in sets.classes[:DRAWN])
    legend = (
        Key("k-dot", t("sets.with_promise")),
        Key("k-ring", t("sets.without_promise")),
        Key("k-line", t("sets.target")),
    )
    heads = (
        Column(t.say("head.class")),
        Column(t.say("head.products"), numeric=True),
        Column(t.say("head.promise")),
        Column(t.say("head.coverage_range"), numeric=True),
    )
    rows = tuple(
        (
            quoted(c.name),
            plain(t.count(c.products)),
            t.say("sets.own" if c.promised else "sets.shared"),
            plain(f"{t.share(c.coverage.value)} ({t.interval(c.coverage)})"),
        )
        for c in sets.classes
    )
    title = t.say("sets.classes")
    alt = f"{as_text(title)}. {as_text(see)}"
    picture = dots(drawn, alt=alt, legend=legend, reference=sets.target)
    return Figure("set-classes", title, see, picture, Table(as_text(title), heads, rows))


def _mark(figure: Interval, of: ClassCoverage) -> Mark:
    return Mark(figure.value, figure.low, figure.high, "a" if of.promised else "open")
