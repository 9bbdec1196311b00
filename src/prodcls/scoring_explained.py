"""Accounts of the products of a batch, made side by side while their texts and photos are encoded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pyarrow as pa
from threadpoolctl import threadpool_limits

from prodcls.bundle import Bundle
from prodcls.catalogue import Catalogue
from prodcls.dissection import dissect
from prodcls.embeddings import VectorStore
from prodcls.errors import ImageError, InputError
from prodcls.explain.attribution import Attribution
from prodcls.explain.chain import explain
from prodcls.explain.subject import Subject
from prodcls.head import EvidenceHead
from prodcls.inputs import Inputs
from prodcls.preparation import IMAGE_BLOCK, open_readers
from prodcls.progress import Progress
from prodcls.scoring_accounts import Detail, account_column, account_field
from prodcls.scoring_vectors import FreshVectors

__all__ = ["Explainer"]

AT_ONCE = 64
"""Accounts held as objects at a time; a long text's takes some hundred kilobytes."""


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
        self._readers = open_readers(fitted.recipe, 1)

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
        decided: list[tuple[str, str]] = []
        columns: list[pa.Array] = []
        with threadpool_limits(1), progress.items("explain", len(batch)) as update:
            for start in range(0, len(batch), AT_ONCE):
                some = range(start, min(start + AT_ONCE, len(batch)))
                found = list(self._side_by_side(batch, some))
                decided += [(account.predicted, account.versus) for account in found]
                columns.append(account_column(found, self.detail))
                update(len(decided))
        table = score()
        self.store.forget()
        scored = zip(table["predicted"].to_pylist(), table["second"].to_pylist(), strict=True)
        for i, (classes, alone) in enumerate(zip(scored, decided, strict=True)):
            if classes != alone:  # a tie that the rounding of a batch broke the other way
                at, place = divmod(i, AT_ONCE)
                one = account_column([self._account(batch, i, *classes)], self.detail)
                columns[at] = pa.concat_arrays([columns[at][:place], one, columns[at][place + 1 :]])
        return table.append_column(self.field, pa.concat_arrays(columns))

    def _side_by_side(self, batch: Catalogue, rows: Sequence[int]) -> Iterator[Attribution]:
        """Yield the accounts of ``rows`` in order."""
        with ThreadPoolExecutor(self.workers, thread_name_prefix="explain") as pool:
            try:
                yield from pool.map(lambda i: self._account(batch, i), rows)
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def _account(self, batch: Catalogue, i: int, a: str | None = None, b: str | None = None) -> Attribution:
        """Return the account of one product as if it were alone, its vectors kept."""
        one = batch.take(np.array([i]))
        subject = self._subject(one)
        photo = None if one.photos is None else one.photos[0]
        for block, split in subject.splits.items():
            item = photo if block == IMAGE_BLOCK else one.texts[block][0]
            for encoder, parts in zip(split.encoders, split.parts, strict=True):
                assert item is not None  # noqa: S101 - what is absent is not split
                self.store.keep(encoder, item, parts)
        return explain(self.fitted.model, subject, a, b)

    def _subject(self, one: Catalogue) -> Subject:
        inputs = Inputs(one.ids, one.texts, {}, one.numeric, one.categorical)
        photo = None if one.photos is None else one.photos[0]
        try:
            return dissect(inputs, photo, self.fitted, self._readers)
        except ImageError:  # told when the batch is scored
            return dissect(inputs, None, self.fitted, self._readers)
