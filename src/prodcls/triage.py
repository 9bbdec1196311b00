"""Which decisions a person should look at, and for what reasons."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
from numpy.typing import NDArray

from prodcls.bundle_products import KnownColumns
from prodcls.conformal import SetRule, decided
from prodcls.head import EvidenceHead, Margins
from prodcls.inputs import Inputs
from prodcls.model import Model
from prodcls.selective import REASONS, Reason
from prodcls.trained import something_known

__all__ = ["named_reasons", "review_reasons"]


def review_reasons(
    model: Model,
    known: KnownColumns,
    sets: SetRule | None,
    inputs: Inputs,
    said: tuple[NDArray[np.float64], Margins | None],
    *,
    least: float = 0.0,
    added: Collection[str] = (),
) -> dict[Reason, NDArray[np.bool_]]:
    """Tell which products a person should look at.

    Parameters
    ----------
    model : Model
    known : KnownColumns
        What the model was trained on.
    sets : SetRule or None
        None: no product is given to a person for its set.
    inputs : Inputs
        n products with the model's columns.
    said : tuple of (ndarray of shape (n, K), Margins or None)
        What the model decided: see `Model.decide`.
    least : float
        Certainty below which a decision is given to a person, whatever its set; 0 for none.
    added : collection of str
        Classes that were added after the fit: nothing was measured of them, so that a person looks at all decisions
        for them.

    Returns
    -------
    dict of str to ndarray of shape (n,), bool
        By all of `prodcls.selective.REASONS`. Where nothing is known of a product, no other reason is given.
    """
    probabilities, margins = said
    there = something_known(inputs, known)
    nowhere = np.zeros(len(inputs), dtype=np.bool_)
    found: dict[Reason, NDArray[np.bool_]] = dict.fromkeys(REASONS, nowhere)
    found["nothing-known"] = ~there
    if added:
        never = np.isin(model.classes, list(added))
        found["added-class"] = there & never[probabilities.argmax(axis=1)]
    if sets is not None and not least:
        found["not-one-class"] = there & ~decided(sets.sets(probabilities), probabilities.argmax(axis=1))
    found["not-sure-enough"] = there & (probabilities.max(axis=1) < least)
    if isinstance(model.head, EvidenceHead) and margins is not None:
        unusual = model.head.unusual(inputs, margins, probabilities.argmax(axis=1))
        found |= {name: there & rows for name, rows in unusual.items()}
    return found


def named_reasons(reasons: Mapping[Reason, NDArray[np.bool_]], n: int) -> list[list[str]]:
    """Return the reasons of each of n products, most pressing first."""
    return [[name for name, rows in reasons.items() if rows[i]] for i in range(n)]
