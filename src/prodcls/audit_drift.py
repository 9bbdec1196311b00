"""How a new catalogue differs from the one that was trained on, as data."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DriftLine", "DriftSection"]


@dataclass(frozen=True)
class DriftLine:
    """One respect in which the catalogues were compared.

    Attributes
    ----------
    name : str
        Column or block; empty for the classes.
    kind : str
        ``"class"``, ``"number"``, ``"length"`` (of a text), ``"category"`` or ``"embedding"``.
    effect : float
        Kolmogorov-Smirnov distance of numbers and lengths, Cramér's V of classes and categories, in [0, 1]; of
        embeddings the area under the curve with which a linear classifier tells the catalogues apart.
    corrected : float
        p-value, corrected for the number of lines.
    missing_before, missing_after : float
        Share of products without a value, in [0, 1].
    index : float or None
        Population stability index; None for embeddings.
    unseen : float or None
        Share of new products with a value that was not trained on, in [0, 1]; None where that has no meaning.
    low, high : float or None
        Range of 95% of the areas that random labels give, for embeddings.
    alarm : bool
    """

    name: str
    kind: str
    effect: float
    corrected: float
    missing_before: float
    missing_after: float
    index: float | None
    unseen: float | None
    low: float | None
    high: float | None
    alarm: bool


@dataclass(frozen=True)
class DriftSection:
    """A new catalogue against the training catalogue.

    Attributes
    ----------
    before, after : int
        Products.
    level : float
        Largest corrected p-value that raises an alarm.
    lines : tuple of DriftLine
    """

    before: int
    after: int
    level: float
    lines: tuple[DriftLine, ...]
