"""Reports as HTML: pure functions from the report object to the text of a page.

Only this module knows Jinja. Everything is escaped; an undefined name is an error. The page's security policy admits
no request at all, style sheets and scripts by their digests, and pictures only inside the page.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

import jinja2

from prodcls.audit import AuditReport, Dossier
from prodcls.audit_check import CheckReport
from prodcls.audit_dossiers import Entry
from prodcls.audit_drift import DriftReport
from prodcls.explain.case import Case
from prodcls.language import Prose, load_language
from prodcls.sections import SECTIONS
from prodcls.sections.cards import dossier_filename
from prodcls.sections.data import data_context
from prodcls.sections.dossier import dossier_context
from prodcls.sections.drifted import drift_context
from prodcls.sections.products import index_context, index_filename, index_pages
from prodcls.sections.why import why_context
from prodcls.sections.worklist import FileWords, worklist_context
from prodcls.worklist import Worklist

__all__ = [
    "dossier_filename",
    "index_filename",
    "index_pages",
    "render_audit",
    "render_check",
    "render_dossier",
    "render_drift",
    "render_index",
    "render_part",
    "render_service",
    "render_why",
    "render_worklist",
]

TEMPLATES = Path(__file__).parent / "templates"

CHECK_TERMS = ("near_duplicate", "fold", "confident_learning", "encoder", "embedding")
"""Words explained on the page of a check."""

DRIFT_TERMS = ("embedding", "encoder", "stability_index")
"""Words explained on the page of a drift check."""

_NO_CHARACTER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Control characters and lone surrogates: no HTML document may hold them."""

_NAMED = re.compile('( id="| href="#)')
"""Before the name of a place; no text of a catalogue looks so, since its quotes are escaped."""


@dataclass(frozen=True)
class _Shown:
    """A section with its context, as the page shows it."""

    id: str
    title: Prose
    template: str
    context: object


@cache
def _environment(lang: str) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["t"] = load_language(lang)
    environment.globals["policy"] = _policy(environment, "style.css", "report.js")
    return environment


@cache
def _policy(environment: jinja2.Environment, *inline: str, asks: str = "'none'") -> str:
    """Return the policy of a page with these style sheets and scripts in it, which asks nobody but ``asks``."""
    allowed: dict[str, list[str]] = {".css": [], ".js": []}
    for name in inline:
        allowed[Path(name).suffix].append(f"'{_digest(environment.get_template(name).render())}'")
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src {' '.join(allowed['.css'])}",
            f"script-src {' '.join(allowed['.js'])}",
            "img-src data:",
            "base-uri 'none'",
            *(() if asks == "'none'" else (f"connect-src {asks}",)),
            f"form-action {asks}",
        )
    )


def _digest(text: str) -> str:
    """Return the digest of an inline element (Content Security Policy Level 3, section 2.3.1)."""
    return "sha256-" + base64.b64encode(sha256(text.encode()).digest()).decode()


def _page(lang: str, template: str, **context: object) -> str:
    return _NO_CHARACTER.sub("\ufffd", _environment(lang).get_template(template).render(**context)) + "\n"


def render_audit(report: AuditReport, lang: str = "en") -> str:
    """Return the audit page.

    Parameters
    ----------
    report : AuditReport
    lang : str
        ``"en"`` or ``"zh"``.

    Returns
    -------
    str
        A whole HTML document; the same report gives the same text. It links to the pages of its dossiers at
        ``products/`` and `dossier_filename`.

    Raises
    ------
    ValueError
        There is no such language.
    """
    t = load_language(lang)
    shown = tuple(_Shown(s.id, t.say(f"section.{s.id}"), s.template, s.build(report, t)) for s in SECTIONS)
    created = t.date(report.lineage.created)
    return _page(lang, "audit.html.j2", title=report.title, created=created, sections=shown)


def render_check(report: CheckReport, lang: str = "en") -> str:
    """Return the page that says what is wrong with a catalogue.

    Parameters
    ----------
    report : CheckReport
    lang : str
        ``"en"`` or ``"zh"``.

    Returns
    -------
    str
        A whole HTML document that needs no other file.

    Raises
    ------
    ValueError
        There is no such language.
    """
    t = load_language(lang)
    context = data_context(report.data, report.quality, t)
    terms = tuple(map(t.term, CHECK_TERMS))
    return _page(lang, "check.html.j2", title=report.title, digest=report.data_sha256, data=context, terms=terms)


