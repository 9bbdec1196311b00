"""The card's last parts: what would make the product another class, and the training products most like it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator

from rich.text import Text

from prodcls.explain.changes import Bands, Change, Changes
from prodcls.explain.similar import SimilarProducts
from prodcls.language import Language, Prose, plain
from prodcls.sections.changes import band_sentence, band_words, search_sentences
from prodcls.sections.similar import flags, space_name, space_see

__all__ = ["Prints", "change_lines", "similar_lines"]

WORDS = 16
"""Most words listed that go."""

BAR = 60
"""Columns of the bar of a number."""

NEAR = 3
"""Training products shown in each space."""

SIGNS = "=#%*+~"
"""Signs of the classes along the bar, the product's own first."""

_HEAD, _DIM = "bold", "dim"

Prints = Callable[[Prose | str, str, str], Iterator[Text]]
"""Makes lines of prose, or of catalogue text, that fit the card: the text, its style, the indent."""


def change_lines(changes: Changes, regions: Iterable[str], t: Language, prints: Prints) -> Iterator[Text]:
    """Yield what would make the product another class.

    Parameters
    ----------
    changes : Changes
    regions : iterable of str
        Row and column of each region of the photo.
    t : Language
    prints : callable
        See `Prints`.

    Yields
    ------
    Text
    """
    yield Text()
    yield from prints(t("changes.title"), _HEAD, "")
    for search in changes.searches:
        yield from prints(search_sentences(changes, search, t), "", "")
        if search.change is not None and search.kind == "words":
            yield from _places(search.change, t, prints)
        elif search.change is not None and search.kind == "region":
            yield from _map(search.change, regions)
    for bands in changes.bands:
        yield from _band(changes, bands, t, prints)


def _places(change: Change, t: Language, prints: Prints) -> Iterator[Text]:
    """Yield the words that go, with their characters in the product's text."""
    shown = sorted(change.parts[:WORDS], key=lambda p: (p.column, p.start or 0))
    for column in dict.fromkeys(p.column for p in shown):
        words = "  ".join(f"{p.label}[{p.start}:{p.end}]" for p in shown if p.column == column)
        yield from prints(f"{column}: {words}", "", "  ")
    if len(change.parts) > len(shown):
        yield from prints(t.say("changes.more", n=plain(t.count(len(change.parts) - len(shown)))), _DIM, "  ")


def _map(change: Change, regions: Iterable[str]) -> Iterator[Text]:
    """Yield the photo's regions, those hidden as ``#``."""
    gone = {tuple(map(int, part.label.split(","))) for part in change.parts}
    cells = gone | {tuple(map(int, label.split(","))) for label in regions}
    for row in sorted({r for r, _ in cells}):
        line = "".join(" # " if (row, c) in gone else " · " for c in sorted({c for _, c in cells}))
        yield Text(f"  {line}".rstrip())


def _band(changes: Changes, bands: Bands, t: Language, prints: Prints) -> Iterator[Text]:
    yield from prints(band_sentence(changes, bands, t), "", "")
    if len(bands.bands) == 1:
        return
    names = [changes.predicted, *(b.becomes for b in bands.bands if b.becomes != changes.predicted)]
    signs = {name: SIGNS[i % len(SIGNS)] for i, name in enumerate(dict.fromkeys(names))}
    yield Text(f"  {_bar(bands, signs)}")
    for band, words in zip(bands.bands, band_words(bands, t), strict=True):
        yield from prints((*plain(f"{signs[band.becomes]} "), *words), "", "  ")


def _bar(bands: Bands, signs: dict[str, str]) -> str:
    """Return the range on a log scale as signs of classes, the product's own number as ``^``."""
    low, high = math.log(bands.bands[0].low), math.log(bands.bands[-1].high)
    wide = (high - low) or 1.0
    bar = ""
    for i in range(BAR):
        at = math.exp(low + (i + 0.5) / BAR * wide)
        bar += signs[next((b.becomes for b in bands.bands if at <= b.high), bands.bands[-1].becomes)]
    place = min(BAR - 1, max(0, int((math.log(bands.own) - low) / wide * BAR)))
    return f"{bar[:place]}^{bar[place + 1 :]}"


def similar_lines(similar: SimilarProducts, t: Language, prints: Prints) -> Iterator[Text]:
    """Yield the nearest training products of each space.

    Parameters
    ----------
    similar : SimilarProducts
    t : Language
    prints : callable
        See `Prints`.

    Yields
    ------
    Text
    """
    if not similar.spaces:
        return
    yield Text()
    yield from prints(t("similar.title"), _HEAD, "")
    for space in similar.spaces:
        yield from prints((*space_name(space, t), *plain(":")), "", "")
        yield from prints(space_see(space, t), _DIM, "")
        for product in space.products[:NEAR]:
            told = "; ".join("".join(span.text for span in flag) for flag in flags(product, t))
            head = f"{t.decimal(product.similarity)}  {product.label}: {product.title or product.id}"
            yield from list(prints(head, "", "  "))[:2]
            if told:
                yield from prints(f"! {told}", "", "        ")
