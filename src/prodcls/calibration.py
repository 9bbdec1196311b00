"""What makes probabilities honest and changes no prediction: a temperature for each product, a step at the shortlist.

With one temperature for all products (Guo et al. 2017, On Calibration of Modern Neural Networks, 4.2) a catalogue whose
like products are filed in several ways ends up too sure of the products it is sure of, and not sure enough of the
others. So the temperature may depend on how doubtful the product is, as in entropy-based temperature scaling (Balanya,
Maronas and Ramos 2024, Adaptive temperature scaling for robust calibration of deep neural networks, Neural Computing
and Applications 36). It stays one number a product: margins divided by it are log odds as served, in their old order.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import scipy.optimize
import scipy.special
from numpy.typing import NDArray

__all__ = ["Calibration", "fit_calibration", "fit_temperature", "softmax"]

LOWEST, HIGHEST = 0.05, 20.0
"""Bounds of the temperature."""

DEEPEST = 20.0
"""Largest step behind the shortlist, logits."""

CHOICE_ROWS = 2_000
"""Products on which forms are compared."""

PRIOR = 20.0
"""Products' worth of belief that doubt has no part in the temperature."""


def softmax(margins: NDArray[np.float64], temperature: float | NDArray[np.float64] = 1.0) -> NDArray[np.float64]:
    """Return class probabilities; rows sum to 1.

    Parameters
    ----------
    margins : ndarray of shape (n, K), float64
        Logits.
    temperature : float or ndarray of shape (n,), float64
        Above 1 makes probabilities more alike, below 1 less.

    Returns
    -------
    ndarray of shape (n, K), float64
    """
    scale = np.asarray(temperature, dtype=np.float64).reshape(-1, 1)
    probabilities: NDArray[np.float64] = scipy.special.softmax(margins / scale, axis=1)
    return probabilities


