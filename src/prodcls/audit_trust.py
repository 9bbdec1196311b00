"""Whether the explanations can be trusted, as data: what the model itself says of them, beside other methods."""

from __future__ import annotations

from dataclasses import dataclass, field

from prodcls.audit_interval import Interval
from prodcls.audit_measured import MEASURED

__all__ = ["MethodAgreement", "MethodFaithfulness", "TrustSection"]


@dataclass(frozen=True)
class MethodFaithfulness:
    """How a method's order of words (or picture regions) bears out when the model is asked again.

    All figures are of the predicted class's probability, in [-1, 1], means over the products; ``low`` and ``high``
    equal ``value`` where there are too few for an interval.

    Attributes
    ----------
    name : str
        ``"chain"``, ``"chain-corrected"``, ``"lime"``, ``"shap"`` or ``"random"``.
    products : int
    comprehensiveness : Interval
        What it loses without the parts ranked highest; more is better.
    sufficiency : Interval
        What it loses with nothing but them; less is better.
    deletion, insertion : Interval
        Area under it as parts are taken out (less is better) or put in (more is better), highest first.
    """

    name: str
    products: int
    comprehensiveness: Interval
    sufficiency: Interval
    deletion: Interval
    insertion: Interval


@dataclass(frozen=True)
class MethodAgreement:
    """How far two rankings of the same words agree, means over the products.

    Attributes
    ----------
    name : str
        Method that is compared.
    products : int
    rank_correlation : Interval
        Spearman's, in [-1, 1].
    top_overlap : Interval
        Share of the five highest ones in common, in [0, 1].
    """

    name: str
    products: int
    rank_correlation: Interval
    top_overlap: Interval


@dataclass(frozen=True)
class TrustSection:
    """The exact account held against other methods and chance, with the model as the judge.

    Attributes
    ----------
    products : int
    kinds : dict of str to int
        Of them, those that were ``"right"``, ``"wrong"`` and ``"uncertain"``.
    judged : str
        ``"word"``, ``"region"`` or ``"segment"``: what was taken out and kept.
    parts : float
        Median number of them in a product.
    intervals : bool
        Whether there were enough products for intervals.
    explained : int
        Accounts whose sum was held against the served margin: one in evidence for every tested product, and those in
        words and regions.
    max_residual : float
        Largest distance, logits.
    methods : tuple of MethodFaithfulness
        The exact account first, random order last.
    ahead : tuple of MethodFaithfulness
        The exact account less each other method, on the products that both have.
    agreed : tuple of MethodAgreement
        Other methods against the exact account.
    repeated : tuple of MethodAgreement
        Methods against themselves with another seed.
    lime_samples, shap_evaluations, random_orders : int
        Variants of a product that LIME draws, that SHAP asks for, and orders drawn at random.
    corrected_parts : int
        Most words or regions with which the corrected account was made.
    seconds : dict of str to float
        Median wall time for one product by method.
    """

    products: int
    kinds: dict[str, int]
    judged: str
    parts: float
    intervals: bool
    explained: int
    max_residual: float
    methods: tuple[MethodFaithfulness, ...]
    ahead: tuple[MethodFaithfulness, ...]
    agreed: tuple[MethodAgreement, ...]
    repeated: tuple[MethodAgreement, ...]
    lime_samples: int
    shap_evaluations: int
    random_orders: int
    corrected_parts: int
    seconds: dict[str, float] = field(metadata=MEASURED)
