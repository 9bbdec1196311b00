"""Two routines of LAPACK that other threads run beside.

The functions of `scipy.linalg` hold the interpreter's lock while LAPACK works, so that models fitted side by side would
wait for one another. What scipy gives to Cython is the same library's routines, and `ctypes` lets go of the lock.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache

import numpy as np
import scipy.linalg.cython_lapack
from numpy.typing import NDArray

__all__ = ["halves_of_inverse"]

BLOCK = 512
"""Columns of which the half that LAPACK leaves alone is cleared at a time."""


@cache
def _routine(name: str, characters: int) -> Callable[..., None]:
    """Return a routine ``(characters..., n, a, lda, info)`` for float32 matrices."""
    capsule = scipy.linalg.cython_lapack.__pyx_capi__[name]
    named, pointer = ctypes.pythonapi.PyCapsule_GetName, ctypes.pythonapi.PyCapsule_GetPointer
    named.restype, named.argtypes = ctypes.c_char_p, [ctypes.py_object]
    pointer.restype, pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    signature = named(capsule)
    if signature is None or [part.split(b" *")[0].strip(b" (") for part in signature.split(b",")][-1] != b"int":
        message = f"{name} of this scipy takes other arguments"
        raise ImportError(message)
    number = ctypes.POINTER(ctypes.c_int)
    take = ctypes.CFUNCTYPE(None, *[ctypes.c_char_p] * characters, number, ctypes.c_void_p, number, number)
    found: Callable[..., None] = take(pointer(capsule, signature))
    return found


def halves_of_inverse(matrix: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return an upper triangular matrix ``half`` with ``half @ half.T`` the inverse.

    Parameters
    ----------
    matrix : ndarray of shape (n, n), float32
        Symmetric and positive definite, Fortran order. Only its lower half is read, and the result takes its place.

    Returns
    -------
    ndarray of shape (n, n), float32
        C order.

    Raises
    ------
    LinAlgError
        If the matrix is not positive definite.

    Examples
    --------
    >>> halves_of_inverse(np.array([[4.0]], dtype=np.float32, order="F")).tolist()
    [[0.5]]
    """
    if matrix.dtype != np.float32 or not matrix.flags.f_contiguous or matrix.ndim != 2 or len({*matrix.shape}) > 1:
        message = "the matrix must be square, of float32, in Fortran order"
        raise ValueError(message)
    size, failed = ctypes.c_int(len(matrix)), ctypes.c_int()
    for name, characters in (("spotrf", (b"L",)), ("strtri", (b"L", b"N"))):
        routine = _routine(name, len(characters))
        routine(*characters, ctypes.byref(size), matrix.ctypes.data, ctypes.byref(size), ctypes.byref(failed))
        if failed.value:
            message = "the matrix is not positive definite"
            raise np.linalg.LinAlgError(message)
    half = matrix.T
    for start in range(0, len(half), BLOCK):
        rows = slice(start, start + BLOCK)
        half[rows, :start] = 0.0
        half[rows, rows] = np.triu(half[rows, rows])
    return half
