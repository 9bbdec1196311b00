"""What shorter numbers in the encoders do to predictions: a sample of products encoded in float32 too."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from prodcls.audit_precision import PrecisionSection
from prodcls.config import Runtime
from prodcls.evaluation import OutOfFold
from prodcls.gathering import Material
from prodcls.inputs import Inputs
from prodcls.preparation import prepare
from prodcls.progress import Progress
from prodcls.reporting_robustness import drawn, fold_probabilities

__all__ = ["SAMPLE", "precision_section"]

SAMPLE, LEAST = 1000, 200
"""Most products encoded in float32 too, which takes several times as long; otherwise a tenth, and at least so many."""


def precision_section(
    material: Material, scores: OutOfFold, progress: Progress, *, random_state: int = 0, threads: int | None = None
) -> PrecisionSection | None:
    """Encode a sample of the tested products in float32 and score it by the models of the folds.

    Parameters
    ----------
    material : Material
    scores : OutOfFold
    progress : Progress
    random_state : int
    threads : int, optional
        Of the encoders; no effect on the figures.

    Returns
    -------
    PrecisionSection or None
        None where the encoders multiply float32, or the head is flat.
    """
    engine, _, precision = material.recipe.runtime.rpartition("-")
    if precision != "bf16" or any(fold.model is None for fold in scores.folds):
        return None
    count = min(SAMPLE, max(LEAST, len(scores.rows) // 10))
    sample = drawn(material, scores, count, random_state)
    chosen = sample.rows
    served = material.problem.inputs.take(chosen)
    recipe = replace(material.recipe, runtime=cast("Runtime", engine))
    plain = prepare(sample.catalogue, recipe, material.store, progress, threads=threads)
    plain = plain.aligned(served.numeric, served.categorical)
    with threadpool_limits(1):  # so that the number of processors moves no digit
        before, after = (fold_probabilities(scores, inputs, chosen) for inputs in (plain, served))
    return PrecisionSection(
        precision=precision,
        products=len(chosen),
        changed=int((before.argmax(axis=1) != after.argmax(axis=1)).sum()),
        probability=float(np.abs(after - before).max()),
        cosine=_least_cosine(plain, served),
    )


def _least_cosine(one: Inputs, two: Inputs) -> float:
    """Return the least cosine of vectors of the same product and block."""
    least = 1.0
    for name, block in one.dense.items():
        there = block.present & two.dense[name].present
        a, b = (_unit(vectors[there]) for vectors in (block.vectors, two.dense[name].vectors))
        least = min(least, float((a * b).sum(axis=1).min(initial=1.0)))
    return least


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    long = vectors.astype(np.float64)
    unit: NDArray[np.float64] = long / np.maximum(np.linalg.norm(long, axis=1, keepdims=True), 1e-12)
    return unit
