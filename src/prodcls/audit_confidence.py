"""How far the model's certainty can be relied on, as data: calibration, prediction sets, automation."""

from __future__ import annotations

from dataclasses import dataclass

from prodcls.audit_interval import Interval

__all__ = ["Calibration", "ConfidenceSection", "OperatingPoint", "ReliabilityBin", "Risk", "RiskBound"]


@dataclass(frozen=True)
class ReliabilityBin:
    """Products of about equal stated certainty.

    Attributes
    ----------
    stated : float
        Mean probability of the predicted class, in [0, 1].
    right : Interval
        Share of right answers; exact binomial interval.
    products : int
    """

    stated: float
    right: Interval
    products: int


@dataclass(frozen=True)
class Calibration:
    """Stated certainty against the outcome.

    Attributes
    ----------
    bins : tuple of ReliabilityBin
        Of equal mass, least certain first.
    ece : Interval
        Expected calibration error of the predicted class; basic bootstrap interval.
    classwise_ece : Interval
        Mean over the classes of the error of each class's own probability; basic bootstrap interval.
    """

    bins: tuple[ReliabilityBin, ...]
    ece: Interval
    classwise_ece: Interval


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
class Risk:
    """Error among the most certain decisions.

    Attributes
    ----------
    coverage, risk : tuple of float
        Share decided, ascending to 1, and share of errors among them; a selection of the points.
    area, best_area : float
        Area under the whole curve (AURC), and the least possible with as many errors.
    points : tuple of OperatingPoint
        Lowest threshold first.
    bounds : tuple of RiskBound
    """

    coverage: tuple[float, ...]
    risk: tuple[float, ...]
    area: float
    best_area: float
    points: tuple[OperatingPoint, ...]
    bounds: tuple[RiskBound, ...]


@dataclass(frozen=True)
class ConfidenceSection:
    """How far certainty can be relied on, measured on products that the model had not seen.

    Attributes
    ----------
    products : int
    before, after : Calibration
        Before and after the temperature.
    risk : Risk
    """

    products: int
    before: Calibration
    after: Calibration
    risk: Risk
