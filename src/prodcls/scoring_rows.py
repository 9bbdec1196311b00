"""Batches of products, scored: the rows of the file that a prediction writes, and what there is to tell of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from itertools import chain

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from prodcls.bundle import Bundle
from prodcls.candidates import best_classes
from prodcls.catalogue import Catalogue, Rejection
from prodcls.conformal import named_sets
from prodcls.decisions import Logging, Outcome, decision_bodies
from prodcls.embeddings import VectorStore
from prodcls.encoders import available_processors
from prodcls.errors import InputError
from prodcls.head import EvidenceHead
from prodcls.inputs import Inputs
from prodcls.preparation import Readers, failed_files, open_readers, prepare
from prodcls.progress import Progress
from prodcls.scored_rows import BUNDLE_KEY
from prodcls.selective import Operating
from prodcls.stopping import named_stops
from prodcls.triage import named_reasons, review_reasons

__all__ = ["Scorer", "point_within"]

PIECE_ROWS = 256
"""Products scored at a time, of which several go on side by side."""

PIECE_CELLS = 4_000_000
"""Channel values held for them at most, so that many classes cost time and not memory."""


def point_within(fitted: Bundle, bound: float) -> Operating:
    """Return the threshold on certainty at which at most ``bound`` of the decisions without a person are wrong.

    Parameters
    ----------
    fitted : Bundle
    bound : float
        In (0, 1).

    Returns
    -------
    Operating

    Raises
    ------
    InputError
        Code ``max-error-unproven``, where the tested products cannot show it.
    """
    if fitted.automation is None:
        message = f"--max-error {bound:g}: the bundle keeps no tested products: fit it again"
        raise InputError(message, code="max-error-unproven")
    found = fitted.automation.within(bound)
    if found.point is not None:
        return found.point
    there = len(fitted.automation.certainty)
    why = (
        f"it takes {found.needed} tested products without an error to show that, and there are {there}"
        if found.needed > there
        else "the most certain decisions on tested products hold more errors"
    )
    message = f"--max-error {bound:g}: {why}: allow a larger error, or fit with more products"
    raise InputError(message, code="max-error-unproven")


class Scorer:
    """Scores batches.

    Parameters
    ----------
    fitted : Bundle
    store : VectorStore
    top_k : int
        Classes given for each product.
    least : float
        Certainty below which a person is asked.
    logging : Logging, optional
        None: no entries are made.
    threads : int, optional
        Texts and photos encoded, and pieces scored, at the same time; as many as there are processors by default.
    """

    def __init__(
        self,
        fitted: Bundle,
        store: VectorStore,
        top_k: int,
        *,
        least: float = 0.0,
        logging: Logging | None = None,
        threads: int | None = None,
    ) -> None:
        self.fitted = fitted
        self.store = store
        self.top_k = min(top_k, len(fitted.model.classes))
        self.least = least
        self.logging = logging
        self.threads = threads
        self.bodies: list[str] = []  # of the last batch
        self.failed_photos: list[Rejection] = []

    @cached_property
    def schema(self) -> pa.Schema:
        """Return the columns of the scored file."""
        kinds = {"id": pa.string(), "row": pa.int64()}
        names = (("predicted", "probability"), ("second", "second_probability"))
        for name, probability in (*names, *((f"class_{i + 1}", f"probability_{i + 1}") for i in range(self.top_k))):
            kinds |= {name: pa.string(), probability: pa.float64()}
        fields = [pa.field(name, kind, nullable=False) for name, kind in kinds.items()]
        fields += [pa.field("prediction_set", _names("class")), pa.field("review", pa.bool_(), nullable=False)]
        fields += [pa.field("reasons", _names("reason"), nullable=False)]
        fields += [pa.field("stopped_at", pa.string()), pa.field("stopped_probability", pa.float64())]
        return pa.schema(fields, metadata={BUNDLE_KEY: self.fitted.digest})  # which Parquet alone keeps

    @cached_property
    def _readers(self) -> Readers:
        """The encoders, opened once and not for every batch."""
        return open_readers(self.fitted.recipe, self.threads)

    def score(self, batch: Catalogue, progress: Progress) -> pa.Table:
        """Return scored rows in the catalogue's order."""
        before = len(self.store.stats)
        inputs = prepare(batch, self.fitted.recipe, self.store, progress, readers=self._readers)
        self.failed_photos += failed_files(batch, self.store.stats[before:]).values()
        with threadpool_limits(1):  # pieces side by side keep all processors busy
            return self.score_inputs(batch, inputs)

    def score_inputs(self, batch: Catalogue, inputs: Inputs, *, apart: bool = False) -> pa.Table:
        """Return scored rows of a catalogue whose texts and photos are encoded already.

        With ``apart`` each is scored to the last bit as if it were alone.
        """
        aligned = inputs.aligned(self.fitted.known.numeric, self.fitted.known.categorical)
        pieces = [np.arange(i, min(i + self.piece, len(batch))) for i in range(0, len(batch), self.piece)]
        if len(pieces) <= 1:
            table, self.bodies = self._score_piece(batch, aligned, apart=apart)
            return table

        def score_rows(rows: NDArray[np.intp]) -> tuple[pa.Table, list[str]]:
            return self._score_piece(batch.take(rows), aligned.take(rows), apart=apart)

        # Pieces are of one size on any machine: how many are scored at the same time moves no bit.
        with ThreadPoolExecutor(self.threads or available_processors(), thread_name_prefix="score") as pool:
            tables, bodies = zip(*pool.map(score_rows, pieces), strict=True)
        self.bodies = list(chain.from_iterable(bodies))
        return pa.concat_tables(tables).combine_chunks()

    @cached_property
    def piece(self) -> int:
        """Products scored at a time, the fewer the more classes there are."""
        head = self.fitted.model.head
        channels = len(head.evidence.channels) if isinstance(head, EvidenceHead) else 1
        return max(1, min(PIECE_ROWS, PIECE_CELLS // (len(self.fitted.model.classes) * channels)))

    def _score_piece(self, batch: Catalogue, inputs: Inputs, *, apart: bool) -> tuple[pa.Table, list[str]]:
        """Return scored rows, and the bodies of their entries in the decision log."""
        known, model = self.fitted.known, self.fitted.model
        said = model.decide(inputs, apart=apart)
        found = review_reasons(model, known, self.fitted.sets, inputs, said, least=self.least, added=self.fitted.added)
        review, reasons = np.any(list(found.values()), axis=0), named_reasons(found, len(batch))
        sets: list[list[str]] | None = None
        if self.fitted.sets is not None:
            sets = named_sets(self.fitted.sets.sets(said[0]), said[0], model.classes)
        ranked = best_classes(said[0], max(self.top_k, 2))
        names = np.array(model.classes, dtype=object)[ranked]
        values = np.take_along_axis(said[0], ranked, axis=1)
        bodies: list[str] = []
        if self.logging is not None:
            members: list[list[str] | None] = [None] * len(batch) if sets is None else list(sets)
            told = zip(names[:, 0].tolist(), values[:, 0].tolist(), members, reasons, strict=True)
            bodies = decision_bodies(batch, inputs, [Outcome(*one) for one in told], said, self.logging)
        places = (0, 1, *range(self.top_k))
        columns = [c for i in places for c in (names[:, i], values[:, i])]
        of_sets = pa.nulls(len(batch), self.schema.field("prediction_set").type) if sets is None else sets
        stopped = self._stopped(said[0], ranked[:, 0])
        rows = [batch.ids, batch.rows, *columns, of_sets, review, reasons, *stopped]
        return pa.table(rows, schema=self.schema), bodies

    def _stopped(
        self, probabilities: NDArray[np.float64], predicted: NDArray[np.int64]
    ) -> tuple[list[str | None], list[float | None]]:
        """Return the node at which each decision stops, and its probability."""
        rule = self.fitted.stopping
        if rule is None:
            return [None] * len(predicted), [None] * len(predicted)
        return named_stops(rule.tree, rule.stops(probabilities, predicted), predicted)


def _names(of: str) -> pa.DataType:
    return pa.list_(pa.field(of, pa.string(), nullable=False))
