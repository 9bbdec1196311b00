"""How the model does on harmed products, as data."""

from __future__ import annotations

from dataclasses import dataclass

from prodcls.audit_interval import Interval

__all__ = ["Degradation", "RobustnessSection"]


@dataclass(frozen=True)
class Degradation:
    """One harm, and what it does to the products that it can befall.

    Attributes
    ----------
    name : str
        Such as ``"typos"`` or ``"no_photo"``.
    products : int
        Those of the sample that have what is harmed.
    before, after : float
        Their accuracy, in [0, 1], without and with the harm.
    difference : Interval
        ``after`` less ``before``, product by product.
    flipped : float
        Share of them that get another class, in [0, 1].
    probability : Interval
        Mean change of the probability of the class predicted before, in [-1, 1].
    """

    name: str
    products: int
    before: float
    after: float
    difference: Interval
    flipped: float
    probability: Interval


@dataclass(frozen=True)
class RobustnessSection:
    """Harms on a sample of tested products, each scored by the model of its fold.

    Attributes
    ----------
    products : int
        In the sample.
    harms : tuple of Degradation
        In a fixed order.
    """

    products: int
    harms: tuple[Degradation, ...]
