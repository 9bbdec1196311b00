"""A batch of products with all that is written of it."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from prodcls.catalogue import Catalogue, Rejection
from prodcls.progress import Progress
from prodcls.scoring_explained import Explainer
from prodcls.scoring_rows import Scorer

__all__ = ["BatchScorer", "ScoredBatch"]


@dataclass(frozen=True)
class ScoredBatch:
    """What is written of n products.

    Attributes
    ----------
    rows : pyarrow.Table
        Scored, length n.
    bodies : tuple of str
        Of their entries in the decision log; empty without one.
    failed_photos : tuple of Rejection
    """

    rows: pa.Table
    bodies: tuple[str, ...] = ()
    failed_photos: tuple[Rejection, ...] = ()


@dataclass(frozen=True)
class BatchScorer:
    """Scores batches, and explains them where that is asked for.

    Attributes
    ----------
    scorer : Scorer
        With the explainer's store, where there is one.
    explainer : Explainer or None
    progress : Progress
    """

    scorer: Scorer
    explainer: Explainer | None
    progress: Progress

    @property
    def schema(self) -> pa.Schema:
        """The columns of the scored file."""
        own: pa.Schema = self.scorer.schema
        return own if self.explainer is None else own.append(self.explainer.field)

    def score(self, batch: Catalogue) -> ScoredBatch:
        """Return what is written of a batch."""
        scorer = self.scorer
        before = len(scorer.failed_photos)
        if self.explainer is None:
            rows = scorer.score(batch, self.progress)
        else:
            rows = self.explainer.explain(batch, lambda: scorer.score(batch, self.progress), self.progress)
        return ScoredBatch(rows, tuple(scorer.bodies), tuple(scorer.failed_photos[before:]))
