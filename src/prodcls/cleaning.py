"""Cleaning the texts of a catalogue: a few named steps, each of which leaves clean text of any script as it is.

The models read the cleaned text; the record of what was changed keeps the cell as it stood. Identifiers, labels and
fixed values are not cleaned. Sentences that many products share stay: they are reported as possible shortcuts instead
(`prodcls.quality.leaks`).
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ftfy import TextFixerConfig, fix_encoding
from ftfy.badness import is_bad

from prodcls.catalogue import Cleaned
from prodcls.ledger import plain
from prodcls.markup import without_markup

__all__ = ["STEPS", "Change", "clean", "clean_cells", "clean_columns", "counted", "told", "told_counts", "trace"]

ROUNDS = 12
"""How often the steps are taken at most until none changes anything. Markup may hide in entities and the like, but what
has not come to rest by then was made to keep us busy, and only loses its outer blanks."""

_ENCODING = TextFixerConfig(unescape_html=False, replace_lossy_sequences=False, explain=False)
"""Nothing but encodings, and no guesses at characters that were lost."""

_SINGLE_BYTE = re.compile("[\x80-\u2bff\uf8ff\ufb01\ufb02]")
"""Characters of the encodings that UTF-8 is mistaken for; without any there is nothing to look for."""

_UNFIT = re.compile("[\ufffd\ud800-\udfff\0\x1a]")
"""What decoding leaves where it fails."""

_FULL_WIDTH = re.compile("[\uff01-\uff1b\uff1d\uff1f-\uff5e\u3000]")
"""All but ＜ and ＞, which would turn into markup."""

_OWN_MARKS = frozenset("，！？：；（）～")
"""Full-width marks that Chinese and Japanese writing has as its own."""

_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}

_CJK = re.compile(
    "[\u1100-\u11ff\u2e80-\u2fff\u3001-\u30ff\u3105-\u318f\u31a0-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\uff65-\uffdc\U00020000-\U0003ffff]"
)

_EMOJI = "\u00a9\u00ae\u2190-\u2bff\ufe0f\U0001f000-\U0001faff"
_JOINING = (
    "\u0600-\u109f\u1700-\u18af\u1900-\u1cff\u1cd0-\u1cff\ua800-\ua8ff\ua980-\uaaff\uabc0-\uabff\ufb50-\ufdff"
    "\ufe70-\ufefc\U00010a00-\U00010aff\U00011000-\U00011fff\U0001e900-\U0001e95f"
)
"""Arabic, Indic and other scripts whose letters are joined or kept apart by invisible joiners."""

_INVISIBLE = re.compile(
    "(?P<flag>\U0001f3f4[\U000e0020-\U000e007e]{1,12}\U000e007f)"  # of England, Scotland and Wales
    "|[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
    f"|(?<![{_JOINING}])\u200c"
    f"|(?<![{_EMOJI}{_JOINING}])\u200d|(?<=[{_EMOJI}])\u200d(?![{_EMOJI}])"
)


def _is_mojibake(text: str) -> bool:
    # Where a character is lost already, decoding afresh would put something else in its place.
    return not text.isascii() and bool(_SINGLE_BYTE.search(text)) and "\ufffd" not in text and is_bad(text)


def _mojibake(text: str) -> str:
    """Return text whose UTF-8 was read as something else, as it was written; other text as it is."""
    if not _is_mojibake(text):
        return text
    fixed = fix_encoding(text, _ENCODING)
    return text if _UNFIT.search(fixed) else fixed


def _full_width(text: str) -> str:
    """Return text with full-width ASCII at half width; marks of Chinese and Japanese stay where such text is."""
    if text.isascii() or not _FULL_WIDTH.search(text):
        return text
    own = _OWN_MARKS if _CJK.search(text) else frozenset[str]()
    return _FULL_WIDTH.sub(lambda found: found[0] if found[0] in own else found[0].translate(_HALF_WIDTH), text)


def _invisible(text: str) -> str:
    """Return text without what nobody sees, but for joiners within words and emoji."""
    return text if text.replace("\n", "").isprintable() else _INVISIBLE.sub(lambda found: found["flag"] or "", text)


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _white_space(text: str) -> str:
    """Return text with one blank between words and one line break between lines."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line)


STEPS: dict[str, Callable[[str], str]] = {
    "mojibake": _mojibake,
    "html": without_markup,
    "full_width": _full_width,
    "invisible": _invisible,
    "nfc": _nfc,
    "white_space": _white_space,
}
"""The steps by name, in the order in which they are taken."""


