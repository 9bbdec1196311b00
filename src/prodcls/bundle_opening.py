"""A bundle as commands open it: loaded, its encoders tried where they may have changed, and the user told."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from prodcls.bundle import Bundle, load_bundle
from prodcls.bundle_checks import CANARIES, FlatCanary
from prodcls.bundle_environment import EncoderCheck, Findings
from prodcls.bundle_trust import Trust
from prodcls.embeddings import EmbeddingStore
from prodcls.errors import BundleError
from prodcls.head import EvidenceHead
from prodcls.preparation import embed_block, joined, open_readers
from prodcls.progress import Progress, SilentProgress

__all__ = ["LEAST_COSINE", "check_encoders", "open_bundle"]

LEAST_COSINE = 0.999
"""Likeness of a text's vector with the kept one below which a bundle is refused. Other instruction sets and releases of
a runtime leave it above .999999; a class can change where a vector is off by as much as another text's."""


def open_bundle(folder: Path, progress: Progress, trust: Trust | None = None, *, encodes: bool = True) -> Bundle:
    """Load a bundle, and warn where it was written with other versions or on another kind of processor.

    Parameters
    ----------
    folder : Path
    progress : Progress
    trust : Trust, optional
        What is asked of the bundle before it is read.
    encodes : bool
        Whether new products are to be encoded. The encoders are then tried on training products first, if anything
        has changed.

    Returns
    -------
    Bundle

    Raises
    ------
    BundleError
        Those of `prodcls.bundle.load_bundle`, and code ``bundle-encoder``.
    """
    with progress.stage("load"):
        bundle = load_bundle(folder, trust)
        findings = bundle.findings
        if encodes and findings.changed:
            findings = check_encoders(bundle, folder)
    warning = findings.warning()
    if warning is not None:
        progress.note(warning)
    for line in bundle.told:
        progress.note(line)
    return replace(bundle, findings=findings)


def check_encoders(bundle: Bundle, folder: Path) -> Findings:
    """Encode texts of some training products and compare their vectors with those that are kept.

    Photos are not kept, so the photo encoder is not tried.

    Parameters
    ----------
    bundle : Bundle
    folder : Path
        For messages.

    Returns
    -------
    Findings
        The bundle's, with what was found.

    Raises
    ------
    BundleError
        Code ``bundle-encoder``, if a vector is less like the kept one than `LEAST_COSINE`.
    """
    readers = open_readers(bundle.recipe).text
    largest, cosine, texts = 0.0, 1.0, 0
    with tempfile.TemporaryDirectory() as place:  # a store of its own: kept vectors would say nothing of the encoders
        store = EmbeddingStore(Path(place))
        for block, cells, kept in _kept_texts(bundle):
            parts = [embed_block(block, cells, reader, store, SilentProgress()) for reader in readers]
            found = joined(parts).vectors
            if found.shape != kept.shape:
                _refuse(bundle, folder, f"text {block!r} now has {found.shape[1]} numbers and had {kept.shape[1]}")
            texts += len(cells)
            largest = max(largest, float(np.abs(found - kept).max()))
            cosine = min(cosine, float(_cosines(found, kept).min()))
    if cosine < LEAST_COSINE:
        _refuse(bundle, folder, f"the likeness of a text's vector with the one at the fit is {cosine:.4f}")
    return replace(bundle.findings, encoders=EncoderCheck(texts, largest, cosine) if texts else None)


def _kept_texts(bundle: Bundle) -> Iterator[tuple[str, tuple[str, ...], NDArray[np.float32]]]:
    """Yield name, texts and vectors of each text block, of at most `CANARIES` products that have the text."""
    head = bundle.model.head
    for block in bundle.recipe.text_columns:
        if isinstance(bundle.canary, FlatCanary):
            inputs = bundle.canary.inputs
            there = np.flatnonzero(inputs.dense[block].present)
            cells, vectors = inputs.texts[block], inputs.dense[block].vectors[there]
        elif isinstance(head, EvidenceHead) and block in head.evidence.dense:
            there = np.flatnonzero(bundle.products.present[block])
            cells, vectors = bundle.products.texts[block], head.evidence.dense[block].neighbours.vectors
        else:
            continue
        chosen = np.unique(np.linspace(0, len(there) - 1, CANARIES).astype(np.intp)) if len(there) else there
        if len(chosen):
            yield block, tuple(cells[i] for i in there[chosen]), vectors[chosen]


def _cosines(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float64]:
    lengths = np.linalg.norm(a.astype(np.float64), axis=1) * np.linalg.norm(b.astype(np.float64), axis=1)
    cosines: NDArray[np.float64] = (a.astype(np.float64) * b).sum(axis=1) / np.maximum(lengths, 1e-12)
    return cosines


def _refuse(bundle: Bundle, folder: Path, what: str) -> None:
    wrote = ", ".join(map(str, bundle.findings.changed))
    advice = f"the bundle was written with {wrote}: install these, or fit it again" if wrote else "fit it again"
    message = f"the encoders do not read texts as they did: {what}; {advice}"
    raise BundleError(message, code="bundle-encoder", file=str(folder))
