"""The linear pool: a non-negative weighted sum of class scores, fitted on held-out scores.

The pool is a conditional logit model (McFadden 1974): softmax over the candidates of a product, one weight a channel
shared by all classes. Weights of like channels are shrunk towards each other, so that with few products the pool is
close to a plain sum of scores, which is hard to beat there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.optimize
from numpy.typing import NDArray

__all__ = ["Pool", "choose_strength", "columns_that_help", "fit_pool", "listwise_loss"]

MIN_SPREAD = 0.05
"""Least spread over the candidates that a channel is scaled by: a nearly constant one must not get a huge weight."""

STRENGTHS = (320.0, 80.0, 20.0, 5.0)
"""Penalties compared, in products; the strongest first."""

STRENGTH_ROWS = 2_000
"""Products on which penalties are compared."""

EVIDENT = 2.0**0.5
"""Least z of a column: where one more weight is worth its cost by Akaike's criterion (1974), a gain of one nat."""


@dataclass(frozen=True)
class Pool:
    """Weights of the channels.

    Attributes
    ----------
    weights : ndarray of shape (C,), float64
        Non-negative, in logits per unit of the channel.
    """

    weights: NDArray[np.float64]

    def scores(self, channels: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return pooled scores of shape (...,) for ``channels`` of shape (..., C)."""
        pooled: NDArray[np.float64] = channels @ self.weights
        return pooled


def listwise_loss(scores: NDArray[np.float64], truth: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the negative log softmax of the true candidate, shape (n,), nats.

    Parameters
    ----------
    scores : ndarray of shape (n, M), float64
        ``-inf`` marks places without a candidate.
    truth : ndarray of shape (n,), int64
        Position of the true class among the candidates.
    """
    top = scores.max(axis=1, keepdims=True)
    total = np.log(np.exp(scores - top).sum(axis=1)) + top[:, 0]
    loss: NDArray[np.float64] = total - scores[np.arange(len(scores)), truth]
    return loss


def choose_strength(
    channels: NDArray[np.float64], truth: NDArray[np.int64], alike: NDArray[np.bool_], fold: NDArray[np.int64]
) -> float:
    """Return the strongest penalty that is not clearly worse than a weaker one over inner folds.

    A weaker penalty replaces a stronger one only when the mean held-out loss falls by more than its standard error over
    products (the one-standard-error rule, Hastie et al., The Elements of Statistical Learning, 2nd ed., section 7.10).
    Above `STRENGTH_ROWS` products an evenly spaced sample of them is used.

    Parameters
    ----------
    channels : ndarray of shape (n, M, C), float64
        Here and below as for `fit_pool`.
    truth : ndarray of shape (n,), int64
    alike : ndarray of shape (C,), bool
    fold : ndarray of shape (n,), int64
        Inner fold of each product.

    Returns
    -------
    float
    """
    rows = np.unique(np.linspace(0, len(truth) - 1, min(len(truth), STRENGTH_ROWS)).astype(np.intp))
    channels, truth, fold = channels[rows], truth[rows], fold[rows]

    def held_out_losses(strength: float) -> NDArray[np.float64]:
        losses = np.empty(len(truth))
        for k in np.unique(fold):
            inside, outside = fold != k, fold == k
            pool = fit_pool(channels[inside], truth[inside], alike, strength=strength)
            losses[outside] = listwise_loss(pool.scores(channels[outside]), truth[outside])
        return losses

    chosen, least = STRENGTHS[0], held_out_losses(STRENGTHS[0])
    for strength in STRENGTHS[1:]:
        losses = held_out_losses(strength)
        gain = least - losses
        if gain.mean() > gain.std() / np.sqrt(len(gain)):
            chosen, least = strength, losses
    return chosen


def fit_pool(
    channels: NDArray[np.float64],
    truth: NDArray[np.int64],
    alike: NDArray[np.bool_],
    *,
    strength: float = 20.0,
) -> Pool:
    """Fit the weights by penalised maximum likelihood.

    Parameters
    ----------
    channels : ndarray of shape (n, M, C), float64
        Held-out channel values of the candidates.
    truth : ndarray of shape (n,), int64
        Position of the true class among the M candidates.
    alike : ndarray of shape (C,), bool
        Channels on one scale, whose weights are shrunk towards their mean; the others are shrunk towards 0.
    strength : float
        Weight of the penalty, in products.

    Returns
    -------
    Pool
    """
    n, _, n_channels = channels.shape
    spread = np.maximum(channels.std(axis=1).mean(axis=0), MIN_SPREAD)
    # Penalties compare contributions, not raw weights: an alike channel keeps its scale, the others get unit spread.
    scale = np.where(alike, spread[alike].mean() if alike.any() else 1.0, spread)
    scaled = channels / scale
    chosen = scaled[np.arange(n), truth]

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        scores = scaled @ weights
        top = scores.max(axis=1, keepdims=True)
        exponent = np.exp(scores - top)
        total = exponent.sum(axis=1, keepdims=True)
        expected = np.einsum("nm,nmc->c", exponent / total, scaled)
        value = float((np.log(total) + top).sum() - (chosen @ weights).sum())
        pull = np.where(alike, weights - weights[alike].mean() if alike.any() else weights, weights)
        return value + strength * float(pull @ pull) / 2, expected - chosen.sum(axis=0) + strength * pull

    start = np.where(alike, 3.0, 0.1)
    result = scipy.optimize.minimize(
        loss, start, jac=True, method="L-BFGS-B", bounds=[(0.0, 50.0)] * n_channels, options={"maxiter": 500}
    )
    return Pool(np.asarray(result.x / scale))


def columns_that_help(
    channels: NDArray[np.float64],
    truth: NDArray[np.int64],
    alike: NDArray[np.bool_],
    columns: NDArray[np.bool_],
    *,
    strength: float = 20.0,
) -> NDArray[np.bool_]:
    """Return which channels are worth a weight: all but columns that tell nothing evident beside the others.

    A column of random numbers would get some weight by chance, from the pool and from the booster. So each column is
    put to a score test (Rao 1948) beside the pool of all channels that are no columns.

    Parameters
    ----------
    channels : ndarray of shape (n, M, C), float64
        As for `fit_pool`.
    truth : ndarray of shape (n,), int64
    alike : ndarray of shape (C,), bool
    columns : ndarray of shape (C,), bool
        Channels that are put to the test.
    strength : float
        As for `fit_pool`.

    Returns
    -------
    ndarray of shape (C,), bool
    """
    others = ~columns
    if not columns.any() or not others.any():
        return np.ones(len(columns), dtype=np.bool_)
    scores = fit_pool(channels[:, :, others], truth, alike[others], strength=strength).scores(channels[:, :, others])
    p = np.exp(scores - scores.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    mean = np.einsum("nm,nmc->nc", p, channels)
    variance = np.einsum("nm,nmc->nc", p, channels**2) - mean**2
    slope = (channels[np.arange(len(truth)), truth] - mean).sum(axis=0)
    helps: NDArray[np.bool_] = others | (slope > EVIDENT * np.sqrt(np.maximum(variance.sum(axis=0), 0.0)))
    return helps
