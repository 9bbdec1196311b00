"""The further classes of a prediction set, each with the evidence that keeps it there.

For each the account is the exact one (`prodcls.explain.chain`) of the predicted class against it; what speaks for the
further class there is what keeps it in the set.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from prodcls.candidates import best_classes
from prodcls.explain.attribution import Attribution
from prodcls.explain.chain import explain_many
from prodcls.explain.steps import SetMember, SetMembers
from prodcls.explain.strongest import strongest
from prodcls.explain.subject import Subject
from prodcls.head import EvidenceHead
from prodcls.model import Model

__all__ = ["set_members"]

NAMED = 4
"""Most further classes that are told with their evidence."""

REASONS = 3
"""Most reasons for each."""


def set_members(
    model: Model,
    subject: Subject,
    coverage: float,
    probabilities: NDArray[np.float64],
    inside: NDArray[np.bool_],
) -> SetMembers:
    """Tell what keeps each class in a prediction set.

    Parameters
    ----------
    model : Model
    subject : Subject
    coverage : float
        Of the set.
    probabilities : ndarray of shape (K,), float64
        As served.
    inside : ndarray of shape (K,), bool
        The set.

    Returns
    -------
    SetMembers
        Without further classes with the flat head, which has no accounts.

    Raises
    ------
    AdditivityError
        If the parts of an account do not sum to its margin.
    """
    order = best_classes(probabilities[None], len(probabilities))[0]
    k = int(order[0])
    others = [int(c) for c in order[1:] if inside[c]][:NAMED] if isinstance(model.head, EvidenceHead) else []
    pairs = [(model.classes[k], model.classes[c]) for c in others]
    accounts = explain_many(model, subject, pairs) if pairs else ()
    return SetMembers(
        coverage,
        int(inside.sum()),
        model.classes[k],
        bool(inside[k]),
        tuple(_member(account, float(probabilities[c])) for c, account in zip(others, accounts, strict=True)),
    )


def _member(account: Attribution, probability: float) -> SetMember:
    _, contra = strongest(account.parts, 0, REASONS)
    assert account.certificate is not None  # noqa: S101 - exact accounts have one
    reasons = tuple(replace(reason, value=-reason.value) for reason in contra)
    return SetMember(account.versus, probability, account.margin, reasons, account.certificate)
