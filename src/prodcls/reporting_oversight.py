"""Which products of the audited catalogue a person should look at first, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prodcls.audit import Interval
from prodcls.audit_oversight import REASONS, OversightSection, ReviewItem
from prodcls.bundle import KnownColumns
from prodcls.evaluation import OutOfFold, Problem
from prodcls.gathering import Material
from prodcls.metrics import exact_interval
from prodcls.reporting_accounts import SUSPECT
from prodcls.trained import something_known

__all__ = ["CLOSE", "QUEUE", "Judged", "anything_known", "choose_queue", "oversight_section"]

CLOSE = 0.2
"""Lead of the winner over the runner-up, in probability, below which a decision is close."""

QUEUE = 50
"""Most products in the queue."""

TITLE = 120
"""Most characters of a title."""


@dataclass(frozen=True)
class Judged:
    """What is known of m products that were judged by a model that had not seen them.

    Attributes
    ----------
    labels : ndarray of shape (m,), int64
    ranked : ndarray of shape (m, 2), int64
        Predicted class and runner-up.
    top : ndarray of shape (m, 2), float64
        Their calibrated probabilities.
    known : ndarray of shape (m,), bool
        Whether anything is known of the product.
    settled : ndarray of shape (m,), bool, or None
        Whether a person set the label, which is then in no doubt; None where nobody set any.
    """

    labels: NDArray[np.int64]
    ranked: NDArray[np.int64]
    top: NDArray[np.float64]
    known: NDArray[np.bool_]
    settled: NDArray[np.bool_] | None = None

    def reasons(self) -> dict[str, NDArray[np.bool_]]:
        """Return by reason which products it applies to, shape (m,) each.

        Where nothing is known of a product, that it is a close decision says no more.
        """
        wrong = self.ranked[:, 0] != self.labels
        doubtful = wrong if self.settled is None else wrong & ~self.settled
        lead = self.top[:, 0] - self.top[:, 1]
        return {
            "unknown": ~self.known,
            "doubt": self.known & doubtful & (self.top[:, 0] >= SUSPECT),
            "close": self.known & (lead < CLOSE),
        }

    def order(self) -> dict[str, list[int]]:
        """Return by reason the products it applies to, most pressing first."""
        urgency = {"unknown": self.top[:, 0], "doubt": -self.top[:, 0], "close": self.top[:, 0] - self.top[:, 1]}
        return {
            name: [int(i) for i in np.argsort(urgency[name], kind="stable") if found[i]]
            for name, found in self.reasons().items()
        }


def choose_queue(order: Mapping[str, list[int]], count: int = QUEUE) -> list[int]:
    """Choose products for the queue, each reason in its turn, so that none crowds out another.

    Parameters
    ----------
    order : mapping of str to list of int
        Products by reason, most pressing first.
    count : int

    Returns
    -------
    list of int
        By reason, in the order of ``order``, and then by urgency; no product twice.
    """
    taken: dict[int, tuple[int, int]] = {}
    longest = max(map(len, order.values()), default=0)
    for place in range(longest):
        for number, rows in enumerate(order.values()):
            if place < len(rows) and len(taken) < count:
                taken.setdefault(rows[place], (number, place))
    return sorted(taken, key=lambda i: taken[i])


def anything_known(problem: Problem, scores: OutOfFold) -> NDArray[np.bool_]:
    """Tell of which tested products the model that judged them could know anything.

    Parameters
    ----------
    problem : Problem
    scores : OutOfFold

    Returns
    -------
    ndarray of shape (m,), bool
        In the order of ``scores.rows``. A category that only the fold itself has is unknown to its model.
    """
    known = np.zeros(len(problem.inputs), dtype=np.bool_)
    for fold in scores.folds:
        tested = set(fold.rows.tolist())
        seen = {
            name: tuple(sorted({cell for i, cell in enumerate(cells) if cell and i not in tested}))
            for name, cells in problem.inputs.categorical.items()
        }
        columns = KnownColumns(tuple(problem.inputs.numeric), seen)
        known[fold.rows] = something_known(problem.inputs.take(fold.rows), columns)
    return known[scores.rows]


def oversight_section(
    material: Material, scores: OutOfFold, probabilities: NDArray[np.float64], review: NDArray[np.bool_]
) -> OversightSection:
    """Return the review queue of the tested products.

    Parameters
    ----------
    material : Material
    scores : OutOfFold
    probabilities : ndarray of shape (m, K), float64
        Calibrated, in the order of ``scores.rows``.
    review : ndarray of shape (m,), bool
        Whether a prediction would give the product to a person.

    Returns
    -------
    OversightSection
    """
    problem, ranked = material.problem, scores.ranked
    labels = problem.labels[scores.rows]
    top = np.take_along_axis(probabilities, ranked, axis=1)
    people = material.set_by_people
    settled = np.array([problem.inputs.ids[row] in people for row in scores.rows], dtype=np.bool_)
    judged = Judged(labels, ranked, top, anything_known(problem, scores), settled)
    reasons = judged.reasons()
    waiting = np.any(list(reasons.values()), axis=0)
    share = exact_interval(int(review.sum()), len(review))
    wrong = ranked[:, 0] != labels
    return OversightSection(
        products=len(labels),
        close_below=CLOSE,
        doubt_from=SUSPECT,
        counts={name: int(reasons[name].sum()) for name in REASONS},
        waiting=int(waiting.sum()),
        workload=Interval.of(share),
        errors=int(wrong.sum()),
        errors_waiting=int((wrong & waiting).sum()),
        queue=tuple(_item(material, int(scores.rows[i]), judged, i) for i in choose_queue(judged.order())),
    )


def _item(material: Material, row: int, judged: Judged, at: int) -> ReviewItem:
    catalogue, place = material.place(row)
    classes = material.problem.classes
    title = next((cells[place] for cells in catalogue.texts.values() if cells[place]), "")
    reasons = judged.reasons()
    return ReviewItem(
        id=catalogue.ids[place],
        row=int(catalogue.rows[place]),
        title=title if len(title) <= TITLE else f"{title[: TITLE - 1].rstrip()}\u2026",
        label=classes[judged.labels[at]],
        predicted=classes[judged.ranked[at, 0]],
        runner_up=classes[judged.ranked[at, 1]],
        probability=float(judged.top[at, 0]),
        runner_up_probability=float(judged.top[at, 1]),
        reasons=tuple(name for name in REASONS if reasons[name][at]),
    )
