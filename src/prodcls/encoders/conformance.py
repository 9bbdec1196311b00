"""What everything else relies on in an encoder, tried on one."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from prodcls.encoders import audio_encoder, image_encoder, text_encoder
from prodcls.encoders.base import Encoder, Item, Parts
from prodcls.encoders.listing import sample
from prodcls.errors import InputError

__all__ = ["Check", "conformance", "conforms"]

TOLERANCE = 1e-4
"""Numbers that a sum of parts may differ by: of float32 vectors of unit length."""


@dataclass(frozen=True)
class Check:
    """One thing that was tried.

    Attributes
    ----------
    name : str
        What should hold.
    holds : bool
    found : str
        What was found.
    """

    name: str
    holds: bool
    found: str


def conformance(name: str) -> tuple[Check, ...]:
    """Try the encoder called ``name``.

    Parameters
    ----------
    name : str
        An encoder of texts, photos or sounds; where a name stands for several, all are tried.

    Returns
    -------
    tuple of Check

    Raises
    ------
    InputError
        If there is no such encoder, or it cannot be opened.
    """
    unknown: InputError | None = None
    found: list[Callable[[], Encoder]] = []
    for open_one in (text_encoder, image_encoder, audio_encoder):
        try:
            open_one(name)
        except InputError as error:
            if error.code != "encoder-unknown":
                raise
            unknown = unknown or error
        else:
            found.append(partial(open_one, name))
    if not found and unknown is not None:
        raise unknown
    return tuple(check for opened in found for check in conforms(opened))


def conforms(opened: Callable[[], Encoder]) -> tuple[Check, ...]:
    """Try an encoder.

    Parameters
    ----------
    opened : callable
        Opens it; is called twice.

    Returns
    -------
    tuple of Check
    """
    with tempfile.TemporaryDirectory() as folder:
        encoder = opened()
        return tuple(_checks(encoder, opened(), sample(encoder, Path(folder))))


def _checks(encoder: Encoder, again: Encoder, items: list[Item]) -> Iterator[Check]:
    vectors = encoder.encode(items).vectors
    n, shape = len(items), vectors.shape
    yield Check(
        "vectors are (n, d) float32",
        shape == (n, encoder.dimension) and vectors.dtype == np.float32,
        f"{shape} {vectors.dtype}",
    )
    yield Check("numbers are finite", bool(np.isfinite(vectors).all()), f"{int((~np.isfinite(vectors)).sum())} are not")
    differ = len(np.unique(vectors, axis=0))
    yield Check("different items differ", differ == n, f"{differ} of {n} vectors")
    other = again.encode(items).vectors
    yield Check(
        "opened again it says the same, bit by bit", other.tobytes() == vectors.tobytes(), _most(other, vectors)
    )
    alone = np.concatenate([encoder.encode([item]).vectors for item in items])
    yield Check("company moves no bit", alone.tobytes() == vectors.tobytes(), _most(alone, vectors))
    yield Check(
        "the identity stays", encoder.identity == again.identity and "/" not in encoder.identity, encoder.identity
    )
    if encoder.kind == "image":
        yield _broken_photo(encoder, items)
    try:
        parts = encoder.encode_parts(items)
    except InputError as error:
        yield Check("parts are told", False, str(error))
        return
    summed = np.array([one.vectors.sum(axis=0) for one in parts])
    pooled = np.array([one.pooled for one in parts])
    yield Check("parts sum to what is pooled", _close(summed, pooled), _most(summed, pooled))
    finished = encoder.finish(pooled.astype(np.float64))
    yield Check("what is pooled finishes as the vector", _close(finished, vectors), _most(finished, vectors))
    served = np.array([one.vector for one in parts])
    yield Check("parts are of the vector that is served", served.tobytes() == vectors.tobytes(), _most(served, vectors))
    left_out = {"text": "words", "image": "regions", "audio": "segments"}[encoder.kind]
    kind = f"by leaving {left_out} out" if any(one.approximate for one in parts) else "exact"
    yield Check("parts have places", all(_places(one) == 1 for one in parts), kind)


def _places(one: Parts) -> int:
    return sum(place is not None for place in (one.spans, one.grid, one.seconds))


def _broken_photo(encoder: Encoder, items: list[Item]) -> Check:
    """Try a file that is no photo, between two that are."""
    broken = Path(str(items[0])).with_name("broken.png")
    broken.write_bytes(b"no photo")
    try:
        encoded = encoder.encode([items[0], broken, items[1]])
    except Exception as error:  # noqa: BLE001 - of whatever kind, it ends a fit
        return Check("a photo that cannot be read fails alone", False, f"{type(error).__name__}: {error}")
    held = list(encoded.failed) == [1]
    return Check("a photo that cannot be read fails alone", held, f"failed: {list(encoded.failed)} of 0 to 2")


def _close(a: np.ndarray, b: np.ndarray) -> bool:
    scale = max(1.0, float(np.abs(b).max(initial=0.0)))
    return a.shape == b.shape and bool((np.abs(a - b) <= TOLERANCE * scale).all())


def _most(a: np.ndarray, b: np.ndarray) -> str:
    return (
        f"largest difference {np.abs(a - b).max(initial=0.0):.1e}"
        if a.shape == b.shape
        else f"shapes {a.shape}, {b.shape}"
    )
