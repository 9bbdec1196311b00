"""The account of a decision in named evidence: exact shares of the margin of class A over class B.

The margin is ``log p(A) - log p(B)`` as served. Its pool part is linear, so each channel's share is its weight times
the difference of its values; the booster's part is split by TreeSHAP (Lundberg et al. 2020, Nature Machine
Intelligence 2, section "Methods: TreeExplainer"); its base value is the level that the head takes off. Both are
divided by the temperature. A channel's lead over the best other class belongs to the channel.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prodcls.errors import AdditivityError
from prodcls.evidence import Channel
from prodcls.head import EvidenceHead, Margins, candidate_evidence, feature_channels

__all__ = ["TOLERANCE", "EvidenceAccount", "explain_evidence"]

TOLERANCE = 1e-6
"""Largest residual of an account, logits; above it the program is at fault."""


@dataclass(frozen=True)
class EvidenceAccount:
    """Accounts of n decisions, A against B.

    Attributes
    ----------
    channels : tuple of Channel
        Length C.
    values_a, values_b : ndarray of shape (n, C), float64
        The evidence for A and for B.
    shares : ndarray of shape (n, C), float64
        Logits in favour of A.
    margin : ndarray of shape (n,), float64
        As served, logits.
    residual : ndarray of shape (n,), float64
        ``shares.sum(axis=1) - margin``.
    """

    channels: tuple[Channel, ...]
    values_a: NDArray[np.float64]
    values_b: NDArray[np.float64]
    shares: NDArray[np.float64]
    margin: NDArray[np.float64]
    residual: NDArray[np.float64]


def explain_evidence(
    head: EvidenceHead, margins: Margins, a: NDArray[np.int64], b: NDArray[np.int64], *, threads: int = 1
) -> EvidenceAccount:
    """Account for the margin of class ``a`` over class ``b`` of each product.

    Parameters
    ----------
    head : EvidenceHead
    margins : Margins
        What the head said of the n products.
    a : ndarray of shape (n,), int64
        Class numbers.
    b : ndarray of shape (n,), int64
        Class numbers of the rivals.
    threads : int

    Returns
    -------
    EvidenceAccount

    Raises
    ------
    AdditivityError
        If a residual exceeds `TOLERANCE`.
    """
    rows = np.arange(len(a))
    values_a, values_b = margins.channels[rows, a], margins.channels[rows, b]
    shares = head.pool.weights * (values_a - values_b)
    if head.booster is not None and len(a):
        shares = shares + _corrections(head, margins, a, threads) - _corrections(head, margins, b, threads)
    margin = (margins.total[rows, a] - margins.total[rows, b]) / head.temperature
    shares = shares / head.temperature
    residual = shares.sum(axis=1) - margin
    if len(residual) and not np.abs(residual).max() <= TOLERANCE:
        message = f"the parts of an account differ from its margin by {np.abs(residual).max():.3g} logits"
        raise AdditivityError(message)
    return EvidenceAccount(head.evidence.channels, values_a, values_b, shares, margin, residual)


def _corrections(head: EvidenceHead, margins: Margins, classes: NDArray[np.int64], threads: int) -> NDArray[np.float64]:
    """Return the booster's shares by channel, shape (n, C); 0 for classes that are not candidates."""
    assert head.booster is not None  # noqa: S101 - the caller has looked
    described = head.evidence.channels
    shares = np.zeros((len(classes), len(described)))
    corrected = np.flatnonzero((margins.candidates == classes[:, None]).any(axis=1))
    if len(corrected):
        evidence = candidate_evidence(margins.channels[corrected], classes[corrected, None], described)[:, 0]
        parts = np.asarray(head.booster.predict(evidence, pred_contrib=True, num_threads=threads))
        owners = feature_channels(described)
        for feature, owner in enumerate(owners):
            shares[corrected, owner] += parts[:, feature]
    return shares
