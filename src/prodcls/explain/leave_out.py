"""Witnesses that take out one word, region, segment or column at a time, and one that keeps a single word."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from prodcls.explain.attribution import Attribution, PartKind
from prodcls.explain.masks import Fill
from prodcls.explain.product import Product, class_numbers
from prodcls.explain.scorer import MaskScorer, attribution

__all__ = ["Alone", "LeaveOneOut", "Occlusion"]


@dataclass(frozen=True)
class LeaveOneOut:
    """What the margin loses without each word and without each column (Li, Monroe and Jurafsky 2016, section 3)."""

    def explain(self, product: Product, a: str, b: str) -> Attribution:
        """Return the loss of margin without each word and column, logits."""
        return _left_out("leave-one-out", MaskScorer(product), ("word", "column"), a, b)


@dataclass(frozen=True)
class Occlusion:
    """What the margin loses when a region is hidden or a segment cut out (Zeiler and Fergus 2014, section 4.2).

    Parameters
    ----------
    fill : {"border", "blur"}, default "border"
    """

    fill: Fill = "border"

    def explain(self, product: Product, a: str, b: str) -> Attribution:
        """Return the loss of margin with each region hidden and with each segment of the sound cut out, logits."""
        return _left_out("occlusion", MaskScorer(product, fill=self.fill), ("region", "segment"), a, b)


@dataclass(frozen=True)
class Alone:
    """What each word adds to a product without any words."""

    def explain(self, product: Product, a: str, b: str) -> Attribution:
        """Return the gain of margin by each single word over no word, logits."""
        scorer = MaskScorer(product)
        players = scorer.positions("word")
        kept = scorer.everything(len(players) + 1)
        kept[:, players] = False
        kept[np.arange(len(players)), players] = True
        numbers = class_numbers(product.model.classes, a, b)
        margin = scorer.score(kept, *numbers).margin
        return attribution(scorer, "alone", *numbers, players, margin[:-1] - margin[-1])


def _left_out(method: str, scorer: MaskScorer, kinds: tuple[PartKind, ...], a: str, b: str) -> Attribution:
    players = scorer.positions(*kinds)
    kept = scorer.everything(len(players) + 1)
    kept[np.arange(len(players)), players] = False
    numbers = class_numbers(scorer.product.model.classes, a, b)
    margin = scorer.score(kept, *numbers).margin
    return attribution(scorer, method, *numbers, players, margin[-1] - margin[:-1])
