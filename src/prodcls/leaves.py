"""Leaves that products fall into: two products in the same leaves are decided alike."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from prodcls.candidates import candidate_evidence
from prodcls.head import EvidenceHead, HeadFit
from prodcls.inputs import Inputs

__all__ = ["leaves_of", "training_leaves"]


def leaves_of(head: EvidenceHead, inputs: Inputs, number: int) -> NDArray[np.int32]:
    """Return the leaves of one product as a candidate for a class.

    Parameters
    ----------
    head : EvidenceHead
        With a booster.
    inputs : Inputs
        Of length 1.
    number : int
        Class number.

    Returns
    -------
    ndarray of shape (trees,), int32
    """
    leaves: NDArray[np.int32] = _leaves(head, head.evidence.scores(inputs), np.array([number]))[0]
    return leaves


def training_leaves(fit: HeadFit | None) -> NDArray[np.int32]:
    """Return the leaves of the training products as candidates for their own labels, on held-out evidence.

    Parameters
    ----------
    fit : HeadFit or None
        None for the flat head.

    Returns
    -------
    ndarray of shape (n, trees), int32
        ``trees`` is 0 without a booster.
    """
    if fit is None:
        return np.zeros((0, 0), dtype=np.int32)
    return _leaves(fit.head, fit.pool_data.channels, fit.pool_data.truth)


def _leaves(head: EvidenceHead, channels: NDArray[np.float64], numbers: NDArray[np.int64]) -> NDArray[np.int32]:
    """Return leaves of shape (n, trees) for the classes ``numbers``, shape (n,), among those of ``channels``."""
    if head.booster is None:
        return np.zeros((len(channels), 0), dtype=np.int32)
    # With more classes than the pool is fitted on, a lead is that over the best of the pool's candidates.
    evidence = candidate_evidence(channels, numbers[:, None], head.evidence.channels)[:, 0]
    found = np.asarray(head.booster.predict(evidence, pred_leaf=True, num_threads=1), dtype=np.int32)
    return found.reshape(len(channels), head.booster.num_trees())
