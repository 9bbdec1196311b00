"""Channels fitted on all training products, and what they say of each without its own group of near-duplicates.

Scores of all products and classes are never held at once: they are made for some rows at a time, and
`prodcls.shortlist` keeps of them what the head learns from.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prodcls.columns import HeldOut, category_held_out, fit_category, fit_number, number_held_out
from prodcls.embeddings import Embeddings
from prodcls.evidence import NEIGHBOURS, DenseBlock, EvidenceModel, LexicalBlock
from prodcls.inputs import Inputs
from prodcls.lexical import fit_vocabulary
from prodcls.neighbours import Compared, Neighbours, NeighbourScores, OwnGroups, compare, rows_at_once
from prodcls.probes import DUAL_ROWS, PRIMAL_TERMS, ProbeFit, fit_probe
from prodcls.ridge import Targets

__all__ = ["FEW_CLASSES", "EvidenceFit", "NearOthers", "fit_evidence", "words_at_most"]

FEW_CLASSES = 128
"""Classes up to which evidence of all of them is kept, and all words have a weight for each."""

WEIGHTS = 2**25
"""Words times classes, beyond `FEW_CLASSES`, that a probe has weights for."""

AHEAD_CELLS = 2**17
"""Rows times classes up to which neighbours are looked for before anything asks, all rows at once."""

MOST_WORDS = 200_000
"""Words and pairs of words of a vocabulary."""


@dataclass(frozen=True)
class NearOthers:
    """The training products of one block as neighbours of one another.

    Attributes
    ----------
    neighbours : Neighbours
    place : ndarray of shape (n,), intp
        Of each product among the neighbours; -1 where the block is absent.
    groups : ndarray of shape (m,), int64
        Of the neighbours; a product of the same group is no neighbour.
    own : OwnGroups
        The same.
    """

    neighbours: Neighbours
    place: NDArray[np.intp]
    groups: NDArray[np.int64]
    own: OwnGroups

    @property
    def rows_at_once(self) -> int:
        """How many products are compared at a time."""
        return rows_at_once(self.neighbours)

    def compared(self, rows: NDArray[np.intp]) -> Compared:
        """Compare products that have the block with those of other groups; at most `rows_at_once` at a time."""
        place = self.place[rows]
        return compare(self.neighbours, self.neighbours.vectors[place], (self.own, self.groups[place]))

    def scores(self, rows: NDArray[np.intp], n_classes: int) -> NeighbourScores:
        """Return what other groups say of products, (r, K) each, 0 where the block is absent."""
        shares, closest = np.zeros((len(rows), n_classes)), np.zeros((len(rows), n_classes))
        there = np.flatnonzero(self.place[rows] >= 0)
        for start in range(0, len(there), self.rows_at_once):
            some = there[start : start + self.rows_at_once]
            found = self.compared(rows[some])
            shares[some], closest[some] = found.shares(n_classes), found.closest(n_classes)
        return NeighbourScores(shares, closest)


@dataclass(frozen=True)
class EvidenceFit:
    """The model, and its scores of the n training products, each without its own group.

    Attributes
    ----------
    model : EvidenceModel
    n_rows : int
    probes : tuple of callable
        Scores of blocks and of the words, in the order of the model's channels.
    near : tuple of NearOthers
    tables : tuple of callable
        Typicality, affinity and share of the class.
    ahead : tuple of NeighbourScores
        What ``near`` says of all rows, where it was asked for already.
    """

    model: EvidenceModel
    n_rows: int
    probes: tuple[HeldOut, ...]
    near: tuple[NearOthers, ...]
    tables: tuple[HeldOut, ...]
    ahead: tuple[NeighbourScores, ...] = ()

    def scores(self, rows: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return channel values of some rows, shape (r, K, C); rows of a group are best asked for together."""
        n_classes = len(self.model.log_prior)
        known = len(self.ahead) == len(self.near) and np.array_equal(rows, np.arange(self.n_rows))
        near = list(self.ahead) if known else [one.scores(rows, n_classes) for one in self.near]
        columns = [probe(rows) for probe in self.probes]
        columns += [*(found.shares for found in near), *(found.closest for found in near)]
        return np.stack([*columns, *(table(rows) for table in self.tables)], axis=2)

    @property
    def held_out(self) -> NDArray[np.float64]:
        """Channel values of all rows, shape (n, K, C)."""
        return self.scores(np.arange(self.n_rows))


