"""Dossiers as data: why one product got this class and not that one, by a model that never saw it."""

from __future__ import annotations

from dataclasses import dataclass, field

from prodcls.audit_measured import MEASURED
from prodcls.explain.attribution import Attribution
from prodcls.explain.case import Note, Original
from prodcls.explain.changes import Changes
from prodcls.explain.similar import SimilarProducts
from prodcls.explain.spreads import NumberView
from prodcls.explain.steps import RollUp, SetMembers

__all__ = ["Dossier", "Entry", "Shard"]

LONGEST = 120
"""Characters of a title in the index; longer ones are cut."""


@dataclass(frozen=True)
class Dossier:
    """One product, its classes, and the exact account of the one against the other.

    Attributes
    ----------
    id : str
    row : int
        One-based data row in the catalogue's file.
    kind : str
        ``"right"``, ``"wrong"``, ``"uncertain"`` or ``"suspect"`` (label in doubt).
    fields : dict of str to str
        Text as the models read it and other cells as they were written; text columns first.
    texts : tuple of str
        Names of the text columns.
    photo : str or None
        Small thumbnail as base64 JPEG, for the card in the audit.
    picture : str or None
        Larger one, for the product's own page.
    picture_size : tuple of int, or None
        Its width and height.
    label, predicted, versus : str
    probability, versus_probability : float
        Calibrated.
    margin : float
        Logits, predicted against versus, of the product scored alone; the evaluation, which scores a fold at a time,
        differs by rounding at most.
    account : Attribution or None
        In words, picture regions and columns, by the model of the product's fold; it sums to ``margin``. None with the
        flat head.
    notes : tuple of Note
    numbers : tuple of NumberView
        Among the training products of the fold.
    changes : Changes or None
        The classes over the range of each number; words and regions are not searched, which takes seconds a product.
        None with the flat head.
    similar : SimilarProducts or None
        Training products of the fold. None with the flat head.
    originals : tuple of Original
        Of the texts that were cleaned.
    path : RollUp or None
        The decision along the path of its class; None where the classes form no tree, and with the flat head.
    members : SetMembers or None
        Its prediction set, in whose thresholds it had no say; None with the flat head.
    """

    id: str
    row: int = field(metadata=MEASURED)
    kind: str
    fields: dict[str, str]
    texts: tuple[str, ...]
    photo: str | None
    picture: str | None
    picture_size: tuple[int, int] | None
    label: str
    predicted: str
    versus: str
    probability: float
    versus_probability: float
    margin: float
    account: Attribution | None = None
    notes: tuple[Note, ...] = ()
    numbers: tuple[NumberView, ...] = ()
    changes: Changes | None = None
    similar: SimilarProducts | None = None
    originals: tuple[Original, ...] = ()
    path: RollUp | None = None
    members: SetMembers | None = None

    @property
    def entry(self) -> Entry:
        """Its line in the index."""
        title = " ".join(self.title.split())
        title = title if len(title) <= LONGEST else f"{title[: LONGEST - 1]}\u2026"
        return Entry(self.id, title, self.label, self.predicted, self.probability, self.kind)

    @property
    def explained(self) -> Attribution:
        """The account; one without parts where there is none."""
        return self.account or Attribution(
            id=self.id,
            method="flat",
            predicted=self.predicted,
            versus=self.versus,
            probability=self.probability,
            versus_probability=self.versus_probability,
            margin=self.margin,
            parts=(),
            certificate=None,
        )

    @property
    def title(self) -> str:
        """First text that is there, or the id."""
        return next((self.fields[c] for c in self.texts if self.fields.get(c, "").strip()), self.id)


@dataclass(frozen=True)
class Entry:
    """A dossier in the index of all products.

    Attributes
    ----------
    id, title, label, predicted : str
    probability : float
        Calibrated, of ``predicted``.
    kind : str
        As in `Dossier`.
    """

    id: str
    title: str
    label: str
    predicted: str
    probability: float
    kind: str


@dataclass(frozen=True)
class Shard:
    """A file of dossiers beside the report, a JSON object a line.

    Attributes
    ----------
    name : str
        Below the report's folder.
    dossiers : int
        Lines.
    sha256 : str
        Of its bytes.
    """

    name: str
    dossiers: int
    sha256: str = field(metadata=MEASURED)
