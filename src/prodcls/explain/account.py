"""The account of a decision in named evidence: exact shares of the margin of class A over class B.

The margin is ``log p(A) - log p(B)`` as served. Its pool part is linear, so each channel's share is its weight times
the difference of its values; the booster's part is split by TreeSHAP (Lundberg et al. 2020, Nature Machine
Intelligence 2, section "Methods: TreeExplainer"); its base value is the level that the head takes off. Both are
divided by the product's temperature. A channel's lead over the best other class belongs to the channel.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.special
from numpy.typing import NDArray

from prodcls.calibration import softmax
from prodcls.candidates import candidate_evidence, feature_channels
from prodcls.errors import AdditivityError
from prodcls.evidence import Channel
from prodcls.explain.attribution import TOLERANCE
from prodcls.head import EvidenceHead, Margins

__all__ = ["EvidenceAccount", "explain_evidence", "explain_rest", "rest_weights"]

_LEAST = np.finfo(np.float64).tiny


@dataclass(frozen=True)
class EvidenceAccount:
    """Accounts of n decisions, A against B.

    Attributes
    ----------
    channels : tuple of Channel
        Length C.
    values_a, values_b : ndarray of shape (n, C), float64
        The evidence for A and for B; for B of all other classes, their mean weighted by probability.
    pool, correction : ndarray of shape (n, C), float64
        Logits in favour of A, by the linear pool and by the booster.
    offset : ndarray of shape (n,), float64
        What belongs to no evidence: 0, but for `explain_rest`.
    behind : ndarray of shape (n,), float64
        What A gains from being a candidate where B is none: 0 where both are, or neither.
    temperature : ndarray of shape (n,), float64
        By which all shares have been divided.
    margin : ndarray of shape (n,), float64
        As served, logits.
    residual : ndarray of shape (n,), float64
        ``shares.sum(axis=1) + offset + behind - margin``.
    """

    channels: tuple[Channel, ...]
    values_a: NDArray[np.float64]
    values_b: NDArray[np.float64]
    pool: NDArray[np.float64]
    correction: NDArray[np.float64]
    offset: NDArray[np.float64]
    behind: NDArray[np.float64]
    temperature: NDArray[np.float64]
    margin: NDArray[np.float64]
    residual: NDArray[np.float64]

    @property
    def shares(self) -> NDArray[np.float64]:
        """Logits in favour of A, shape (n, C)."""
        return self.pool + self.correction


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
    correction = _corrections(head, margins, a, threads) - _corrections(head, margins, b, threads)
    inside = _inside(margins)
    lead = margins.total[rows, a] - margins.total[rows, b]
    ahead = inside[rows, a] - inside[rows, b]
    return _account(head, margins, (values_a, values_b), correction, np.zeros(len(a)), ahead, lead)


def explain_rest(head: EvidenceHead, margins: Margins, a: NDArray[np.int64], *, threads: int = 1) -> EvidenceAccount:
    """Account for the log odds of class ``a`` of each product against all other classes together.

    ``log p(a) / (1 - p(a)) = sum over c of q(c) (f(a) - f(c)) - H(q)``, where f are the served logits, q is the softmax
    of the other classes and H its entropy: a mean of accounts against single classes, and an offset that no evidence
    has a part in. (From ``log sum exp f = sum q f + H(q)``, the Gibbs variational identity.)

    Parameters
    ----------
    head : EvidenceHead
    margins : Margins
        What the head said of the n products.
    a : ndarray of shape (n,), int64
        Class numbers.
    threads : int

    Returns
    -------
    EvidenceAccount
        ``offset`` is ``-H(q)``.

    Raises
    ------
    AdditivityError
        If a residual exceeds `TOLERANCE`.
    """
    rows = np.arange(len(a))
    temperature = head.calibration.temperatures(margins.total)
    rivals = rest_weights(head, margins, a)
    inside = _inside(margins)
    entropy = -np.sum(np.where(rivals > 0, rivals * np.log(np.maximum(rivals, _LEAST)), 0.0), axis=1)
    correction = _corrections(head, margins, a, threads)
    for place in range(margins.candidates.shape[1]):
        rival = margins.candidates[:, place]
        correction -= rivals[rows, rival, None] * _corrections(head, margins, rival, threads)
    values_b = np.einsum("nk,nkc->nc", rivals, margins.channels)
    others = np.array(margins.total) / temperature[:, None]
    others[rows, a] = -np.inf
    lead = margins.total[rows, a] - temperature * scipy.special.logsumexp(others, axis=1)
    ahead = inside[rows, a] - (rivals * inside).sum(axis=1)
    return _account(head, margins, (margins.channels[rows, a], values_b), correction, -entropy, ahead, lead)


def rest_weights(head: EvidenceHead, margins: Margins, a: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the probabilities of all classes but ``a``, shape (n, K), which sum to 1 without it."""
    others = np.array(margins.total)
    others[np.arange(len(a)), a] = -np.inf
    return softmax(others, head.calibration.temperatures(margins.total))


def _inside(margins: Margins) -> NDArray[np.float64]:
    """Return 1 for candidates and 0 for other classes, shape (n, K)."""
    inside = np.zeros(margins.total.shape)
    np.put_along_axis(inside, margins.candidates, 1.0, axis=1)
    return inside


def _account(
    head: EvidenceHead,
    margins: Margins,
    values: tuple[NDArray[np.float64], NDArray[np.float64]],
    correction: NDArray[np.float64],
    offset: NDArray[np.float64],
    ahead: NDArray[np.float64],
    lead: NDArray[np.float64],
) -> EvidenceAccount:
    """Return the account with its residual checked; correction and lead are those before the temperature."""
    temperature = head.calibration.temperatures(margins.total)
    pool = head.pool.weights * (values[0] - values[1]) / temperature[:, None]
    correction = correction / temperature[:, None]
    behind, margin = head.calibration.behind * ahead / temperature, lead / temperature
    residual = (pool + correction).sum(axis=1) + offset + behind - margin
    if len(residual) and not np.abs(residual).max() <= TOLERANCE:
        message = f"the parts of an account differ from its margin by {np.abs(residual).max():.3g} logits"
        raise AdditivityError(message)
    return EvidenceAccount(
        head.evidence.channels, *values, pool, correction, offset, behind, temperature, margin, residual
    )


def _corrections(head: EvidenceHead, margins: Margins, classes: NDArray[np.int64], threads: int) -> NDArray[np.float64]:
    """Return the booster's shares by channel, shape (n, C); 0 for classes that are not candidates."""
    described = head.evidence.channels
    shares = np.zeros((len(classes), len(described)))
    if head.booster is None:
        return shares
    corrected = np.flatnonzero((margins.candidates == classes[:, None]).any(axis=1))
    if len(corrected):
        evidence = candidate_evidence(margins.channels[corrected], classes[corrected, None], described)[:, 0]
        parts = np.asarray(head.booster.predict(evidence, pred_contrib=True, num_threads=threads))
        owners = feature_channels(described)
        for feature, owner in enumerate(owners):
            shares[corrected, owner] += parts[:, feature]
    return shares
