"""Accounts of the products of a batch, made side by side while their texts and photos are encoded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager

import numpy as np
import pyarrow as pa
from threadpoolctl import threadpool_limits

from prodcls.bundle import Bundle
from prodcls.catalogue import Catalogue
from prodcls.embeddings import VectorStore
from prodcls.encoders import Item
from prodcls.errors import InputError
from prodcls.explain.decisions import Account, Decisions, SplitPieces, decide
from prodcls.head import EvidenceHead
from prodcls.preparation import open_readers
from prodcls.progress import Progress
from prodcls.scoring_accounts import Detail, account_column, account_field
from prodcls.scoring_reading import Chunk, ItemReader, Pair, Reads
from prodcls.scoring_vectors import FreshVectors

__all__ = ["Explainer"]

PRODUCTS, ITEMS = 256, 24
"""Products that are explained together, and different texts and photos that are read for them, at most: the parts of a
long text take some megabytes."""


class Explainer:
    """Makes the accounts of batches: those of `prodcls why`, to the last bit.

    Parameters
    ----------
    fitted : Bundle
    store : VectorStore
        Gets the vectors that are encoded on the way.
    detail : {"top-words", "full"}
    workers : int
        Products read and explained at the same time.

    Attributes
    ----------
    store : FreshVectors
        To score the same products with.
    field : pyarrow.Field
        The column that accounts are written to.

    Raises
    ------
    InputError
        Code ``head-flat``.
    """

    def __init__(self, fitted: Bundle, store: VectorStore, detail: Detail, workers: int) -> None:
        if not isinstance(fitted.model.head, EvidenceHead):
            message = "--explain: a flat head has no account in words and regions: fit the bundle with --head evidence"
            raise InputError(message, code="head-flat")
        self.fitted = fitted
        self.store = FreshVectors(store)
        self.detail = detail
        self.workers = workers
        self.field = account_field(detail)
        readers = open_readers(fitted.recipe, 1)
        self._reader = ItemReader(fitted.model.head.evidence.dense, fitted.recipe.text_columns, readers)

    def explain(self, batch: Catalogue, score: Callable[[], pa.Table], progress: Progress) -> pa.Table:
        """Return scored rows with their accounts.

        Parameters
        ----------
        batch : Catalogue
            n products.
        score : callable
            Returns their scored rows; called once they have been encoded.
        progress : Progress

        Returns
        -------
        pyarrow.Table
            What ``score`` returned, with `field` as its last column.
        """
        names = self.fitted.model.classes
        decided: list[tuple[str, str]] = []
        columns: list[pa.Array] = []
        with (
            threadpool_limits(1),
            progress.items("explain", len(batch)) as update,
            self._pool() as pool,
        ):
            for chunk in self._started(batch, pool):
                decisions = self._decide(chunk)
                pairs = [(int(a), int(b)) for a, b in decisions.best]
                found = list(decisions.accounts(self._pieces(chunk, pairs, pool)))
                decided += [(names[a], names[b]) for a, b in pairs]
                columns.append(account_column(found, self.detail))
                update(len(decided))
            table = score()
            self.store.forget()
            scored = zip(table["predicted"].to_pylist(), table["second"].to_pylist(), strict=True)
            told = pa.concat_arrays(columns)
            for i, (classes, alone) in enumerate(zip(scored, decided, strict=True)):
                if classes != alone:  # a tie that the rounding of a batch broke the other way
                    one = account_column([self._account(batch, i, classes, pool)], self.detail)
                    told = pa.concat_arrays([told[:i], one, told[i + 1 :]])
            self.store.forget()
        return table.append_column(self.field, told)

    @contextmanager
    def _pool(self) -> Iterator[Executor]:
        with ThreadPoolExecutor(self.workers, thread_name_prefix="explain") as pool:
            try:
                yield pool
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def _started(self, batch: Catalogue, pool: Executor) -> Iterator[Chunk]:
        """Yield the products of a batch in order, chunk by chunk, the next one being read meanwhile."""
        current: Chunk | None = None
        start = 0
        while start < len(batch):
            beside = {} if current is None else current.reads
            end = self._end(batch, start, beside)
            chunk = self._reader.start(batch.take(np.arange(start, end)), beside, pool)
            if current is not None:
                yield current
            current, start = chunk, end
        if current is not None:
            yield current

    def _end(self, batch: Catalogue, start: int, beside: Reads) -> int:
        """Return where a chunk ends that begins at ``start``: after so many products, or items that are to be read."""
        new: set[Item] = set()
        for i in range(start, min(start + PRODUCTS, len(batch))):
            items = (item for item in self._reader.items_of(batch, i).values() if item is not None)
            new.update(item for item in items if item not in beside and not self._reader.knows(item))
            if len(new) >= ITEMS:
                return i + 1
        return min(start + PRODUCTS, len(batch))

    def _decide(self, chunk: Chunk) -> Decisions:
        known = self.fitted.known
        inputs = self._reader.inputs(chunk, self.store).aligned(known.numeric, known.categorical)
        return decide(self.fitted.model, inputs)

    def _pieces(self, chunk: Chunk, pairs: list[Pair], pool: Executor) -> SplitPieces:
        complete = self._reader.complete(chunk, pairs, pool)
        return lambda i, block, difference: self._reader.pieces(complete, i, block, pairs[i], difference)

    def _account(self, batch: Catalogue, i: int, classes: tuple[str, str], pool: Executor) -> Account:
        """Return the account of one product for two classes."""
        chunk = self._reader.start(batch.take(np.array([i])), {}, pool)
        a, b = (self.fitted.model.classes.index(name) for name in classes)
        return self._decide(chunk).account(0, *classes, self._pieces(chunk, [(a, b)], pool))
