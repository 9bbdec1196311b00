"""Put a folder in the place of another so that a reader sees the old one or the new one."""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import sys
from functools import cache
from pathlib import Path

__all__ = ["replace_folder", "where_now"]

_AT_FDCWD, _RENAME_EXCHANGE = -100, 2
_UNKNOWN = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EPERM)
"""What a kernel or a file system answers that cannot exchange two names."""


def replace_folder(staged: Path, folder: Path) -> None:
    """Give ``staged`` the name ``folder``; what had that gets the name ``staged``.

    Linux exchanges the two names in one step. Elsewhere the old folder has another name for a moment, under which
    `where_now` finds it; when the process is killed right then, the next replacement puts it back first. The names are
    not forced to disk: see `prodcls.atomic.sync_folder`.

    Parameters
    ----------
    staged : Path
        On the same file system.
    folder : Path

    Raises
    ------
    OSError
        If it cannot be done; the old folder is then as it was.
    """
    aside = _aside(folder)
    if not folder.exists():
        if aside.exists():
            aside.rename(folder)
        else:
            staged.rename(folder)
            return
    shutil.rmtree(aside, ignore_errors=True)  # left by a process that was killed when it had replaced it
    if not _exchange(staged, folder):
        folder.rename(aside)
        try:
            staged.rename(folder)
        except BaseException:
            aside.rename(folder)
            raise
        try:
            aside.rename(staged)
        except OSError:
            shutil.rmtree(aside, ignore_errors=True)


def where_now(folder: Path) -> Path:
    """Return where a folder is that `replace_folder` may be replacing, or was when its process was killed.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    Path
        ``folder`` itself, even where nothing is there at all.
    """
    return _aside(folder) if not folder.exists() and _aside(folder).is_dir() else folder


def _aside(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.old")


def _exchange(first: Path, second: Path) -> bool:
    """Exchange two names in one step; False where the system cannot."""
    call = _renameat2()
    if call is None:
        return False
    if call(_AT_FDCWD, os.fsencode(first), _AT_FDCWD, os.fsencode(second), _RENAME_EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in _UNKNOWN:
        return False
    raise OSError(code, os.strerror(code), str(first))


@cache
def _renameat2() -> ctypes._NamedFuncPointer | None:
    """Return the system's call, or None where there is none."""
    if not sys.platform.startswith("linux"):
        return None
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if call is not None:
        call.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint]
    return call
