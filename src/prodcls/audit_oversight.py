"""What people should look at, as data: the review queue of the audited catalogue."""

from __future__ import annotations

from dataclasses import dataclass, field

from prodcls.audit_interval import Interval
from prodcls.audit_measured import MEASURED

__all__ = ["REASONS", "OversightSection", "ReviewItem"]

REASONS = ("unknown", "doubt", "close")
"""Why a person should look at a product, most pressing first: nothing is known of it, the label is in doubt, the
runner-up is close."""


@dataclass(frozen=True)
class ReviewItem:
    """A product in the queue.

    Attributes
    ----------
    id : str
    row : int
        One-based data row in the catalogue's file.
    title : str
        The beginning of its first text; empty where it has none.
    label, predicted, runner_up : str
    probability, runner_up_probability : float
        Calibrated, of products that the model had not seen.
    reasons : tuple of str
        One or more of `REASONS`.
    """

    id: str
    row: int = field(metadata=MEASURED)
    title: str
    label: str
    predicted: str
    runner_up: str
    probability: float
    runner_up_probability: float
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class OversightSection:
    """The review queue.

    Attributes
    ----------
    products : int
        Products that were judged by a model that had not seen them.
    close_below : float
        Lead of the winner over the runner-up, in probability, below which a decision is close.
    doubt_from : float
        Probability of another class from which on a label is in doubt.
    counts : dict of str to int
        Products by reason; a product may have several.
    waiting : int
        Products with at least one reason.
    workload : Interval
        Share of products that a prediction gives to a person, for the reasons of `OperatingCost`, as it is to be
        expected of new products; exact binomial interval.
    errors, errors_waiting : int
        Products put into another class than their label, and those of them with at least one reason.
    queue : tuple of ReviewItem
        The most pressing ones of each reason.
    """

    products: int
    close_below: float
    doubt_from: float
    counts: dict[str, int]
    waiting: int
    workload: Interval
    errors: int
    errors_waiting: int
    queue: tuple[ReviewItem, ...]
