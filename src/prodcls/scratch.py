"""Vectors outside the memory of the process: written to a file without a name, then seen as an array.

The file has no name in its folder, so that nothing of it stays when the process ends, however it ends. What is read of
the array lies in memory only as long as the system has room for it.
"""

from __future__ import annotations

import logging
import mmap
import os
import tempfile
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

__all__ = ["CHUNK_ROWS", "VectorFile", "release"]

CHUNK_ROWS = 256
"""Rows that are copied at a time."""

IN_MEMORY = 1 << 20
"""Bytes of vectors up to which a file is not worth its while."""

_log = logging.getLogger(__name__)


class VectorFile:
    """Vectors of n things that are put in their places one after the other; those never put are zero.

    Parameters
    ----------
    shape : tuple of int
        (n, d).
    folder : Path or None
        Where the file lies; made when absent. None, or a folder that cannot hold it: the vectors stay in memory.
    """

    def __init__(self, shape: tuple[int, int], folder: Path | None) -> None:
        self.shape = shape
        size = shape[0] * shape[1] * np.dtype(np.float32).itemsize
        self._file = None if folder is None or size <= IN_MEMORY else _open(folder, size)
        self._memory = np.zeros(shape if self._file is None else (0, shape[1]), dtype=np.float32)

    def put(self, rows: NDArray[np.intp], vectors: NDArray[np.float32]) -> None:
        """Put ``vectors``, shape (m, d), at the places ``rows``, shape (m,), ascending."""
        if self._file is None:
            self._memory[rows] = vectors
            return
        vectors = vectors.astype(np.float32, copy=False)
        width = vectors.shape[1] * vectors.itemsize
        for run in np.split(np.arange(len(rows)), np.flatnonzero(np.diff(rows) != 1) + 1):
            if len(run):
                self._file.seek(int(rows[run[0]]) * width)
                self._file.write(vectors[run[0] : run[-1] + 1].tobytes())

    def array(self) -> NDArray[np.float32]:
        """Return all vectors, shape (n, d), for reading; nothing can be put from now on."""
        if self._file is None:
            self._memory.flags.writeable = False
            return self._memory
        self._file.flush()
        with self._file as file:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        return np.ndarray(self.shape, dtype=np.float32, buffer=mapped)


def release(vectors: NDArray[np.float32]) -> None:
    """Let go of what was read of an array of `VectorFile`; it is read from the file again when it is needed.

    Parameters
    ----------
    vectors : ndarray
        Nothing happens to one that is no such array.
    """
    base: object = vectors.base
    if isinstance(base, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        base.madvise(mmap.MADV_DONTNEED)


def _open(folder: Path, size: int) -> BinaryIO | None:
    """Return a file of ``size`` bytes, all zero, or None where there is no room for it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file: BinaryIO = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed by `array`
        try:
            file.truncate(size)
            if hasattr(os, "posix_fallocate"):  # a full disk is met now, and not when half is written
                os.posix_fallocate(file.fileno(), 0, size)
        except OSError:
            file.close()
            raise
    except OSError as error:
        _log.warning("embeddings stay in memory, since %s cannot hold them: %s", folder, error)
        return None
    return file
