"""Texts as SigLIP reads them: in small letters, with a mark at the end, and filled up to one length.

SigLIP was trained on texts of one length only. What fills a text up is read like its words, and the vector is made of
the last token, mostly one of these. Zhai et al., Sigmoid loss for language image pre-training, ICCV 2023; SigLIP 2,
arXiv 2502.14786, 2025. Which tokenizer and which filling is read as transformers does: pieces of ``spiece.model`` of
texts without punctuation, else ``tokenizer.json``.
"""

from __future__ import annotations

import string
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prodcls.encoders.folder_files import (
    CONFIG,
    SPIECES,
    TOKENIZER,
    TOKENIZER_CONFIG,
    read_object,
    refuse,
)
from prodcls.encoders.word_pieces import Pieces, open_tokenizer

if TYPE_CHECKING:
    from sentencepiece import SentencePieceProcessor

__all__ = ["FilledTexts", "open_filled", "plain_text"]

MARK = "</s>"
"""Ends a text and fills it up, where nothing else is told."""

FILLING = 1
"""Number of the token that fills texts up, where nothing is told: transformers' own default for SigLIP."""

BLANK = "\u2581"
"""Stands for a blank inside the pieces of a text."""

Found = tuple[list[int], list[tuple[int, int]]]
"""Token ids and their places in a text."""


@dataclass(frozen=True)
class FilledTexts:
    """Reads texts as tokens.

    Attributes
    ----------
    find : callable
        Takes a text to all of its tokens, the mark at its end included, which stands nowhere.
    filling : int
        Token that fills a text up.
    before : bool
        Whether in front of it; else behind it.
    lower, bare : bool
        Whether a text is read in small letters, and without punctuation.
    """

    find: Callable[[str], Found]
    filling: int
    before: bool
    lower: bool
    bare: bool

    def pieces(self, text: str, length: int) -> Pieces:
        """Return the tokens of a text, as many as ``length``.

        Parameters
        ----------
        text : str
        length : int

        Returns
        -------
        tuple of (list of int, list of (int, int), float)
            What fills it up stands for no character, as the mark does.
        """
        plain, places = plain_text(text, lower=self.lower, bare=self.bare)
        ids, spans = self.find(plain)
        share = min(1.0, (length - 1) / max(1, len(ids) - 1))
        if len(ids) > length:
            ids, spans = [*ids[: length - 1], ids[-1]], [*spans[: length - 1], spans[-1]]
        there = [(places[start], places[end - 1] + 1) if start < end else (0, 0) for start, end in spans]
        more = length - len(ids)
        ids = [self.filling] * more + ids if self.before else ids + [self.filling] * more
        return ids, [(0, 0)] * more + there if self.before else there + [(0, 0)] * more, share


def plain_text(text: str, *, lower: bool, bare: bool) -> tuple[str, list[int]]:
    """Return a text as it is cut into pieces, and where each of its characters stands in ``text``.

    Parameters
    ----------
    text : str
    lower : bool
        In small letters.
    bare : bool
        Without the punctuation of ASCII, and with one blank for several.

    Returns
    -------
    tuple of (str, list of int)

    Examples
    --------
    >>> plain_text(" T-shirt,  red", lower=True, bare=True)
    ('tshirt red', [1, 3, 4, 5, 6, 7, 9, 11, 12, 13])
    """
    shown = text.lower() if lower else text
    # Some capitals become two small letters, one by one as in a whole text.
    places = [i for i, letter in enumerate(text) for _ in (letter.lower() if lower else letter)]
    if not bare:
        return shown, places
    letters: list[str] = []
    kept: list[int] = []
    for letter, place in zip(shown.replace(BLANK, " "), places, strict=True):
        if letter in string.punctuation:
            continue
        blank = letter.isspace()
        if blank and letters[-1:] in ([], [" "]):
            continue
        letters.append(" " if blank else letter)
        kept.append(place)
    end = len(letters) - (letters[-1:] == [" "])
    return "".join(letters[:end]), kept[:end]


@lru_cache(maxsize=4)
def open_filled(path: Path, digest: str) -> FilledTexts:
    """Return what reads the texts of a folder.

    Parameters
    ----------
    path : Path
    digest : str
        Of the folder's files: a changed one is opened again.

    Returns
    -------
    FilledTexts

    Raises
    ------
    InputError
        Code ``encoder-unusable``, if the tokenizer cannot be read, or lacks the tokens that are told.
    """
    told = read_object(path / TOKENIZER_CONFIG)
    before, lower = told.get("padding_side") == "left", told.get("do_lower_case") is not False
    if (path / SPIECES).is_file():
        pieces = _open_pieces(path / SPIECES)

        def number(token: str) -> int | None:
            found = pieces.piece_to_id(token)  # that of what is unknown, where it is
            return found if pieces.id_to_piece(found) == token else None

        end, filling = (_number(number, path, _token(told, name)) for name in ("eos_token", "pad_token"))

        def find(text: str) -> Found:
            found = pieces.encode(text, return_type="offset_mapping")
            return [*found["ids"], end], [*found["offsets"], (0, 0)]

        return FilledTexts(find, filling, before, lower, bare=True)
    tokenizer = open_tokenizer(path, digest)

    def cut(text: str) -> Found:
        found = tokenizer.encode(text)
        if not found.ids or found.offsets[-1][0] < found.offsets[-1][1]:
            message = "sets no mark behind a text: save it again by AutoTokenizer.from_pretrained(...).save_pretrained"
            raise refuse(path / TOKENIZER, message)
        return found.ids, found.offsets

    if "pad_token" in told:
        filling = _number(tokenizer.token_to_id, path, _token(told, "pad_token"))
    else:
        filling = _told_filling(path)
    return FilledTexts(cut, filling, before, lower, bare=False)


def _open_pieces(path: Path) -> SentencePieceProcessor:
    from sentencepiece import SentencePieceProcessor

    try:
        return SentencePieceProcessor(model_proto=path.read_bytes())
    except (OSError, RuntimeError) as error:
        raise refuse(path, f"is no tokenizer ({error})") from error


def _token(told: dict[str, Any], name: str) -> str:
    """Return a special token as it is written, plainly or with what else is known of it."""
    found = told.get(name, MARK)
    return str(found.get("content", MARK) if isinstance(found, dict) else found)


def _number(number: Callable[[str], int | None], path: Path, token: str) -> int:
    found = number(token)
    if found is None:
        raise refuse(path, f"the tokenizer knows no {token!r}, which {TOKENIZER_CONFIG} tells")
    return found


def _told_filling(path: Path) -> int:
    texts = read_object(path / CONFIG).get("text_config")
    told = texts.get("pad_token_id") if isinstance(texts, dict) else None
    return told if isinstance(told, int) and not isinstance(told, bool) else FILLING
