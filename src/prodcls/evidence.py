"""Named evidence for a candidate class: what each block and column says about it.

A *channel* is one class score of shape (n, K): the probe of a block, the votes of its nearest training products, the
likeness of the one training product of the class that is closest, how typical a number or a category is for the class,
and how common the class is. How channels are fitted is told in `prodcls.held_out`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prodcls.columns import CategoryAffinity, NumberTypicality
from prodcls.embeddings import Embeddings
from prodcls.inputs import Inputs
from prodcls.lexical import Vocabulary
from prodcls.neighbours import Neighbours, NeighbourScores, neighbour_scores
from prodcls.probes import Probe

__all__ = ["LEXICAL", "NEIGHBOURS", "Channel", "DenseBlock", "EvidenceModel", "LexicalBlock"]

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


def _near(neighbours: Neighbours, embeddings: Embeddings, n_classes: int, *, apart: bool) -> NeighbourScores:
    """Return what the training products say of n products, 0 where the block is absent."""
    present = embeddings.present
    found = neighbour_scores(neighbours, embeddings.vectors[present], n_classes, apart=apart)
    rows, n = np.flatnonzero(present), len(present)
    return NeighbourScores(_placed(found.shares, rows, n), _placed(found.closest, rows, n))


def _placed(values: NDArray[np.float64], rows: NDArray[np.intp], n: int) -> NDArray[np.float64]:
    out = np.zeros((n, values.shape[1]))
    out[rows] = values
    return out
