"""What speaks for and against each class: words, phrases that products share, regions of photos."""

from __future__ import annotations

from dataclasses import dataclass

from prodcls.audit import AuditReport
from prodcls.audit_views import ClassView, ClassWord, GlobalViews
from prodcls.charts_words import WordBar, word_bars
from prodcls.language import Language, Prose, as_text, plain, quoted
from prodcls.sections.parts import Column, Figure, Section, Table, readable_photo

__all__ = ["SECTION", "ClassCard", "Crop", "WordsContext"]

OPEN = 12
"""Classes shown before the others are folded away."""

LEAKS = 12
"""Most phrases listed as possible leaks."""


@dataclass(frozen=True)
class Crop:
    """A region of a photo.

    Attributes
    ----------
    picture : str
        Base64 JPEG; empty where there is none that can be shown.
    alt : str
    value : str
    """

    picture: str
    alt: str
    value: str


@dataclass(frozen=True)
class ClassCard:
    """One class.

    Attributes
    ----------
    figure : Figure
        Words for and against it.
    crops : tuple of Crop
    """

    figure: Figure
    crops: tuple[Crop, ...]


@dataclass(frozen=True)
class WordsContext:
    """What the section shows.

    Attributes
    ----------
    intro : Prose
        What was counted, or why there is nothing.
    leaks : Table or None
        Phrases that may give a label away.
    no_leaks : Prose
        Said where there is none.
    first, others : tuple of ClassCard
        Classes shown at once, and those folded away.
    more : Prose
        What unfolds them.
    """

    intro: Prose
    leaks: Table | None
    no_leaks: Prose
    first: tuple[ClassCard, ...]
    others: tuple[ClassCard, ...]
    more: Prose


def _note(word: ClassWord, t: Language) -> str:
    told = t("words.products", n=plain(t.count(word.products)))
    return t("words.leak", products=plain(told)) if word.leak else told


def _leaks(views: GlobalViews, t: Language) -> Table | None:
    found = [(c, w) for c in views.classes for w in c.words_for if w.leak]
    if not found:
        return None
    found.sort(key=lambda pair: (-pair[1].total, pair[1].text))
    heads = (
        Column(t.say("head.phrase")),
        Column(t.say("head.class")),
        Column(t.say("head.products"), numeric=True),
        Column(t.say("head.within"), numeric=True),
        Column(t.say("head.share_of_class"), numeric=True),
        Column(t.say("head.mean_share"), numeric=True),
    )
    rows = tuple(
        (
            quoted(w.text),
            quoted(c.name),
            plain(t.count(w.phrase_products)),
            plain(t.share(w.class_share, 0)),
            plain(t.share(w.class_cover, 0)),
            plain(t.signed(w.mean)),
        )
        for c, w in found[:LEAKS]
    )
    return Table(t("words.leaks"), heads, rows)


def _table(view: ClassView, t: Language, caption: str) -> Table:
    heads = (
        Column(t.say("head.word_or_phrase")),
        Column(t.say("head.accounts"), numeric=True),
        Column(t.say("head.mean_share"), numeric=True),
        Column(t.say("head.total"), numeric=True),
        Column(t.say("head.within"), numeric=True),
    )
    rows = tuple(
        (
            quoted(w.text),
            plain(t.count(w.products)),
            plain(t.signed(w.mean)),
            plain(t.signed(w.total)),
            plain(t.share(w.class_share, 0) if w.phrase_products else "\u2013"),
        )
        for w in (*view.words_for, *view.words_against)
    )
    return Table(caption, heads, rows)


def _card(number: int, view: ClassView, t: Language) -> ClassCard:
    words = (*view.words_for, *view.words_against)
    numbers = {"n": plain(t.count(view.products))}
    if view.words_for and view.words_against:
        see = t.say("words.see", first=view.words_for[0].text, last=view.words_against[0].text, **numbers)
    elif view.words_for:
        see = t.say("words.see_for", first=view.words_for[0].text, **numbers)
    else:
        see = t.say("words.see_none", **numbers)
    bars = tuple(WordBar(w.text, w.total, t.signed(w.mean), _note(w, t), w.leak) for w in words)
    alt = f"{view.name}. {as_text(see)}"
    figure = Figure(f"words-{number}", quoted(view.name), see, word_bars(bars, alt=alt), _table(view, t, view.name))
    crops = tuple(
        Crop(
            readable_photo(c.picture) or "",
            t("words.crop", id=c.id, name=view.name),
            t.signed(c.value),
        )
        for c in view.regions
    )
    return ClassCard(figure, crops)


def build(report: AuditReport, t: Language) -> WordsContext:
    """Return what the section shows."""
    views = report.views
    if views is None:
        return WordsContext(t.say("explanation.none"), None, (), (), (), ())
    cards = tuple(_card(i, view, t) for i, view in enumerate(views.classes, start=1) if view.products)
    intro = t.say(
        "words.intro",
        n=plain(t.count(views.products)),
        share=plain(t.share(views.word_share, 0)),
        photos=plain(t.count(views.photos)),
    )
    leaks = _leaks(views, t)
    more = t.say("words.more", n=plain(t.count(len(cards) - OPEN))) if len(cards) > OPEN else ()
    told = () if leaks else t.say("words.no_leaks")
    return WordsContext(intro, leaks, told, cards[:OPEN], cards[OPEN:], more)


SECTION = Section("words", WordsContext, build)
