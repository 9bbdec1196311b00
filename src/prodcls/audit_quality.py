"""What is wrong with the data, as data: findings with severity, count and examples."""

from __future__ import annotations

from dataclasses import dataclass, field

from prodcls.audit_measured import MEASURED

__all__ = ["Example", "Finding", "QualityFindings"]


@dataclass(frozen=True)
class Example:
    """One case of a finding: a product, a group of products, a phrase, or a column.

    Attributes
    ----------
    ids : tuple of str
        Of the products, at most 10.
    rows : tuple of int
        Their data rows in the file, from one.
    values : dict of (str to str, int or float)
        What explains the case; names and number are the same for all examples of one finding. Shares and probabilities
        are in [0, 1].
    """

    ids: tuple[str, ...]
    rows: tuple[int, ...] = field(metadata=MEASURED)
    values: dict[str, str | int | float]


@dataclass(frozen=True)
class Finding:
    """One kind of fault or peculiarity.

    Attributes
    ----------
    kind : str
        Stable identifier such as ``"label_error"``.
    severity : str
        ``"error"``: figures of a model on this data cannot be trusted before it is mended; ``"warning"``: look at it;
        ``"note"``: good to know.
    count : int
        Products concerned; columns, phrases or classes where the kind is about these.
    values : dict of (str to str, int or float)
        Further figures for the sentence. Shares are in [0, 1].
    examples : tuple of Example
        The most telling first.
    """

    kind: str
    severity: str
    count: int
    values: dict[str, str | int | float] = field(default_factory=dict)
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True)
class QualityFindings:
    """All findings, the most severe first.

    Attributes
    ----------
    findings : tuple of Finding
    clean : tuple of str
        Kinds that were looked for and not found.
    """

    findings: tuple[Finding, ...]
    clean: tuple[str, ...]
