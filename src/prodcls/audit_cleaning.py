"""What the cleaning of texts changed, as data."""

from __future__ import annotations

from dataclasses import dataclass, field

from prodcls.audit_measured import MEASURED

__all__ = ["CleaningExample", "CleaningFindings", "CleaningStep", "Piece"]


@dataclass(frozen=True)
class Piece:
    """A run of a text, changed or not."""

    text: str
    changed: bool


@dataclass(frozen=True)
class CleaningExample:
    """What one step did to one text, cut to the first place where it did something.

    Attributes
    ----------
    row : int
        One-based data row.
    column : str
    before, after : tuple of Piece
    """

    row: int = field(metadata=MEASURED)
    column: str
    before: tuple[Piece, ...]
    after: tuple[Piece, ...]


@dataclass(frozen=True)
class CleaningStep:
    """One step.

    Attributes
    ----------
    step : str
        Name, as in `prodcls.cleaning.STEPS`.
    cells : dict of str to int
        Texts that it changed, by column with any.
    examples : tuple of CleaningExample
        At most two.
    """

    step: str
    cells: dict[str, int]
    examples: tuple[CleaningExample, ...]


@dataclass(frozen=True)
class CleaningFindings:
    """What was changed in the texts that the models read.

    Attributes
    ----------
    texts : int
        Cells of text columns that hold anything.
    cells : int
        Those that were changed.
    steps : tuple of CleaningStep
        Those that changed anything, in their order.
    """

    texts: int
    cells: int
    steps: tuple[CleaningStep, ...]
