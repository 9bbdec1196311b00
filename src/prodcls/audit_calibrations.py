"""How the served calibration stands beside other ways to calibrate, as data."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CalibrationScores", "Calibrations"]


@dataclass(frozen=True)
class CalibrationScores:
    """One way to calibrate.

    Attributes
    ----------
    name : str
        ``"none"``, ``"temperature"``, ``"served"``, ``"per_class"``, ``"isotonic"`` or ``"beta"``.
    log_loss : float
        Nats.
    brier : float
        Mean squared distance to the outcome, summed over classes, in [0, 2].
    ece, classwise_ece : float
        Calibration error of the predicted class, and the mean of those of each class.
    """

    name: str
    log_loss: float
    brier: float
    ece: float
    classwise_ece: float


@dataclass(frozen=True)
class Calibrations:
    """What is served, and what other ways would give on the same products.

    Attributes
    ----------
    folds : int
        Models that judged the products.
    by_doubt : int
        Those with a temperature that depends on how doubtful the product is.
    stepped : int
        Those that take something off classes beside the candidates.
    candidates : int
        How many candidates a product has.
    lowest, highest : float
        Of the products' temperatures.
    methods : tuple of CalibrationScores
        At least ``"none"`` and ``"served"``.
    """

    folds: int
    by_doubt: int
    stepped: int
    candidates: int
    lowest: float
    highest: float
    methods: tuple[CalibrationScores, ...]
