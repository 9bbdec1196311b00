"""Taking HTML out of a text: tags, comments, scripts and entities, and nothing that merely looks like them.

A product's text holds ``a < b``, ``<3``, ``R&D`` and titles such as ``HTML5 <canvas> by example``. So tags are taken
out only where their names are known to HTML, and only of a text in which something is evidently markup: a closing
tag, a tag with an attribute, one that stands alone (``<br>``, ``<p>``, ``<li>``, ``<img>``), or a comment.
"""

from __future__ import annotations

import html
import re
from html.entities import html5

__all__ = ["without_markup"]


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_BLOCKS = _names(
    """
    address article aside blockquote body br caption center col colgroup dd details dir div dl dt fieldset
    figcaption figure footer form h1 h2 h3 h4 h5 h6 head header hr html iframe legend li main menu nav noscript
    object ol optgroup option p pre script section style summary table tbody tfoot thead title tr ul video audio
    """
)
"""Elements that begin a line of their own."""

_CELLS = frozenset({"td", "th", "img", "input", "button", "select", "textarea"})
"""Elements that stand beside what comes before."""

_INLINE = _names(
    """
    a abbr acronym area b base basefont bdi bdo big canvas cite code data datalist del dfn em embed font i ins
    kbd label link map mark meta meter noframes o:p output param picture progress q rp rt ruby s samp small
    source span strike strong sub sup svg template time track tt u var wbr
    """
)
"""Elements within a line."""

_ALONE = frozenset({"br", "hr", "img", "input", "li", "p", "td", "th", "tr", "wbr"})
"""Elements that are markup without a closing tag too."""

_HIDDEN = frozenset({"script", "style"})
"""Elements whose contents nobody reads."""

_FLAGS = _names(
    """
    allowfullscreen async autoplay checked controls defer disabled hidden itemscope loop multiple muted nohref
    noshade novalidate nowrap readonly required selected
    """
)
"""Attributes that need no value."""

# Atomic and possessive throughout: no text makes it go back over what it has read.
_TAG = re.compile(
    r"""(?P<comment><!--)
    | <!doctype\s[^<>]*+>
    | <\?xml\s[^<>]*+>
    | <(?P<close>/?)(?P<name>[a-z][a-z0-9:]{0,11})(?P<rest>(?=[\s/>])(?>(?:"[^"]*+"|'[^']*+'|[^<>"'])*+>|[^<>]*+>))""",
    re.IGNORECASE | re.VERBOSE,
)
_CLOSED = {name: re.compile(rf"</{name}\s*>", re.IGNORECASE) for name in _HIDDEN}

_CUT_OFF = re.compile(r"<(?P<name>[a-z][a-z0-9]{0,11})\s[^<>]*=[^<>]*\Z", re.IGNORECASE)
"""A tag that the end of the text cuts off."""

_AMPERSANDS = re.compile(r"&(?:(?:amp|AMP|\#0{0,5}38|\#[xX]0{0,4}26);)+")
"""An ampersand written as an entity, as often as there are programs between its writer and us."""

_ENTITY = re.compile(r"&(?:#\d{1,7};|#[xX][0-9a-fA-F]{1,6};|[A-Za-z][A-Za-z0-9]{1,31};|nbsp(?![A-Za-z0-9]))")


def without_markup(text: str) -> str:
    r"""Return ``text`` without HTML: once decoded, that is, so that ``&lt;br&gt;`` becomes ``<br>``.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        Elements with a line of their own leave a line break, cells of a table a blank. Entities need their semicolon
        (``&nbsp`` does not) and a character that text may hold. Time grows with the length of the text.

    Examples
    --------
    >>> without_markup("<p>Cups &amp; <b>pots</b><br>for 5 < x")
    '\nCups & pots\nfor 5 < x'
    >>> without_markup("R&D of HTML5 <canvas>, a<b>c, <3")
    'R&D of HTML5 <canvas>, a<b>c, <3'
    """
    if "<" in text:
        text = _without_tags(text)
    if "&" in text:
        text = _ENTITY.sub(_decoded, _AMPERSANDS.sub("&", text))
    return text


def _kind(found: re.Match[str]) -> str:
    """Return ``"evident"``, ``"possible"`` or ``""`` for a match of `_TAG`, comments aside."""
    if found["name"] is None:
        return "evident"
    name, rest = found["name"].lower(), found["rest"][:-1].rstrip("/").strip()
    if name not in _BLOCKS and name not in _CELLS and name not in _INLINE:
        return ""
    if rest and "=" not in rest and not _FLAGS.issuperset(rest.lower().split()):
        return ""
    return "evident" if found["close"] or rest or name in _ALONE else "possible"


def _without_tags(text: str) -> str:
    last_comment = text.rfind("-->")
    cut_off = _CUT_OFF.search(text, max(0, text.rfind("<")))
    if cut_off is not None and cut_off["name"].lower() in _BLOCKS | _CELLS | _INLINE:
        text = text[: cut_off.start()]
    elif not any(
        found.end() <= last_comment if found["comment"] else _kind(found) == "evident" for found in _TAG.finditer(text)
    ):
        return text
    kept, at = [], 0
    open_ended: set[str] = set()
    while found := _TAG.search(text, at):
        kept.append(text[at : found.start()])
        at = found.end()
        if found["comment"]:
            end = text.find("-->", at) if at <= last_comment else -1
            kept.append(" " if end >= 0 else found[0])
            at = end + 3 if end >= 0 else at
        elif not _kind(found):
            # Only its first character is passed over, since a tag may begin within what looked like one.
            kept.append("<")
            at = found.start() + 1
        else:
            name = (found["name"] or "html").lower()
            kept.append("\n" if name in _BLOCKS else " " if name in _CELLS else "")
            if name in _HIDDEN and not found["close"] and name not in open_ended:
                closed = _CLOSED[name].search(text, at)
                at = closed.end() if closed else at
                open_ended |= set() if closed else {name}
    return "".join((*kept, text[at:]))


def _decoded(found: re.Match[str]) -> str:
    """Return what an entity stands for; one that is unknown, or of a character that no text holds, as it is."""
    entity = found[0] if found[0].endswith(";") else f"{found[0]};"
    if entity[1] != "#":
        return html5.get(entity[1:], found[0])
    character = html.unescape(entity)
    return character if character and character not in "\0\ufffd" and character != entity else found[0]
