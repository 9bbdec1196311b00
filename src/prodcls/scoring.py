"""The flow of a batch prediction: load, read, embed and score batch by batch, write."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from prodcls.atomic import write_bytes
from prodcls.bundle import Bundle, load_bundle
from prodcls.candidates import best_classes
from prodcls.catalogue import Catalogue, Rejection
from prodcls.catalogue_parts import CatalogueParts, open_catalogue
from prodcls.conformal import named_sets
from prodcls.decision_log import append, log_key
from prodcls.decisions import decision_bodies
from prodcls.embeddings import EmbeddingStore
from prodcls.encoders import available_processors
from prodcls.errors import InputError
from prodcls.new_products import Reading, number_rules
from prodcls.preparation import failed_photos, prepare
from prodcls.progress import Progress
from prodcls.scoring_files import check_format, open_table
from prodcls.scoring_summary import Seen
from prodcls.tables import rejections_bytes
from prodcls.trained import something_known

__all__ = ["Flow", "PredictOutcome", "batches", "open_new", "predict_catalogue"]


@dataclass(frozen=True)
class PredictOutcome:
    """What was written, and what to tell the user.

    Attributes
    ----------
    rows : int
        Products classified.
    out : Path
    rejections : Path or None
        None when every row and cell was taken as it stands.
    summary_lines : tuple of str
    """

    rows: int
    out: Path
    rejections: Path | None
    summary_lines: tuple[str, ...]


def predict_catalogue(  # noqa: PLR0913 - one for each option of the command
    bundle: Path,
    catalogue: Path,
    out: Path,
    *,
    batch_size: int,
    top_k: int,
    progress: Progress,
    reading: Reading | None = None,
    store: EmbeddingStore | None = None,
    log: Path | None = None,
) -> PredictOutcome:
    """Classify the products of a catalogue.

    Parameters
    ----------
    bundle : Path
        Folder that a fit wrote.
    catalogue : Path
        CSV, TSV, JSONL or Parquet with the columns that the model uses; labels are not read.
    out : Path
        ``.parquet``, ``.csv`` or ``.jsonl``. Columns: ``id``, ``row`` (in the catalogue), ``predicted``,
        ``probability``, ``second``, ``second_probability``, ``class_1``, ``probability_1`` and so on to ``top_k``,
        ``prediction_set`` (a list, in CSV as JSON; null where the bundle makes no sets), and ``review``: true where
        the set does not hold exactly one class, or the model knows nothing of the product and says what is common.
    batch_size : int
        Products held in memory as vectors at a time; moves probabilities by rounding at most.
    top_k : int
        At most as many as there are classes.
    progress : Progress
    reading : Reading, optional
    store : EmbeddingStore, optional
        By default the one of the user's cache folder.
    log : Path, optional
        Decision log that gets an entry for each product, all of them once the prediction is written, or none.

    Returns
    -------
    PredictOutcome

    Raises
    ------
    InputError
        If the bundle, the catalogue, its columns or ``out`` are at fault; nothing is written then.
    """
    _check_out(out, bundle, catalogue, log)
    with progress.stage("load"):
        fitted = load_bundle(bundle)
    with progress.stage("read"):
        products = open_new(catalogue, fitted, reading or Reading())
    flow = Flow(
        fitted, store or EmbeddingStore(), min(top_k, len(fitted.model.classes)), None if log is None else log_key(log)
    )
    flow.batch_size = batch_size
    seen = Seen(fitted.known)
    # The transaction ends after the file has its name: no entry without a prediction, and none lost to a full disk.
    with (
        progress.stage("predict"),
        ExitStack() as logged,
        tempfile.TemporaryFile("w+", encoding="ascii") as bodies,
        open_table(out, flow.schema) as write,
    ):
        for part in products.parts:
            for batch in batches(part, batch_size):
                write(flow.score(batch, progress))
                bodies.writelines(f"{body}\n" for body in flow.bodies)
                _tell_progress(seen.rows, len(batch), products.rows, progress)
                seen.add(batch)
            seen.rejections += part.rejections
        if log is not None:
            bodies.seek(0)
            logged.enter_context(append(log, (line.rstrip("\n") for line in bodies)))
    rejections = (*seen.rejections, *flow.failed_photos)
    beside = out.with_name(f"{out.stem}.rejections.parquet")
    if rejections:
        write_bytes(beside, rejections_bytes(rejections))
    else:
        beside.unlink(missing_ok=True)  # of an earlier prediction
    lines = (
        f"{seen.rows} rows classified into {len(fitted.model.classes)} classes by bundle {fitted.digest[:12]}",
        *seen.cleaned_line(),
        *seen.difference_lines(r.column for r in products.schema.columns if r.reason == "not known to the model"),
        *_told(flow, rejections, beside),
    )
    return PredictOutcome(seen.rows, out, beside if rejections else None, lines)


def _check_out(out: Path, bundle: Path, catalogue: Path, log: Path | None) -> None:
    check_format(out)
    if out.resolve() == catalogue.resolve():
        raise InputError("would overwrite the catalogue: choose another name", code="output-is-input", file=str(out))
    if out.resolve().is_relative_to(bundle.resolve()):
        message = "lies in the bundle, which admits no other files: choose another folder"
        raise InputError(message, code="output-in-bundle", file=str(out))
    if log is None:
        return
    if log.resolve() in (out.resolve(), catalogue.resolve()) or log.resolve().is_relative_to(bundle.resolve()):
        message = "the log would overwrite the result, the catalogue or the bundle: choose another name"
        raise InputError(message, code="log-is-other-file", file=str(log))


def open_new(path: Path, fitted: Bundle, reading: Reading) -> CatalogueParts:
    """Look at a catalogue to classify; see `open_catalogue`.

    Parameters
    ----------
    path : Path
    fitted : Bundle
    reading : Reading

    Returns
    -------
    CatalogueParts
    """
    return open_catalogue(
        path,
        fitted.schema,
        image_root=reading.image_root,
        numbers=number_rules(fitted, reading),
        clean=fitted.options.clean,
        files=reading.files,
    )


def batches(part: Catalogue, size: int) -> Iterator[Catalogue]:
    """Yield the products of ``part`` in order, at most ``size`` at a time."""
    for start in range(0, len(part), size):
        yield part.take(np.arange(start, min(start + size, len(part))))


def _tell_progress(before: int, more: int, rows: int, progress: Progress) -> None:
    """Tell how far it is at each tenth of the rows."""
    if before * 10 // rows < (before + more) * 10 // rows < 10:
        progress.note(f"{before + more} of {rows} products")


class Flow:
    """Scores batches, and remembers what there is to tell of them."""

    def __init__(self, fitted: Bundle, store: EmbeddingStore, top_k: int, key: bytes | None = None) -> None:
        self.fitted = fitted
        self.store = store
        self.top_k = top_k
        self.key = key  # of the decision log, if there is one
        self.batch_size = 0
        self.bodies: list[str] = []  # of the last batch
        self.unknown = 0
        self.undecided = 0
        self.failed_photos: list[Rejection] = []

    @property
    def schema(self) -> pa.Schema:
        """Return the columns of the scored file."""
        kinds = {"id": pa.string(), "row": pa.int64()}
        names = (("predicted", "probability"), ("second", "second_probability"))
        for name, probability in (*names, *((f"class_{i + 1}", f"probability_{i + 1}") for i in range(self.top_k))):
            kinds |= {name: pa.string(), probability: pa.float64()}
        members = pa.list_(pa.field("class", pa.string(), nullable=False))
        fields = [pa.field(name, kind, nullable=False) for name, kind in kinds.items()]
        return pa.schema([*fields, pa.field("prediction_set", members), pa.field("review", pa.bool_(), nullable=False)])

    def score(self, batch: Catalogue, progress: Progress) -> pa.Table:
        """Return scored rows in the catalogue's order."""
        before = len(self.store.stats)
        known = self.fitted.known
        inputs = prepare(batch, self.fitted.recipe, self.store, progress).aligned(known.numeric, known.categorical)
        self.failed_photos += failed_photos(batch, self.store.stats[before:]).values()
        probabilities, margins = self.fitted.model.decide(inputs, threads=available_processors())
        unknown = ~something_known(inputs, known)
        review, sets = unknown, pa.nulls(len(batch), self.schema.field("prediction_set").type)
        if self.fitted.sets is not None:
            inside = self.fitted.sets.sets(probabilities)
            sets = named_sets(inside, probabilities, self.fitted.model.classes)
            review = unknown | (inside.sum(axis=1) != 1)
        self.unknown += int(unknown.sum())
        self.undecided += int((review & ~unknown).sum())
        ranked = best_classes(probabilities, max(self.top_k, 2))
        names = np.array(self.fitted.model.classes, dtype=object)[ranked]
        values = np.take_along_axis(probabilities, ranked, axis=1)
        if self.key is not None:
            members = sets if self.fitted.sets is not None else [None] * len(batch)
            outcome = list(zip(names[:, 0].tolist(), values[:, 0].tolist(), members, review.tolist(), strict=True))
            self.bodies = decision_bodies(
                batch,
                inputs,
                outcome,
                (probabilities, margins),
                key=self.key,
                bundle=self.fitted.digest,
                batch_size=self.batch_size,
            )
        places = (0, 1, *range(self.top_k))
        columns = [c for i in places for c in (names[:, i], values[:, i])]
        return pa.table([batch.ids, batch.rows, *columns, sets, review], schema=self.schema)


def _told(flow: Flow, rejections: tuple[Rejection, ...], beside: Path) -> Iterator[str]:
    if flow.unknown:
        yield f"{flow.unknown} rows marked for review: nothing is known about them"
    if flow.undecided:
        yield f"{flow.undecided} rows marked for review: their prediction set does not hold exactly one class"
    if rejections:
        counts = Counter((r.code, r.scope) for r in rejections)
        told = ", ".join(f"{n} x {code} ({scope})" for (code, scope), n in sorted(counts.items()))
        yield f"not taken as they stand: {told}; see {beside}"
