"""A model with more classes, each from its name and a few examples, and nothing else fitted again.

The evidence is named and the same for all classes, and so are its weights: a class that comes later needs its own
evidence only. Its examples join the training products as neighbours, give a mean of their numbers and counts of their
categories, and with its name a column of each probe. Pool, trees, balance and calibration stay as they are, and so do
the columns of the classes that are there.

A few examples say less of their class than many would: the one that is closest is not as close, and a few rows hardly
move a regression. So the rows of a class weigh together as much as a class of the usual size, and the class starts
ahead by a little, the more the fewer its examples are (docs/adr/0044).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from prodcls.columns import CategoryAffinity, NumberTypicality, fit_category, fit_number
from prodcls.evidence import Channel, DenseBlock, EvidenceModel, LexicalBlock
from prodcls.few_shot import few_shot_probe, recovered_penalty
from prodcls.head import EvidenceHead
from prodcls.inputs import Inputs
from prodcls.lexical import Vocabulary
from prodcls.neighbours import Neighbours
from prodcls.pool import Pool
from prodcls.probes import Probe
from prodcls.ridge import Matrix, Targets

__all__ = ["HEAD_START", "NewClasses", "TrainedOn", "extend_head", "in_order"]

HEAD_START = 1.0
"""Logits by which a class of one example starts ahead; one of m examples by an m-th of it."""

_Labelled = tuple[Matrix, NDArray[np.int64]]
_Number = TypeVar("_Number", np.float32, np.float64)

MOST_AHEAD = 0.5
"""Score by which a class starts ahead at most, where targets are -1 and 1: a pool may give scores next to no weight."""


@dataclass(frozen=True)
class TrainedOn:
    """What the model was trained on, and what joined it since; n products.

    Attributes
    ----------
    texts : tuple of str, length n
        All text columns of a product joined.
    numeric : dict of str to ndarray of shape (n,), float64
        The model's columns; NaN is missing.
    categorical : dict of str to tuple of str
        Likewise; ``""`` is missing.
    labels : ndarray of shape (n,), int64
        Of all K classes.
    fitted : ndarray of shape (K,), bool
        False for classes that were added: the probes were not fitted on their products.
    """

    texts: tuple[str, ...]
    numeric: dict[str, NDArray[np.float64]]
    categorical: dict[str, tuple[str, ...]]
    labels: NDArray[np.int64]
    fitted: NDArray[np.bool_]


@dataclass(frozen=True)
class NewClasses:
    """Classes to add; k of them.

    Attributes
    ----------
    names : tuple of str
    examples : Inputs
        e products with the model's columns, at least one a class.
    labels : ndarray of shape (e,), int64
        Positions in ``names``.
    name_vectors : mapping of str to ndarray of shape (k, d), float32
        The names as the encoders of a text block read them, of unit length, by block.
    """

    names: tuple[str, ...]
    examples: Inputs
    labels: NDArray[np.int64]
    name_vectors: Mapping[str, NDArray[np.float32]]

    @property
    def counts(self) -> NDArray[np.int64]:
        """Examples of each class, shape (k,)."""
        counts: NDArray[np.int64] = np.bincount(self.labels, minlength=len(self.names))
        return counts


def in_order(classes: Sequence[str], names: Sequence[str]) -> NDArray[np.intp]:
    """Return the places of all classes, the new ones ``names`` counted after the others, in the order of their names.

    Parameters
    ----------
    classes : sequence of str, length K
    names : sequence of str, length k

    Returns
    -------
    ndarray of shape (K + k,), intp

    Examples
    --------
    >>> in_order(["b", "d"], ["c", "a"]).tolist()
    [3, 0, 2, 1]
    """
    everything = [*classes, *names]
    return np.array(sorted(range(len(everything)), key=everything.__getitem__), dtype=np.intp)


def extend_head(head: EvidenceHead, trained: TrainedOn, new: NewClasses, order: NDArray[np.intp]) -> EvidenceHead:
    """Return the head with more classes.

    Parameters
    ----------
    head : EvidenceHead
        Of K classes.
    trained : TrainedOn
    new : NewClasses
    order : ndarray of shape (K + k,), intp
        From `in_order`.

    Returns
    -------
    EvidenceHead
        What the evidence of the K classes is made of is the same to the last bit; their places are others, and
        examples vote for their own classes where they are among a product's nearest.
    """
    made = _Extension(head, trained, new, order)
    evidence = head.evidence
    extended = EvidenceModel(
        {name: made.dense(name, block) for name, block in evidence.dense.items()},
        None if evidence.lexical is None else made.lexical(evidence.lexical),
        {name: made.number(name, model) for name, model in evidence.numeric.items()},
        {name: made.category(name, model) for name, model in evidence.categorical.items()},
        made.placed(evidence.log_prior, made.log_prior()),
    )
    return replace(head, evidence=extended)


class _Extension:
    """Makes the parts of an extended model."""

    def __init__(self, head: EvidenceHead, trained: TrainedOn, new: NewClasses, order: NDArray[np.intp]) -> None:
        self.head, self.trained, self.new, self.order = head, trained, new, order
        self.n_classes = len(trained.fitted)
        self.place = np.argsort(order).astype(np.int64)  # of each class, the new ones counted after the others
        self.labels = np.concatenate([trained.labels, self.n_classes + new.labels])
        self.sizes = np.bincount(trained.labels, minlength=self.n_classes)
        self.usual = float(np.median(self.sizes[trained.fitted]))
        self.ahead = _ahead(head.pool, head.evidence.channels, new.counts)

    def placed(self, old: NDArray[_Number], new: NDArray[_Number]) -> NDArray[_Number]:
        """Return values of all classes, along the last axis, in the order of their names."""
        return np.take(np.concatenate([old, new], axis=-1), self.order, axis=-1)

    def dense(self, name: str, block: DenseBlock) -> DenseBlock:
        e, near = self.new.examples.dense[name], block.neighbours
        vectors, labels = e.vectors[e.present], self.new.labels[e.present]
        named = self.new.name_vectors.get(name, vectors[:0])
        own = np.concatenate([vectors, named]), np.concatenate([labels, np.arange(len(named))])
        among = np.concatenate([near.labels, self.n_classes + labels])
        return DenseBlock(
            self._probe(block.probe, (near.vectors, near.labels), own),
            Neighbours(np.concatenate([near.vectors, vectors]), self.place[among], near.count),
        )

    def lexical(self, block: LexicalBlock) -> LexicalBlock:
        rows = _with_words(block.vocabulary, self.trained.texts, self.trained.labels)
        texts = (*self.new.examples.joined_text(), *self.new.names)
        own = _with_words(block.vocabulary, texts, np.concatenate([self.new.labels, np.arange(len(self.new.names))]))
        return LexicalBlock(block.vocabulary, self._probe(block.probe, rows, own))

    def number(self, name: str, model: NumberTypicality) -> NumberTypicality:
        values = np.concatenate([self.trained.numeric[name], self.new.examples.numeric[name]])
        found = fit_number(values, self.labels, len(self.order))
        later = slice(self.n_classes, None)
        mean, deviation = (
            self.placed(model.mean, found.mean[later]),
            self.placed(model.deviation, found.deviation[later]),
        )
        return NumberTypicality(mean, deviation, model.overall)

    def category(self, name: str, model: CategoryAffinity) -> CategoryAffinity:
        """Count values; one that is new says nothing of the classes that are there, as before."""
        found = fit_category(
            (*self.trained.categorical[name], *self.new.examples.categorical[name]), self.labels, len(self.order)
        )
        values = tuple(sorted({*model.values, *filter(None, self.new.examples.categorical[name])}))
        old = _rows_of(model.values, model.log_ratio, values)
        new = _rows_of(found.values, found.log_ratio[:, self.n_classes :], values)
        return CategoryAffinity(values, self.placed(old, new))

    def log_prior(self) -> NDArray[np.float64]:
        """Return the logarithm of the new classes' shares, on the scale of the others'; only differences count.

        A class counts as no smaller than the smallest that the fit saw. What a share tells was learned from those, and
        where they are of nearly one size its weight says nothing of shares that are far from theirs.
        """
        known = self.head.evidence.log_prior[self.trained.fitted]
        sizes = self.sizes[self.trained.fitted]
        shift = known[0] - np.log(sizes[0] + 0.5)
        found: NDArray[np.float64] = np.clip(np.log(self.new.counts + 0.5) + shift, known.min(), known.max())
        return found

    def _probe(self, probe: Probe, trained: _Labelled, own: _Labelled) -> Probe:
        """Return the probe with columns of the new classes, whose own rows are their examples and names."""
        fitted = np.flatnonzero(self.trained.fitted[trained[1]])
        numbers = np.cumsum(self.trained.fitted) - 1  # of the classes that the probe was fitted with
        of_fitted = Probe(probe.weights[:, self.trained.fitted], probe.intercept[self.trained.fitted])
        targets = Targets(numbers[trained[1][fitted]], int(self.trained.fitted.sum()))
        penalty = recovered_penalty(trained[0][fitted], targets, of_fitted)
        rows = np.bincount(own[1], minlength=len(self.new.names))
        weight = np.maximum(1.0, self.usual / np.maximum(rows, 1))
        labels = np.concatenate([np.full(len(trained[1]), -1), own[1]])
        found = few_shot_probe(_stacked(trained[0], own[0]), labels, weight.tolist(), penalty)
        ahead = found.intercept + self.ahead.astype(np.float32)
        return Probe(self.placed(probe.weights, found.weights), self.placed(probe.intercept, ahead))


def _ahead(pool: Pool, channels: tuple[Channel, ...], counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return what is added to all scores of new classes with so many examples, shape (k,)."""
    weight = float(pool.weights[[c.kind == "score" for c in channels]].sum())
    return np.minimum(HEAD_START / counts / max(weight, np.finfo(np.float64).tiny), MOST_AHEAD)


def _with_words(words: Vocabulary, texts: Sequence[str], labels: NDArray[np.int64]) -> _Labelled:
    """Return vectors and labels of the texts that are known enough."""
    vectors = words.vectors(texts)
    there = np.flatnonzero(vectors.getnnz(axis=1))
    return vectors[there], labels[there]


def _stacked(one: Matrix, other: Matrix) -> Matrix:
    if isinstance(one, np.ndarray):
        return np.concatenate([one, np.asarray(other)])
    return sp.vstack([one, other], format="csr")


def _rows_of(values: Sequence[str], table: NDArray[np.float64], wanted: Sequence[str]) -> NDArray[np.float64]:
    """Return the rows of a table by value, 0 for a value that it does not have."""
    place = {value: i for i, value in enumerate(values)}
    padded = np.vstack([table, np.zeros((1, table.shape[1]))])
    found: NDArray[np.float64] = padded[[place.get(value, len(values)) for value in wanted]]
    return found
