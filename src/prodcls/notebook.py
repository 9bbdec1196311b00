"""What a notebook shows: the components of the pages, as parts of a page that is somebody else's.

Their style sheet is nested in one class (CSS Nesting Module Level 1), so that no rule reaches the rest of the page.
What a page says of its root, the part says of itself, in the light or dark tones that the notebook is shown in.
"""

from __future__ import annotations

import re
from functools import cache

from prodcls.description import Description
from prodcls.explain.case import Case
from prodcls.language import load_language
from prodcls.render import TEMPLATES, render_part
from prodcls.sections.model import model_tables
from prodcls.sections.why import why_context

__all__ = ["account_part", "bundle_part", "nested_style"]

SCOPE = ".prodcls.prodcls"
"""The class twice, so that a rule here comes before the notebook's own for the same element."""

LIGHT = ('[data-jp-theme-light="true"]', ".vscode-light")
DARK = ('[data-jp-theme-light="false"]', ".vscode-dark")
"""What JupyterLab, Jupyter Notebook and VS Code call a page of each kind; elsewhere the reader's system decides."""

_WHOLE = re.MULTILINE | re.DOTALL
_ROOT = re.compile(r"^:root (\{.*?^\})", _WHOLE)
_DIM = re.compile(r"^@media screen and \(prefers-color-scheme: dark\) \{\s*:root (\{.*?\})\s*\}", _WHOLE)
_PRINT = re.compile(r"^@media print \{.*?^\}\n?", _WHOLE)
_COMMENT = re.compile(r"/\*.*?\*/\s*", re.DOTALL)
_BODY = re.compile(r"^body (?=\{)", re.MULTILINE)


def account_part(case: Case, lang: str = "en") -> str:
    """Return why one product is in one class and not in another.

    Parameters
    ----------
    case : Case
    lang : str
        ``"en"`` or ``"zh"``.

    Returns
    -------
    str
        An HTML element that needs nothing else and leaves the rest of the page as it is.

    Raises
    ------
    ValueError
        There is no such language.
    """
    return _styled(render_part("account.html.j2", lang, why=why_context(case, load_language(lang))))


def bundle_part(found: Description, lang: str = "en") -> str:
    """Return what a bundle is.

    Parameters
    ----------
    found : Description
    lang : str
        ``"en"`` or ``"zh"``.

    Returns
    -------
    str
        As from `account_part`.

    Raises
    ------
    ValueError
        There is no such language.
    """
    tables = model_tables(found, load_language(lang))
    return _styled(render_part("bundle.html.j2", lang, title=found.catalogue, digest=found.bundle, v=tables))


def _styled(part: str) -> str:
    return f"<div>\n<style>\n{_style()}\n</style>\n{part}</div>\n"


@cache
def _style() -> str:
    page, own = ((TEMPLATES / name).read_text(encoding="utf-8") for name in ("style.css", "notebook.css"))
    return nested_style(page, own)


def nested_style(page: str, own: str) -> str:
    """Return a page's style sheet for a part of another page.

    Parameters
    ----------
    page : str
        Style sheet of a whole page: one block of tones for ``:root``, one for dark screens, and rules.
    own : str
        Rules of the part, nested after those of the page.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If the page's tones are not where they are looked for.
    """
    page = _COMMENT.sub("", page)
    light, dark = _ROOT.search(page), _DIM.search(page)
    if light is None or dark is None:
        raise ValueError("the style sheet has no block of tones for :root, or none for dark screens")
    rules = _PRINT.sub("", _DIM.sub("", _ROOT.sub("", page)))
    return "\n".join(
        (
            f"{SCOPE} {light[1]}",
            f"@media screen and (prefers-color-scheme: dark) {{ {SCOPE} {dark[1]} }}",
            f"{_below(LIGHT)} {light[1]}",
            f"@media screen {{ {_below(DARK)} {dark[1]} }}",
            f"{SCOPE} {{",
            _BODY.sub("& ", rules).strip(),
            own.strip(),
            "}",
        )
    )


def _below(marks: tuple[str, ...]) -> str:
    return ", ".join(f"{mark} {SCOPE}" for mark in marks)
