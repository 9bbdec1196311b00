"""``modelcard.toml``: what people say of a model, as they wrote it down."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, fields
from pathlib import Path

from prodcls.audit_model_card import ModelCard
from prodcls.toml_files import TomlFile, read_toml

__all__ = ["CARD_FILE_NAME", "LONGEST", "PARAGRAPHS", "CardFile", "load_model_card"]

CARD_FILE_NAME = "modelcard.toml"
"""Looked for beside the catalogue."""

LONGEST = 2000
"""Characters of the longest paragraph."""

PARAGRAPHS = 20
"""Most paragraphs of a field."""

_DAY = "review_date"


@dataclass(frozen=True)
class CardFile:
    """A model card with the file that it came from.

    Attributes
    ----------
    file : str
        Name of the file.
    sha256 : str
        Of its bytes.
    card : ModelCard
    """

    file: str
    sha256: str
    card: ModelCard


def load_model_card(path: Path) -> CardFile:
    """Read ``modelcard.toml``.

    Parameters
    ----------
    path : Path
        Keys are the fields of `ModelCard`, all of them optional; a value is a text or a list of texts, that of
        ``review_date`` a day.

    Returns
    -------
    CardFile

    Raises
    ------
    InputError
        If it cannot be read, has an unknown key, or a value of the wrong type or too long.
    """
    file = read_toml(path)
    file.check_keys("", file.root, tuple(f.name for f in fields(ModelCard)), "card-unknown")
    return CardFile(file.name, file.sha256, ModelCard(**{name: _texts(file, name) for name in file.root}))


def _texts(file: TomlFile, name: str) -> tuple[str, ...]:
    """Return the paragraphs of a field, blank ones left out."""
    value = file.root[name]
    if name == _DAY:
        return _day(file, value)
    found = value if isinstance(value, list) else [value]
    if not all(isinstance(text, str) for text in found):
        file.refuse(name, "is neither a text nor a list of texts: write it in quotation marks", "card-type")
    texts = tuple(text.strip() for text in found if text.strip())
    if len(texts) > PARAGRAPHS:
        file.refuse(name, f"has {len(texts)} paragraphs, and at most {PARAGRAPHS} are shown", "card-long")
    longest = max(map(len, texts), default=0)
    if longest > LONGEST:
        message = f"has a paragraph of {longest} characters, and at most {LONGEST} are shown: shorten it or part it"
        file.refuse(name, message, "card-long")
    return texts


def _day(file: TomlFile, value: object) -> tuple[str, ...]:
    try:
        day = datetime.date.fromisoformat(value) if isinstance(value, str) and value else value
    except ValueError as error:
        file.refuse(_DAY, f"{value!r} is no day: write it as 2027-01-31", "card-type", error)
    if value == "":
        return ()
    if type(day) is not datetime.date:
        file.refuse(_DAY, f"{value!r} is no day: write it as 2027-01-31", "card-type")
    return (day.isoformat(),)
