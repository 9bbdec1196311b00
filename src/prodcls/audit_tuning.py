"""What encoders that learned from the classes did to the figures, as data."""

from __future__ import annotations

from dataclasses import dataclass

from prodcls.audit_interval import Interval

__all__ = ["TuningFigures", "TuningSection"]


@dataclass(frozen=True)
class TuningFigures:
    """How good one of the two evaluations was.

    Attributes
    ----------
    accuracy, macro_f1 : Interval
    log_loss, ece : float
        Of calibrated probabilities.
    """

    accuracy: Interval
    macro_f1: Interval
    log_loss: float
    ece: float


@dataclass(frozen=True)
class TuningSection:
    """The evaluation with text encoders that learned from the other folds against the one with them as they are.

    Attributes
    ----------
    encoders : tuple of str
        Names of those that learned.
    maps, numbers : int
        Linear maps that were changed, and numbers that were learned for that, in the model for use.
    texts : int
        Texts that the encoders of the model for use learned from.
    frozen, tuned : TuningFigures
    accuracy, macro_f1 : Interval
        Tuned less frozen.
    gained, lost : int
        Products that only the tuned, and only the frozen model puts right.
    p_value : float
        Of McNemar's exact test.
    """

    encoders: tuple[str, ...]
    maps: int
    numbers: int
    texts: int
    frozen: TuningFigures
    tuned: TuningFigures
    accuracy: Interval
    macro_f1: Interval
    gained: int
    lost: int
    p_value: float
