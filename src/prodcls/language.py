"""Words and numbers of the page in one language.

Every string of the page stands in ``strings/LANG.json``. A string may hold ``{name}`` for a value and ``[[term]]`` or
``[[term|as written]]`` for a word of the glossary; `Language.say` turns it into spans, which the templates print one
by one. A value is never searched for marks, so that a product title cannot make any.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

from prodcls.audit import Interval

__all__ = ["LANGUAGES", "Language", "Prose", "Span", "as_text", "code", "link", "load_language", "plain", "quoted"]

LANGUAGES = ("en", "zh")

STRINGS = Path(__file__).parent / "strings"

_MARK = re.compile(r"\[\[(?P<term>[a-z0-9_]+)(?:\|(?P<shown>[^\]]+))?\]\]|\{(?P<name>[a-z_]+)\}")

_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")

_ISOLATE = "\u2068{}\u2069"
"""First strong isolate ... pop directional isolate: keeps a right-to-left value from turning the words around it."""


@dataclass(frozen=True)
class Span:
    """A run of text.

    Attributes
    ----------
    kind : str
        ``"text"``; ``"value"``: from the catalogue, in any script; ``"term"``: explained in the glossary; ``"code"``;
        ``"link"``: leads to another place of the page.
    text : str
    term : str
        Key in the glossary, for a term.
    meaning : str
        Its explanation, for a term.
    anchor : str
        Where it leads, for a link.
    """

    kind: str
    text: str
    term: str = ""
    meaning: str = ""
    anchor: str = ""


Prose = tuple[Span, ...]


def quoted(text: str) -> Prose:
    """Return text of the catalogue as prose."""
    return (Span("value", text),)


def plain(text: str) -> Prose:
    """Return a number or a fixed word as prose."""
    return (Span("text", text),)


def code(text: str) -> Prose:
    """Return an identifier, a path or a command as prose."""
    return (Span("code", text),)


def link(text: str, anchor: str) -> Prose:
    """Return text, of the catalogue or not, as prose that leads to another place of the page."""
    return (Span("link", text, anchor=anchor),)


def as_text(prose: Prose) -> str:
    """Return prose as plain text, its values isolated from the direction of the words around them.

    Values lose their own direction controls, any of which could end the isolate.
    """
    return "".join(_ISOLATE.format(_TURNING.sub("", s.text)) if s.kind == "value" else s.text for s in prose)


@dataclass(frozen=True)
class Language:
    """One language of the page.

    Attributes
    ----------
    code : str
        ``"en"`` or ``"zh"``.
    tag : str
        BCP 47 tag for the ``lang`` attribute.
    words : Mapping of str to str
        The catalogue of strings.
    """

    code: str
    tag: str
    words: Mapping[str, str]

    def __call__(self, key: str, **values: str | Prose) -> str:
        """Return a string as plain text; values are isolated from the direction of the words around them.

        Parameters
        ----------
        key : str
        **values : str or Prose
            One for each ``{name}`` in the string, as in `say`.

        Raises
        ------
        KeyError
            The catalogue has no such string, or a value is missing.
        """
        return as_text(self.say(key, **values))

    def say(self, key: str, **values: str | Prose) -> Prose:
        """Return a string as spans.

        Parameters
        ----------
        key : str
        **values : str or Prose
            A plain str counts as text of the catalogue; give numbers and fixed words as prose.

        Raises
        ------
        KeyError
            The catalogue has no such string, or a value is missing.
        """
        spans: list[Span] = []
        text, end = self.words[key], 0
        for found in _MARK.finditer(text):
            if found.start() > end:
                spans.append(Span("text", text[end : found.start()]))
            if found["name"]:
                given = values[found["name"]]
                spans.extend(quoted(given) if isinstance(given, str) else given)
            else:
                spans.append(self.term(found["term"], found["shown"]))
            end = found.end()
        if end < len(text):
            spans.append(Span("text", text[end:]))
        return tuple(spans)

    def term(self, name: str, shown: str | None = None) -> Span:
        """Return a word of the glossary with its explanation."""
        return Span("term", shown or self.words[f"term.{name}.word"], name, self.words[f"term.{name}.meaning"])

    def pick(self, family: str, name: str, otherwise: str | None = None) -> Prose:
        """Return the string ``family.name``; without one, ``otherwise`` or the name itself, as a value."""
        key = f"{family}.{name}"
        if key in self.words:
            return self.say(key)
        return quoted(name if otherwise is None else otherwise)

    def count(self, number: int) -> str:
        """Return a whole number with thousands set apart."""
        return f"{number:,}".replace("-", "\u2212")

    def decimal(self, number: float, digits: int = 2) -> str:
        """Return a number with a fixed count of decimals; what rounds to zero has no sign."""
        text = f"{number:,.{digits}f}"
        return text.replace("-", "\u2212") if text.strip("-0.,") else text.lstrip("-")

    def signed(self, number: float, digits: int = 2) -> str:
        """Return a number with its sign."""
        text = self.decimal(number, digits)
        return f"+{text}" if number > 0 and text.strip("0.,") else text

    def share(self, number: float, digits: int = 1) -> str:
        """Return a share of 1 in per cent."""
        return f"{self.decimal(100 * number, digits)}%"

    def probability(self, number: float) -> str:
        """Return a probability in per cent; what is not certain is never printed as 0% or 100%."""
        if 0 < number < 0.0005:
            return f"<\u2009{self.share(0.001)}"
        if 0.9995 <= number < 1:
            return f">\u2009{self.share(0.999)}"
        return self.share(number)

    def interval(self, figure: Interval) -> str:
        """Return the bounds of an interval of shares in per cent."""
        return f"{self.decimal(100 * figure.low, 1)}\u2013{self.share(figure.high)}"

    def small(self, number: float) -> str:
        """Return a number near zero by its power of ten, such as ``4.4e-9``."""
        if not number:
            return "0"
        return f"{number:.1e}".replace("e-0", "e-").replace("e+0", "e+").replace("-", "\u2212")

    def seconds(self, number: float) -> str:
        """Return a span of time in seconds."""
        return self("unit.seconds", n=plain(self.decimal(number, 1 if number < 100 else 0)))

    def bytes(self, number: int) -> str:
        """Return an amount of memory in units of 1000."""
        for scale, unit in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
            if number >= scale:
                return f"{self.decimal(number / scale, 1)} {unit}"
        return f"{number} B"

    def day(self, iso: str) -> str:
        """Return a day, given in ISO 8601; another text as it is."""
        try:
            day = date.fromisoformat(iso)
        except ValueError:
            return iso
        month = self.words["months"].split()[day.month - 1]
        parts = {"year": f"{day.year:04d}", "month": month, "day": str(day.day)}
        return self("unit.day", **{name: plain(text) for name, text in parts.items()})

    def date(self, iso: str) -> str:
        """Return a moment, given in ISO 8601, as date and time in UTC; another text as it is."""
        try:
            moment = datetime.fromisoformat(iso).astimezone(UTC)
        except ValueError:
            return iso
        month = self.words["months"].split()[moment.month - 1]
        parts = {"year": f"{moment.year:04d}", "month": month, "day": str(moment.day), "time": f"{moment:%H:%M}"}
        return self("unit.date", **{name: plain(text) for name, text in parts.items()})


@cache
def load_language(code: str) -> Language:
    """Read a language.

    Parameters
    ----------
    code : str
        One of `LANGUAGES`.

    Raises
    ------
    ValueError
        There is no such language.
    """
    if code not in LANGUAGES:
        raise ValueError(f"no language {code!r}: choose one of {', '.join(LANGUAGES)}")
    words = json.loads((STRINGS / f"{code}.json").read_text(encoding="utf-8"))
    return Language(code, words["language.tag"], words)
