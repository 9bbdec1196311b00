"""A figure of the audit with its interval; apart, so that every part of the report can use it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from prodcls.metrics import Estimate

__all__ = ["Interval"]


@dataclass(frozen=True)
class Interval:
    """A figure with its 95% bootstrap interval.

    Attributes
    ----------
    value, low, high : float
        In the unit of the figure; shares are in [0, 1].
    """

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, estimate: Estimate) -> Self:
        """Return the figure of an estimate."""
        return cls(estimate.value, estimate.low, estimate.high)
