"""An account of one decision as data: parts that sum to the margin, and the certificate that they do."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, NamedTuple

from prodcls.errors import AdditivityError

__all__ = [
    "TOLERANCE",
    "Attribution",
    "Certificate",
    "Line",
    "Part",
    "PartKind",
    "Scope",
    "certified",
    "certify",
    "merged",
]

TOLERANCE = 1e-6
"""Largest residual of an account, logits; above it the program is at fault."""

PartKind = Literal["word", "region", "segment", "column", "evidence", "context", "unread"]


@dataclass(frozen=True)
class Part:
    """One line of an account.

    Attributes
    ----------
    block : str
        Text column, ``"image"``, ``"audio"``, ``"lexical"``, the name of another column, or ``"prior"``.
    kind : PartKind
        ``"evidence"`` is a share of a whole block that no word, region or segment carries (such as the votes of similar
        products), ``"context"`` what cannot be placed, ``"unread"`` a word beyond the encoder's limit (value 0).
    label : str
        The word as it was written, the column's cell, or a key such as ``"neighbours"`` or ``"missing"``.
    value : float
        Logits in favour of class A.
    column : str
        Text column that ``start`` and ``end`` refer to, or the column; ``""`` where there is none.
    start, end : int or None
        Characters in the product's own text, for words.
    box : tuple of float or None
        Left, top, right, bottom in [0, 1] of the photo as it was taken, for regions; left and right of the time, for
        segments of a sound.
    """

    block: str
    kind: PartKind
    label: str
    value: float
    column: str = ""
    start: int | None = None
    end: int | None = None
    box: tuple[float, float, float, float] | None = None


class Line(NamedTuple):
    """A `Part` as a row, field by field the same; made several times faster, for those who need thousands."""

    block: str
    kind: PartKind
    label: str
    value: float
    column: str = ""
    start: int | None = None
    end: int | None = None
    box: tuple[float, float, float, float] | None = None


@dataclass(frozen=True)
class Certificate:
    """The sum of an account's parts, the margin as served, and their difference, in logits."""

    sum: float
    margin: float
    residual: float


@dataclass(frozen=True)
class Scope:
    """What a method's figures are about where that is not the served margin.

    Attributes
    ----------
    about : {"pool", "attention"}
        ``"pool"``: the linear pool's lead of A over B, without the booster; ``"attention"``: where an encoder looks,
        whatever the classes.
    note : str
        The same in a sentence, for those who read the JSON.
    lead : float or None
        What the parts should sum to, logits; None for attention.
    residual : float or None
        Sum of the parts less ``lead``.
    """

    about: Literal["pool", "attention"]
    note: str
    lead: float | None = None
    residual: float | None = None


@dataclass(frozen=True)
class Attribution:
    """Why a product is class A and not class B.

    Attributes
    ----------
    id : str
    method : str
        ``"chain"`` for the exact account; witnesses have names of their own.
    predicted, versus : str
        Class A and class B; ``versus`` may be ``"rest"``: all other classes together.
    probability, versus_probability : float
        Calibrated, in [0, 1].
    margin : float
        Log odds of A against B, as served.
    parts : tuple of Part
        Any number; largest absolute value first.
    certificate : Certificate or None
        None for witnesses, which promise no exact sum.
    scope : Scope or None
        None for an account of the served margin.
    """

    id: str
    method: str
    predicted: str
    versus: str
    probability: float
    versus_probability: float
    margin: float
    parts: tuple[Part, ...]
    certificate: Certificate | None
    scope: Scope | None = None

    def to_json(self) -> str:
        """Return the account as one JSON object."""
        return json.dumps(asdict(self), ensure_ascii=False, allow_nan=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Attribution:
        """Return the account written by `to_json`."""
        found: dict[str, Any] = json.loads(text)
        parts = tuple(Part(**{**p, "box": None if p["box"] is None else tuple(p["box"])}) for p in found["parts"])
        certificate = None if found["certificate"] is None else Certificate(**found["certificate"])
        scope = None if found.get("scope") is None else Scope(**found["scope"])
        return cls(**{**found, "parts": parts, "certificate": certificate, "scope": scope})


def certify(parts: Sequence[Part], margin: float) -> Certificate:
    """Return the certificate of ``parts`` that claim to sum to ``margin``; see `certified`."""
    return certified([part.value for part in parts], margin)


def certified(values: Iterable[float], margin: float) -> Certificate:
    """Return the certificate of parts that claim to sum to ``margin``.

    Parameters
    ----------
    values : iterable of float
        Of the parts, in their order.
    margin : float
        As served, logits.

    Returns
    -------
    Certificate

    Raises
    ------
    AdditivityError
        If they do not, to within `TOLERANCE`.
    """
    total = float(sum(values))
    if not abs(total - margin) <= TOLERANCE:
        message = f"the parts of an account sum to {total:.9g}, its margin is {margin:.9g}"
        raise AdditivityError(message)
    return Certificate(total, margin, total - margin)


def merged(parts: Iterable[Part | Line]) -> Iterator[Line]:
    """Return the parts, those that differ by their value alone as one, such as those of an absent block."""
    found: dict[tuple[Any, ...], float] = {}
    for part in parts:
        key = part.block, part.kind, part.label, part.column, part.start, part.end, part.box
        found[key] = found.get(key, 0.0) + part.value
    return (
        Line(block, kind, label, value, column, start, end, box)
        for (block, kind, label, column, start, end, box), value in found.items()
    )