@dataclass(frozen=True)
class Calibration:
    """How margins become probabilities.

    The temperature of a product is ``sure ** (1 - d) * unsure ** d``, where its doubt d is the entropy of the softmax
    of its margins in units of ``log K``: 0 where one class has everything, 1 where all are alike.

    Attributes
    ----------
    sure : float
        Temperature of a product without doubt.
    unsure : float
        Temperature of a product of which nothing is known; the same where one number serves all.
    behind : float
        Logits taken off classes that are not among the candidates, before the temperature. Pool and booster are fitted
        on each product's best candidates only, as if the true class were always among them.
    """

    sure: float
    unsure: float
    behind: float = 0.0

    @classmethod
    def plain(cls, temperature: float) -> Self:
        """Return the calibration with one temperature for all products."""
        return cls(temperature, temperature)

    def temperatures(self, margins: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the temperature of each product, shape (n,).

        Parameters
        ----------
        margins : ndarray of shape (n, K), float64
            Logits; classes that are not candidates have had `behind` taken off.
        """
        if self.sure == self.unsure:
            return np.full(len(margins), self.sure)
        found: NDArray[np.float64] = np.exp(np.log(self.sure) + _doubt(margins) * np.log(self.unsure / self.sure))
        return found


def fit_temperature(margins: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    """Return the one temperature with the least log loss (Guo et al. 2017, 4.2).

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


def fit_calibration(
    margins: NDArray[np.float64],
    outside: NDArray[np.bool_],
    labels: NDArray[np.int64],
    fold: NDArray[np.int64],
) -> Calibration:
    """Return the calibration with the least log loss, of the simplest form that is not clearly worse than a richer one.

    The forms are one temperature; a step behind the shortlist as well; a temperature by doubt as well. A richer one
    is taken only where the mean loss over inner folds falls by more than its standard error over products (the
    one-standard-error rule, Hastie et al., The Elements of Statistical Learning, 2nd ed., section 7.10). Above
    `CHOICE_ROWS` products an evenly spaced sample of them is used to choose.

    Parameters
    ----------
    margins : ndarray of shape (n, K), float64
        Logits by models that have not seen the rows, nothing taken off.
    outside : ndarray of shape (n, K), bool
        Classes that are not candidates.
    labels : ndarray of shape (n,), int64
    fold : ndarray of shape (n,), int64
        Inner fold of each product.

    Returns
    -------
    Calibration
    """
    if not len(labels) or margins.shape[1] < 2:
        return Calibration.plain(1.0)
    rows = np.unique(np.linspace(0, len(labels) - 1, min(len(labels), CHOICE_ROWS)).astype(np.intp))
    sample = _Rows(margins[rows], outside[rows], labels[rows])
    form = _Form(step=False, doubt=False)
    if len(np.unique(fold[rows])) < 2:
        return _fit(form, _Rows(margins, outside, labels))
    least = _held_out_losses(form, sample, fold[rows])
    for part in ("step", "doubt") if outside.any() else ("doubt",):
        richer = replace(form, **{part: True})
        losses = _held_out_losses(richer, sample, fold[rows])
        gain = least - losses
        if gain.mean() > gain.std() / np.sqrt(len(gain)):
            form, least = richer, losses
    return _fit(form, _Rows(margins, outside, labels))


@dataclass(frozen=True)
class _Form:
    """Which parts a calibration has beside one temperature."""

    step: bool
    doubt: bool


@dataclass(frozen=True)
class _Rows:
    """Held-out products: margins and what is outside of the shortlist, (n, K); labels, (n,)."""

    margins: NDArray[np.float64]
    outside: NDArray[np.bool_]
    labels: NDArray[np.int64]

    def take(self, rows: NDArray[np.bool_]) -> _Rows:
        return _Rows(self.margins[rows], self.outside[rows], self.labels[rows])


def _held_out_losses(form: _Form, rows: _Rows, fold: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the log loss of each product, shape (n,), nats, by a calibration that has not seen its fold."""
    losses = np.empty(len(fold))
    for k in np.unique(fold):
        tested = rows.take(fold == k)
        found = _fit(form, rows.take(fold != k))
        margins = tested.margins - found.behind * tested.outside
        logits = margins / found.temperatures(margins)[:, None]
        true = logits[np.arange(len(logits)), tested.labels]
        losses[fold == k] = scipy.special.logsumexp(logits, axis=1) - true
    return losses


def _fit(form: _Form, rows: _Rows) -> Calibration:
    """Fit one form: the step beside one temperature, then the temperatures with the step as it is."""
    behind = _minimise(rows.margins, rows.outside, np.zeros(len(rows.labels)), rows.labels)[2] if form.step else 0.0
    margins = rows.margins - behind * rows.outside
    if not form.doubt:
        return replace(Calibration.plain(fit_temperature(margins, rows.labels)), behind=behind)
    start, slope, _ = _minimise(margins, np.zeros_like(rows.outside), _doubt(margins), rows.labels)
    sure, unsure = np.clip(np.exp([start, start + slope]), LOWEST, HIGHEST).tolist()
    return Calibration(sure, unsure, behind)


def _minimise(
    margins: NDArray[np.float64],
    outside: NDArray[np.bool_],
    doubt: NDArray[np.float64],
    labels: NDArray[np.int64],
) -> tuple[float, float, float]:
    """Return the log temperature without doubt, what all doubt adds to it, and the step, by penalised log loss.

    Labels are softened as in `fit_temperature`. What doubt adds has a normal prior around 0 of variance ``1 / PRIOR``.
    """
    n, n_classes = margins.shape
    aside = outside.astype(np.float64)
    wrong = 1.0 / (n + 2)
    level = margins - margins.max(axis=1, keepdims=True)

    def expected(values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the mean of ``values`` under the softened labels."""
        true = values[np.arange(n), labels]
        mean: NDArray[np.float64] = (1.0 - wrong) * true + wrong / (n_classes - 1) * (values.sum(axis=1) - true)
        return mean

    level_true, aside_true = expected(level), expected(aside)

    def loss(w: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        scale = np.exp(-(w[0] + doubt * w[1]))
        stepped, true = level - w[2] * aside, level_true - w[2] * aside_true
        logits = stepped * scale[:, None]
        top = logits.max(axis=1, keepdims=True)
        p = np.exp(logits - top)
        total = p.sum(axis=1)
        value = float(np.mean(np.log(total) + top[:, 0] - true * scale)) + PRIOR * w[1] ** 2 / (2 * n)
        by_scale = (true - np.einsum("nk,nk->n", p, stepped) / total) * scale
        by_step = (aside_true - np.einsum("nk,nk->n", p, aside) / total) * scale
        return value, np.array([by_scale.mean(), (by_scale @ doubt + PRIOR * w[1]) / n, by_step.mean()])

    widest = float(np.log(HIGHEST / LOWEST))
    bounds = [
        (np.log(LOWEST), np.log(HIGHEST)),
        (-widest, widest) if doubt.any() else (0.0, 0.0),
        (0.0, DEEPEST) if outside.any() else (0.0, 0.0),
    ]
    found = scipy.optimize.minimize(loss, np.zeros(3), jac=True, method="L-BFGS-B", bounds=bounds)
    return float(found.x[0]), float(found.x[1]), float(found.x[2])


def _doubt(margins: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the entropy of the softmax of each row in units of ``log K``, shape (n,)."""
    p = scipy.special.softmax(margins, axis=1)
    entropy: NDArray[np.float64] = scipy.special.entr(p).sum(axis=1) / np.log(max(margins.shape[1], 2))
    return entropy
