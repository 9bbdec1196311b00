"""What people decided of products that a model had classified, as data."""

from __future__ import annotations

from dataclasses import dataclass

from prodcls.audit_interval import Interval

__all__ = ["AgreementFigures", "OverrideItem", "OverridesSection", "PeoplePair"]


@dataclass(frozen=True)
class OverrideItem:
    """A decision that stands.

    Attributes
    ----------
    id : str
    predicted : str
        What the model that was reviewed had said.
    probability : float
        Of it, calibrated.
    decision : str
    reasons : tuple of str
        Codes of why the product was up for review; empty where it was not.
    who, when, reason : str
        As given; ``when`` in ISO 8601.
    learned : bool
        Whether the product is in this catalogue, which has the decision for its label.
    before : str
        The label that the catalogue gives; empty where it gives none, or does not have the product.
    now : str or None
        What a model of this fit says that had not seen the product; None where none judged it.
    """

    id: str
    predicted: str
    probability: float
    decision: str
    reasons: tuple[str, ...]
    who: str
    when: str
    reason: str
    learned: bool
    before: str
    now: str | None


@dataclass(frozen=True)
class AgreementFigures:
    """How often people chose what the model had said.

    Attributes
    ----------
    name : str
        Class that the model had said, or code of a reason; empty for all, and for products that were not up for review.
    decisions, agreed : int
    rate : Interval
        Share agreed; exact binomial interval.
    """

    name: str
    decisions: int
    agreed: int
    rate: Interval


@dataclass(frozen=True)
class PeoplePair:
    """Two people who judged the same products.

    Attributes
    ----------
    first, second : str
    products, agreed : int
        Judged by both of the answers of one model, and decided alike.
    kappa : float or None
        Cohen's; None where chance explains all.
    """

    first: str
    second: str
    products: int
    agreed: int
    kappa: float | None


@dataclass(frozen=True)
class OverridesSection:
    """Decisions of people.

    Attributes
    ----------
    recorded : int
        Decisions in the file.
    people : int
        Who took them.
    superseded : int
        Those in whose place a later one stands.
    learned, changed, added : int
        Labels of this catalogue that people set, those of them that differ from what it gives, and those where it gives
        none.
    absent : int
        Products with a decision that this catalogue does not have.
    differing : int
        Labels set by people that a model of this fit, which had not seen the product, would not give.
    agreement : AgreementFigures
        Over the decision that stands for each product and bundle.
    by_reason, by_class : tuple of AgreementFigures
        Most decisions first; of the classes at most 20.
    pairs : tuple of PeoplePair
        Most products first, at most 10.
    items : tuple of OverrideItem
        Latest first, at most 50; those that changed a label come before others.
    """

    recorded: int
    people: int
    superseded: int
    learned: int
    changed: int
    added: int
    absent: int
    differing: int
    agreement: AgreementFigures
    by_reason: tuple[AgreementFigures, ...]
    by_class: tuple[AgreementFigures, ...]
    pairs: tuple[PeoplePair, ...]
    items: tuple[OverrideItem, ...]
