"""Which decisions may go without a person: risk against coverage, thresholds, and thresholds with a guarantee."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import scipy.special
from numpy.typing import NDArray

from prodcls.metrics import CONFIDENCE, Estimate, exact_interval

__all__ = [
    "REASONS",
    "Automation",
    "Guarantee",
    "Operating",
    "Reason",
    "RiskCurve",
    "automate",
    "guaranteed",
    "risk_curve",
]

Reason = Literal[
    "nothing-known", "added-class", "not-one-class", "not-sure-enough", "unlike-training", "unusual-number"
]
REASONS: tuple[Reason, ...] = (
    "nothing-known",
    "added-class",
    "not-one-class",
    "not-sure-enough",
    "unlike-training",
    "unusual-number",
)
"""Why a person should look at a decision, most pressing first."""

STEPS = 200
"""Thresholds tried for a guarantee."""


@dataclass(frozen=True)
class RiskCurve:
    """Error among the most certain decisions, for every share of them.

    Attributes
    ----------
    coverage, risk : ndarray of shape (m,), float64
        Share of rows decided, ascending to 1, and share of errors among them; one point for each distinct certainty.
    area : float
        Area under the curve (AURC): mean risk over all shares.
    best_area : float
        The same if every error were less certain than every right answer.
    """

    coverage: NDArray[np.float64]
    risk: NDArray[np.float64]
    area: float
    best_area: float


@dataclass(frozen=True)
class Operating:
    """What a threshold on certainty does.

    Attributes
    ----------
    threshold : float
        Decisions at least this certain go without a person.
    automated : int
        Their number.
    error : Estimate or None
        Share of errors among them, with its exact interval; None where there is none.
    """

    threshold: float
    automated: int
    error: Estimate | None


@dataclass(frozen=True)
class Guarantee:
    """The lowest threshold at which an error bound still holds.

    Attributes
    ----------
    bound : float
        Share of errors allowed.
    needed : int
        Rows that would do if not one of them were wrong.
    point : Operating or None
        None where the bound cannot be shown.
    """

    bound: float
    needed: int
    point: Operating | None


@dataclass(frozen=True)
class Automation:
    """Certainty and outcome of tested products, from which thresholds for new ones follow.

    Attributes
    ----------
    tested : int
        Products that models judged which had not seen them.
    certainty : ndarray of shape (m,), float64
        Of those m of them of which something is known and nothing is unusual; in [0, 1].
    right : ndarray of shape (m,), bool
    single : ndarray of shape (m,), bool
        Whether the prediction set is the predicted class alone: without a threshold, others are given to a person.
    """

    tested: int
    certainty: NDArray[np.float64]
    right: NDArray[np.bool_]
    single: NDArray[np.bool_]

    @property
    def served(self) -> Operating:
        """What goes without a person where no threshold is asked for."""
        return automate(np.ones(int(self.single.sum())), self.right[self.single], 0.0)

    def at(self, threshold: float) -> Operating:
        """Return what a threshold on certainty does; see `automate`."""
        return automate(self.certainty, self.right, threshold)

    def within(self, bound: float) -> Guarantee:
        """Return the lowest threshold at which an error bound still holds; see `guaranteed`."""
        return guaranteed(self.certainty, self.right, bound)


def risk_curve(certainty: NDArray[np.float64], right: NDArray[np.bool_]) -> RiskCurve:
    """Return error against share of decisions, the most certain first.

    Geifman and El-Yaniv (2017), Selective classification for deep neural networks; rows of equal certainty are
    decided together, and within them the risk is taken as evenly spread.

    Parameters
    ----------
    certainty : ndarray of shape (n,), float64
    right : ndarray of shape (n,), bool

    Returns
    -------
    RiskCurve

    Raises
    ------
    ValueError
        If there is no row.
    """
    n = len(certainty)
    if not n:
        message = "there is no decision to rank"
        raise ValueError(message)
    order = np.argsort(-certainty, kind="stable")
    ranked = certainty[order]
    ends = np.append(np.flatnonzero(ranked[1:] != ranked[:-1]), n - 1) + 1
    errors = np.cumsum(~right[order])[ends - 1]
    decided = np.arange(1, n + 1)
    spread = np.interp(decided, np.append(0, ends), np.append(0, errors))
    wrong = int(errors[-1])
    best = np.maximum(0, decided - (n - wrong)) / decided
    return RiskCurve(ends / n, errors / ends, float((spread / decided).mean()), float(best.mean()))


def automate(certainty: NDArray[np.float64], right: NDArray[np.bool_], threshold: float) -> Operating:
    """Return what happens if decisions at least as certain as ``threshold`` go without a person.

    Parameters
    ----------
    certainty : ndarray of shape (n,), float64
    right : ndarray of shape (n,), bool
    threshold : float

    Returns
    -------
    Operating
    """
    chosen = certainty >= threshold
    count = int(chosen.sum())
    return Operating(threshold, count, exact_interval(int((~right[chosen]).sum()), count) if count else None)


def guaranteed(certainty: NDArray[np.float64], right: NDArray[np.bool_], bound: float) -> Guarantee:
    """Return the lowest threshold at which the error is at most ``bound`` with confidence `CONFIDENCE`.

    Learn then test (Angelopoulos et al. 2021), with fixed sequence testing: thresholds are tried from the strictest
    down, each with the exact binomial test of "the error is above the bound", until one cannot be rejected. The
    sequence starts where enough rows are decided for the test to be able to reject, and depends on the certainties
    alone, so that the confidence holds for all thresholds at once.

    Parameters
    ----------
    certainty : ndarray of shape (n,), float64
        Of rows that the model has not seen.
    right : ndarray of shape (n,), bool
    bound : float
        In (0, 1).

    Returns
    -------
    Guarantee
    """
    needed = math.ceil(math.log(1.0 - CONFIDENCE) / math.log(1.0 - bound))
    n = len(certainty)
    if needed > n:
        return Guarantee(bound, needed, None)
    ranked = np.sort(certainty)[::-1]
    passed = None
    for count in np.unique(np.linspace(needed, n, STEPS).astype(np.int64)):
        point = automate(certainty, right, float(ranked[count - 1]))
        wrong = int((~right[certainty >= point.threshold]).sum())
        if scipy.special.bdtr(wrong, point.automated, bound) > 1.0 - CONFIDENCE:
            break
        passed = point
    return Guarantee(bound, needed, passed)
