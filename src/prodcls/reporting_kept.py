"""What a bundle keeps of every account, so that a later audit can say how a product's account changed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from prodcls.bundle_products import Judgements
from prodcls.evaluation import OutOfFold
from prodcls.gathering import Material
from prodcls.reporting_accounts import gather_accounts
from prodcls.reporting_cost import up_for_review
from prodcls.reporting_dossiers import judgements

__all__ = ["kept_accounts", "kept_judgements"]


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
    asked = up_for_review(material.problem, scores, probabilities, coverage)
    settled[rows[rows < n]] = ~asked[rows < n]
    found = judgements(material, scores, probabilities)
    return replace(found, accounts=kept_accounts(scores, n), settled=settled)


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
