"""The flow of a batch prediction: load, read, embed and score batch by batch, write."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from prodcls.bundle import Bundle
from prodcls.bundle_opening import open_bundle
from prodcls.bundle_trust import Trust
from prodcls.catalogue import Catalogue, Rejection
from prodcls.catalogue_parts import CatalogueParts, open_catalogue
from prodcls.decision_log import append, log_key
from prodcls.decisions import Logging
from prodcls.embeddings import EmbeddingStore
from prodcls.encoders import available_processors
from prodcls.errors import InputError
from prodcls.new_products import Reading, number_rules
from prodcls.progress import Progress
from prodcls.scoring_accounts import Detail
from prodcls.scoring_batches import BatchScorer, ScoredBatch
from prodcls.scoring_files import check_format, open_table
from prodcls.scoring_kept import keeping
from prodcls.scoring_rows import point_within
from prodcls.scoring_spread import Order, make_scorer, scoring
from prodcls.scoring_summary import Seen
from prodcls.tables import rejections_bytes
from prodcls.together import together

__all__ = ["PredictOptions", "PredictOutcome", "batches", "open_new", "predict_catalogue"]


@dataclass(frozen=True)
class PredictOptions:
    """How to predict.

    Attributes
    ----------
    batch_size : int
        Products held in memory as vectors at a time; moves probabilities by rounding at most.
    top_k : int
        Classes given for each product; at most as many as there are.
    max_error : float or None
        Share of errors allowed among the decisions that go without a person: the less certain are given to one. None:
        certainty alone gives no product to a person.
    log : Path or None
        Decision log that gets an entry for each product, all of them once the prediction is written, or none.
    reading : Reading
    trust : Trust or None
        What is asked of the bundle.
    explain : {"top-words", "full"} or None
        How much of the account of each decision is written.
    workers : int or None
        Products read and explained at the same time; as many as there are processors by default. Moves no byte.
    scheduler : str or None
        Dask cluster whose workers score, see `prodcls.cluster.open_cluster`: they need the bundle and the photos under
        the same paths, and keep vectors in their own caches. None: this process does. Moves no byte.
    """

    batch_size: int = 1024
    top_k: int = 3
    max_error: float | None = None
    log: Path | None = None
    reading: Reading = field(default_factory=Reading)
    trust: Trust | None = None
    explain: Detail | None = None
    workers: int | None = None
    scheduler: str | None = None


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


def predict_catalogue(
    bundle: Path,
    catalogue: Path,
    out: Path,
    options: PredictOptions,
    *,
    progress: Progress,
    store: EmbeddingStore | None = None,
) -> PredictOutcome:
    """Classify the products of a catalogue.

    Parameters
    ----------
    bundle : Path
        Folder that a fit wrote.
    catalogue : Path
        CSV, TSV, JSONL or Parquet with the columns that the model uses; labels are not read.
    out : Path
        ``.parquet``, ``.csv`` or ``.jsonl``, or without an ending a folder of Parquet files of one schema. Columns:
        ``id``, ``row`` (in the catalogue), ``predicted``, ``probability``, ``second``, ``second_probability``,
        ``class_1``, ``probability_1`` and so on to ``top_k``, ``prediction_set`` (a list, in CSV as JSON; null where
        the bundle makes no sets), ``review`` (whether a person should look at it), ``reasons`` (a list of
        `prodcls.selective.REASONS`: why), ``stopped_at`` and ``stopped_probability`` (the deepest node of the tree that
        is probable enough, and the probability of all of its classes; null where not even the top is, and where the
        classes form no tree), and ``top_words`` or ``account`` where accounts are asked for: see
        `prodcls.scoring_accounts`.
    options : PredictOptions
    progress : Progress
    store : EmbeddingStore, optional
        By default the one of the user's cache folder.

    Returns
    -------
    PredictOutcome

    Raises
    ------
    InputError
        If the bundle, the catalogue, its columns or ``out`` are at fault; nothing is written then.
    WriteError
        If a file cannot be written; all of them are then as they were.
    """
    _check_out(out, bundle, catalogue, options.log)
    fitted = open_bundle(bundle, progress, options.trust)
    point = None if options.max_error is None else point_within(fitted, options.max_error)
    least = 0.0 if point is None else point.threshold
    with progress.stage("read"):
        products = open_new(catalogue, fitted, options.reading)
    logging = None
    if options.log is not None:
        logging = Logging(log_key(options.log), fitted.digest, options.batch_size, least)
    order = Order(bundle.absolute(), fitted.digest, options.top_k, options.explain, least, logging)
    workers = options.workers or available_processors()
    scorer = make_scorer(fitted, order, store or EmbeddingStore(), workers, progress)
    with ExitStack() as opened:
        opened.enter_context(progress.stage("predict"))
        kept = opened.enter_context(keeping(out, _depends(fitted, options, logging)))
        score = opened.enter_context(scoring(scorer, order, options.scheduler, options.workers))
        seen, rejections = _write(products, scorer, lambda found: score(found, kept), out, options)
    lines = (
        f"{seen.rows} rows classified into {len(fitted.model.classes)} classes by bundle {fitted.digest[:12]}",
        *fitted.told,
        *kept.told(),
        *seen.cleaned_line(),
        *seen.difference_lines(r.column for r in products.schema.columns if r.reason == "not known to the model"),
        *seen.review_lines(least, point, options.max_error),
        *_rejection_lines(rejections, _beside(out)),
    )
    return PredictOutcome(seen.rows, out, _beside(out) if rejections else None, lines)


def _depends(fitted: Bundle, options: PredictOptions, logging: Logging | None) -> Iterator[bytes]:
    """Yield all that a scored row depends on besides the product."""
    yield fitted.digest.encode()
    yield repr((options.batch_size, options.top_k, options.max_error, options.explain)).encode()
    yield b"" if logging is None else logging.key


def _write(
    products: CatalogueParts,
    scorer: BatchScorer,
    score: Callable[[Iterator[Catalogue]], Iterator[tuple[Catalogue, ScoredBatch]]],
    out: Path,
    options: PredictOptions,
) -> tuple[Seen, tuple[Rejection, ...]]:
    """Write the scored file, the rejections and the entries of the log, or none of them; return what was seen."""
    seen, failed = Seen(scorer.scorer.fitted.known), list[Rejection]()
    with tempfile.TemporaryFile("w+", encoding="ascii") as bodies, together() as files:
        with open_table(out, scorer.schema, files) as write:
            for batch, scored in score(_batches(products, options.batch_size, seen)):
                write(scored.rows)
                bodies.writelines(f"{body}\n" for body in scored.bodies)
                failed += scored.failed_photos
                _tell_progress(seen.rows, len(batch), products.rows, scorer.progress)
                seen.add(batch)
                seen.add_scored(scored.rows)
        rejections = (*seen.rejections, *failed)
        if rejections:
            files.write_bytes(_beside(out), rejections_bytes(rejections))
        else:
            files.remove(_beside(out))  # of an earlier prediction
        bodies.seek(0)
        # The transaction ends after the files have their names: no entry without a prediction. Where it cannot end,
        # they lose them again: no prediction without an entry.
        with ExitStack() as logged:
            if options.log is not None:
                logged.enter_context(append(options.log, (line.rstrip("\n") for line in bodies)))
            files.name_all()
    return seen, rejections


def _batches(products: CatalogueParts, size: int, seen: Seen) -> Iterator[Catalogue]:
    """Yield all products in order, taking note of what is rejected on the way."""
    for part in products.parts:
        seen.rejections += part.rejections
        yield from batches(part, size)


def _beside(out: Path) -> Path:
    """Return the file of what was not taken as it stands."""
    return out.with_name(f"{out.stem}.rejections.parquet")


def _check_out(out: Path, bundle: Path, catalogue: Path, log: Path | None) -> None:
    check_format(out)
    if out.resolve() in (catalogue.resolve(), catalogue.resolve().parent):
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


def _rejection_lines(rejections: tuple[Rejection, ...], beside: Path) -> Iterator[str]:
    if rejections:
        counts = Counter((r.code, r.scope) for r in rejections)
        told = ", ".join(f"{n} x {code} ({scope})" for (code, scope), n in sorted(counts.items()))
        yield f"not taken as they stand: {told}; see {beside}"
