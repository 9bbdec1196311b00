"""The flows of a review: from a scored file to a worklist, and from a filled worklist to recorded decisions."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from prodcls.atomic import write_text
from prodcls.bundle import Bundle
from prodcls.bundle_opening import open_bundle
from prodcls.bundle_trust import Trust
from prodcls.catalogue import Catalogue, Rejection
from prodcls.errors import ImageError, InputError
from prodcls.images import thumbnail_jpeg
from prodcls.language import load_language
from prodcls.new_products import Reading, read_new
from prodcls.overrides import Override, append_overrides, read_overrides, standing
from prodcls.progress import Progress
from prodcls.readers import TableFile
from prodcls.scored_rows import check_bundle, open_scored, scored_rows
from prodcls.worklist import Chosen, Item, Worklist, choose, line_key
from prodcls.worklist_checks import Against, check_filled
from prodcls.worklist_files import FilledFile, file_words, read_filled, worklist_csv

__all__ = ["ENDINGS", "Export", "Import", "Terms", "export_worklist", "import_decisions"]

ENDINGS = (".csv", ".html")
"""Of worklists that can be written."""

TITLE, TEXT = 200, 600
"""Most characters of a title and of a text."""

THUMBNAIL = 176
"""Pixels of the longest side of a photo on a page."""


@dataclass(frozen=True)
class Export:
    """What to list, and how.

    Attributes
    ----------
    catalogue : Path or None
        That was classified: adds titles and, on a page, texts and photos.
    reading : Reading
        How to read it.
    everything : bool
        Whether products that are not up for review are listed too.
    limit : int or None
    overrides : Path or None
        File of decisions; products that have one are left out.
    lang : str
    trust : Trust or None
        What is asked of the bundle.
    """

    catalogue: Path | None = None
    reading: Reading | None = None
    everything: bool = False
    limit: int | None = None
    overrides: Path | None = None
    lang: str = "en"
    trust: Trust | None = None


@dataclass(frozen=True)
class Terms:
    """On which terms decisions are recorded.

    Attributes
    ----------
    allowed : tuple of str
        Classes that may be chosen although the bundle does not know them.
    skip_bad : bool
        Whether good lines are taken where others are not.
    trust : Trust or None
        What is asked of the bundle.
    """

    allowed: tuple[str, ...] = ()
    skip_bad: bool = False
    trust: Trust | None = None


@dataclass(frozen=True)
class Import:
    """What became of a filled worklist.

    Attributes
    ----------
    lines : tuple of str
        To be told.
    bad : tuple of Rejection
        Lines that were not taken.
    """

    lines: tuple[str, ...]
    bad: tuple[Rejection, ...]


def export_worklist(folder: Path, scored: Path, out: Path, wanted: Export, progress: Progress) -> tuple[str, ...]:
    """Write a worklist.

    Parameters
    ----------
    folder : Path
        Bundle.
    scored : Path
    out : Path
        ``.csv`` or ``.html``.
    wanted : Export
    progress : Progress

    Returns
    -------
    tuple of str
        What there is to tell.

    Raises
    ------
    InputError
        If a file is at fault; nothing is written then.
    """
    _check_out(folder, scored, out, wanted)
    bundle = open_bundle(folder, progress, wanted.trust, encodes=False)
    with progress.stage("read"):
        recorded = {} if wanted.overrides is None else standing(read_overrides(wanted.overrides).records)
        rows = scored_rows(_opened(scored, bundle), scored)
        chosen = choose(rows, everything=wanted.everything, limit=wanted.limit, decided=recorded.keys())
        _check_classes(chosen, bundle, scored)
        items = tuple(Item(line_key(bundle.digest, row), row) for row in chosen.rows)
        if wanted.catalogue is not None and items:
            _, products = read_new(wanted.catalogue, bundle, wanted.reading or Reading())
            items = tuple(_described(items, products, wanted.catalogue))
            if _is_page(out):
                items = tuple(_pictured(items))
    found = Worklist(items, chosen.waiting, bundle.model.classes, bundle.digest, scored.name)
    with progress.stage("write"):
        write_text(
            out, _page(found, out, wanted.lang) if _is_page(out) else worklist_csv(found, load_language(wanted.lang))
        )
    return tuple(_told(chosen, wanted))


def _check_out(folder: Path, scored: Path, out: Path, wanted: Export) -> None:
    if out.suffix.lower() not in ENDINGS:
        message = f"worklists ending in {out.suffix!r} are not written: give one of {', '.join(ENDINGS)}"
        raise InputError(message, code="output-format", file=str(out))
    inputs = [path.resolve() for path in (scored, wanted.catalogue, wanted.overrides) if path is not None]
    if out.resolve() in inputs:
        message = "would overwrite what it is made from: choose another name"
        raise InputError(message, code="output-is-input", file=str(out))
    if out.resolve().is_relative_to(folder.resolve()):
        message = "lies in the bundle, which admits no other files: choose another folder"
        raise InputError(message, code="output-in-bundle", file=str(out))


def _opened(scored: Path, bundle: Bundle) -> TableFile:
    file = open_scored(scored)
    check_bundle(scored, bundle.digest)
    return file


def _check_classes(chosen: Chosen, bundle: Bundle, scored: Path) -> None:
    """Refuse a file that another bundle scored, as far as its classes show that."""
    known = set(bundle.model.classes)
    for row in chosen.rows:
        if row.predicted not in known:
            message = (
                f"names the class {row.predicted!r}, which the bundle does not have: give the bundle that scored it"
            )
            raise InputError(message, code="scored-other-bundle", file=str(scored), row=row.row)


def _described(items: tuple[Item, ...], products: Catalogue, catalogue: Path) -> Iterator[Item]:
    """Yield the items with what the catalogue says of them."""
    place = {name: i for i, name in enumerate(products.ids)}
    if not any(item.scored.id in place for item in items):
        message = f"has no product {items[0].scored.id!r}: give the catalogue that was classified"
        raise InputError(message, code="catalogue-other", file=str(catalogue))
    for item in items:
        i = place.get(item.scored.id)
        if i is None:
            yield item
            continue
        texts = [cells[i] for cells in products.texts.values() if cells[i].strip()]
        title, text = (texts[0], " ".join(texts[1:])) if texts else ("", "")
        photo = None if products.photos is None else products.photos[i]
        yield replace(item, title=_cut(title, TITLE), text=_cut(text, TEXT), photo=photo)


def _cut(text: str, most: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}\u2026"


def _pictured(items: tuple[Item, ...]) -> Iterator[Item]:
    for item in items:
        try:
            photo = None if item.photo is None else thumbnail_jpeg(item.photo, THUMBNAIL)
        except ImageError:
            photo = None
        yield replace(item, thumbnail=None if photo is None else base64.b64encode(photo).decode("ascii"))


def _is_page(out: Path) -> bool:
    return out.suffix.lower() == ".html"


def _page(found: Worklist, out: Path, lang: str) -> str:
    from prodcls.render import render_worklist

    return render_worklist(found, file_words(found, f"{out.stem}.csv", load_language(lang)), lang)


def _told(chosen: Chosen, wanted: Export) -> Iterator[str]:
    kind = "products" if wanted.everything else "products up for review"
    yield f"{len(chosen.rows)} of {chosen.waiting} {kind} listed, of {chosen.scored} scored"
    if chosen.decided:
        yield f"{chosen.decided} left out: a decision on them is recorded"
    if len(chosen.rows) < chosen.waiting:
        yield "the most pressing first; --limit lists more"


def import_decisions(
    folder: Path,
    scored: Path,
    filled: Path,
    overrides: Path,
    progress: Progress,
    *,
    terms: Terms | None = None,
    now: datetime | None = None,
) -> Import:
    """Record what people decided.

    Parameters
    ----------
    folder : Path
        Bundle.
    scored : Path
        That the worklist was made from.
    filled : Path
        The worklist with decisions in it.
    overrides : Path
        File that the decisions are added to; made when absent.
    progress : Progress
    terms : Terms, optional
    now : datetime, optional
        With time zone.

    Returns
    -------
    Import
        Nothing was recorded when there are bad lines, unless the terms skip them.

    Raises
    ------
    InputError
        If a file is at fault.
    """
    terms = terms or Terms()
    taken = {path.resolve(): path for path in (scored, filled)}
    if overrides.resolve() in taken or overrides.resolve().is_relative_to(folder.resolve()):
        message = "is read here, or lies in the bundle: choose another name for the decisions"
        raise InputError(message, code="output-is-input", file=str(overrides))
    bundle = open_bundle(folder, progress, terms.trust, encodes=False)
    with progress.stage("read"):
        lines = read_filled(filled)
        if not lines.lines and not lines.rejections:
            message = "no line has a decision: fill in the columns decision, who, when and reason, and save the file"
            raise InputError(message, code="decisions-none", file=str(filled))
        against = _against(bundle, scored, lines, terms.allowed, now or datetime.now(UTC))
    good, bad = check_filled(lines, against, str(filled))
    if bad and not terms.skip_bad:
        return Import((), tuple(bad))
    with progress.stage("write"):
        added = append_overrides(overrides, good)
    return Import(tuple(_recorded(good, added, lines)), tuple(bad))


def _against(bundle: Bundle, scored: Path, lines: FilledFile, allowed: tuple[str, ...], now: datetime) -> Against:
    file = _opened(scored, bundle)
    wanted = {line.key for line in lines.lines}
    rows = {}
    for row in scored_rows(file, scored):
        key = line_key(bundle.digest, row)
        if key in wanted:
            rows[key] = row
    return Against(rows, frozenset(bundle.model.classes), allowed, bundle.digest, file.source.sha256, now)


def _recorded(good: list[Override], added: int, lines: FilledFile) -> Iterator[str]:
    agree = sum(o.agrees for o in good)
    yield f"{added} decisions recorded; {agree} of the {len(good)} in the file agree with the model"
    if added < len(good):
        yield f"{len(good) - added} were recorded before"
    if lines.untouched:
        yield f"{lines.untouched} lines have no decision yet"
