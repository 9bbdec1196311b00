"""What of a bundle beside its model knows classes and products, with more of both."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from prodcls.bundle_products import Judgements, KnownColumns, Products
from prodcls.category_paths import separator_of, split_path
from prodcls.conformal import SetRule
from prodcls.embeddings import Embeddings
from prodcls.evidence import EvidenceModel
from prodcls.hierarchy import ClassTree
from prodcls.inputs import Inputs
from prodcls.stopping import StopRule

__all__ = ["joined_products", "kept_inputs", "more_known", "more_sets", "more_stops"]


def kept_inputs(products: Products, known: KnownColumns, evidence: EvidenceModel, rows: NDArray[np.intp]) -> Inputs:
    """Return training products as the model saw them, from what a bundle keeps of them.

    Parameters
    ----------
    products : Products
        All of the bundle's.
    known : KnownColumns
        Likewise.
    evidence : EvidenceModel
        Likewise; its blocks keep the vectors.
    rows : ndarray of shape (m,), intp
        Of the products that are wanted.

    Returns
    -------
    Inputs
    """
    dense = {}
    for name, block in evidence.dense.items():
        there = products.present[name]
        place, present = np.maximum(np.cumsum(there)[rows] - 1, 0), there[rows]
        vectors = np.where(present[:, None], block.neighbours.vectors[place], np.float32(0.0))
        dense[name] = Embeddings(name, "kept", vectors, present, np.ones(len(rows), dtype=np.float32))
    some = products.take(rows)
    found = Inputs(some.ids, some.texts, dense, some.numeric, some.categorical)
    return found.aligned(known.numeric, known.categorical)


def joined_products(products: Products, examples: Products) -> Products:
    """Return training products with examples after them, of which no model has judged any.

    Parameters
    ----------
    products : Products
    examples : Products
        A column that they lack is missing in all of them; one that is not of the training products is left out.

    Returns
    -------
    Products
    """
    more, judged = len(examples), products.judged
    nothing, blank, absent = np.full(more, np.nan), ("",) * more, np.zeros(more, dtype=np.bool_)
    unknown = np.full(more, np.nan, dtype=np.float32)
    return Products(
        ids=(*products.ids, *examples.ids),
        labels=(*products.labels, *examples.labels),
        texts={name: (*cells, *examples.texts.get(name, blank)) for name, cells in products.texts.items()},
        categorical={n: (*cells, *examples.categorical.get(n, blank)) for n, cells in products.categorical.items()},
        numeric={n: np.concatenate([v, examples.numeric.get(n, nothing)]) for n, v in products.numeric.items()},
        photos=(*products.photos, *examples.photos),
        present={n: np.concatenate([v, examples.present.get(n, absent)]) for n, v in products.present.items()},
        judged=Judgements(
            (*judged.classes, *(None,) * more),
            np.concatenate([judged.probabilities, nothing]),
            {key: np.concatenate([shares, unknown]) for key, shares in judged.accounts.items()},
            None if judged.settled is None else np.concatenate([judged.settled, absent]),
        ),
    )


def more_known(known: KnownColumns, evidence: EvidenceModel) -> KnownColumns:
    """Return the columns with the values of categories that an extended model knows."""
    found = {
        name: tuple(sorted({*values, *evidence.categorical[name].values})) if name in evidence.categorical else values
        for name, values in known.categorical.items()
    }
    return replace(known, categorical=found)


def more_sets(sets: SetRule | None, more: int, order: NDArray[np.intp]) -> SetRule | None:
    """Return the rule of prediction sets with thresholds for new classes.

    Nothing was measured of them, so that nothing is promised of them: each has the loosest threshold that there is.

    Parameters
    ----------
    sets : SetRule or None
    more : int
        New classes.
    order : ndarray of shape (K,), intp
        Places of all classes, the new ones counted last, in their order.

    Returns
    -------
    SetRule or None
    """
    if sets is None:
        return None
    thresholds = np.concatenate([sets.thresholds, np.full(more, sets.thresholds.max())])[order]
    promised = np.concatenate([sets.promised, np.zeros(more, dtype=np.bool_)])[order]
    return replace(sets, thresholds=thresholds, promised=promised)


def more_stops(
    stopping: StopRule | None, classes: tuple[str, ...], names: tuple[str, ...], order: NDArray[np.intp]
) -> StopRule | None:
    """Return the rule of stopping with new classes in the tree: where a name is a path as the others' are, along it.

    Parameters
    ----------
    stopping : StopRule or None
    classes : tuple of str
        That are there.
    names : tuple of str
        New ones.
    order : ndarray of shape (K,), intp
        As for `more_sets`.

    Returns
    -------
    StopRule or None
    """
    if stopping is None:
        return None
    separator = separator_of(classes)
    new = [(split_path(name, separator) if separator else ()) or (name,) for name in names]
    paths = [*stopping.tree.paths, *new]
    return replace(stopping, tree=ClassTree(tuple(paths[i] for i in order)))