@dataclass(frozen=True)
class Change:
    """What one step did to a text.

    Attributes
    ----------
    step : str
    before, after : str
    """

    step: str
    before: str
    after: str


def _spotless(text: str) -> bool:
    """Tell quickly of most texts that no step would change them."""
    if "<" in text or "&" in text or "  " in text or text.strip() != text:
        return False
    if not text.isprintable() and (
        "\n\n" in text or " \n" in text or "\n " in text or not text.replace("\n", "").isprintable()
    ):
        return False
    return text.isascii() or not (
        _FULL_WIDTH.search(text) or not unicodedata.is_normalized("NFC", text) or _is_mojibake(text)
    )


def trace(text: str) -> tuple[Change, ...]:
    """Return what the steps do to a text, one after the other; empty when they do nothing.

    Parameters
    ----------
    text : str

    Returns
    -------
    tuple of Change
        A step may come more than once: an entity may hide a tag.
    """
    if _spotless(text):
        return ()
    changes: list[Change] = []

    def take(name: str, after: str) -> None:
        nonlocal text
        if after != text:
            changes.append(Change(name, text, after))
            text = after

    take("nfc", _nfc(text))
    take("white_space", plain(text))
    least = len(changes)
    for _ in range(ROUNDS):
        before = text
        for name, step in STEPS.items():
            take(name, step(text))
        if text == before:
            return tuple(changes)
    return tuple(changes[:least])


def clean(text: str) -> str:
    r"""Return the cleaned text; ``clean(clean(text)) == clean(text)``.

    Parameters
    ----------
    text : str

    Returns
    -------
    str

    Examples
    --------
    >>> clean("  Tea &amp; caf\u00c3\u00a9<br/>ＡＢＣ\u200b")
    'Tea & café\nABC'
    """
    changes = trace(text)
    return changes[-1].after if changes else text


def clean_cells(cells: Iterable[str]) -> tuple[tuple[str, ...], dict[int, Cleaned]]:
    """Clean the cells of one column.

    Parameters
    ----------
    cells : iterable of str

    Returns
    -------
    tuple of str
        The texts.
    dict of int to Cleaned
        By position, what was changed.
    """
    texts: list[str] = []
    changed: dict[int, Cleaned] = {}
    for position, cell in enumerate(cells):
        changes = trace(cell)
        if changes and changes[-1].after != cell:
            taken = {change.step for change in changes}
            changed[position] = Cleaned(cell, tuple(name for name in STEPS if name in taken))
        texts.append(changes[-1].after if changes else cell)
    return tuple(texts), changed


def clean_columns(
    columns: Mapping[str, Sequence[str]], *, wanted: bool = True
) -> tuple[dict[str, tuple[str, ...]], dict[str, dict[int, Cleaned]] | None]:
    """Clean the text columns of a catalogue.

    Parameters
    ----------
    columns : mapping of str to sequence of str
        Cells as they stand, by column.
    wanted : bool
        Else the cells only lose the blanks around them and are brought to NFC, which leaves no record.

    Returns
    -------
    dict of str to tuple of str
        The texts by column.
    dict of str to dict of int to Cleaned, or None
        By column with any and position, what was changed; None when that was not wanted.
    """
    if not wanted:
        return {column: tuple(map(plain, cells)) for column, cells in columns.items()}, None
    done = {column: clean_cells(cells) for column, cells in columns.items()}
    return {c: texts for c, (texts, _) in done.items()}, {c: changed for c, (_, changed) in done.items() if changed}


def counted(cleaned: Mapping[str, Mapping[int, Cleaned]]) -> dict[str, dict[str, int]]:
    """Return how many cells each step changed, by step in their order and by column."""
    counts = Counter((step, column) for column, cells in cleaned.items() for c in cells.values() for step in c.steps)
    return {
        step: {column: counts[step, column] for column in cleaned if counts[step, column]}
        for step in STEPS
        if any(counts[step, column] for column in cleaned)
    }


def told(cleaned: Mapping[str, Mapping[int, Cleaned]] | None) -> tuple[str, ...]:
    """Return the record in a line, such as ``"cleaned: 312 cells (html 200, white space 112)"``; none without any."""
    if not cleaned:
        return ()
    steps = {name: sum(by.values()) for name, by in counted(cleaned).items()}
    return (told_counts(sum(map(len, cleaned.values())), steps),)


def told_counts(cells: int, steps: Mapping[str, int]) -> str:
    """Return the line for so many cells, at least one, and how many each step changed."""
    changed = ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in steps.items())
    return f"cleaned: {cells} cell{'s' * (cells > 1)} ({changed})"
