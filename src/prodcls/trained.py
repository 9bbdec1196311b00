"""A model together with what it was trained on: all that questions about one of its decisions need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from prodcls.bundle import KnownColumns
from prodcls.bundle_products import Products
from prodcls.catalogue import Schema, Source
from prodcls.inputs import Inputs
from prodcls.model import Model
from prodcls.preparation import Recipe

__all__ = ["FoldModel", "Served", "ServedModel", "Trained", "something_known"]


class Served(Protocol):
    """What takes a product to a decision and its account."""

    @property
    def model(self) -> Model:
        """The model."""

    @property
    def recipe(self) -> Recipe:
        """Which encoder reads what."""

    @property
    def known(self) -> KnownColumns:
        """Columns and values seen in training."""


class Trained(Served, Protocol):
    """What a `prodcls.bundle.Bundle` and a `FoldModel` have in common: the training products too."""

    @property
    def schema(self) -> Schema:
        """Roles of the training catalogue's columns."""

    @property
    def source(self) -> Source:
        """The training catalogue's file."""

    @property
    def products(self) -> Products:
        """The n products trained on."""

    @property
    def leaves(self) -> NDArray[np.int32]:
        """Their leaves, shape (n, trees); without trees none are kept."""


@dataclass(frozen=True)
class ServedModel:
    """A model that keeps nothing of its training products.

    Attributes
    ----------
    model : Model
    recipe : Recipe
        Which encoder reads what.
    known : KnownColumns
    """

    model: Model
    recipe: Recipe
    known: KnownColumns


@dataclass(frozen=True)
class FoldModel:
    """The model of one fold of the evaluation.

    Attributes
    ----------
    model : Model
    recipe : Recipe
        Which encoder reads what.
    schema : Schema
        Roles of the training catalogue's columns.
    source : Source
        The training catalogue's file.
    known : KnownColumns
    products : Products
        The n products that the fold trained on.
    leaves : ndarray of shape (n, 0), int32
        Of no tree: a fold keeps none.
    """

    model: Model
    recipe: Recipe
    schema: Schema
    source: Source
    known: KnownColumns
    products: Products
    leaves: NDArray[np.int32]


def something_known(inputs: Inputs, known: KnownColumns) -> NDArray[np.bool_]:
    """Tell which products have a text, a photo, a number, or a category that the model has seen.

    Parameters
    ----------
    inputs : Inputs
        n products with the model's columns.
    known : KnownColumns

    Returns
    -------
    ndarray of shape (n,), bool
    """
    found = np.zeros(len(inputs), dtype=np.bool_)
    for e in inputs.dense.values():
        found |= e.present
    for values in inputs.numeric.values():
        found |= ~np.isnan(values)
    for name, cells in inputs.categorical.items():
        seen = frozenset(known.categorical[name])
        found |= [cell in seen for cell in cells]
    return found
