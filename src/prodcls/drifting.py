"""The flow of a drift check: a bundle's training catalogue against a new catalogue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from prodcls.audit_drift import Certainty, DriftReport
from prodcls.bundle import Bundle
from prodcls.bundle_opening import open_bundle
from prodcls.bundle_trust import Trust
from prodcls.catalogue import Catalogue, RawTable
from prodcls.embeddings import Embeddings, EmbeddingStore
from prodcls.encoders import available_processors
from prodcls.head import EvidenceHead
from prodcls.inputs import Inputs
from prodcls.ledger import plain
from prodcls.new_products import Reading, read_new
from prodcls.preparation import failed_files, prepare
from prodcls.progress import Progress
from prodcls.reporting_drift import Found, compare_catalogues, measure
from prodcls.reporting_drift_details import Classes, drift_details
from prodcls.reporting_moved import Said, find_moves
from prodcls.shift import category_drift, number_drift, share_drift
from prodcls.trained import Trained, something_known
from prodcls.triage import review_reasons

__all__ = ["drift_report", "find_drift", "training_inputs"]

BATCH = 1024
"""Products scored at a time."""

DOUBTFUL = 0.1
"""Share of training products that are less sure than the threshold shown."""


@dataclass(frozen=True)
class _Scored:
    """What the model says of m new products.

    Attributes
    ----------
    predicted : tuple of str
    probabilities : ndarray of shape (m,), float64
        Of that class.
    review : ndarray of shape (m,), bool, or None
        Whether a person should look at it; None without sets.
    unknown : ndarray of shape (m,), bool
        Whether nothing is known of it.
    """

    predicted: tuple[str, ...]
    probabilities: NDArray[np.float64]
    review: NDArray[np.bool_] | None
    unknown: NDArray[np.bool_]


def find_drift(
    bundle: Path,
    new: Path,
    progress: Progress,
    reading: Reading | None = None,
    store: EmbeddingStore | None = None,
    trust: Trust | None = None,
) -> DriftReport:
    """Say how a catalogue differs from the one that a bundle was fitted on.

    Parameters
    ----------
    bundle : Path
        Folder that a fit wrote.
    new : Path
        Catalogue with the columns that the model uses; labels are compared where it has them.
    progress : Progress
    reading : Reading, optional
    store : EmbeddingStore, optional
        By default the one of the user's cache folder.
    trust : Trust, optional
        What is asked of the bundle.

    Returns
    -------
    DriftReport

    Raises
    ------
    InputError
        If the bundle, the catalogue or its columns are at fault.
    """
    fitted = open_bundle(bundle, progress, trust)
    store = store or EmbeddingStore()
    with progress.stage("read"):
        table, catalogue = read_new(new, fitted, reading or Reading())
    with progress.stage("embed"):
        earlier = len(store.stats)
        inputs = prepare(catalogue, fitted.recipe, store, progress)
        failed = failed_files(catalogue, store.stats[earlier:]).values()
        before = training_inputs(fitted, store, progress)
        catalogue = replace(catalogue, rejections=(*catalogue.rejections, *failed))
    with progress.stage("compare"):
        return drift_report(fitted, before, inputs, catalogue, _labels(table, catalogue))


def drift_report(
    fitted: Bundle,
    before: Inputs,
    inputs: Inputs,
    catalogue: Catalogue,
    labels: tuple[str | None, ...] | None,
    random_state: int = 0,
) -> DriftReport:
    """Compare products that are embedded.

    Parameters
    ----------
    fitted : Bundle
    before : Inputs
        The training products, from `training_inputs`.
    inputs : Inputs
        The new ones, with whatever columns they have.
    catalogue : Catalogue
        Of the new ones.
    labels : tuple of (str or None), length m, or None
    random_state : int

    Returns
    -------
    DriftReport
    """
    products = fitted.products
    after = inputs.aligned(fitted.known.numeric, fitted.known.categorical)
    scored = _scored(fitted, after)
    held_out = products.judged.probabilities
    measures = measure(before, after, random_state)
    given = [label for label in labels or () if label]
    judged = [c for c in products.judged.classes if c is not None]
    classes: Classes = {"predicted": (judged or list(products.labels), scored.predicted)}
    if given:
        classes["class"] = (products.labels, given)
    review = _review_before(fitted)
    section = compare_catalogues(
        before,
        after,
        (list(products.labels), given) if given else None,
        random_state,
        measures=measures,
        more=_of_model(classes["predicted"], held_out, scored, review),
    )
    moves = find_moves(
        before, after, measures, Said(scored.predicted, scored.probabilities, held_out), catalogue, random_state
    )
    source = catalogue.source
    known = fitted.known.numeric
    return DriftReport(
        format_version=1,
        title=Path(source.path).name,
        data_sha256=source.sha256,
        data_format=", ".join(f"{name} {value}" for name, value in source.details.items()),
        bundle_sha256=fitted.digest,
        trained_on=fitted.source.path,
        drift=section,
        details=drift_details(section.lines, (before, after), measures, classes, (held_out, scored.probabilities)),
        certainty=_certainty(held_out, scored, review),
        unknown_columns=tuple(r.column for r in catalogue.schema.columns if r.code == "unknown"),
        unknown_numbers={n: int((~np.isnan(v)).sum()) for n, v in inputs.numeric.items() if n not in known},
        absent_numbers=tuple(n for n in known if n not in inputs.numeric),
        rejected=dict(sorted(Counter(r.code for r in catalogue.rejections).items())),
        moved=moves.products,
        distances=dict(zip(after.ids, moves.distances.tolist(), strict=True)),
    )


def training_inputs(fitted: Trained, store: EmbeddingStore, progress: Progress) -> Inputs:
    """Return the training products as the model saw them.

    The evidence head keeps their vectors. Beside the flat head only texts are kept: they are embedded again, which the
    store makes quick, and photos stay unknown.

    Parameters
    ----------
    fitted : Trained
    store : EmbeddingStore
    progress : Progress

    Returns
    -------
    Inputs
    """
    products, head = fitted.products, fitted.model.head
    if isinstance(head, EvidenceHead):
        dense = {}
        for name, block in head.evidence.dense.items():
            there = products.present[name]
            vectors = np.zeros((len(products), block.neighbours.vectors.shape[1]), dtype=np.float32)
            vectors[there] = block.neighbours.vectors
            dense[name] = Embeddings(name, "", vectors, there, np.ones(len(products), dtype=np.float32))
    else:
        texts = Catalogue(
            ids=products.ids,
            rows=np.arange(1, len(products) + 1),
            texts=products.texts,
            numeric={},
            categorical={},
            photos=None,
            labels=None,
            schema=fitted.schema,
            source=fitted.source,
            rejections=(),
        )
        dense = prepare(texts, fitted.recipe, store, progress).dense
    nothing = np.full(len(products), np.nan)
    numeric = {name: products.numeric.get(name, nothing) for name in fitted.known.numeric}
    return Inputs(products.ids, products.texts, dense, numeric, products.categorical)


def _labels(table: RawTable, catalogue: Catalogue) -> tuple[str | None, ...] | None:
    """Return the classes that the new catalogue gives; None where it has no such column."""
    target = catalogue.schema.named("target")
    if not target:
        return None
    cells = dict(zip(table.rows.tolist(), table.columns[target[0]], strict=True))
    return tuple(plain(cells[row]) or None for row in catalogue.rows.tolist())


def _scored(fitted: Bundle, after: Inputs) -> _Scored:
    predicted: list[str] = []
    probabilities, review = np.empty(len(after)), np.zeros(len(after), dtype=np.bool_)
    for start in range(0, len(after), BATCH):
        part = np.arange(start, min(start + BATCH, len(after)))
        batch = after.take(part)
        said = fitted.model.decide(batch, threads=available_processors())
        predicted += [fitted.model.classes[k] for k in said[0].argmax(axis=1)]
        probabilities[part] = said[0].max(axis=1)
        reasons = review_reasons(fitted.model, fitted.known, fitted.sets, batch, said, added=fitted.added)
        review[part] = np.any(list(reasons.values()), axis=0)
    unknown = ~something_known(after, fitted.known)
    return _Scored(tuple(predicted), probabilities, None if fitted.sets is None else review, unknown)


def _review_before(fitted: Bundle) -> tuple[int, int] | None:
    """Return how many training products were up for review, and of how many; None where not known."""
    judged = fitted.products.judged
    known = ~np.isnan(judged.probabilities)
    if judged.settled is None or not known.any():
        return None
    return int((known & ~judged.settled).sum()), int(known.sum())


def _of_model(
    predicted: tuple[Sequence[str], Sequence[str]],
    held_out: NDArray[np.float64],
    scored: _Scored,
    review: tuple[int, int] | None,
) -> Iterator[Found]:
    yield "", "predicted", category_drift(*predicted)
    judged = held_out[~np.isnan(held_out)]
    if len(judged):
        yield "", "certainty", number_drift(judged, scored.probabilities, "less")
    if review is not None and scored.review is not None:
        yield "", "review", share_drift(review, (int(scored.review.sum()), len(scored.review)), "more")


def _certainty(held_out: NDArray[np.float64], scored: _Scored, review: tuple[int, int] | None) -> Certainty:
    judged = held_out[~np.isnan(held_out)]
    threshold = float(np.quantile(judged, DOUBTFUL)) if len(judged) else None
    return Certainty(
        threshold=threshold,
        below=None if threshold is None else float((scored.probabilities < threshold).mean()),
        review_before=None if review is None else review[0] / max(review[1], 1),
        review_after=None if scored.review is None else float(scored.review.mean()),
        unknown=int(scored.unknown.sum()),
    )
