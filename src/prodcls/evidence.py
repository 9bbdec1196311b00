"""Named evidence for a candidate class: what each block and column says about it.

A *channel* is one class score of shape (n, K): the probe of a block, the votes of its nearest training products, the
likeness of the one training product of the class that is closest, how typical a number or a category is for the class,
and how common the class is. Channels are fitted once on all training
rows and scored on the same rows without the row's own group of near-duplicates.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prodcls.columns import (
    CategoryAffinity,
    NumberTypicality,
    category_held_out,
    fit_category,
    fit_number,
    number_held_out,
)
from prodcls.embeddings import Embeddings
from prodcls.inputs import Inputs
from prodcls.lexical import Vocabulary, fit_vocabulary
from prodcls.neighbours import Neighbours, NeighbourScores, neighbour_scores
from prodcls.probes import Probe, fit_probe, one_vs_rest

__all__ = ["LEXICAL", "Channel", "DenseBlock", "EvidenceFit", "EvidenceModel", "LexicalBlock", "fit_evidence"]

LEXICAL = "lexical"
"""Name of the word block."""

NEIGHBOURS = 10
"""Nearest training products that vote."""


@dataclass(frozen=True)
class Channel:
    """One class score.

    Attributes
    ----------
    key : str
        Unique, such as ``"text.score"``.
    block : str
        Block or column that it comes from; ``"prior"`` for the class frequency.
    kind : str
        ``"score"``, ``"neighbours"``, ``"closest"``, ``"typical"``, ``"affinity"`` or ``"prior"``.
    """

    key: str
    block: str
    kind: str


@dataclass(frozen=True)
class DenseBlock:
    """Probe and neighbours of one embedding."""

    probe: Probe
    neighbours: Neighbours


@dataclass(frozen=True)
class LexicalBlock:
    """Vocabulary and probe of the words."""

    vocabulary: Vocabulary
    probe: Probe


@dataclass(frozen=True)
class EvidenceModel:
    """Everything that turns inputs into class scores.

    Attributes
    ----------
    dense : dict of str to DenseBlock
    lexical : LexicalBlock or None
        None without any text.
    numeric : dict of str to NumberTypicality
    categorical : dict of str to CategoryAffinity
    log_prior : ndarray of shape (K,), float64
    """

    dense: dict[str, DenseBlock]
    lexical: LexicalBlock | None
    numeric: dict[str, NumberTypicality]
    categorical: dict[str, CategoryAffinity]
    log_prior: NDArray[np.float64]

    @property
    def channels(self) -> tuple[Channel, ...]:
        """The channels, in the order of the last axis of `scores`."""
        found = [Channel(f"{b}.score", b, "score") for b in self.dense]
        if self.lexical is not None:
            found.append(Channel(f"{LEXICAL}.score", LEXICAL, "score"))
        found += [Channel(f"{b}.neighbours", b, "neighbours") for b in self.dense]
        found += [Channel(f"{b}.closest", b, "closest") for b in self.dense]
        found += [Channel(f"{c}.typical", c, "typical") for c in self.numeric]
        found += [Channel(f"{c}.affinity", c, "affinity") for c in self.categorical]
        return (*found, Channel("prior", "prior", "prior"))

    def scores(self, inputs: Inputs, *, apart: bool = False) -> NDArray[np.float64]:
        """Return channel values of shape (n, K, C) for new products; 0 where a block is absent.

        With ``apart`` each is scored to the last bit as if it were alone.
        """
        n_classes = len(self.log_prior)
        columns = []
        for name, block in self.dense.items():
            e = inputs.dense[name]
            columns.append(np.where(e.present[:, None], block.probe.scores(e.vectors, apart=apart), 0.0))
        if self.lexical is not None:
            words = self.lexical.vocabulary.vectors(inputs.joined_text())
            columns.append(np.where(words.getnnz(axis=1)[:, None] > 0, self.lexical.probe.scores(words), 0.0))
        near = [
            _near(block.neighbours, inputs.dense[name], n_classes, apart=apart) for name, block in self.dense.items()
        ]
        columns += [*(found.shares for found in near), *(found.closest for found in near)]
        columns += [model.scores(inputs.numeric[name]) for name, model in self.numeric.items()]
        columns += [model.scores(inputs.categorical[name]) for name, model in self.categorical.items()]
        columns.append(np.broadcast_to(self.log_prior, (len(inputs), n_classes)))
        return np.stack(columns, axis=2)


@dataclass(frozen=True)
class EvidenceFit:
    """The model and its scores of the training rows.

    Attributes
    ----------
    model : EvidenceModel
    held_out : ndarray of shape (n, K, C), float64
        Each row scored without its own group.
    """

    model: EvidenceModel
    held_out: NDArray[np.float64]


def _near(
    neighbours: Neighbours,
    embeddings: Embeddings,
    n_classes: int,
    own_group: tuple[NDArray[np.int64], NDArray[np.int64]] | None = None,
    *,
    apart: bool = False,
) -> NeighbourScores:
    """Return what the training products say of n products, 0 where the block is absent."""
    present = embeddings.present
    groups = None if own_group is None else (own_group[0][present], own_group[1])
    found = neighbour_scores(neighbours, embeddings.vectors[present], n_classes, groups, apart=apart)
    rows, n = np.flatnonzero(present), len(present)
    return NeighbourScores(_placed(found.shares, rows, n), _placed(found.closest, rows, n))


def fit_evidence(inputs: Inputs, labels: NDArray[np.int64], groups: NDArray[np.int64], n_classes: int) -> EvidenceFit:
    """Fit all channels and score the training rows without their own groups.

    Parameters
    ----------
    inputs : Inputs
        n training products.
    labels : ndarray of shape (n,), int64
        In [0, n_classes).
    groups : ndarray of shape (n,), int64
        Group of near-duplicates of each product.
    n_classes : int

    Returns
    -------
    EvidenceFit
    """
    targets = one_vs_rest(labels, n_classes)
    dense: dict[str, DenseBlock] = {}
    scores, near, tables = [], [], []
    for name, e in inputs.dense.items():
        rows = np.flatnonzero(e.present)
        if len(np.unique(groups[rows])) < 2:
            continue
        taught, vectors = rows, e.vectors[rows]
        if e.copies is not None:  # each in the group of its product, so that neither has a say in the other's score
            taught, vectors = np.append(rows, e.copies.source), np.concatenate([vectors, e.copies.vectors])
        fit = fit_probe(vectors, targets[taught], groups[taught])
        dense[name] = DenseBlock(fit.probe, Neighbours(e.vectors[rows], labels[rows], NEIGHBOURS))
        scores.append(_placed(fit.held_out[: len(rows)], rows, len(inputs)))
        near.append(_near(dense[name].neighbours, e, n_classes, (groups, groups[rows])))
    lexical, words = _fit_lexical(inputs, targets, groups)
    numeric = {name: fit_number(values, labels, n_classes) for name, values in inputs.numeric.items()}
    tables += [number_held_out(values, labels, groups, n_classes) for values in inputs.numeric.values()]
    categorical = {name: fit_category(cells, labels, n_classes) for name, cells in inputs.categorical.items()}
    tables += [category_held_out(cells, labels, groups, n_classes) for cells in inputs.categorical.values()]
    counts = np.bincount(labels, minlength=n_classes)
    log_prior = np.log((counts + 0.5) / (counts + 0.5).sum())
    tables.append(np.broadcast_to(log_prior, (len(inputs), n_classes)))
    model = EvidenceModel(dense, lexical, numeric, categorical, log_prior)
    alike = [*(found.shares for found in near), *(found.closest for found in near)]
    return EvidenceFit(model, np.stack([*scores, *words, *alike, *tables], axis=2))


def _placed(values: NDArray[np.float64], rows: NDArray[np.intp], n: int) -> NDArray[np.float64]:
    out = np.zeros((n, values.shape[1]))
    out[rows] = values
    return out


def _fit_lexical(
    inputs: Inputs, targets: NDArray[np.float32], groups: NDArray[np.int64]
) -> tuple[LexicalBlock | None, list[NDArray[np.float64]]]:
    words = fit_vocabulary(inputs.joined_text(), min_rows=2)
    rows = np.flatnonzero(words.vectors.getnnz(axis=1))
    if len(np.unique(groups[rows])) < 2:
        return None, []
    fit = fit_probe(words.vectors[rows], targets[rows], groups[rows])
    return LexicalBlock(words.vocabulary, fit.probe), [_placed(fit.held_out, rows, len(inputs))]
