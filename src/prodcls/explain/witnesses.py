"""Independent witnesses by name: other methods that are asked about the same decision.

Most see the model from outside only, through its scores of masked products; integrated gradients and attention look
into the encoders. None promises an exact sum.
"""

from __future__ import annotations

from typing import Protocol

from prodcls.errors import InputError
from prodcls.explain.attribution import Attribution
from prodcls.explain.product import Product

__all__ = ["NAMES", "Witness", "witness"]

NAMES = ("shap", "lime", "leave-one-out", "occlusion", "alone", "integrated-gradients", "attention")
"""Witnesses that there are."""


class Witness(Protocol):
    """A method that is asked about a decision."""

    def explain(self, product: Product, a: str, b: str) -> Attribution:
        """Say why ``product`` is class ``a`` and not ``b``: a class, or `prodcls.explain.product.REST`."""


def witness(name: str) -> Witness:
    """Return a witness; its library is imported when it first explains.

    Parameters
    ----------
    name : {"shap", "lime", "leave-one-out", "occlusion", "alone", "integrated-gradients", "attention"}

    Returns
    -------
    Witness

    Raises
    ------
    InputError
        If there is no such witness.
    """
    from prodcls.explain.attention import Attention
    from prodcls.explain.gradients import IntegratedGradients
    from prodcls.explain.leave_out import Alone, LeaveOneOut, Occlusion
    from prodcls.explain.lime_witness import Lime
    from prodcls.explain.shap_witness import Shap

    kinds = (Shap, Lime, LeaveOneOut, Occlusion, Alone, IntegratedGradients, Attention)
    found: dict[str, type[Witness]] = dict(zip(NAMES, kinds, strict=True))
    if name not in found:
        message = f"no witness {name!r}; there are {', '.join(NAMES)}"
        raise InputError(message, code="witness-unknown")
    return found[name]()
