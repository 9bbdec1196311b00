"""What people decided of products that a model had classified: a file of JSON lines that only grows.

One line a decision. A later decision on the same product stands in place of the earlier one; both are kept.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from prodcls.atomic import write_bytes
from prodcls.errors import InputError
from prodcls.locks import locked
from prodcls.moments import as_instant

__all__ = ["Override", "OverridesFile", "append_overrides", "read_overrides", "standing"]

VERSION = 1
MAX_BYTES = 1 << 30
"""Of a file of overrides."""


@dataclass(frozen=True)
class Override:
    """A decision of a person.

    Attributes
    ----------
    id : str
        Of the product.
    row : int
        One-based data row in the catalogue that was classified.
    predicted : str
        What the model had said.
    probability : float
        Of it, calibrated.
    members : tuple of str, or None
        The prediction set; None where the bundle made none.
    reasons : tuple of str
        Codes of why it was up for review; empty where it was not.
    decision : str
        Class that the person chose, which may be the predicted one.
    new_class : bool
        Whether the bundle does not know that class, and it was allowed all the same.
    who, reason : str
        As given.
    when : str
        ISO 8601: a day, or a day and a time.
    bundle : str
        Digest of the bundle that had classified the product.
    scored : str
        SHA-256 of the scored file.
    """

    id: str
    row: int
    predicted: str
    probability: float
    members: tuple[str, ...] | None
    reasons: tuple[str, ...]
    decision: str
    new_class: bool
    who: str
    when: str
    reason: str
    bundle: str
    scored: str

    @property
    def agrees(self) -> bool:
        """Whether the person chose what the model had said."""
        return self.decision == self.predicted


@dataclass(frozen=True)
class OverridesFile:
    """A file of overrides.

    Attributes
    ----------
    records : tuple of Override
        In the order of the file.
    sha256 : str
        Of its bytes.
    """

    records: tuple[Override, ...]
    sha256: str


def standing(records: Iterable[Override]) -> dict[str, Override]:
    """Return the decision that stands for each product: the last by its time, and of equal times by its place.

    Parameters
    ----------
    records : iterable of Override

    Returns
    -------
    dict of str to Override
        By id, in the order of the first decision on each.
    """
    found: dict[str, Override] = {}
    for record in records:
        before = found.get(record.id)
        if before is None or as_instant(record.when) >= as_instant(before.when):
            found[record.id] = record
    return found


def read_overrides(path: Path) -> OverridesFile:
    """Read a file of overrides.

    Parameters
    ----------
    path : Path

    Returns
    -------
    OverridesFile

    Raises
    ------
    InputError
        Codes ``overrides-unreadable``, ``overrides-damaged`` with the line.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            message = f"has more than {MAX_BYTES} bytes, and holds a decision a line: is it the right file?"
            raise InputError(message, code="overrides-unreadable", file=str(path))
        data = path.read_bytes()
    except OSError as error:
        message = f"cannot be read ({error.strerror or error})"
        raise InputError(message, code="overrides-unreadable", file=str(path)) from error
    return OverridesFile(_parsed(data, path), sha256(data).hexdigest())


def append_overrides(path: Path, records: Sequence[Override]) -> int:
    """Add decisions that the file does not hold yet; what it holds stays as it is, byte for byte.

    Parameters
    ----------
    path : Path
        Made when absent. Two processes that add at once wait for each other.
    records : sequence of Override

    Returns
    -------
    int
        Decisions added.

    Raises
    ------
    InputError
        As `read_overrides`; and ``file-locked``.
    OSError
        If it cannot be written; it is as it was then.
    """
    with locked(path):
        before = path.read_bytes() if path.exists() else b""
        held = {_identity(record) for record in _parsed(before, path)}
        lines = []
        for record in records:
            if _identity(record) not in held:
                held.add(_identity(record))
                lines.append(_line(record))
        if lines:
            write_bytes(path, before + b"".join(lines))
        return len(lines)


def _identity(o: Override) -> tuple[str, ...]:
    """Return what makes a decision the same one, from whatever file it is read."""
    return (o.id, o.bundle, o.predicted, o.decision, o.who, o.when, o.reason)


def _line(record: Override) -> bytes:
    return (
        json.dumps({"version": VERSION} | dataclasses.asdict(record), ensure_ascii=False, allow_nan=False).encode()
        + b"\n"
    )


def _parsed(data: bytes, path: Path) -> tuple[Override, ...]:
    records = []
    lines = data.split(b"\n")
    if lines.pop():
        _refuse(path, len(lines) + 1, "the last line is cut off")
    for number, line in enumerate(lines, start=1):
        try:
            records.append(_record(json.loads(line)))
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            _refuse(path, number, f"{type(error).__name__}: {error}" if str(error) else type(error).__name__)
    return tuple(records)


def _refuse(path: Path, number: int, what: str) -> None:
    message = f"line {number} is no decision that prodcls review wrote ({what}): take the file from a backup"
    raise InputError(message, code="overrides-damaged", file=str(path))


def _record(found: Any) -> Override:  # noqa: ANN401 - any JSON
    """Return the decision in a JSON value; raises ValueError, TypeError or KeyError when there is none."""
    if not isinstance(found, dict) or found.pop("version", None) != VERSION:
        raise ValueError(f"not of version {VERSION}")
    members = found.pop("members")
    record = Override(
        **found | {"members": None if members is None else tuple(members), "reasons": tuple(found["reasons"])}
    )
    texts = (record.id, record.predicted, record.decision, record.who, record.when, record.reason)
    lists = (*(record.members or ()), *record.reasons)
    if not all(isinstance(text, str) for text in (*texts, record.bundle, record.scored, *lists)):
        raise TypeError("a text is none")
    if not all(texts) or type(record.row) is not int or type(record.new_class) is not bool:
        raise ValueError("a field is empty or of another type")
    if type(record.probability) is not float or not math.isfinite(record.probability):
        raise ValueError("the probability is no number")
    as_instant(record.when)
    return record
