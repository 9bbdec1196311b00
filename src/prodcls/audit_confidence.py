"""How far the model's certainty can be relied on, as data: calibration, prediction sets, automation."""

from __future__ import annotations

from dataclasses import dataclass

from prodcls.audit_calibrations import Calibrations
from prodcls.audit_cost import OperatingCost
from prodcls.audit_interval import Interval

__all__ = [
    "Calibration",
    "ClassCoverage",
    "ConfidenceSection",
    "ReliabilityBin",
    "Risk",
    "SetFigures",
    "Sets",
]


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
class Risk:
    """Error among the most certain decisions.

    Attributes
    ----------
    coverage, risk : tuple of float
        Share decided, ascending to 1, and share of errors among them; a selection of the points.
    area, best_area : float
        Area under the whole curve (AURC), and the least possible with as many errors.
    """

    coverage: tuple[float, ...]
    risk: tuple[float, ...]
    area: float
    best_area: float


@dataclass(frozen=True)
class SetFigures:
    """One way to make prediction sets, over repeated splits.

    Attributes
    ----------
    name : str
        ``"rule"``: as served; ``"lac"``, ``"aps"``, ``"raps"``: one threshold for all classes.
    coverage, size : Interval
        Share of products whose set holds the true class, and classes in a set: mean over the splits, and the range of
        95% of them.
    worst : float or None
        Least mean coverage of a class with a promise of its own; None where no class has one.
    below : int
        Classes with a promise whose mean coverage is more than 0.03 below the target.
    """

    name: str
    coverage: Interval
    size: Interval
    worst: float | None
    below: int


@dataclass(frozen=True)
class ClassCoverage:
    """How often the set of a product of one class holds that class.

    Attributes
    ----------
    name : str
    products : int
    promised : bool
        Whether there are enough products for a promise to this class by itself.
    coverage : Interval
        Mean over the splits, and the range of 95% of them.
    """

    name: str
    products: int
    promised: bool
    coverage: Interval


@dataclass(frozen=True)
class Sets:
    """Prediction sets, measured on halves of the products that had no say in the thresholds.

    Attributes
    ----------
    target : float
        Coverage asked for.
    splits : int
    promised : int
        Products from which on a class has a promise of its own.
    methods : tuple of SetFigures
        The one served first.
    sizes : tuple of float
        Share of sets with 0, 1, ... classes; the last share is of sets of that size or larger.
    classes : tuple of ClassCoverage
        Least coverage first.
    """

    target: float
    splits: int
    promised: int
    methods: tuple[SetFigures, ...]
    sizes: tuple[float, ...]
    classes: tuple[ClassCoverage, ...]


@dataclass(frozen=True)
class ConfidenceSection:
    """How far certainty can be relied on, measured on products that the model had not seen.

    Attributes
    ----------
    products : int
    before, after : Calibration
        Before and after calibration.
    risk : Risk
    cost : OperatingCost
    sets : Sets or None
        None where the products cannot be parted, all being near-duplicates.
    calibrations : Calibrations or None
        None for the flat head, and in reports of earlier versions.
    """

    products: int
    before: Calibration
    after: Calibration
    risk: Risk
    cost: OperatingCost
    sets: Sets | None
    calibrations: Calibrations | None = None
