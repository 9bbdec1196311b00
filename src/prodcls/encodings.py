"""Which encoding the bytes of a text file are in, found in one reading of the file and without holding it."""

from __future__ import annotations

import codecs
import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from prodcls.errors import CatalogueError

__all__ = ["Fingerprint", "TextEncoding", "detect_encoding", "take_fingerprint"]

DAMAGE_RATIO = 1
"""A file with this many times more valid than broken UTF-8 characters is damaged UTF-8, not another encoding.

Western text in another encoding has next to no valid ones, Chinese text one for five to ten broken bytes.
"""

HANZI_SHARE = 0.9
"""Share of two-byte characters that must be everyday ones (GB 2312) to believe that a file is Chinese."""

_BLOCK = 1 << 20

# UTF-32 first: its mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BROKEN = re.compile("[\udc80-\udcff]")
_BEYOND_ASCII = re.compile("[^\x00-\x7f]")


@dataclass(frozen=True)
class Fingerprint:
    """What identifies the bytes of a file.

    Attributes
    ----------
    sha256 : str
    size : int
        Bytes.
    blank : bool
        Whether there is nothing but white space.
    """

    sha256: str
    size: int
    blank: bool


@dataclass(frozen=True)
class TextEncoding:
    """How a file's bytes become text.

    Attributes
    ----------
    name : str
        Python's name of the encoding.
    how : str
        How it was found, for the reader.
    errors : str
        What the decoder does with other bytes: ``"strict"``, or ``"surrogateescape"`` for damaged UTF-8, whose broken
        bytes become lone surrogates so that their rows can be rejected.
    """

    name: str
    how: str
    errors: str = "strict"


def take_fingerprint(path: Path) -> Fingerprint:
    """Read a file once for its digest.

    Parameters
    ----------
    path : Path

    Returns
    -------
    Fingerprint

    Raises
    ------
    OSError
        If it cannot be read.
    """
    digest, size, blank = hashlib.sha256(), 0, True
    for block in _blocks(path):
        digest.update(block)
        size += len(block)
        blank = blank and not block.strip()
    return Fingerprint(digest.hexdigest(), size, blank)


def joint_fingerprint(files: Iterable[tuple[str, Fingerprint]]) -> Fingerprint:
    """Return one digest of the names and bytes of several files.

    Parameters
    ----------
    files : iterable of (str, Fingerprint)

    Returns
    -------
    Fingerprint
        Blank where there are none.
    """
    digest, size, blank = hashlib.sha256(), 0, True
    for name, one in files:
        digest.update(f"{len(name)} {name} {one.sha256}\n".encode("utf-8", "surrogateescape"))
        size += one.size
        blank = False
    return Fingerprint(digest.hexdigest(), size, blank)


def detect_encoding(path: Path, encoding: str | None, *, file: str) -> TextEncoding:
    """Return the encoding given, that of the byte-order mark, or the best guess; it fits the whole file.

    Parameters
    ----------
    path : Path
    encoding : str, optional
        Detected by default.
    file : str
        Name for messages.

    Returns
    -------
    TextEncoding

    Raises
    ------
    CatalogueError
        When ``encoding`` is unknown or does not fit the bytes.
    OSError
        If the file cannot be read.
    """
    if encoding is not None:
        return _fitting(path, encoding, "given", file)
    with path.open("rb") as stream:
        head = stream.read(4)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return _fitting(path, name, "byte-order mark", file)
    if _misfit(path, "utf-8") is None:
        return TextEncoding("utf-8", "valid throughout")
    broken = beyond = 0
    for text in _decoded(path, "utf-8", "surrogateescape"):
        broken += len(_BROKEN.findall(text))
        beyond += len(_BEYOND_ASCII.findall(text))
    if beyond - broken >= DAMAGE_RATIO * broken:
        return TextEncoding("utf-8", f"{broken} broken bytes; their rows are rejected", "surrogateescape")
    return _guess(path)


def _fitting(path: Path, encoding: str, how: str, file: str) -> TextEncoding:
    try:
        misfit = _misfit(path, encoding)
    except LookupError:
        raise CatalogueError(
            f"encoding {encoding!r} is unknown: try utf-8, gb18030 or cp1252", code="encoding-unknown", file=file
        ) from None
    if misfit is not None:
        raise CatalogueError(
            f"the bytes do not fit the encoding {encoding} ({misfit}): save the file as UTF-8",
            code="encoding-mismatch",
            file=file,
        )
    return TextEncoding(encoding, how)


def _misfit(path: Path, encoding: str) -> UnicodeError | None:
    """Return what the decoder complains of, or None; LookupError when no text encoding has this name."""
    try:
        b"".decode(encoding)  # knows text encodings only, unlike codecs.lookup
        for _ in _decoded(path, encoding, "strict"):
            pass
    except UnicodeError as error:
        return error
    except ValueError as error:  # a NUL character in the name
        raise LookupError from error
    return None


def _guess(path: Path) -> TextEncoding:
    """Choose between Chinese and Western legacy encodings.

    Nearly every byte sequence of Western text is also valid GB 18030, but there an accented letter is followed by
    an ASCII one, which makes rare characters; real Chinese is almost wholly within GB 2312.
    """
    try:
        beyond = everyday = 0
        for text in _decoded(path, "gb18030", "strict"):
            found = _BEYOND_ASCII.findall(text)
            beyond += len(found)
            everyday += sum(len(c.encode("gb2312", "ignore")) == 2 for c in found)
        if everyday >= HANZI_SHARE * beyond:
            return TextEncoding("gb18030", "guessed: not UTF-8, looks Chinese; give the encoding if wrong")
    except UnicodeDecodeError:
        pass
    name = "latin-1" if _misfit(path, "cp1252") else "cp1252"
    return TextEncoding(name, "guessed: not UTF-8; give the encoding if wrong")


def _decoded(path: Path, encoding: str, errors: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    for block in _blocks(path):
        yield decoder.decode(block)
    yield decoder.decode(b"", final=True)


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            yield block
