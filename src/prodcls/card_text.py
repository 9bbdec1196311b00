"""Lines for a terminal: wrapped by columns, in any script, with nothing in them that steers the terminal."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from prodcls.console import printable

__all__ = ["WIDTH", "clean", "fit", "padded", "pieces_of", "wrapped"]

WIDTH = 80
"""Columns of a line."""

_ISOLATES = re.compile("[\u2066-\u2069]")
"""Direction marks that a page needs; terminals print them as boxes."""


def clean(text: str) -> str:
    """Return ``text`` as one line in which nothing can steer a terminal, without direction marks."""
    return printable(_ISOLATES.sub("", " ".join(text.split())))


def fit(text: str, width: int) -> str:
    """Return ``text`` cut or filled to ``width`` columns."""
    return set_cell_size(text, width) if cell_len(text) <= width else set_cell_size(text, width - 1).rstrip() + "…"


def padded(text: str, width: int) -> str:
    """Return ``text`` cut or filled to exactly ``width`` columns."""
    return set_cell_size(fit(text, width), width)


def wrapped(pieces: Iterable[tuple[str, str]], indent: str = "") -> Iterator[Text]:
    """Yield lines of styled pieces, broken between pieces, and within one that is wider than a line."""
    line = Text(indent)
    for text, style in pieces:
        left = text
        if line.cell_len + cell_len(left.rstrip()) > WIDTH and line.plain.strip():
            yield line
            line, left = Text(indent), left.lstrip()
        while line.cell_len + cell_len(left.rstrip()) > WIDTH:
            head = _columns(left, WIDTH - line.cell_len)
            line.append(head, style)
            yield line
            line, left = Text(indent), left[len(head) :]
        line.append(left, style)
    if line.plain.strip():
        yield line


def _columns(text: str, width: int) -> str:
    """Return the longest beginning of ``text`` of at most ``width`` columns, one character at least."""
    taken, end = 0, 0
    for end, character in enumerate(text):  # noqa: B007 - how far it got is what counts
        taken += cell_len(character)
        if taken > width:
            break
    return text[: max(1, end)]


def pieces_of(text: str, style: str = "") -> Iterator[tuple[str, str]]:
    """Return the words of ``text`` with the blanks around them, each with its style."""
    return ((piece, style) for piece in re.findall(r"\s*\S+\s*|\s+", text))
