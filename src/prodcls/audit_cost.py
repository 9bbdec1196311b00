"""What review costs and what it prevents, as data."""

from __future__ import annotations

from dataclasses import dataclass

from prodcls.audit_interval import Interval

__all__ = ["OperatingCost", "OperatingPoint", "RiskBound"]


@dataclass(frozen=True)
class OperatingPoint:
    """What a threshold on certainty does.

    Attributes
    ----------
    threshold : float
        Decisions at least this certain go without a person.
    automated : int
        Products decided so.
    error : Interval or None
        Share of errors among them; exact binomial interval. None where there is none.
    """

    threshold: float
    automated: int
    error: Interval | None


@dataclass(frozen=True)
class RiskBound:
    """The lowest threshold that keeps an error bound with 95% confidence (learn then test).

    Attributes
    ----------
    bound : float
        Share of errors allowed among the automated decisions.
    needed : int
        Products that would do if not one of them were wrong.
    point : OperatingPoint or None
        None where the bound cannot be shown.
    """

    bound: float
    needed: int
    point: OperatingPoint | None


@dataclass(frozen=True)
class OperatingCost:
    """Thresholds on certainty against the share of products that need no person, errors, and hours.

    Attributes
    ----------
    minutes : float
        That a person takes for a product, as the fit was told.
    reasons : dict of str to int
        Tested products by reason for review, but for certainty; a product may have several.
    usual : int
        Tested products of which something is known and nothing is unusual.
    served : OperatingPoint
        Without a threshold: those of them whose prediction set is the predicted class alone.
    points : tuple of OperatingPoint
        With a threshold in place of that; lowest first.
    bounds : tuple of RiskBound
        Likewise.
    """

    minutes: float
    reasons: dict[str, int]
    usual: int
    served: OperatingPoint
    points: tuple[OperatingPoint, ...]
    bounds: tuple[RiskBound, ...]
