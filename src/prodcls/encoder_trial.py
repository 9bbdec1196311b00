"""``--text-encoder auto``: the encoders that tell the classes of a sample apart best, tried one by one and together."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prodcls.catalogue import Catalogue
from prodcls.config import Runtime
from prodcls.duplicates import near_duplicate_groups
from prodcls.embeddings import VectorStore
from prodcls.encoders import Encoder, text_encoder
from prodcls.encoders.listing import listed
from prodcls.errors import InputError
from prodcls.inputs import joined_texts
from prodcls.lexical import fit_vocabulary
from prodcls.preparation import embed_block, joined
from prodcls.probes import fit_probe
from prodcls.progress import Progress
from prodcls.ridge import Targets

__all__ = ["AUTO", "SAMPLE", "Trial", "best_of", "try_text_encoders"]

AUTO = "auto"

SAMPLE = 1000
"""Products that the encoders are tried on at most."""

GAIN = 0.005
"""Accuracy that a second encoder has to add: it doubles the time of every prediction."""

ERRORS = 2.0
"""Standard errors that the gain has to be as well. Pairs that gained one on a sample lost in whole fits."""


@dataclass(frozen=True)
class Trial:
    """What came of the encoders on a sample.

    Attributes
    ----------
    chosen : tuple of str
    reason : str
        What was measured, in a sentence.
    """

    chosen: tuple[str, ...]
    reason: str


def try_text_encoders(catalogue: Catalogue, runtime: Runtime, store: VectorStore, progress: Progress) -> Trial:
    """Measure every text encoder that there is.

    Each reads the texts of a sample; a ridge probe on its vectors, as the evidence head has one, scores each product
    without its near-duplicates. To this comes what the words say, which every fit has too: an encoder, or a second one,
    is worth what it adds to them. What was encoded stays in the store.

    Parameters
    ----------
    catalogue : Catalogue
        With labels and at least one text column.
    runtime : {"onnx", "torch"}
    store : VectorStore
    progress : Progress

    Returns
    -------
    Trial

    Raises
    ------
    InputError
        Code ``encoder-none``, where no encoder can be used or the sample shows nothing.
    """
    sample = _sample(catalogue)
    names, labels = np.unique(sample.labels or (), return_inverse=True)
    texts = joined_texts(sample.texts)
    groups = near_duplicate_groups(texts)
    encoders = [text_encoder(one.name, runtime) for one in listed() if one.encoder and one.encoder.kind == "text"]
    if not encoders or len(names) < 2 or len(np.unique(groups)) < 2:
        message = "--text-encoder auto: there is nothing to choose by: name the encoders, or leave the option out"
        raise InputError(message, code="encoder-none", file=catalogue.source.path)
    blocks: dict[str, list[NDArray[np.float32]]] = {}
    seconds = {}
    for encoder in encoders:
        blocks[encoder.name] = [_vectors(encoder, cells, store, progress) for cells in sample.texts.values()]
        seconds[encoder.name] = _seconds(encoder, texts)

    targets = Targets(labels, len(names))
    by_words = _word_scores(texts, targets, groups)

    def judged(chosen: tuple[str, ...]) -> NDArray[np.bool_]:
        sides = [np.concatenate(columns, axis=1) for columns in zip(*(blocks[name] for name in chosen), strict=True)]
        features = np.concatenate(sides, axis=1)
        scores = fit_probe(features, targets, groups).held_out + by_words
        rows: NDArray[np.bool_] = scores.argmax(axis=1) == labels
        return rows

    right: dict[tuple[str, ...], NDArray[np.bool_]] = {(name,): judged((name,)) for name in blocks}
    first = best_of(right, seconds)
    right |= {(*first, name): judged((*first, name)) for name in blocks if name not in first}
    chosen = best_of(right, seconds)
    told = ", ".join(f"{' + '.join(key)} {rows.mean():.3f}" for key, rows in right.items())
    speed = ", ".join(f"{name} {value * 1000:.1f} ms" for name, value in seconds.items())
    reason = (
        f"measured on {len(sample)} products, which the evaluation tests too: accuracy by texts and words {told}; "
        f"time of a text {speed}"
    )
    return Trial(chosen, reason)


def best_of(right: Mapping[tuple[str, ...], NDArray[np.bool_]], seconds: Mapping[str, float]) -> tuple[str, ...]:
    """Return the encoders to use.

    Parameters
    ----------
    right : mapping of tuple of str to ndarray of shape (n,), bool
        By encoders, which products a probe on their vectors had right, at least one of them a single encoder.
    seconds : mapping of str to float
        Time that each takes for a text: of two as accurate ones the clearly faster is used, else the first.

    Returns
    -------
    tuple of str
        The most accurate single one; or the most accurate ones together, if they gain `GAIN` on it and more than
        chance: `ERRORS` standard errors of the difference, which is paired.

    Examples
    --------
    >>> best_of({("a",): np.array([True, False]), ("b",): np.array([True, True])}, {"a": 0.1, "b": 0.2})
    ('b',)
    """

    def worth(key: tuple[str, ...]) -> tuple[float, float]:
        # By powers of two, so that what differs from one run to the next decides hardly ever.
        return float(right[key].mean()), -round(math.log2(sum(seconds[name] for name in key)))

    single = max((key for key in right if len(key) == 1), key=worth)
    best = max(right, key=worth)
    change = right[best].astype(float) - right[single]
    error = change.std() / np.sqrt(len(change))
    return best if change.mean() >= max(GAIN, ERRORS * error) else single


def _sample(catalogue: Catalogue) -> Catalogue:
    """Return rows evenly spaced in the order of their labels, so that every class of some size has its share."""
    order = np.argsort(np.array(catalogue.labels or (), dtype=object), kind="stable")
    places = np.unique(np.linspace(0, len(order) - 1, min(len(order), SAMPLE)).astype(np.intp))
    return catalogue.take(np.sort(order[places]))


def _word_scores(texts: tuple[str, ...], targets: Targets, groups: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return what the words say of each product without its near-duplicates, shape (n, K); 0 where there are none."""
    scores = np.zeros((len(texts), targets.n_classes))
    words = fit_vocabulary(texts, min_rows=2).vectors
    rows = np.flatnonzero(words.getnnz(axis=1))
    if len(np.unique(groups[rows])) > 1:
        scores[rows] = fit_probe(words[rows], targets.take(rows), groups[rows]).held_out
    return scores


def _vectors(encoder: Encoder, cells: tuple[str, ...], store: VectorStore, progress: Progress) -> NDArray[np.float32]:
    return joined([embed_block("text", cells, encoder, store, progress)]).vectors


def _seconds(encoder: Encoder, texts: tuple[str, ...]) -> float:
    """Return the seconds that one text takes, by some of them."""
    some = [text for text in texts if text.strip()][:16]
    encoder.encode(some[:1])  # reads the network
    began = time.perf_counter()
    encoder.encode(some)
    return (time.perf_counter() - began) / max(len(some), 1)
