"""How a new catalogue differs from the one that was trained on, as data."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Certainty", "DriftDetail", "DriftLine", "DriftReport", "DriftSection", "MovedProduct", "MovedReason"]


@dataclass(frozen=True)
class DriftLine:
    """One respect in which the catalogues were compared.

    Attributes
    ----------
    name : str
        Column or block; empty where all of a product is meant.
    kind : str
        ``"class"``, ``"predicted"`` (class), ``"number"``, ``"expected"`` (a number against what the product's texts
        and photo let expect), ``"length"`` (of a text), ``"category"``, ``"unseen"`` (values of a category),
        ``"script"``, ``"words"`` (never seen), ``"photo"`` (there or not), ``"embedding"``, ``"certainty"`` or
        ``"review"``.
    effect : float
        Kolmogorov-Smirnov distance of numbers, lengths, words and certainty, Cramér's V of what has values or is a
        share, rank-biserial correlation without its sign for what is expected, all in [0, 1]; of embeddings the area
        under the curve with which a linear classifier tells the catalogues apart.
    corrected : float
        p-value, corrected for the number of lines.
    missing_before, missing_after : float
        Share of products without a value, in [0, 1].
    index : float or None
        Population stability index; None for embeddings and expected numbers.
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


@dataclass(frozen=True)
class DriftDetail:
    """What a line is made of.

    Attributes
    ----------
    name, kind : str
        Of the line.
    shares : dict of str to tuple of float
        By value, ``""`` for none: its share among the old and the new products. The values whose shares differ most,
        the most different first; empty for numbers.
    before, after : tuple of float
        Of numbers: 5%, 25%, 50%, 75% and 95% points; empty otherwise, or without a number.
    unseen : dict of str to int
        New products by a value that was not trained on, the most frequent ones.
    more : int
        Further such values.
    """

    name: str
    kind: str
    shares: dict[str, tuple[float, ...]]
    before: tuple[float, ...]
    after: tuple[float, ...]
    unseen: dict[str, int]
    more: int


@dataclass(frozen=True)
class Certainty:
    """How sure the model is of the new products.

    Attributes
    ----------
    threshold : float or None
        Probability that nine of ten training products had when models judged them that had not seen them; None where
        the bundle does not know.
    below : float or None
        Share of the new products that are less sure, in [0, 1].
    review_before : float or None
        Share of products up for review, measured at the fit.
    review_after : float or None
        The same of the new products, with those of which nothing is known; None where the bundle makes no sets.
    unknown : int
        New products of which nothing is known.
    """

    threshold: float | None
    below: float | None
    review_before: float | None
    review_after: float | None
    unknown: int


@dataclass(frozen=True)
class MovedReason:
    """In what a product is unlike those of training.

    Attributes
    ----------
    kind : str
        ``"embedding"``, ``"expected"``, ``"words"``, ``"unseen"``, ``"script"``, ``"missing"`` or ``"certainty"``.
    name : str
        Column or block.
    value : str
        Of the product: a number, words, a value, a script, or a class.
    usual : str
        What is usual: a number, or the id of the nearest training product; empty where it says nothing.
    distance : float
        1: as far as one in twenty of the training products is.
    """

    kind: str
    name: str
    value: str
    usual: str
    distance: float


@dataclass(frozen=True)
class MovedProduct:
    """A new product that is unlike those of training.

    Attributes
    ----------
    id : str
    row : int
        In the new catalogue.
    title : str
    predicted : str
    probability : float
    distance : float
        In its farthest respect.
    reasons : tuple of MovedReason
        The farthest first; none where nothing is farther than is usual.
    """

    id: str
    row: int
    title: str
    predicted: str
    probability: float
    distance: float
    reasons: tuple[MovedReason, ...]


@dataclass(frozen=True)
class DriftReport:
    """A new catalogue held against a bundle.

    Attributes
    ----------
    format_version : int
    title : str
        Name of the new file.
    data_sha256, data_format : str
        Of the new file.
    bundle_sha256 : str
    trained_on : str
        Name of the training catalogue's file.
    drift : DriftSection
    details : tuple of DriftDetail
        For the lines that have any, in their order.
    certainty : Certainty
    unknown_columns : tuple of str
        Columns of the new file that the model does not know.
    unknown_numbers : dict of str to int
        Numbers that the model does not know, such as prices in another currency, and how many rows have them.
    absent_numbers : tuple of str
        Numbers that the model knows and no row has.
    rejected : dict of str to int
        Rows and cells that were not taken, by code.
    moved : tuple of MovedProduct
        Those that moved farthest.
    distances : dict of str to float
        All new products by id, to four decimals.
    """

    format_version: int
    title: str
    data_sha256: str
    data_format: str
    bundle_sha256: str
    trained_on: str
    drift: DriftSection
    details: tuple[DriftDetail, ...]
    certainty: Certainty
    unknown_columns: tuple[str, ...]
    unknown_numbers: dict[str, int]
    absent_numbers: tuple[str, ...]
    rejected: dict[str, int]
    moved: tuple[MovedProduct, ...]
    distances: dict[str, float]

    @property
    def alarms(self) -> int:
        """How many lines raise an alarm."""
        return sum(line.alarm for line in self.drift.lines)
