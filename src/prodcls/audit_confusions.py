"""Pairs of classes most often taken for each other, as data, with what tells them apart."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ConfusedPair", "EvidenceGap", "PairExample", "PairNumber"]


@dataclass(frozen=True)
class EvidenceGap:
    """What one kind of input says between the two classes.

    Attributes
    ----------
    block : str
    right : float or None
        Mean contribution to the true class over decisions between the two that are right, in logits; None without one.
    wrong : float or None
        The same where the decision is wrong.
    """

    block: str
    right: float | None
    wrong: float | None


@dataclass(frozen=True)
class PairNumber:
    """Medians of a number in both classes; None where no product has it."""

    column: str
    first: float | None
    second: float | None


@dataclass(frozen=True)
class PairExample:
    """A product of one class that was taken for the other.

    Attributes
    ----------
    id : str
    title : str
        Start of its text.
    label, predicted : str
    probability : float
        Of the predicted class.
    """

    id: str
    title: str
    label: str
    predicted: str
    probability: float


@dataclass(frozen=True)
class ConfusedPair:
    """Two classes that are taken for each other.

    Attributes
    ----------
    first, second : str
        Names; more products of the first were taken for the second than the other way round.
    first_as_second, second_as_first : int
        Products taken for the other class.
    products : tuple of int
        Of the first and of the second class.
    between : tuple of int
        Decisions between just these two classes, right and wrong.
    evidence : tuple of EvidenceGap
        Largest loss from right to wrong first; empty with the flat head.
    words_first, words_second : tuple of str
        Words that speak for one class against the other, strongest first.
    numbers : tuple of PairNumber
    examples : tuple of PairExample
        Most certain errors, one each way where there are some.
    """

    first: str
    second: str
    first_as_second: int
    second_as_first: int
    products: tuple[int, ...]
    between: tuple[int, ...]
    evidence: tuple[EvidenceGap, ...]
    words_first: tuple[str, ...]
    words_second: tuple[str, ...]
    numbers: tuple[PairNumber, ...]
    examples: tuple[PairExample, ...]
