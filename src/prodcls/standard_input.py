"""The standard input as a file: kept in a temporary one, since a catalogue is read more than once."""

from __future__ import annotations

import atexit
import shutil
import sys
import tempfile
from functools import cache
from pathlib import Path

__all__ = ["STANDARD_INPUT", "spooled"]

STANDARD_INPUT = "-"
"""What stands for the standard input where a file is asked for."""

# First bytes of a format -> ending of its files.
_MAGIC = ((b"PAR1", ".parquet"), (b"PK\x03\x04", ".xlsx"), (b"\xd0\xcf\x11\xe0", ".xls"), (b"{", ".jsonl"))


@cache
def spooled() -> tuple[Path, str]:
    """Read the standard input to its end, once in a process.

    Returns
    -------
    tuple of (Path, str)
        The temporary file, removed when the process ends, and the ending of its format, ``".csv"`` where nothing else
        shows.
    """
    with tempfile.NamedTemporaryFile(prefix="prodcls-", delete=False) as file:
        path = Path(file.name)
        atexit.register(path.unlink, missing_ok=True)
        shutil.copyfileobj(sys.stdin.buffer, file)
    with path.open("rb") as stream:
        head = stream.read(64).removeprefix(b"\xef\xbb\xbf").lstrip()
    return path, next((kind for magic, kind in _MAGIC if head.startswith(magic)), ".csv")
