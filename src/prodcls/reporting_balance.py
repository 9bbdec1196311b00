"""What balancing classes did, from the out-of-fold scores."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from prodcls.audit_balance import BalanceSection, SizeGroup
from prodcls.audit_interval import Interval
from prodcls.config import FitConfig
from prodcls.evaluation import NOT_TESTED, OutOfFold, Problem
from prodcls.head import EvidenceHead
from prodcls.metrics import exact_interval
from prodcls.paired import compare_predictions

__all__ = ["balance_lines", "balance_section"]

GROUPS = 3
"""Groups of classes by size, each of about as many classes."""

UNEQUAL = 2.0
"""Least ratio of the largest to the smallest class from which on the groups are told apart."""


def balance_section(problem: Problem, scores: OutOfFold, config: FitConfig, strength: float) -> BalanceSection | None:
    """Compare with and without balance.

    Parameters
    ----------
    problem : Problem
    scores : OutOfFold
    config : FitConfig
    strength : float
        Of the served model.

    Returns
    -------
    BalanceSection or None
        None with the flat head.
    """
    heads = [f.model.head for f in scores.folds if f.model is not None and isinstance(f.model.head, EvidenceHead)]
    if len(heads) < len(scores.folds):
        return None
    labels, before, after = problem.labels[scores.rows], scores.unbalanced, scores.ranked[:, 0]
    found = compare_predictions(labels, before, after, len(problem.classes), config.random_state)
    apart = problem.fold == NOT_TESTED
    trained = problem.labels[apart] if apart.any() else problem.labels
    sizes = np.bincount(trained, minlength=len(problem.classes))
    return BalanceSection(
        objective=config.balance,
        strength=strength,
        folds=tuple(head.balance for head in heads),
        accuracy=Interval.of(found.accuracy),
        macro_f1=Interval.of(found.macro_f1),
        gained=found.gained,
        lost=found.lost,
        groups=_groups(sizes, labels, before, after),
    )


def _groups(
    sizes: NDArray[np.int64], labels: NDArray[np.int64], before: NDArray[np.int64], after: NDArray[np.int64]
) -> tuple[SizeGroup, ...]:
    """Return thirds of the classes, smallest first; of those with judged products only."""
    if len(sizes) < GROUPS or sizes.max() < UNEQUAL * sizes.min():
        return ()
    found = []
    for members in np.array_split(np.argsort(sizes, kind="stable"), GROUPS):
        rows = np.isin(labels, members)
        if not rows.any():
            continue
        recall, without = (
            Interval.of(exact_interval(int((guess[rows] == labels[rows]).sum()), int(rows.sum())))
            for guess in (after, before)
        )
        fewest, most = int(sizes[members].min()), int(sizes[members].max())
        found.append(SizeGroup(len(members), fewest, most, int(rows.sum()), recall, without))
    return tuple(found)


def balance_lines(found: BalanceSection | None) -> Iterator[str]:
    """Yield what the terminal tells of it, where large classes are held back at all.

    Parameters
    ----------
    found : BalanceSection or None

    Yields
    ------
    str
    """
    if found is None or not any((found.strength, *found.folds)):
        return
    effect = ", ".join(
        f"{name} {figure.value:+.3f} ({figure.low:+.3f} to {figure.high:+.3f})"
        for name, figure in (("accuracy", found.accuracy), ("macro-F1", found.macro_f1))
    )
    yield f"large classes are held back by {found.strength:g} (--balance {found.objective}); out of fold {effect}"
