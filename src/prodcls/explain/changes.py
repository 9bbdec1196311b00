"""What would have made the class another one, as data: each change scored again by the served model."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any, Literal

from prodcls.explain.attribution import Part

__all__ = ["Band", "Bands", "Change", "Changes", "Search"]


@dataclass(frozen=True)
class Change:
    """A change of the product that the served model answers with another class.

    Attributes
    ----------
    parts : tuple of Part
        Words taken out, one occurrence each, regions hidden, or segments of the sound cut out; their values are the
        account's, logits.
    becomes : str
        Class then.
    probability : float
        Calibrated, of that class.
    left : float
        Calibrated, of the class that the product has as it is.
    minimal : bool
        Whether it was tested that no single part can go back.
    """

    parts: tuple[Part, ...]
    becomes: str
    probability: float
    left: float
    minimal: bool


@dataclass(frozen=True)
class Search:
    """A search for the smallest change of one kind.

    Attributes
    ----------
    kind : {"words", "region", "stretch"}
    players : int
        Words of the product, regions of its photo, or segments of its sound.
    change : Change or None
        None: none was found within the budget.
    evaluations, budget : int
        Variants scored, and most that would have been.
    unconfirmed : int
        Sets found by the search to which the served model gave the old class; they are not shown.
    without_all : str
        Class without any word, without the photo's regions, or without the sound.
    """

    kind: Literal["words", "region", "stretch"]
    players: int
    change: Change | None
    evaluations: int
    budget: int
    unconfirmed: int
    without_all: str


@dataclass(frozen=True)
class Band:
    """Numbers from ``low`` to ``high``, both scored, that give the class ``becomes``."""

    low: float
    high: float
    becomes: str


@dataclass(frozen=True)
class Bands:
    """The classes over the range of one number column, everything else left as it is.

    Attributes
    ----------
    column : str
    own : float
        The product's number.
    bands : tuple of Band
        Ascending, from the least to the greatest number in training and at least to the product's own.
    evaluations : int
        Numbers scored.
    """

    column: str
    own: float
    bands: tuple[Band, ...]
    evaluations: int


@dataclass(frozen=True)
class Changes:
    """What would have changed the class of one product.

    Attributes
    ----------
    id : str
    predicted : str
        Class of the product as it is.
    probability : float
        Calibrated.
    searches : tuple of Search
    bands : tuple of Bands
    """

    id: str
    predicted: str
    probability: float
    searches: tuple[Search, ...]
    bands: tuple[Bands, ...]

    def to_json(self) -> str:
        """Return it as one JSON object, ``view`` saying what it is."""
        return json.dumps(
            {"view": "counterfactuals", **asdict(self)}, ensure_ascii=False, allow_nan=False, sort_keys=True
        )

    @classmethod
    def from_json(cls, text: str) -> Changes:
        """Return what `to_json` wrote."""
        found: dict[str, Any] = json.loads(text)
        found.pop("view")
        searches = tuple(Search(**{**s, "change": _change(s["change"])}) for s in found["searches"])
        bands = tuple(Bands(**{**b, "bands": tuple(Band(**x) for x in b["bands"])}) for b in found["bands"])
        return cls(**{**found, "searches": searches, "bands": bands})


def _change(found: dict[str, Any] | None) -> Change | None:
    if found is None:
        return None
    parts = tuple(Part(**{**p, "box": None if p["box"] is None else tuple(p["box"])}) for p in found["parts"])
    return Change(**{**found, "parts": parts})