def fit_evidence(
    inputs: Inputs, labels: NDArray[np.int64], groups: NDArray[np.int64], n_classes: int, threads: int = 1
) -> EvidenceFit:
    """Fit all channels.

    Parameters
    ----------
    inputs : Inputs
        n training products.
    labels : ndarray of shape (n,), int64
        In [0, n_classes).
    groups : ndarray of shape (n,), int64
        Group of near-duplicates of each product.
    n_classes : int
    threads : int
        Probes that are fitted at the same time; no effect on them.

    Returns
    -------
    EvidenceFit
    """
    n, targets = len(inputs), Targets(labels, n_classes)
    dense: dict[str, DenseBlock] = {}
    probes, near = [], []
    told = {name: np.flatnonzero(e.present) for name, e in inputs.dense.items()}
    told = {name: rows for name, rows in told.items() if len(np.unique(groups[rows])) > 1}
    ahead = []
    with ThreadPoolExecutor(threads) as pool:  # the words take longest, and neighbours are looked for meanwhile
        of_words = pool.submit(_fit_lexical, inputs, targets, groups)
        of_blocks = {
            name: pool.submit(_fit_dense, inputs.dense[name], rows, targets, groups) for name, rows in told.items()
        }
        for name, rows in told.items():
            vectors, fit = of_blocks[name].result()
            dense[name] = DenseBlock(fit.probe, Neighbours(vectors, labels[rows], NEIGHBOURS))
            probes.append(_placed(fit.scores, rows, n, n_classes))
            near.append(NearOthers(dense[name].neighbours, _places(rows, n), groups[rows], OwnGroups(groups[rows])))
            if threads > 1 and n * n_classes <= AHEAD_CELLS:
                ahead.append(pool.submit(near[-1].scores, np.arange(n), n_classes))
        lexical, words = of_words.result()
    numeric = {name: fit_number(values, labels, n_classes) for name, values in inputs.numeric.items()}
    tables = [number_held_out(values, labels, groups, n_classes) for values in inputs.numeric.values()]
    categorical = {name: fit_category(cells, labels, n_classes) for name, cells in inputs.categorical.items()}
    tables += [category_held_out(cells, labels, groups, n_classes) for cells in inputs.categorical.values()]
    counts = np.bincount(labels, minlength=n_classes)
    log_prior = np.log((counts + 0.5) / (counts + 0.5).sum())
    tables.append(lambda rows: np.broadcast_to(log_prior, (len(rows), n_classes)))
    model = EvidenceModel(dense, lexical, numeric, categorical, log_prior)
    found = tuple(one.result() for one in ahead)
    return EvidenceFit(model, n, (*probes, *words), tuple(near), tuple(tables), found)


def words_at_most(n_rows: int, n_classes: int) -> int:
    """Return how many words and pairs of words have a weight for each class: fewer where classes are many.

    Parameters
    ----------
    n_rows : int
    n_classes : int

    Returns
    -------
    int
        With more rows than the rows' own Gram matrix is formed of, so many that the words' is formed.
    """
    if n_classes <= FEW_CLASSES:
        return MOST_WORDS
    return PRIMAL_TERMS if n_rows > DUAL_ROWS else max(PRIMAL_TERMS, min(MOST_WORDS, WEIGHTS // n_classes))


def _fit_dense(
    e: Embeddings, rows: NDArray[np.intp], targets: Targets, groups: NDArray[np.int64]
) -> tuple[NDArray[np.float32], ProbeFit]:
    """Return the vectors of ``rows`` and the probe of their block, of which they are the first rows."""
    vectors = e.vectors[rows]
    if e.copies is None:
        return vectors, fit_probe(vectors, targets.take(rows), groups[rows])
    # Each copy is in the group of its product, so that neither has a say in the other's score.
    taught = np.append(rows, e.copies.source)
    return vectors, fit_probe(np.concatenate([vectors, e.copies.vectors]), targets.take(taught), groups[taught])


def _fit_lexical(
    inputs: Inputs, targets: Targets, groups: NDArray[np.int64]
) -> tuple[LexicalBlock | None, Sequence[HeldOut]]:
    n, n_classes = len(inputs), targets.n_classes
    words = fit_vocabulary(inputs.joined_text(), min_rows=2, max_terms=words_at_most(n, n_classes))
    rows = np.flatnonzero(words.vectors.getnnz(axis=1))
    if len(np.unique(groups[rows])) < 2:
        return None, ()
    fit = fit_probe(words.vectors[rows], targets.take(rows), groups[rows])
    return LexicalBlock(words.vocabulary, fit.probe), (_placed(fit.scores, rows, n, n_classes),)


def _places(rows: NDArray[np.intp], n: int) -> NDArray[np.intp]:
    """Return the place of each of n products among ``rows``, -1 where it is not among them."""
    place = np.full(n, -1, dtype=np.intp)
    place[rows] = np.arange(len(rows))
    return place


def _placed(scores: HeldOut, rows: NDArray[np.intp], n: int, n_classes: int) -> HeldOut:
    """Return what gives scores of products from what gives those of ``rows``, 0 of all others."""
    place = _places(rows, n)

    def found(products: NDArray[np.intp]) -> NDArray[np.float64]:
        out = np.zeros((len(products), n_classes))
        there = np.flatnonzero(place[products] >= 0)
        out[there] = scores(place[products[there]])
        return out

    return found
