"""Where decisions stop on the way down the tree of classes, as data."""

from __future__ import annotations

from dataclasses import dataclass

from prodcls.audit_interval import Interval

__all__ = ["StopFigures", "StopStudy"]


@dataclass(frozen=True)
class StopFigures:
    """Decisions that stop at one level.

    Attributes
    ----------
    depth : int
        Nodes from the top; 0 for those that stop at none, and for those that go down to the class.
    leaf : bool
        Whether they go down to the class.
    products : int
    right : Interval or None
        Share whose true class lies at or below the node; exact binomial interval. None without products.
    stated : float
        Mean probability of the node; 1 where there is none.
    """

    depth: int
    leaf: bool
    products: int
    right: Interval | None
    stated: float


@dataclass(frozen=True)
class StopStudy:
    """Decisions that stop where a node is not probable enough, by thresholds in which the products had no say.

    Attributes
    ----------
    target : float
        Share of the named nodes that are to hold the true class.
    products : int
    coverage : Interval or None
        Share of the named nodes that hold it, exact binomial interval; None where none is named.
    levels : tuple of StopFigures
        Down to the class first, then the deepest level, and those without a node last.
    """

    target: float
    products: int
    coverage: Interval | None
    levels: tuple[StopFigures, ...]
