"""What a failed write means: the system's error numbers as one line that says what to do."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from prodcls.errors import WriteError

__all__ = ["is_of_the_disk", "naming", "write_error"]

_FULL = "make room on that disk, or choose another place"
_REFUSED = "choose a folder that you may write in, or get the right to"
_IN_THE_WAY = "choose another place, or take away what is there"
_BROKEN = "look after the disk or the connection to it, or choose another place"
_SPENT = "close other programs, or raise the limit on open files (ulimit -n)"

_TOLD = {
    errno.ENOSPC: ("disk-full", _FULL),
    errno.EDQUOT: ("disk-full", _FULL),
    errno.EFBIG: ("file-too-large", "raise the limit on the size of files (ulimit -f), or choose another disk"),
    errno.EIO: ("write-failed", _BROKEN),
    errno.ENODEV: ("write-failed", _BROKEN),
    errno.ENXIO: ("write-failed", _BROKEN),
    errno.ESTALE: ("write-failed", _BROKEN),
    errno.EROFS: ("write-refused", _REFUSED),
    errno.EACCES: ("write-refused", _REFUSED),
    errno.EPERM: ("write-refused", _REFUSED),
    errno.EMFILE: ("write-failed", _SPENT),
    errno.ENFILE: ("write-failed", _SPENT),
    errno.ENOENT: ("write-failed", "its folder is not there: make it, or choose another place"),
    errno.EEXIST: ("write-failed", _IN_THE_WAY),
    errno.ENOTDIR: ("write-failed", _IN_THE_WAY),
    errno.EISDIR: ("write-failed", _IN_THE_WAY),
    errno.ENOTEMPTY: ("write-failed", _IN_THE_WAY),
    errno.ELOOP: ("write-failed", _IN_THE_WAY),
    errno.ENAMETOOLONG: ("write-failed", "choose a shorter name"),
}
"""Error number -> stable code, and what to do."""

_OF_THE_DISK = {number for number, (_, advice) in _TOLD.items() if advice in (_FULL, _REFUSED, _BROKEN, _SPENT)} | {
    errno.EFBIG
}


def is_of_the_disk(error: OSError) -> bool:
    """Return whether an error is of the disk or of rights on it, whatever the program did.

    Parameters
    ----------
    error : OSError

    Returns
    -------
    bool
        False for, among others, a file that is not there: where that was not expected, it is a defect.
    """
    return error.errno in _OF_THE_DISK


def write_error(error: OSError, path: Path | None = None) -> WriteError:
    """Return an error as one that names the file and says what to do.

    Parameters
    ----------
    error : OSError
    path : Path, optional
        The file that was to be written. None: the one that the error names; where it names none, a temporary file or
        the standard output is told of.

    Returns
    -------
    WriteError
        Codes ``disk-full``, ``file-too-large``, ``write-refused`` and ``write-failed``. It has the number of ``error``.
    """
    code, advice = _TOLD.get(error.errno or 0, ("write-failed", _BROKEN))
    named = path or error.filename
    where = "" if named else f", perhaps a temporary one in {tempfile.gettempdir()} or the standard output"
    reason = error.strerror or str(error) or type(error).__name__
    message = f"cannot be written ({reason}){where}: {advice}"
    found = WriteError(message, code=code, file=os.fsdecode(named) if named else "a file")
    found.errno = error.errno
    return found


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Let what fails in the ``with`` block tell of the file that is written by it.

    Parameters
    ----------
    path : Path
        The file as the user knows it: the block may write to a temporary one.

    Yields
    ------
    None

    Raises
    ------
    WriteError
        In place of any other OSError.
    """
    try:
        yield
    except WriteError:
        raise
    except OSError as error:
        raise write_error(error, path) from error
