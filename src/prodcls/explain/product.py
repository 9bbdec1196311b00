"""What an explanation is about: one product together with the model that serves it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.special
from numpy.typing import NDArray

from prodcls.calibration import softmax
from prodcls.flat import FlatModel
from prodcls.inputs import Inputs
from prodcls.model import Model
from prodcls.preparation import Recipe
from prodcls.sounds import Sound

__all__ = ["REST", "Product", "Scored", "class_numbers", "score"]

REST = "rest"
"""Name of all classes but A taken together."""

CELLS_AT_ONCE = 4_000_000
"""Channel values held at a time, so that many classes cost time and not memory."""

_TINY = 1e-300


@dataclass(frozen=True)
class Product:
    """One product and its model.

    Attributes
    ----------
    model : Model
    recipe : Recipe
        Which encoder reads what.
    inputs : Inputs
        One row, as served.
    photo : Path or None
        File that the image block was made from.
    sound : Sound or None
        File that the block of sounds was made from.
    """

    model: Model
    recipe: Recipe
    inputs: Inputs
    photo: Path | None
    sound: Sound | None = None

    @property
    def id(self) -> str:
        """The product's id."""
        return self.inputs.ids[0]


@dataclass(frozen=True)
class Scored:
    """What the served model says of n variants of a product.

    Attributes
    ----------
    margin : ndarray of shape (n,), float64
        Log odds of class A against class B, or against all other classes.
    probability : ndarray of shape (n,), float64
        Calibrated, of class A.
    rival : ndarray of shape (n,), float64
        Calibrated, of class B, or of all other classes.
    """

    margin: NDArray[np.float64]
    probability: NDArray[np.float64]
    rival: NDArray[np.float64]


def class_numbers(classes: tuple[str, ...], a: str, b: str) -> tuple[int, int | None]:
    """Return the numbers of class A and of class B; None for `REST`, unless a class is called so.

    Parameters
    ----------
    classes : tuple of str
    a : str
    b : str

    Returns
    -------
    tuple of (int, int or None)

    Raises
    ------
    ValueError
        If there is no such class.
    """
    return classes.index(a), None if b == REST and REST not in classes else classes.index(b)


def score(model: Model, inputs: Inputs, a: int, b: int | None, *, threads: int = 1) -> Scored:
    """Score products for class ``a`` against class ``b``.

    Parameters
    ----------
    model : Model
    inputs : Inputs
        n products.
    a : int
        Class number.
    b : int or None
        Class number of the rival; None for all other classes together.
    threads : int

    Returns
    -------
    Scored
    """
    rows = max(1, CELLS_AT_ONCE // (len(model.classes) * (2 * len(inputs.dense) + 8)))
    parts = [
        _score(model, inputs.take(np.arange(i, min(i + rows, len(inputs)))), a, b, threads)
        for i in range(0, len(inputs), rows)
    ]
    if not parts:
        return Scored(np.empty(0), np.empty(0), np.empty(0))
    margin, probability, rival = (np.concatenate(found) for found in zip(*parts, strict=True))
    return Scored(margin, probability, rival)


def _score(
    model: Model, inputs: Inputs, a: int, b: int | None, threads: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    if isinstance(model.head, FlatModel):
        probabilities = model.probabilities(inputs, threads=threads)
        logits = np.log(np.maximum(probabilities, _TINY))
    else:
        head = model.head
        total = head.margins(inputs, threads=threads).total
        temperatures = head.calibration.temperatures(total)
        probabilities, logits = softmax(total, temperatures), total / temperatures[:, None]
    if b is not None:
        return logits[:, a] - logits[:, b], probabilities[:, a], probabilities[:, b]
    others = np.delete(np.arange(logits.shape[1]), a)
    margin = logits[:, a] - scipy.special.logsumexp(logits[:, others], axis=1)
    return margin, probabilities[:, a], probabilities[:, others].sum(axis=1)
