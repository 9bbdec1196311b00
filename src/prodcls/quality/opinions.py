"""What quick models say of products that they were not fitted on: a ridge probe of each block, added up by modality.

No booster and no folds: the closed form of `prodcls.probes` scores every product without its near-duplicates, so that
the label of a product has no part in what is said of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prodcls.calibration import fit_temperature, softmax
from prodcls.evidence import LEXICAL
from prodcls.inputs import Inputs
from prodcls.lexical import fit_vocabulary
from prodcls.preparation import AUDIO_BLOCK, IMAGE_BLOCK
from prodcls.probes import Matrix, fit_probe
from prodcls.ridge import Targets

__all__ = ["Opinions", "held_out_opinions"]


@dataclass(frozen=True)
class Opinions:
    """Class probabilities of n products, each said without the product's own group.

    Attributes
    ----------
    together, text, photo : ndarray of shape (n, K), float64
        Of everything, of the words alone, and of the photo alone; NaN where the product has none of it.
    """

    together: NDArray[np.float64]
    text: NDArray[np.float64]
    photo: NDArray[np.float64]


def held_out_opinions(
    inputs: Inputs,
    labels: NDArray[np.int64],
    groups: NDArray[np.int64],
    n_classes: int,
    scores: Mapping[str, NDArray[np.float64]] | None = None,
) -> Opinions:
    """Let words and photo judge every product.

    Parameters
    ----------
    inputs : Inputs
        n products.
    labels : ndarray of shape (n,), int64
    groups : ndarray of shape (n,), int64
        Groups of near-duplicates.
    n_classes : int
    scores : mapping of str to ndarray of shape (n, K), float64, optional
        By block, what the same probes have said already.

    Returns
    -------
    Opinions
        A block that is in fewer than two groups says nothing.
    """
    targets, known = Targets(labels, n_classes), scores or {}
    words = fit_vocabulary(inputs.joined_text(), min_rows=2).vectors
    features: dict[str, tuple[Matrix, NDArray[np.bool_]]] = {
        name: (e.vectors, e.present) for name, e in inputs.dense.items()
    }
    features[LEXICAL] = (words, words.getnnz(axis=1) > 0)
    said = np.zeros((3, len(labels), n_classes))
    heard = np.zeros((3, len(labels)), dtype=bool)
    for name, (vectors, present) in features.items():
        rows = np.flatnonzero(present)
        if len(np.unique(groups[rows])) < 2:
            continue
        modality = {IMAGE_BLOCK: 1, AUDIO_BLOCK: 2}.get(name, 0)
        if name in known:
            said[modality, rows] += known[name][rows]
        else:
            said[modality, rows] += fit_probe(vectors[rows], targets.take(rows), groups[rows]).held_out
        heard[modality, rows] = True
    text, photo = (_probabilities(said[i], heard[i], labels) for i in range(2))
    return Opinions(_probabilities(said.sum(axis=0), np.logical_or.reduce(heard), labels), text, photo)


def _probabilities(
    scores: NDArray[np.float64], known: NDArray[np.bool_], labels: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return calibrated probabilities of the rows that are known, NaN elsewhere."""
    found = np.full(scores.shape, np.nan)
    found[known] = softmax(scores[known], fit_temperature(scores[known], labels[known]))
    return found
