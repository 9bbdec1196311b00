"""Temperature scaling: one number that makes probabilities honest and changes no prediction."""

from __future__ import annotations

import numpy as np
import scipy.optimize
import scipy.special
from numpy.typing import NDArray

__all__ = ["fit_temperature", "softmax"]

LOWEST, HIGHEST = 0.05, 20.0
"""Bounds of the temperature."""


def softmax(margins: NDArray[np.float64], temperature: float = 1.0) -> NDArray[np.float64]:
    """Return class probabilities; rows sum to 1.

    Parameters
    ----------
    margins : ndarray of shape (n, K), float64
        Logits.
    temperature : float
        Above 1 makes probabilities more alike, below 1 less.

    Returns
    -------
    ndarray of shape (n, K), float64
    """
    probabilities: NDArray[np.float64] = scipy.special.softmax(margins / temperature, axis=1)
    return probabilities


def fit_temperature(margins: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    """Return the temperature with the least log loss (Guo et al. 2017, On Calibration of Modern Neural Networks, 4.2).

    The margins must come from models that have not seen the rows. The labels are softened as by Platt (1999,
    Probabilistic Outputs for Support Vector Machines, 2.2): each row is taken to be wrong with probability 1 / (n + 2),
    so that a few rows which are all right do not make the model certain.

    Parameters
    ----------
    margins : ndarray of shape (n, K), float64
        Logits.
    labels : ndarray of shape (n,), int64

    Returns
    -------
    float
        In [`LOWEST`, `HIGHEST`]; 1 without rows or with a single class.
    """
    n, n_classes = margins.shape
    if not n or n_classes < 2:
        return 1.0
    doubt = 1.0 / (n + 2)
    true = margins[np.arange(n), labels]
    others = (margins.sum(axis=1) - true) / (n_classes - 1)
    expected = float(np.mean((1.0 - doubt) * true + doubt * others))

    def loss(log_temperature: float) -> float:
        scale = float(np.exp(-log_temperature))
        return float(np.mean(scipy.special.logsumexp(margins * scale, axis=1))) - expected * scale

    # Convex in the inverse temperature, hence with one minimum in its logarithm.
    found = scipy.optimize.minimize_scalar(loss, bounds=(np.log(LOWEST), np.log(HIGHEST)), method="bounded")
    return float(np.exp(found.x))
