"""SHAP's partition explainer as a witness: Owen values of words, regions, segments and columns together.

Owen values are Shapley values under a hierarchy of players (Owen 1977; Lundberg's PartitionExplainer). The hierarchy
here is the product's own: texts, photo, sound and columns; then each text column, and halves of them down to single
words; quarters of the photo down to single regions; and halves of the sound down to single segments.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from prodcls.explain.attribution import Attribution, Part
from prodcls.explain.product import Product, class_numbers
from prodcls.explain.scorer import MaskScorer, attribution, item_seed

__all__ = ["Shap"]

Tree: TypeAlias = "int | tuple[Tree, Tree]"
"""A player by its position, or two subtrees."""


@dataclass(frozen=True)
class Shap:
    """Owen values by the shap library.

    Parameters
    ----------
    evaluations : int, default 500
        Masks scored; with fewer than the hierarchy needs, the rest is shared out evenly below.
    threads : int, optional
        Items encoded at a time; one a processor by default. No effect on the values.
    """

    evaluations: int = 500
    threads: int | None = None

    def explain(self, product: Product, a: str, b: str) -> Attribution:
        """Return the Owen values of all players, logits; they sum to the margin less that of nothing at all."""
        scorer = MaskScorer(product, threads=self.threads)
        numbers = class_numbers(product.model.classes, a, b)

        def margins(kept: NDArray[np.bool_]) -> NDArray[np.float64]:
            return scorer.score(kept, *numbers).margin

        players = np.arange(len(scorer.players))
        if len(players) < 2:
            bare = margins(~scorer.everything())
            return attribution(scorer, "shap", *numbers, players, margins(scorer.everything(len(players))) - bare)
        with _drawing(item_seed(product.id)):
            explainer = _partition_explainer()(margins, _Masker(scorer.players))
            found = explainer(np.ones((1, len(players))), max_evals=self.evaluations, silent=True)
        return attribution(scorer, "shap", *numbers, players, np.asarray(found.values, dtype=np.float64)[0])


class _Masker:
    """What the library asks to mask a product: here it hands the mask itself to the model."""

    immutable_outputs = True

    def __init__(self, players: Sequence[Part]) -> None:
        self.shape = (1, len(players))
        self.clustering = linkage(hierarchy(players), len(players))

    def __call__(self, mask: NDArray[np.bool_], _: object) -> tuple[NDArray[np.bool_]]:
        return (mask[None, :].astype(np.bool_),)


def _partition_explainer() -> Callable[..., Any]:
    """Import the library, whose first import warns of what it will change."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PendingDeprecationWarning)
        from shap.explainers import PartitionExplainer

    explainer: Callable[..., Any] = PartitionExplainer
    return explainer


@contextmanager
def _drawing(seed: int) -> Iterator[None]:
    """Seed numpy's global generator, which the library draws from to break ties, and put it back afterwards."""
    before = np.random.get_state()  # noqa: NPY002 - there is no other way to reach it
    np.random.seed(seed)  # noqa: NPY002
    try:
        yield
    finally:
        np.random.set_state(before)  # noqa: NPY002


def hierarchy(players: Sequence[Part]) -> Tree:
    """Return the tree of at least one player."""
    texts: dict[str, list[Tree]] = {}
    regions: list[int] = []
    segments: list[Tree] = []
    columns: list[Tree] = []
    for i, player in enumerate(players):
        if player.kind == "word":
            texts.setdefault(player.column, []).append(i)
        elif player.kind == "region":
            regions.append(i)
        elif player.kind == "segment":
            segments.append(i)
        else:
            columns.append(i)
    modalities = [
        *([_halves([_halves(found) for found in texts.values()])] if texts else []),
        *([_quarters(players, regions)] if regions else []),
        *([_halves(segments)] if segments else []),
        *([_halves(columns)] if columns else []),
    ]
    return _halves(modalities)


def _halves(trees: Sequence[Tree]) -> Tree:
    """Return a balanced tree that keeps the order."""
    if len(trees) == 1:
        return trees[0]
    middle = len(trees) // 2
    return _halves(trees[:middle]), _halves(trees[middle:])


def _quarters(players: Sequence[Part], regions: Sequence[int]) -> Tree:
    """Return the tree of regions, halved across the longer side of what they cover."""
    if len(regions) == 1:
        return regions[0]
    corners = np.array([players[i].box for i in regions])
    rows, columns = np.unique(corners[:, 1]), np.unique(corners[:, 0])
    axis, places = (1, rows) if len(rows) >= len(columns) else (0, columns)
    first = corners[:, axis] < places[len(places) // 2]
    parts = [[i for i, mine in zip(regions, first.tolist(), strict=True) if mine is side] for side in (True, False)]
    return _quarters(players, parts[0]), _quarters(players, parts[1])


def linkage(tree: Tree, n: int) -> NDArray[np.float64]:
    """Return a tree over n players as scipy's linkage matrix, shape (n - 1, 4).

    Columns: two nodes, the height of their union, and the players in it; node ``n + i`` is the union of row i.
    """
    rows: list[tuple[float, float, float, float]] = []

    def add(node: Tree) -> tuple[int, int, int]:
        """Return number, height and size of a node."""
        if isinstance(node, int):
            return node, 0, 1
        left, right = add(node[0]), add(node[1])
        height, size = 1 + max(left[1], right[1]), left[2] + right[2]
        rows.append((left[0], right[0], height, size))
        return n + len(rows) - 1, height, size

    add(tree)
    return np.array(rows, dtype=np.float64).reshape(-1, 4)
