"""Everything that a report is read from: one function makes it, for a fit, for ``report`` and for ``verify``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from prodcls.audit import AuditReport
from prodcls.audit_json import to_json
from prodcls.language import LANGUAGES, load_language
from prodcls.model_card_markdown import MODEL_CARD, markdown_card
from prodcls.render import (
    dossier_filename,
    index_filename,
    index_pages,
    render_audit,
    render_dossier,
    render_index,
)
from prodcls.shards import read_shards
from prodcls.together import together

__all__ = ["DATA", "PAGE", "PRODUCTS", "Page", "build_pages", "language_of", "left_over", "write_pages"]

DATA, PAGE, PRODUCTS = "audit.json", "audit.html", "products"
"""Names of the report as data, of its page, and of the folder with a page a product."""

_TAG = re.compile(r'<html lang="([^"]*)"')


class Page(NamedTuple):
    """A file of the report: its place below the report's folder, parted by slashes, and what is in it."""

    name: str
    text: str


def build_pages(report: AuditReport, lang: str, folder: Path | None = None) -> Iterator[Page]:
    """Yield the files of a report one by one, so that few of them are held at a time.

    Whatever a fit is to write beside its bundle, for people or for tools, belongs here: then ``prodcls report`` makes
    it again and ``prodcls verify`` compares it.

    Parameters
    ----------
    report : AuditReport
    lang : str
        ``"en"`` or ``"zh"``.
    folder : Path, optional
        That of the report, where the files with the dossiers lie that the report does not hold itself.

    Yields
    ------
    Page
        The same report and language give the same bytes.
    """
    yield Page(DATA, to_json(report))
    yield Page(PAGE, render_audit(report, lang))
    yield Page(MODEL_CARD, markdown_card(report, lang))
    others = () if folder is None else read_shards(folder, report.shards)
    entries = []
    for dossier in chain(report.dossiers, others):
        yield Page(f"{PRODUCTS}/{dossier_filename(dossier.id)}", render_dossier(dossier, report, lang))
        entries.append(dossier.entry)
    entries.sort(key=lambda entry: entry.id)
    for number in range(index_pages(len(entries))):
        yield Page(f"{PRODUCTS}/{index_filename(number)}", render_index(entries, report, lang, number))


def write_pages(folder: Path, report: AuditReport, lang: str, source: Path | None = None) -> int:
    """Write the files of a report, and take away pages of products that an earlier one left.

    Parameters
    ----------
    folder : Path
    report : AuditReport
    lang : str
        ``"en"`` or ``"zh"``.
    source : Path, optional
        Folder with the dossiers that the report does not hold itself; ``folder`` by default.

    Returns
    -------
    int
        Number of files written.

    Raises
    ------
    WriteError
        If one of them cannot be written; all of them are then as they were.
    """
    written = set()
    with together() as files:
        for name, text in build_pages(report, lang, source or folder):
            files.write_bytes(folder / name, text.encode("utf-8"))
            written.add(name)
        for name in left_over(folder, written):
            files.remove(folder / name)
        files.name_all()
    return len(written)


def left_over(folder: Path, names: set[str]) -> list[str]:
    """Return the pages of products in ``folder`` that are none of ``names``; other files there are the user's own."""
    found = (path.relative_to(folder).as_posix() for path in (folder / PRODUCTS).glob("*.html"))
    return sorted(name for name in found if name not in names)


def language_of(page: str) -> str | None:
    """Return the language that a page is in, or None if it names none of ours.

    Parameters
    ----------
    page : str
        HTML.

    Returns
    -------
    str or None
        As `build_pages` takes it.
    """
    tag = _TAG.search(page, 0, 200)
    return next((lang for lang in LANGUAGES if tag and load_language(lang).tag == tag[1]), None)
