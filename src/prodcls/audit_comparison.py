"""What changed since an earlier audit, as data."""

from __future__ import annotations

from dataclasses import dataclass, field

from prodcls.audit_interval import Interval
from prodcls.audit_measured import MEASURED

__all__ = [
    "ClassChange",
    "Comparison",
    "DataChange",
    "FigureChange",
    "Flip",
    "FlipCounts",
    "FlipPart",
    "PairedChange",
    "ShareChange",
    "TextChange",
]


@dataclass(frozen=True)
class FigureChange:
    """A figure of both audits, each on its own products."""

    name: str
    before: float
    after: float


@dataclass(frozen=True)
class PairedChange:
    """Both models on the products that both audits judged, held against the labels of the later one.

    Attributes
    ----------
    products : int
    right_before, right_after : int
    lost, gained : int
        Products on which only the earlier, and only the later model is right.
    p_value : float
        Exact McNemar test, two-sided.
    accuracy, macro_f1 : Interval
        Later less earlier.
    """

    products: int
    right_before: int
    right_after: int
    lost: int
    gained: int
    p_value: float
    accuracy: Interval
    macro_f1: Interval


@dataclass(frozen=True)
class ClassChange:
    """Recall of a class in both audits; shares in [0, 1]."""

    name: str
    before: Interval
    after: Interval


@dataclass(frozen=True)
class FlipPart:
    """One line of an account: the evidence, and logits for the predicted class over its runner-up."""

    block: str
    key: str
    label: str
    contribution: float


@dataclass(frozen=True)
class Flip:
    """A product that is put into another class than before.

    Attributes
    ----------
    id, title : str
    kind : str
        ``"lost"``: right before; ``"gained"``: right now; ``"other"``: wrong both times.
    label : str
        Of the later audit.
    before, after : str
        Predicted classes.
    probability_before, probability_after : float
        Calibrated, of these classes.
    account_before, account_after : tuple of FlipPart
        The largest; empty where that audit kept no accounts.
    """

    id: str
    title: str
    kind: str
    label: str
    before: str
    after: str
    probability_before: float
    probability_after: float
    account_before: tuple[FlipPart, ...]
    account_after: tuple[FlipPart, ...]


@dataclass(frozen=True)
class FlipCounts:
    """Products put into another class than before: right then, right now, wrong both times."""

    lost: int
    gained: int
    other: int


@dataclass(frozen=True)
class TextChange:
    """Something that was called one thing and is called another: an option, a column's role, a product's label."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class ShareChange:
    """Share of a block in the sum of absolute contributions; None where the audit knows no such block."""

    block: str
    before: float | None
    after: float | None


@dataclass(frozen=True)
class DataChange:
    """How the training catalogue changed; products are the same where their ids are.

    Attributes
    ----------
    rows_before, rows_after : int
        Products learned.
    added, removed, changed, relabelled : int
        Products; changed ones have another text, number, value or photo.
    added_ids, removed_ids : tuple of str
        The first of them.
    labels : tuple of TextChange
        The first relabelled products.
    cells : dict of str to int
        Changed cells by column.
    columns_added, columns_removed, classes_added, classes_removed : tuple of str
    roles : tuple of TextChange
        Columns of another role.
    """

    rows_before: int
    rows_after: int
    added: int
    removed: int
    changed: int
    relabelled: int
    added_ids: tuple[str, ...]
    removed_ids: tuple[str, ...]
    labels: tuple[TextChange, ...]
    cells: dict[str, int]
    columns_added: tuple[str, ...]
    columns_removed: tuple[str, ...]
    classes_added: tuple[str, ...]
    classes_removed: tuple[str, ...]
    roles: tuple[TextChange, ...]


@dataclass(frozen=True)
class Comparison:
    """What changed since an earlier audit.

    Attributes
    ----------
    bundle_sha256 : str
        Digest of the earlier bundle's manifest.
    created : str
        When that bundle was made; ISO 8601 in UTC.
    data_path : str
    same_data : bool
        Whether both catalogues are the same file, byte by byte.
    figures : tuple of FigureChange
    paired : PairedChange or None
        None where no product was judged by both.
    classes : tuple of ClassChange
        Largest change of recall first; at most ten.
    flip_counts : FlipCounts
    flips : tuple of Flip
        At most twenty: lost ones first.
    data : DataChange
    shares : tuple of ShareChange
    options : tuple of TextChange
        Configuration and encoders.
    """

    bundle_sha256: str
    created: str
    data_path: str
    same_data: bool = field(metadata=MEASURED)
    figures: tuple[FigureChange, ...]
    paired: PairedChange | None
    classes: tuple[ClassChange, ...]
    flip_counts: FlipCounts
    flips: tuple[Flip, ...]
    data: DataChange
    shares: tuple[ShareChange, ...]
    options: tuple[TextChange, ...]
