"""What balancing classes of unequal size did, as data."""

from __future__ import annotations

from dataclasses import dataclass

from prodcls.audit_interval import Interval

__all__ = ["BalanceSection", "SizeGroup"]


@dataclass(frozen=True)
class SizeGroup:
    """A third of the classes, by their number of products trained on.

    Attributes
    ----------
    classes : int
    fewest, most : int
        Products of its smallest and of its largest class.
    products : int
        Judged products of these classes.
    recall : Interval
        Share of them that is right; exact binomial interval.
    without : Interval
        The same with no class held back.
    """

    classes: int
    fewest: int
    most: int
    products: int
    recall: Interval
    without: Interval


@dataclass(frozen=True)
class BalanceSection:
    """How far large classes are held back, and what that changes on products that the models had not seen.

    Attributes
    ----------
    objective : str
        ``"macro-f1"``, ``"accuracy"`` or ``"none"``.
    strength : float
        Of the model that is served: times the logarithm of a class's share, taken off its margin.
    folds : tuple of float
        The same of the models that were evaluated.
    accuracy, macro_f1 : Interval
        With balance less without, on the same products.
    gained, lost : int
        Products that are right only with balance, and only without.
    groups : tuple of SizeGroup
        Smallest classes first; empty where all are of about one size.
    """

    objective: str
    strength: float
    folds: tuple[float, ...]
    accuracy: Interval
    macro_f1: Interval
    gained: int
    lost: int
    groups: tuple[SizeGroup, ...]
