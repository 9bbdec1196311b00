"""What altered copies of photos did to the figures, as data."""

from __future__ import annotations

from dataclasses import dataclass

from prodcls.audit_interval import Interval

__all__ = ["AugmentationSection"]


@dataclass(frozen=True)
class AugmentationSection:
    """The evaluation with copies of small classes' photos against the one without, on the same folds.

    Attributes
    ----------
    least : int
        Classes with fewer products got copies.
    classes, photos, copies : int
        Such classes, their photos, and the copies made of these.
    accuracy, macro_f1 : Interval
        With copies less without.
    gained, lost : int
        Products that only the model with copies, and only the one without puts right.
    p_value : float
        Of McNemar's exact test.
    """

    least: int
    classes: int
    photos: int
    copies: int
    accuracy: Interval
    macro_f1: Interval
    gained: int
    lost: int
    p_value: float
