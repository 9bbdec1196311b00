"""What a bundle keeps of every account, so that a later audit can say how a product's account changed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from prodcls.bundle_products import Judgements
from prodcls.conformal import held_out_sets
from prodcls.evaluation import OutOfFold, Problem
from prodcls.gathering import Material
from prodcls.reporting_accounts import gather_accounts
from prodcls.reporting_dossiers import judgements
from prodcls.reporting_oversight import anything_known
from prodcls.selective import Automation

__all__ = ["any_reason", "kept_accounts", "kept_automation", "kept_judgements"]


def kept_judgements(
    material: Material, scores: OutOfFold, probabilities: NDArray[np.float64], coverage: float
) -> Judgements:
    """Return what the evaluation said of the rows of the training catalogue, and why.

    Parameters
    ----------
    material : Material
    scores : OutOfFold
        Of m products.
    probabilities : ndarray of shape (m, K), float64
    coverage : float
        Of prediction sets.

    Returns
    -------
    Judgements
    """
    n, rows = len(material.catalogue), scores.rows
    settled = np.zeros(n, dtype=np.bool_)
    settled[rows[rows < n]] = ~any_reason(material.problem, scores, probabilities, coverage)[rows < n]
    found = judgements(material, scores, probabilities)
    return replace(found, accounts=kept_accounts(scores, n), settled=settled)


def kept_automation(
    problem: Problem, scores: OutOfFold, probabilities: NDArray[np.float64], coverage: float
) -> Automation:
    """Return certainty and outcome of the tested products that nothing else than a threshold would give to a person.

    Parameters
    ----------
    problem : Problem
    scores : OutOfFold
        Of m products.
    probabilities : ndarray of shape (m, K), float64
    coverage : float
        Of prediction sets.

    Returns
    -------
    Automation
    """
    alone = ~any_reason(problem, scores, probabilities, coverage)
    right = probabilities.argmax(axis=1) == problem.labels[scores.rows]
    return Automation(len(alone), probabilities.max(axis=1)[alone], right[alone])


def any_reason(
    problem: Problem, scores: OutOfFold, probabilities: NDArray[np.float64], coverage: float
) -> NDArray[np.bool_]:
    """Tell which tested products are up for review, whatever their certainty, as `predict` would say it of new ones.

    Parameters
    ----------
    problem : Problem
    scores : OutOfFold
        Of m products.
    probabilities : ndarray of shape (m, K), float64
    coverage : float
        Of prediction sets.

    Returns
    -------
    ndarray of shape (m,), bool
    """
    labels, groups = problem.labels[scores.rows], problem.groups[scores.rows]
    sets = held_out_sets(probabilities, labels, groups, coverage)
    found: NDArray[np.bool_] = (sets.sum(axis=1) != 1) | scores.unusual | ~anything_known(problem, scores)
    return found


def kept_accounts(scores: OutOfFold, n: int) -> dict[str, NDArray[np.float32]]:
    """Return the share of each evidence in the out-of-fold account of each product.

    Parameters
    ----------
    scores : OutOfFold
    n : int
        Products of the training catalogue, which come first; those of a test catalogue are left out.

    Returns
    -------
    dict of str to ndarray of shape (n,), float32
        By key of the evidence, in logits; NaN where a product was not judged. Empty with the flat head.
    """
    accounts = gather_accounts(scores)
    if accounts is None:
        return {}
    inside = scores.rows < n
    found = {}
    for i, channel in enumerate(accounts.channels):
        shares = np.full(n, np.nan, dtype=np.float32)
        shares[scores.rows[inside]] = accounts.shares[inside, i]
        found[channel.key] = shares
    return found
