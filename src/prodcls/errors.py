"""What can go wrong, as one tree of exceptions.

::

    ProdclsError                 everything this package raises on purpose
    ├── InputError               the user can fix it: exit code 2, one line
    │   ├── CatalogueError       a file, row, column or cell of a catalogue
    │   ├── SchemaError          columns missing, unknown or in the wrong role
    │   ├── MediaError           a file that a cell names cannot be used
    │   │   ├── ImageError       a photo
    │   │   └── SoundError       a sound
    │   ├── BundleError          a bundle that is damaged, incomplete or of another version
    │   └── WriteError           a file that cannot be written; an OSError too
    └── DefectError              a promise of ours is broken: exit code 1, traceback file
        └── AdditivityError      the parts of an account do not sum to the served margin
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = [
    "AdditivityError",
    "BundleError",
    "CatalogueError",
    "DefectError",
    "ImageError",
    "InputError",
    "MediaError",
    "ProdclsError",
    "SchemaError",
    "SoundError",
    "WriteError",
]


class ProdclsError(Exception):
    """Base of every exception this package raises on purpose."""


class InputError(ProdclsError):
    """Raised when the input is at fault and its owner can mend it.

    The message is one line that names the place and says what to do.

    Parameters
    ----------
    message : str
        What is wrong and what to do about it.
    code : str
        Stable identifier of the kind of fault, such as ``"price-ambiguous"``.
    file : str, optional
    row : int, optional
        One-based data row (the header line is not counted).
    column : str, optional
    """

    def __init__(
        self,
        message: str,
        *,
        code: str,
        file: str | None = None,
        row: int | None = None,
        column: str | None = None,
    ) -> None:
        self.code = code
        self.file = file
        self.row = row
        self.column = column
        place = [
            file or "",
            f"row {row}" if row is not None else "",
            f"column {column!r}" if column else "",
        ]
        where = ", ".join(part for part in place if part)
        super().__init__(f"{where}: {message} [{code}]" if where else f"{message} [{code}]")

    def __reduce__(self) -> tuple[Callable[..., InputError], tuple[type[InputError], str, dict[str, Any]]]:
        """Return how another process makes the same error."""
        return _again, (type(self), str(self), self.__dict__)


def _again(kind: type[InputError], told: str, about: dict[str, Any]) -> InputError:
    error = kind.__new__(kind)
    error.args = (told,)
    error.__dict__.update(about)
    return error


class CatalogueError(InputError):
    """Raised when a catalogue cannot be read or holds nothing usable."""


class SchemaError(InputError):
    """Raised when columns are missing, unknown or do not fit the model's."""


class MediaError(InputError):
    """Raised when a file that a cell names cannot be used; intake turns it into a rejection."""


class ImageError(MediaError):
    """Raised when a photo cannot be used."""


class SoundError(MediaError):
    """Raised when a sound cannot be used."""


class BundleError(InputError):
    """Raised when a bundle is damaged, incomplete or of an unknown version."""


class WriteError(InputError, OSError):
    """Raised when a file cannot be written, such as on a full disk; what had its name is as it was."""


class DefectError(ProdclsError):
    """Raised when the program itself breaks a promise it makes."""


class AdditivityError(DefectError):
    """Raised when the parts of an account do not sum to the served margin."""
