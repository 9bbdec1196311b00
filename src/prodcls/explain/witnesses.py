"""Independent witnesses by name: other methods that are asked about the same decision.

They see the model from outside only, through its scores of masked products, and promise no exact sum.
"""

from __future__ import annotations

from typing import Protocol

from prodcls.errors import InputError
from prodcls.explain.attribution import Attribution
from prodcls.explain.product import Product

__all__ = ["NAMES", "Witness", "witness"]

NAMES = ("shap", "lime", "leave-one-out", "occlusion", "alone")
"""Witnesses that there are."""


class Witness(Protocol):
    """A method that explains decisions from outside."""

    def explain(self, product: Product, a: str, b: str) -> Attribution:
        """Say why ``product`` is class ``a`` and not ``b``: a class, or `prodcls.explain.product.REST`."""


def witness(name: str) -> Witness:
    """Return a witness; its library is imported when it first explains.

    Parameters
    ----------
    name : {"shap", "lime", "leave-one-out", "occlusion", "alone"}

    Returns
    -------
    Witness

    Raises
    ------
    InputError
        If there is no such witness.
    """
    from prodcls.explain.leave_out import Alone, LeaveOneOut, Occlusion
    from prodcls.explain.lime_witness import Lime
    from prodcls.explain.shap_witness import Shap

    found: dict[str, type[Witness]] = dict(zip(NAMES, (Shap, Lime, LeaveOneOut, Occlusion, Alone), strict=True))
    if name not in found:
        message = f"no witness {name!r}; there are {', '.join(NAMES)}"
        raise InputError(message, code="witness-unknown")
    return found[name]()
