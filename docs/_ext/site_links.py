"""Links of pages to files of the checkout that the site has as pages of its own."""

from __future__ import annotations

import re
from typing import Any

from sphinx.application import Sphinx

PAGES = {
    "benchmarks/RESULTS.md": "results.md",
    "SECURITY.md": "security.md",
    "CHANGELOG.md": "changelog.md",
}
"""File of the checkout -> page that includes it."""

_LINK = re.compile(r"\]\((?:\.\./)+(" + "|".join(map(re.escape, PAGES)) + r")(?=[)#])")


def _to_pages(_app: Sphinx, _page: str, source: list[str]) -> None:
    source[0] = _LINK.sub(lambda found: f"](/{PAGES[found[1]]}", source[0])


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("source-read", _to_pages)
    app.connect("include-read", lambda app, _path, page, source: _to_pages(app, page, source))
    return {"parallel_read_safe": True}
