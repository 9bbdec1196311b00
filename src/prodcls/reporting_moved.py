"""The new products that are least like those of training, each with its reasons."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from prodcls.audit_drift import MovedProduct, MovedReason
from prodcls.catalogue import Catalogue
from prodcls.cells import excerpt
from prodcls.inputs import Inputs
from prodcls.moved import FAR, SELDOM, Respect, distances, likeness, rarity
from prodcls.preparation import IMAGE_BLOCK
from prodcls.reporting_drift import Measures

__all__ = ["Moves", "Said", "find_moves"]

SHOWN = 20
"""Products told with their reasons."""

REASONS = 3
WORDS = 5

Told = Callable[[int], tuple[str, str]]
"""Value and usual value of a new product."""


@dataclass(frozen=True)
class Said:
    """What the model says.

    Attributes
    ----------
    predicted : tuple of str, length m
        Of the new products.
    probabilities : ndarray of shape (m,), float64
        Of that class.
    held_out : ndarray of shape (n,), float64
        Of the training products, by models that had not seen them; NaN where none judged.
    """

    predicted: tuple[str, ...]
    probabilities: NDArray[np.float64]
    held_out: NDArray[np.float64]


@dataclass(frozen=True)
class Moves:
    """How far the new products have moved.

    Attributes
    ----------
    distances : ndarray of shape (m,), float64
    products : tuple of MovedProduct
        The farthest first.
    """

    distances: NDArray[np.float64]
    products: tuple[MovedProduct, ...]


def find_moves(
    before: Inputs, after: Inputs, measures: Measures, said: Said, catalogue: Catalogue, random_state: int = 0
) -> Moves:
    """Say which new products are least like those of training.

    Parameters
    ----------
    before : Inputs
        n training products.
    after : Inputs
        m new ones.
    measures : Measures
        Of both.
    said : Said
    catalogue : Catalogue
        The new one.
    random_state : int

    Returns
    -------
    Moves
    """
    with threadpool_limits(1):  # so that the number of processors moves no digit
        found = [*_of_blocks(before, after, random_state), *_of_measures(after, measures), *_missing(before, after)]
    if not np.isnan(said.held_out).all():
        respect = Respect("certainty", "", 1.0 - said.held_out, 1.0 - said.probabilities, 0.1)
        found.append((respect, lambda i: (said.predicted[i], "")))
    table = np.round(distances([respect for respect, _ in found], len(after)), 4)
    farthest = table.max(axis=1, initial=0.0)
    order = np.lexsort((np.arange(len(after)), -table.sum(axis=1), -farthest))[:SHOWN]
    products = tuple(
        MovedProduct(
            id=after.ids[i],
            row=int(catalogue.rows[i]),
            title=excerpt(next((cells[i] for cells in after.texts.values() if cells[i].strip()), "")),
            predicted=said.predicted[i],
            probability=float(said.probabilities[i]),
            distance=float(farthest[i]),
            reasons=tuple(_reasons(int(i), table[i], found)),
        )
        for i in order
    )
    return Moves(farthest, products)


def _reasons(i: int, row: NDArray[np.float64], found: list[tuple[Respect, Told]]) -> Iterator[MovedReason]:
    for j in np.argsort(-row, kind="stable")[:REASONS]:
        if row[j] > FAR:
            respect, told = found[j]
            value, usual = told(i)
            yield MovedReason(respect.kind, respect.name, excerpt(value), excerpt(usual), float(row[j]))


def _of_blocks(before: Inputs, after: Inputs, random_state: int) -> Iterator[tuple[Respect, Told]]:
    for name, old in before.dense.items():
        new = after.dense[name]
        rows, places = np.flatnonzero(old.present), np.flatnonzero(new.present)
        if len(rows) < 2 or not len(places):
            continue
        usual, here, nearest = likeness(old.vectors[rows], new.vectors[places], random_state)
        unlike = np.full(len(after), np.nan)
        unlike[places] = -here
        near = dict(zip(places.tolist(), rows[nearest].tolist(), strict=True))
        yield Respect("embedding", name, -usual, unlike, 0.02), _nearest(before.ids, near)


def _nearest(ids: tuple[str, ...], near: dict[int, int]) -> Told:
    return lambda i: ("", ids[near[i]])


def _of_measures(after: Inputs, measures: Measures) -> Iterator[tuple[Respect, Told]]:
    for name, expected in measures.expected.items():
        respect = Respect("expected", name, np.abs(expected.before), np.abs(expected.after), 0.1)
        yield respect, _numbers(after.numeric[name], expected.said)
    for name, values in measures.values.items():
        respect = Respect("unseen", name, values.before.astype(np.float64), values.after.astype(np.float64), 0.5)
        yield respect, _cells(after.categorical[name])
    if measures.words is not None:
        words = measures.words.words
        respect = Respect("words", "", measures.words.before, measures.words.after, 0.1)
        yield respect, lambda i: (" · ".join(words[i][:WORDS]), "")
        rare = rarity(*measures.scripts)
        yield Respect("script", "", *rare, 0.5), _cells(measures.scripts[1])


def _numbers(values: NDArray[np.float64], said: NDArray[np.float64]) -> Told:
    return lambda i: (f"{values[i]:,.12g}", f"{said[i]:,.3g}" if abs(said[i]) < 1000 else f"{said[i]:,.0f}")


def _cells(cells: tuple[str, ...]) -> Told:
    return lambda i: (cells[i], "")


def _missing(before: Inputs, after: Inputs) -> Iterator[tuple[Respect, Told]]:
    """Yield what next to every training product has, and some new ones do not."""
    both = [_holes(inputs) for inputs in (before, after)]
    for name, old in both[0].items():
        if len(old) and old.mean() < SELDOM:
            respect = Respect("missing", name, old.astype(np.float64), both[1][name].astype(np.float64), 0.5)
            yield respect, lambda _: ("", "")


def _holes(inputs: Inputs) -> dict[str, NDArray[np.bool_]]:
    holes = {
        name: np.array([not cell.strip() for cell in cells], dtype=np.bool_)
        for name, cells in (inputs.texts | inputs.categorical).items()
    }
    holes |= {name: np.isnan(values) for name, values in inputs.numeric.items()}
    if IMAGE_BLOCK in inputs.dense:
        holes[IMAGE_BLOCK] = ~inputs.dense[IMAGE_BLOCK].present
    return holes