def render_dossier(dossier: Dossier, report: AuditReport, lang: str = "en") -> str:
    """Return the page of one product.

    Parameters
    ----------
    dossier : Dossier
    report : AuditReport
        The report it belongs to.
    lang : str
        ``"en"`` or ``"zh"``.

    Returns
    -------
    str
        A whole HTML document, to be written to ``products/`` and `dossier_filename` beside the audit page.

    Raises
    ------
    ValueError
        There is no such language.
    """
    shown = dossier_context(dossier, report, load_language(lang))
    return _page(lang, "dossier.html.j2", title=report.title, dossier=shown, why=shown.why)


def render_drift(report: DriftReport, lang: str = "en") -> str:
    """Return the page that says how a new catalogue differs from the one that was trained on.

    Parameters
    ----------
    report : DriftReport
    lang : str
        ``"en"`` or ``"zh"``.

    Returns
    -------
    str
        A whole HTML document that needs no other file.

    Raises
    ------
    ValueError
        There is no such language.
    """
    t = load_language(lang)
    digests = {"digest": report.data_sha256, "bundle": report.bundle_sha256}
    terms = tuple(map(t.term, DRIFT_TERMS))
    return _page(lang, "drift.html.j2", title=report.title, c=drift_context(report, t), terms=terms, **digests)


def render_index(entries: Sequence[Entry], report: AuditReport, lang: str = "en", number: int = 0) -> str:
    """Return a page of the index of all products that have a page of their own.

    Parameters
    ----------
    entries : sequence of Entry
        All of them, in order.
    report : AuditReport
    lang : str
        ``"en"`` or ``"zh"``.
    number : int
        Of the page, below ``index_pages(len(entries))``.

    Returns
    -------
    str
        A whole HTML document, to be written beside the products' pages as ``index_filename(number)``.

    Raises
    ------
    ValueError
        There is no such language.
    """
    total = len(report.dossiers) + sum(shard.dossiers for shard in report.shards)
    shown = index_context(entries, number, total - len(entries), load_language(lang))
    return _page(lang, "index.html.j2", title=report.title, index=shown)


def render_part(template: str, lang: str, **context: object) -> str:
    """Return a part of somebody else's page.

    Parameters
    ----------
    template : str
        Name of its template.
    lang : str
        ``"en"`` or ``"zh"``.
    **context : object
        What the template shows.

    Returns
    -------
    str
        An element without scripts and without its style. The places in it have names that no other part has.

    Raises
    ------
    ValueError
        There is no such language.
    """
    text = _page(lang, template, **context)
    place = sha256(text.encode()).hexdigest()[:8]
    return _NAMED.sub(rf"\1p{place}-", text)


def render_service(template: str, lang: str, **context: object) -> str:
    """Return a page of the service.

    Parameters
    ----------
    template : str
        Name of its template.
    lang : str
        ``"en"`` or ``"zh"``.
    **context : object
        What the template shows.

    Returns
    -------
    str
        A whole HTML document that asks for nothing but where its links and forms lead.

    Raises
    ------
    ValueError
        There is no such language.
    """
    policy = _policy(_environment(lang), "style.css", "serve.css", "report.js", "serve.js", asks="'self'")
    return _page(lang, template, language=lang, policy=policy, **context)


def render_why(case: Case, lang: str = "en") -> str:
    """Return the page that says why one product is in one class and not in another.

    Parameters
    ----------
    case : Case
    lang : str
        ``"en"`` or ``"zh"``.

    Returns
    -------
    str
        A whole HTML document that needs no other file.

    Raises
    ------
    ValueError
        There is no such language.
    """
    return _page(lang, "why.html.j2", why=why_context(case, load_language(lang)))


def render_worklist(found: Worklist, words: FileWords, lang: str = "en") -> str:
    """Return the page on which people decide on the products of a worklist.

    Parameters
    ----------
    found : Worklist
    words : FileWords
        Of the table that the page gives.
    lang : str
        ``"en"`` or ``"zh"``.

    Returns
    -------
    str
        A whole HTML document that needs no other file.

    Raises
    ------
    ValueError
        There is no such language.
    """
    context = worklist_context(found, words, load_language(lang))
    policy = _policy(_environment(lang), "style.css", "worklist.css", "report.js", "worklist.js")
    return _page(lang, "worklist.html.j2", title=found.name, digest=found.bundle, c=context, policy=policy)
