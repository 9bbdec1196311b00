"""Batches scored by this process, or by the workers of a cluster: the same bytes in the same order."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

from prodcls.bundle import Bundle
from prodcls.bundle_opening import open_bundle
from prodcls.bundle_trust import Trust
from prodcls.catalogue import Catalogue
from prodcls.cluster import Cluster, open_cluster
from prodcls.decisions import Logging
from prodcls.embeddings import EmbeddingStore
from prodcls.encoders import available_processors
from prodcls.errors import InputError
from prodcls.progress import Progress, SilentProgress
from prodcls.scoring_accounts import Detail
from prodcls.scoring_batches import BatchScorer, ScoredBatch
from prodcls.scoring_explained import Explainer
from prodcls.scoring_kept import KeptBatches
from prodcls.scoring_rows import Scorer

__all__ = ["Order", "Scoring", "make_scorer", "scoring"]

Scoring = Callable[[Iterator[Catalogue], KeptBatches], Iterator[tuple[Catalogue, ScoredBatch]]]
"""Scores batches in their order, with what is written of each; takes over what was kept, and keeps what took long."""


@dataclass(frozen=True)
class Order:
    """How batches are to be scored, for whoever does it.

    Attributes
    ----------
    bundle : Path
        Where all workers find it.
    digest : str
        What they must find there.
    top_k : int
        Classes given for each product.
    explain : {"top-words", "full"} or None
    least : float
        Certainty below which a person is asked.
    logging : Logging or None
    """

    bundle: Path
    digest: str
    top_k: int
    explain: Detail | None
    least: float
    logging: Logging | None


def make_scorer(fitted: Bundle, order: Order, store: EmbeddingStore, workers: int, progress: Progress) -> BatchScorer:
    """Return what scores the batches of an order here.

    Parameters
    ----------
    fitted : Bundle
    order : Order
    store : EmbeddingStore
    workers : int
        Products read and explained at the same time.
    progress : Progress

    Returns
    -------
    BatchScorer
    """
    explainer = None if order.explain is None else Explainer(fitted, store, order.explain, workers)
    vectors = store if explainer is None else explainer.store
    scorer = Scorer(fitted, vectors, order.top_k, least=order.least, logging=order.logging, threads=workers)
    return BatchScorer(scorer, explainer, progress)


@contextmanager
def scoring(scorer: BatchScorer, order: Order, scheduler: str | None, workers: int | None) -> Iterator[Scoring]:
    """Yield what scores batches: ``scorer`` itself, or the workers of a cluster.

    Parameters
    ----------
    scorer : BatchScorer
    order : Order
        That it was made for.
    scheduler : str or None
        See `prodcls.cluster.open_cluster`; None: this process scores.
    workers : int or None
        Processes of a cluster that is made for this call; as many as there are processors by default.

    Yields
    ------
    callable
    """
    if scheduler is None:
        yield partial(_here, scorer)
    else:
        with open_cluster(scheduler, workers or available_processors()) as cluster:
            yield partial(_there, cluster, order)


def _here(
    scorer: BatchScorer, batches: Iterator[Catalogue], kept: KeptBatches
) -> Iterator[tuple[Catalogue, ScoredBatch]]:
    for batch in batches:
        found = kept.find(batch)
        if found is None:
            found, seconds = _timed(scorer, batch)
            kept.keep(batch, found, seconds)
        yield batch, found


def _there(
    cluster: Cluster, order: Order, batches: Iterator[Catalogue], kept: KeptBatches
) -> Iterator[tuple[Catalogue, ScoredBatch]]:
    for batch, known, answer in cluster.ordered(partial(_score, order), batches, kept.find):
        if known is not None:
            yield batch, known
        else:
            assert answer is not None  # noqa: S101 - one of the two
            kept.keep(batch, *answer)
            yield batch, answer[0]


def _timed(scorer: BatchScorer, batch: Catalogue) -> tuple[ScoredBatch, float]:
    started = time.perf_counter()
    found = scorer.score(batch)
    return found, time.perf_counter() - started


@lru_cache(maxsize=2)
def _opened(order: Order, threads: int) -> BatchScorer:
    """Return a worker's own scorer: it verifies the bundle and loads it once."""
    trust = Trust(order.digest)
    try:
        fitted = open_bundle(order.bundle, SilentProgress(), trust)
    except InputError as error:
        message = f"a worker cannot use the bundle: {error}: put the same one where all find it under the same path"
        raise InputError(message, code="cluster-bundle") from error
    return make_scorer(fitted, order, EmbeddingStore(), threads, SilentProgress())


def _score(order: Order, batch: Catalogue) -> tuple[ScoredBatch, float]:
    """Score in a worker, with as many threads as it was given."""
    from distributed import get_worker

    return _timed(_opened(order, get_worker().state.nthreads), batch)
