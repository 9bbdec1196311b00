"""The flat head: all columns side by side in one multiclass LightGBM."""

from __future__ import annotations

from dataclasses import dataclass

import lightgbm
import numpy as np
from numpy.typing import NDArray

from prodcls.errors import SchemaError
from prodcls.inputs import Inputs

__all__ = ["FlatModel", "fit_flat", "flat_probabilities"]

MAX_ROUNDS, MIN_ROUNDS = 100, 20
MAX_TREES = 7000
"""A round has one tree a class; more classes get fewer rounds, within the bounds above."""

ROWS_PER_THREAD = 5000
"""LightGBM waits for its threads at every leaf; with fewer rows a second one makes training slower."""

PARAMETERS = {
    "learning_rate": 0.1,
    "num_leaves": 15,
    "min_data_in_leaf": 10,
    "feature_fraction": 0.1,
    "max_bin": 63,
    # Without it the first steps of a softmax over a hundred classes are so long that training diverges.
    "lambda_l2": 1.0,
    "deterministic": True,
    "force_col_wise": True,
    "verbosity": -1,
}
"""A tenth of the columns a tree and coarse bins cost no accuracy on embeddings, and make training bearable."""


@dataclass(frozen=True)
class FlatModel:
    """A fitted flat head.

    Attributes
    ----------
    booster : lightgbm.Booster
    categories : dict of str to tuple of str
        Sorted values of each categorical column; position is the code.
    classes : int
    columns : tuple of str
        Names of the booster's features, such as ``"title.0"`` or ``"price"``.
    """

    booster: lightgbm.Booster
    categories: dict[str, tuple[str, ...]]
    classes: int
    columns: tuple[str, ...]


def fit_flat(inputs: Inputs, labels: NDArray[np.int64], n_classes: int, random_state: int, threads: int) -> FlatModel:
    """Fit a flat head.

    Parameters
    ----------
    inputs : Inputs
        n training products.
    labels : ndarray of shape (n,), int64
        Class numbers from 0.
    n_classes : int
        At least 2.
    random_state : int
    threads : int
        At most; no effect on the model.

    Returns
    -------
    FlatModel
    """
    categories = {name: tuple(sorted(set(cells) - {""})) for name, cells in inputs.categorical.items()}
    columns = _columns(inputs)
    objective = {"objective": "binary"} if n_classes == 2 else {"objective": "multiclass", "num_class": n_classes}
    data = lightgbm.Dataset(
        _table(inputs, categories),
        labels,
        feature_name=[f"f{i}" for i in range(len(columns))],  # LightGBM refuses some characters in names
        categorical_feature=list(range(len(columns) - len(categories), len(columns))),
    )
    threads = max(1, min(threads, len(labels) // ROWS_PER_THREAD))
    parameters = {**PARAMETERS, **objective, "seed": random_state, "num_threads": threads}
    rounds = min(MAX_ROUNDS, max(MIN_ROUNDS, MAX_TREES // n_classes))
    booster = lightgbm.train(parameters, data, num_boost_round=rounds)
    return FlatModel(booster, categories, n_classes, columns)


def flat_probabilities(model: FlatModel, inputs: Inputs, threads: int = 1) -> NDArray[np.float64]:
    """Return class probabilities of shape (n, K); rows sum to 1.

    Parameters
    ----------
    model : FlatModel
    inputs : Inputs
        With the columns of the training products, in their order.
    threads : int

    Raises
    ------
    SchemaError
        If the columns are others than in training.
    """
    columns = _columns(inputs)
    if columns != model.columns:
        differing = sorted({name.rpartition(".")[0] or name for name in set(columns) ^ set(model.columns)})
        message = f"the columns differ from those of training: {', '.join(differing) or 'another order'}"
        raise SchemaError(message, code="columns-differ")
    if not len(inputs):
        return np.empty((0, model.classes))
    out = np.asarray(model.booster.predict(_table(inputs, model.categories), num_threads=threads), dtype=np.float64)
    return np.column_stack([1.0 - out, out]) if model.classes == 2 else out


def _columns(inputs: Inputs) -> tuple[str, ...]:
    """Return the names of the columns of `_table`."""
    embedded = (f"{name}.{i}" for name, e in inputs.dense.items() for i in range(e.vectors.shape[1]))
    return (*embedded, *inputs.numeric, *inputs.categorical)


def _table(inputs: Inputs, categories: dict[str, tuple[str, ...]]) -> NDArray[np.float64]:
    """Return embeddings, numbers and category codes side by side, NaN where missing or unknown; shape (n, F)."""
    parts = [np.where(e.present[:, None], e.vectors, np.nan) for e in inputs.dense.values()]
    parts += [values[:, None] for values in inputs.numeric.values()]
    for name, cells in inputs.categorical.items():
        codes = {value: float(i) for i, value in enumerate(categories[name])}
        parts.append(np.array([codes.get(cell, np.nan) for cell in cells])[:, None])
    return np.concatenate(parts, axis=1, dtype=np.float64)
