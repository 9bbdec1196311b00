"""Whether what people filled in holds: each line of a worklist against what the model had said."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from prodcls.catalogue import Rejection
from prodcls.cells import cell_fault, excerpt
from prodcls.errors import InputError
from prodcls.moments import MomentError, read_moment
from prodcls.nearest import nearest
from prodcls.overrides import Override
from prodcls.scored_rows import Scored
from prodcls.worklist import bundle_of
from prodcls.worklist_files import FILLED, Filled, FilledFile

__all__ = ["Against", "check_filled"]

LONGEST = {"decision": 1_000, "who": 200, "when": 100, "reason": 2_000}
"""Characters of what people write."""

_REWRITTEN = re.compile(r"[+-]?\d[\d.,]*(e[+-]?\d+)?|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|\d{1,2}[- ]\w{3}|TRUE|FALSE", re.I)


@dataclass(frozen=True)
class Against:
    """What lines are held against.

    Attributes
    ----------
    rows : mapping of str to Scored
        By key, those of the scored file that the lines name.
    classes : collection of str
        Of the bundle.
    allowed : collection of str
        Further classes that may be chosen.
    bundle, scored : str
        Digests of the bundle and of the scored file.
    now : datetime
        With time zone.
    """

    rows: Mapping[str, Scored]
    classes: Collection[str]
    allowed: Collection[str]
    bundle: str
    scored: str
    now: datetime


class _FaultError(ValueError):
    """Raised for the first fault of a line."""

    def __init__(self, column: str, code: str, reason: str, value: str = "") -> None:
        super().__init__(reason)
        self.column, self.code, self.value = column, code, value


def check_filled(filled: FilledFile, against: Against, file: str) -> tuple[list[Override], list[Rejection]]:
    """Return the decisions, and a line for each that cannot be taken.

    Parameters
    ----------
    filled : FilledFile
    against : Against
    file : str
        Name for messages.

    Returns
    -------
    tuple of (list of Override, list of Rejection)

    Raises
    ------
    InputError
        Code ``worklist-other-bundle``, when a line was written for another bundle.
    """
    good: list[tuple[int, Override]] = []
    bad = list(filled.rejections)
    for line in filled.lines:
        _check_bundle(line, against, file)
        try:
            good.append((line.row, _override(line, against)))
        except _FaultError as fault:
            column = filled.columns.get(fault.column, fault.column)
            bad.append(Rejection(line.row, column, fault.code, str(fault), excerpt(fault.value), "row"))
    twice = list(_contradictions(good, filled.columns.get("decision", "decision")))
    torn = {fault.row for fault in twice}
    return [o for row, o in good if row not in torn], sorted((*bad, *twice), key=lambda fault: fault.row)


def _check_bundle(line: Filled, against: Against, file: str) -> None:
    named = bundle_of(line.key)
    if named is not None and not against.bundle.startswith(named):
        message = (
            f"was written for the bundle {named}, and {against.bundle[:12]} was given: name the bundle and the scored "
            "file that the worklist was made from"
        )
        raise InputError(message, code="worklist-other-bundle", file=file, row=line.row)


def _override(line: Filled, against: Against) -> Override:
    row = _scored(line, against)
    for name in FILLED:
        value = getattr(line, name)
        if not value:
            raise _FaultError(name, f"{name}-missing", "is empty: a decision needs a class, who took it, when and why")
        fault = cell_fault(value)
        if fault:
            raise _FaultError(name, *fault)
        if len(value) > LONGEST[name]:
            raise _FaultError(name, f"{name}-too-long", f"has more than {LONGEST[name]} characters", value)
    decision, new = _class(line.decision, against)
    try:
        when = read_moment(line.when, against.now)
    except MomentError as error:
        raise _FaultError("when", error.code, str(error), line.when) from None
    return Override(
        id=row.id,
        row=row.row,
        predicted=row.predicted,
        probability=row.probability,
        members=row.members,
        reasons=row.reasons,
        decision=decision,
        new_class=new,
        who=line.who,
        when=when,
        reason=line.reason,
        bundle=against.bundle,
        scored=against.scored,
    )


def _scored(line: Filled, against: Against) -> Scored:
    """Return the scored row of a line, whose id must still be the one that was written."""
    if bundle_of(line.key) is None:
        reason = "is no key of a worklist: leave that column as it was written"
        raise _FaultError("key", "key-damaged", reason, line.key)
    row = against.rows.get(line.key)
    if row is None:
        reason = "belongs to no product of this scored file: give the file that the worklist was made from"
        raise _FaultError("key", "worklist-other-scored", reason, line.key)
    if line.id != row.id:
        how = "a spreadsheet rewrote it" if _REWRITTEN.fullmatch(line.id.strip()) else "it was changed"
        reason = f"{how}: the product of this line is {row.id!r}; write that, in a cell of text"
        raise _FaultError("id", "id-changed", reason, line.id)
    if line.predicted is not None and line.predicted != row.predicted:
        reason = f"was changed: the model had said {row.predicted!r}; another class goes into the column for decisions"
        raise _FaultError("predicted", "predicted-changed", reason, line.predicted)
    return row


def _class(given: str, against: Against) -> tuple[str, bool]:
    """Return the class that a cell names, and whether the bundle does not know it."""
    for name in (given, f"'{given}"):  # a spreadsheet may have eaten the apostrophe that a class begins with
        if name in against.classes:
            return name, False
    if given in against.allowed:
        return given, True
    near = nearest(given, against.classes)
    hint = f"did you mean {' or '.join(map(repr, near))}? " if near else ""
    reason = f"is no class of the bundle: {hint}a class that it does not know must be allowed with --new-class"
    raise _FaultError("decision", "decision-unknown", reason, given)


def _contradictions(good: list[tuple[int, Override]], column: str) -> Iterator[Rejection]:
    """Yield a line for each of the lines in which one person decides differently on one product."""
    together: dict[tuple[str, str], list[tuple[int, Override]]] = {}
    for row, found in good:
        together.setdefault((found.id, found.who), []).append((row, found))
    for (product, _), lines in together.items():
        if len({found.decision for _, found in lines}) > 1:
            rows = ", ".join(str(row) for row, _ in lines)
            reason = f"rows {rows} decide differently on {product!r} in the name of one person: keep one"
            for row, found in lines:
                yield Rejection(row, column, "decision-twice", reason, excerpt(found.decision), "row")
