"""What text encoders that learned bring: the evaluation once more with them as they are, on the same folds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from prodcls.audit import Interval
from prodcls.audit_tuning import TuningFigures, TuningSection
from prodcls.calibration import softmax
from prodcls.config import FitConfig
from prodcls.evaluation import OutOfFold, cross_validate
from prodcls.inputs import Inputs
from prodcls.material import Material
from prodcls.metrics import evaluate
from prodcls.paired import compare_predictions
from prodcls.reporting_augmentation import effect_lines

__all__ = ["tuning_lines", "tuning_section"]


def tuning_section(
    config: FitConfig,
    material: Material,
    frozen: Inputs,
    found: OutOfFold,
    probabilities: NDArray[np.float64],
    *,
    threads: int = 1,
) -> TuningSection:
    """Evaluate without adapters and compare.

    Parameters
    ----------
    config : FitConfig
    material : Material
    frozen : Inputs
        The products as encoders read them that learned nothing.
    found : OutOfFold
        With adapters, of m products.
    probabilities : ndarray of shape (m, K), float64
        Of the same, calibrated.
    threads : int

    Returns
    -------
    TuningSection
    """
    problem, seed = material.problem, config.random_state
    plain = cross_validate(
        replace(problem, inputs=frozen, tuned={}),
        head=config.head,
        balance=config.balance,
        random_state=seed,
        threads=threads,
    )
    labels, n_classes = problem.labels[found.rows], len(problem.classes)
    changed = compare_predictions(labels, plain.ranked[:, 0], found.ranked[:, 0], n_classes, seed)

    def figures(scores: OutOfFold, said: NDArray[np.float64]) -> TuningFigures:
        s = evaluate(labels, scores.ranked[:, 0], said, n_classes, seed)
        return TuningFigures(Interval.of(s.accuracy), Interval.of(s.macro_f1), s.log_loss or 0.0, s.ece or 0.0)

    adapters = material.recipe.adapters
    return TuningSection(
        encoders=tuple(one.encoder for one in adapters),
        maps=sum(len(one.down) for one in adapters),
        numbers=sum(array.size for one in adapters for side in (one.down, one.up) for array in side.values()),
        texts=material.lessons,
        frozen=figures(plain, softmax(plain.margins, plain.temperature)),
        tuned=figures(found, probabilities),
        accuracy=Interval.of(changed.accuracy),
        macro_f1=Interval.of(changed.macro_f1),
        gained=changed.gained,
        lost=changed.lost,
        p_value=changed.p_value,
    )


def tuning_lines(found: TuningSection | None) -> Iterator[str]:
    """Yield what the terminal tells of it: the effect, and what follows where it is none.

    Parameters
    ----------
    found : TuningSection or None

    Yields
    ------
    str
    """
    if found is not None:
        what = f"--tune lora: {', '.join(found.encoders)}, against the same encoders as they are,"
        yield from effect_lines(what, "--tune", found.accuracy, found.macro_f1)
