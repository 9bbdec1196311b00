"""Closer looks at performance, as data: curves, slices, learning, paths."""

from __future__ import annotations

from dataclasses import dataclass

from prodcls.audit_interval import Interval

__all__ = ["HierarchyFigures", "LearningFigures", "PerformanceStudy", "PrecisionCurve", "SliceFigures"]


@dataclass(frozen=True)
class PrecisionCurve:
    """Precision that is left at each recall.

    Attributes
    ----------
    name : str
        Of the class.
    average : float
        Average precision, in [0, 1].
    precision : tuple of float
        At recalls evenly spaced from 0 to 1.
    """

    name: str
    average: float
    precision: tuple[float, ...]


@dataclass(frozen=True)
class SliceFigures:
    """Part of the products against all others.

    Attributes
    ----------
    kind : str
        ``"column"``: value of a column; ``"band"``: range of a number; ``"script"``, ``"photo"``, ``"length"``.
    column : str
        Name of the column, for the first two kinds; empty otherwise.
    value : str
        What the products have in common; for a range its number from 1.
    low, high : float or None
        Ends of a range of numbers or of text lengths in characters.
    products : int
    accuracy : Interval
        Exact binomial interval.
    rest : float
        Accuracy of all other products.
    p_value : float
        Fisher's exact test of "no worse than the rest", after Holm's correction for all slices.
    worse : bool
        Whether the slice is worse by more than chance.
    """

    kind: str
    column: str
    value: str
    low: float | None
    high: float | None
    products: int
    accuracy: Interval
    rest: float
    p_value: float
    worse: bool


@dataclass(frozen=True)
class LearningFigures:
    """A model fitted on part of the training products.

    Attributes
    ----------
    products : int
        Products it was fitted on.
    accuracy : Interval
        On one fold; exact binomial interval.
    """

    products: int
    accuracy: Interval


@dataclass(frozen=True)
class HierarchyFigures:
    """Figures over the nodes of paths instead of classes.

    Attributes
    ----------
    precision, recall, f1 : Interval
        Bootstrap intervals.
    levels : tuple of Interval
        Share of products that are right down to each level, the top first; exact binomial intervals.
    """

    precision: Interval
    recall: Interval
    f1: Interval
    levels: tuple[Interval, ...]


@dataclass(frozen=True)
class PerformanceStudy:
    """Closer looks at performance on products that the model had not seen.

    Attributes
    ----------
    micro, macro : PrecisionCurve
        Over all decisions, and as mean over the classes; without a name.
    curves : tuple of PrecisionCurve
        Of some classes, least average precision first.
    slices : tuple of SliceFigures
        Least accuracy first.
    judged : int
        Products of the fold of ``learning``.
    learning : tuple of LearningFigures
        Fewest products first; empty where it was not measured.
    hierarchy : HierarchyFigures or None
        None where the classes form no tree.
    """

    micro: PrecisionCurve
    macro: PrecisionCurve
    curves: tuple[PrecisionCurve, ...]
    slices: tuple[SliceFigures, ...]
    judged: int
    learning: tuple[LearningFigures, ...]
    hierarchy: HierarchyFigures | None
