"""What copies of photos bring: the evaluation once more without them, on the same folds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from prodcls.audit import Interval
from prodcls.audit_augmentation import AugmentationSection
from prodcls.config import FitConfig
from prodcls.evaluation import OutOfFold, cross_validate
from prodcls.gathering import Material
from prodcls.paired import compare_predictions
from prodcls.preparation import IMAGE_BLOCK

__all__ = ["augmentation_lines", "augmentation_section", "effect_lines"]


def augmentation_section(
    config: FitConfig, material: Material, found: OutOfFold, *, threads: int = 1
) -> AugmentationSection | None:
    """Evaluate without copies and compare.

    Parameters
    ----------
    config : FitConfig
    material : Material
    found : OutOfFold
        With copies.
    threads : int

    Returns
    -------
    AugmentationSection or None
        None where there are no copies.
    """
    problem = material.problem
    image = problem.inputs.dense.get(IMAGE_BLOCK)
    if image is None or image.copies is None:
        return None
    sources = np.unique(image.copies.source)
    plain = cross_validate(
        replace(problem, inputs=problem.inputs.without_copies()),
        head=config.head,
        balance=config.balance,
        random_state=config.random_state,
        threads=threads,
    )
    labels, n_classes = problem.labels[found.rows], len(problem.classes)
    figures = compare_predictions(labels, plain.ranked[:, 0], found.ranked[:, 0], n_classes, config.random_state)
    return AugmentationSection(
        least=config.augment,
        classes=len(np.unique(problem.labels[sources])),
        photos=len(sources),
        copies=len(image.copies.source),
        accuracy=Interval.of(figures.accuracy),
        macro_f1=Interval.of(figures.macro_f1),
        gained=figures.gained,
        lost=figures.lost,
        p_value=figures.p_value,
    )


def augmentation_lines(found: AugmentationSection | None) -> Iterator[str]:
    """Yield what the terminal tells of it: the effect, and what follows where it is none.

    Parameters
    ----------
    found : AugmentationSection or None

    Yields
    ------
    str
    """
    if found is not None:
        what = f"--augment {found.least}: {found.copies} copies of {found.photos} photos;"
        yield from effect_lines(what, "--augment", found.accuracy, found.macro_f1)


def effect_lines(what: str, option: str, accuracy: Interval, macro_f1: Interval) -> Iterator[str]:
    """Yield the effect of an option on two figures, and what follows where it is none.

    Parameters
    ----------
    what : str
        What was done.
    option : str
        As the user gives it.
    accuracy : Interval
        With it less without.
    macro_f1 : Interval
        Likewise.

    Yields
    ------
    str
    """
    effect = ", ".join(
        f"{name} {figure.value:+.3f} ({figure.low:+.3f} to {figure.high:+.3f})"
        for name, figure in (("accuracy", accuracy), ("macro-F1", macro_f1))
    )
    yield f"{what} on the same folds {effect}"
    if max(accuracy.low, macro_f1.low) <= 0:
        yield f"no gain that stands out from chance: a fit without {option} is as good and faster"
