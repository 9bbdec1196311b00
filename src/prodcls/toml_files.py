"""TOML files that a user writes beside a catalogue: read whole, checked key by key."""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, NoReturn

from prodcls.errors import InputError
from prodcls.nearest import nearest

__all__ = ["LARGEST", "TomlFile", "find_beside", "read_toml"]

LARGEST = 256 * 1024
"""Bytes of the largest file that is read: more than any person writes by hand."""


@dataclass(frozen=True)
class TomlFile:
    """A TOML file as it was read.

    Attributes
    ----------
    path : str
        For messages.
    sha256 : str
        Of the file's bytes.
    root : dict of str to object
    """

    path: str
    sha256: str
    root: dict[str, Any]

    @property
    def name(self) -> str:
        """Name of the file without its folders."""
        return Path(self.path).name

    def refuse(self, place: str, what: str, code: str, cause: Exception | None = None) -> NoReturn:
        """Raise the error for the entry at ``place``, such as ``"[thresholds] accuracy"``."""
        raise InputError(f"{place}: {what}" if place else what, code=code, file=self.path) from cause

    def check_keys(self, place: str, found: Collection[str], known: Collection[str], code: str) -> None:
        """Refuse a key that is not among ``known``.

        Parameters
        ----------
        place : str
            Table that holds the keys, such as ``"[thresholds]"``; empty for the root.
        found : collection of str
        known : collection of str
        code : str

        Raises
        ------
        InputError
            Naming the nearest known key, or all of them where none is near.
        """
        for key in found:
            if key not in known:
                near = nearest(key, known, 1)
                hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}"
                self.refuse(f"{place} {key!r}".lstrip(), f"there is no such key; {hint}", code)


def find_beside(catalogue: Path | None, name: str) -> Path | None:
    """Return the file ``name`` in the folder of the catalogue; None where there is none, or no catalogue."""
    path = None if catalogue is None else catalogue.parent / name
    return path if path is not None and path.is_file() else None


def read_toml(path: Path) -> TomlFile:
    """Read a TOML file.

    Parameters
    ----------
    path : Path

    Returns
    -------
    TomlFile

    Raises
    ------
    InputError
        If it cannot be read, is larger than `LARGEST`, or is no TOML.
    """
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", code="toml-unreadable", file=str(path)) from error
    if len(data) > LARGEST:
        message = f"has more than {LARGEST // 1024} KiB: is this the right file?"
        raise InputError(message, code="toml-large", file=str(path))
    try:
        root = tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InputError("is not UTF-8: save it as UTF-8", code="toml-encoding", file=str(path)) from error
    except (ValueError, RecursionError) as error:
        message = f"is no TOML ({error}); see https://toml.io"
        raise InputError(message, code="toml-syntax", file=str(path)) from error
    return TomlFile(str(path), sha256(data).hexdigest(), root)
