"""What the report says of cells that were used, though not as they stand."""

from __future__ import annotations

from dataclasses import dataclass, field

from prodcls.audit_measured import MEASURED

__all__ = ["CellNote", "Conversion", "ConversionRate"]


@dataclass(frozen=True)
class CellNote:
    """Cells of one column that were read in one way, such as ranges of prices at their lower end.

    Attributes
    ----------
    column : str
    code : str
        As in the table of rejections.
    cells : int
        How many there are.
    row : int
        One-based data row of the first.
    excerpt : str
        The first, as it stands.
    reason : str
        How the first was read.
    """

    column: str
    code: str
    cells: int
    row: int = field(metadata=MEASURED)
    excerpt: str = field(metadata=MEASURED)
    reason: str = field(metadata=MEASURED)


@dataclass(frozen=True)
class ConversionRate:
    """What one unit of a currency is worth in the base.

    Attributes
    ----------
    currency : str
        ISO 4217 code.
    rate : str
        As the file writes it.
    date : str
        Day of the rate.
    """

    currency: str
    rate: str
    date: str


@dataclass(frozen=True)
class Conversion:
    """The rates by which amounts of money became amounts in one currency.

    Attributes
    ----------
    base : str
        ISO 4217 code.
    sha256 : str
        Of the file of rates.
    rates : tuple of ConversionRate
    """

    base: str
    sha256: str
    rates: tuple[ConversionRate, ...]
