"""What the theme's pages lack for screen readers and keyboards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

LACKING = {
    '<p class="caption" role="heading">': '<p class="caption" role="heading" aria-level="2">',
    '<aside class="sidebar-drawer">': '<aside class="sidebar-drawer" aria-label="All pages">',
    '<aside class="toc-drawer">': '<aside class="toc-drawer" aria-label="This page">',
    '<aside class="toc-drawer no-toc">': '<aside class="toc-drawer no-toc" aria-label="This page">',
    # What scrolls must be reached by the keyboard too.
    '<div class="table-wrapper': '<div tabindex="0" class="table-wrapper',
    '<div class="formula">': '<div tabindex="0" class="formula">',
    "<pre>": '<pre tabindex="0">',
}


def _mend(app: Sphinx, failed: Exception | None) -> None:
    if failed is not None or app.builder.name != "html":
        return
    for page in Path(app.outdir).rglob("*.html"):
        before = after = page.read_text(encoding="utf-8")
        for lacking, whole in LACKING.items():
            after = after.replace(lacking, whole)
        if page.parent.name == "zh":
            after = after.replace(' lang="en"', ' lang="zh"', 1)
        if after != before:
            page.write_text(after, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("build-finished", _mend)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
