"""What would have made a product another class: sentences, the text without its words, the covered photo, the bar."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

from prodcls.charts_band import BandBar, Segment, band_bar
from prodcls.charts_photo import covered_photo
from prodcls.explain.attribution import Part
from prodcls.explain.case import Case
from prodcls.explain.changes import Bands, Changes, Search
from prodcls.language import Language, Prose, plain, quoted
from prodcls.sections.heard import stretch_label
from prodcls.sections.marks import MarkedText, Run
from prodcls.sections.parts import join_prose

__all__ = ["BandContext", "ChangeContext", "band_sentence", "band_words", "changes_context", "search_sentences"]

ELLIPSIS = "\u2026"

NOT_FOUND = {"words": "changes.no_words", "region": "changes.no_region", "stretch": "changes.no_stretch"}
BARE = {"words": "changes.bare_words", "region": "changes.bare_region", "stretch": "changes.bare_stretch"}
STILL = {"words": "changes.still_words", "region": "changes.still_region", "stretch": "changes.still_stretch"}
"""What is said by the kind of a search."""

AROUND = 40
"""Characters shown on either side of a word that goes."""


@dataclass(frozen=True)
class ChangeContext:
    """One search.

    Attributes
    ----------
    told : Prose
        Its outcome.
    found : bool
    texts : tuple of MarkedText
        The columns that words are taken from, these words with the tone ``"gone"``.
    photo : Markup or None
        With the hidden part covered.
    """

    told: Prose
    found: bool
    texts: tuple[MarkedText, ...]
    photo: Markup | None


@dataclass(frozen=True)
class BandContext:
    """The classes over one number.

    Attributes
    ----------
    told : Prose
    bar : Markup or None
        None where the class stays the same.
    bands : tuple of Prose
    scale : Prose
    """

    told: Prose
    bar: Markup | None
    bands: tuple[Prose, ...]
    scale: Prose


def changes_context(
    case: Case, changes: Changes, t: Language
) -> tuple[tuple[ChangeContext, ...], tuple[BandContext, ...]]:
    """Return what the page shows of the searches and of the bands."""
    return (
        tuple(_change(case, changes, search, t) for search in changes.searches),
        tuple(_band(changes, bands, t) for bands in changes.bands),
    )


def search_sentences(changes: Changes, search: Search, t: Language) -> Prose:
    """Return the outcome of a search in sentences."""
    predicted, n, budget = changes.predicted, plain(t.count(search.evaluations)), plain(t.count(search.budget))
    told = []
    if search.change is None:
        told.append(t.say(NOT_FOUND[search.kind], n=n, budget=budget))
    else:
        change = search.change
        values = {
            "becomes": quoted(change.becomes),
            "probability": plain(t.probability(change.probability)),
            "left": plain(t.probability(change.left)),
            "predicted": quoted(predicted),
        }
        count = len(change.parts)
        if search.kind == "region":
            told.append(t.say("changes.region", n=plain(t.count(count)), all=plain(t.count(search.players)), **values))
        elif search.kind == "stretch" and count == search.players:
            told.append(t.say("changes.no_sound", **values))
        elif search.kind == "stretch":
            told.append(t.say("changes.stretch", stretch=plain(stretch_label(change.parts)), **values))
        elif count == 1:
            told.append(t.say("changes.word", **values))
        else:
            told.append(t.say("changes.words", n=plain(t.count(count)), **values))
        if count == 1:
            told.append(t.say("changes.scored", n=n))
        else:
            told.append(t.say("changes.minimal", n=n) if change.minimal else t.say("changes.unproven", budget=budget))
    if search.unconfirmed:
        told.append(t.say("changes.unconfirmed", n=plain(t.count(search.unconfirmed))))
    if search.change is None:
        told.append(_bare(search, t, same=search.without_all == predicted))
    return join_prose(t, tuple(told), "sentence.separator")


def _bare(search: Search, t: Language, *, same: bool) -> Prose:
    """Return which class the product has without any word, with the whole photo hidden, or without the sound."""
    return t.say((STILL if same else BARE)[search.kind], without=quoted(search.without_all))


def band_sentence(changes: Changes, bands: Bands, t: Language) -> Prose:
    """Return what the scan of a number says in a sentence."""
    own = plain(amount(bands.own))
    if len(bands.bands) == 1:
        [band] = bands.bands
        low, high = plain(amount(band.low)), plain(amount(band.high))
        return t.say(
            "changes.same", column=quoted(bands.column), low=low, high=high, predicted=quoted(band.becomes), own=own
        )
    return t.say("changes.bands", column=quoted(bands.column), own=own, n=plain(t.count(bands.evaluations)))


def amount(number: float) -> str:
    """Return a number with thousands set apart and no needless digits."""
    return f"{number:,.12g}"


def band_words(bands: Bands, t: Language) -> tuple[Prose, ...]:
    """Return each band in words."""
    return tuple(
        t.say("changes.band", becomes=quoted(b.becomes), low=plain(amount(b.low)), high=plain(amount(b.high)))
        for b in bands.bands
    )


def _change(case: Case, changes: Changes, search: Search, t: Language) -> ChangeContext:
    parts = () if search.change is None else search.change.parts
    boxes = tuple(part.box for part in parts if part.kind == "region" and part.box is not None)
    photo = None
    if boxes and case.photo is not None and case.photo_size is not None:
        photo = covered_photo(case.photo, case.photo_size, boxes, alt=t("changes.hidden_alt", title=case.title))
    gone = [part for part in parts if part.start is not None]
    texts = tuple(
        _struck(name, case.fields[name], [p for p in gone if p.column == name])
        for name in case.texts
        if name in case.fields
    )
    return ChangeContext(
        search_sentences(changes, search, t), search.change is not None, tuple(x for x in texts if x.runs), photo
    )


def _struck(column: str, text: str, gone: Iterable[Part]) -> MarkedText:
    """Return the text around the words that go; without such words no runs."""
    runs, at = [], 0
    for part in sorted(gone, key=lambda p: p.start or 0):
        start, end = part.start or 0, part.end or 0
        runs += [Run(_between(text[at:start], first=at == 0, last=False)), Run(text[start:end], "gone")]
        at = end
    if runs:
        runs.append(Run(_between(text[at:], first=False, last=True)))
    return MarkedText(column, tuple(run for run in runs if run.text), ())


def _between(text: str, *, first: bool, last: bool) -> str:
    """Return what stands between two words that go, its middle left out where it is long."""
    head, tail = "" if first else text[:AROUND], "" if last else text[-AROUND:]
    return text if len(text) <= 2 * AROUND else f"{head}{ELLIPSIS}{tail}"


def _band(changes: Changes, bands: Bands, t: Language) -> BandContext:
    told = band_sentence(changes, bands, t)
    if len(bands.bands) == 1:
        return BandContext(told, None, (), ())
    words = band_words(bands, t)
    bar = BandBar(
        bands.column, bands.own, changes.predicted, tuple(Segment(b.low, b.high, b.becomes) for b in bands.bands)
    )
    alt = t("changes.bar_alt", column=quoted(bands.column), bands=join_prose(t, words))
    picture = band_bar(bar, own_text=amount(bands.own), alt=alt)
    return BandContext(told, picture, words, t.say("changes.scale", column=quoted(bands.column)))
