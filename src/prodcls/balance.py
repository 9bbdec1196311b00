"""Class balance: how much less the size of a class is to count, chosen by macro-F1 on held-out margins.

What is learned from many products of one class and a few of another leans towards the large one. Taking
``strength * log(share of the class)`` off the margins leans against it (logit adjustment, Menon et al. 2021, Long-tail
Learning via Logit Adjustment, 3.1). One number for all classes is all that is fitted, and only where it shows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from prodcls.config import Balance
from prodcls.evidence import Channel
from prodcls.metrics import CONFIDENCE, Estimate
from prodcls.paired import PairedFigures, compare_predictions
from prodcls.pool import Pool

__all__ = ["STRENGTHS", "UNBALANCED", "BalanceChoice", "choose_balance", "lean"]

STRENGTHS = tuple(step / 10 for step in range(11))
"""Strengths compared; at 1 a class is as likely as it would be if all had the same number of products."""


@dataclass(frozen=True)
class BalanceChoice:
    """What is taken off the margins, and what held-out rows showed.

    Attributes
    ----------
    strength : float
        Times the logarithm of the class's share; 0 takes nothing off.
    effect : PairedFigures or None
        Of the chosen strength less none, on the rows that it was chosen on; None at 0.
    """

    strength: float
    effect: PairedFigures | None


UNBALANCED = BalanceChoice(0.0, None)


def choose_balance(
    margins: NDArray[np.float64],
    labels: NDArray[np.int64],
    log_prior: NDArray[np.float64],
    objective: Balance,
    random_state: int = 0,
    classes: NDArray[np.int64] | None = None,
) -> BalanceChoice:
    """Choose the strength.

    The best one must raise the objective by more than chance: the interval of the paired difference lies above 0.
    Then the weakest is taken that is no more than a standard error behind the best (the one-standard-error rule,
    Hastie et al., The Elements of Statistical Learning, 2nd ed., section 7.10), since more of it costs the large
    classes more.

    Parameters
    ----------
    margins : ndarray of shape (n, K) or (n, M), float64
        Logits of models that have not seen the rows.
    labels : ndarray of shape (n,), int64
    log_prior : ndarray of shape (K,), float64
        Logarithm of each class's share of the products, nats.
    objective : {"macro-f1", "accuracy", "none"}
    random_state : int
        Of the bootstrap.
    classes : ndarray of shape (n, M), int64, optional
        Class numbers of the margins, where these are not of all classes.

    Returns
    -------
    BalanceChoice
    """
    lean = log_prior - log_prior.max()  # exactly 0 where all classes are of one size
    if objective == "none" or not len(labels) or not lean.any():
        return UNBALANCED
    n_classes = len(log_prior)
    against = lean if classes is None else lean[classes]
    places = [(margins - strength * against).argmax(axis=1) for strength in STRENGTHS]
    predicted = places if classes is None else [classes[np.arange(len(labels)), place] for place in places]

    def gained(before: int, after: int) -> tuple[PairedFigures, Estimate]:
        found = compare_predictions(labels, predicted[before], predicted[after], n_classes, random_state)
        return found, found.macro_f1 if objective == "macro-f1" else found.accuracy

    figures = [_figure(labels, guess, n_classes, objective) for guess in predicted]
    best = int(np.argmax(figures))
    if not best or gained(0, best)[1].low <= 0.0:
        return UNBALANCED
    chosen = next(i for i in range(1, best + 1) if i == best or _within(gained(i, best)[1]))
    return BalanceChoice(STRENGTHS[chosen], gained(0, chosen)[0])


def lean(pool: Pool, channels: tuple[Channel, ...], strength: float) -> Pool:
    """Return the pool with ``strength`` taken off the weight of the class's share.

    Parameters
    ----------
    pool : Pool
    channels : tuple of Channel
    strength : float

    Returns
    -------
    Pool
        The weight may be negative; accounts show it as evidence of the class's size, like any other.
    """
    if not strength:
        return pool
    return Pool(pool.weights - strength * np.array([c.kind == "prior" for c in channels]))


def _within(shortfall: Estimate) -> bool:
    """Tell whether a shortfall is no more than its standard error, by the width of its interval."""
    width = 2.0 * float(norm.ppf((1.0 + CONFIDENCE) / 2.0))
    return shortfall.value <= (shortfall.high - shortfall.low) / width


def _figure(labels: NDArray[np.int64], predicted: NDArray[np.int64], n_classes: int, objective: Balance) -> float:
    """Return macro-F1 over the classes that have rows, or accuracy."""
    if objective == "accuracy":
        return float((labels == predicted).mean())
    right = np.bincount(labels[labels == predicted], minlength=n_classes)
    rows, guesses = np.bincount(labels, minlength=n_classes), np.bincount(predicted, minlength=n_classes)
    held = rows > 0
    return float((2.0 * right[held] / (rows + guesses)[held]).mean())
