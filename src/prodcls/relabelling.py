"""Labels of a catalogue set by people: recorded decisions put into the column that holds the class."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from prodcls.catalogue import RawTable, Schema
from prodcls.errors import InputError
from prodcls.ledger import plain
from prodcls.nearest import nearest
from prodcls.overrides import Override, OverridesFile, standing

__all__ = ["Relabelled", "Relabelling", "relabel"]


@dataclass(frozen=True)
class Relabelled:
    """A product whose label a person set.

    Attributes
    ----------
    decision : Override
    row : int
        One-based data row in the catalogue.
    before : str
        The label that the catalogue gives, which may be the same; empty where it gives none.
    """

    decision: Override
    row: int
    before: str

    @property
    def changed(self) -> bool:
        """Whether the person chose another class than the one that the catalogue gives."""
        return bool(self.before) and self.decision.decision != self.before


@dataclass(frozen=True)
class Relabelling:
    """What decisions of people did to a catalogue.

    Attributes
    ----------
    name, sha256 : str
        Of the file of decisions.
    records : tuple of Override
        All of them.
    applied : tuple of Relabelled
        In the order of the catalogue.
    absent : tuple of str
        Ids with a decision that the catalogue does not have.
    """

    name: str
    sha256: str
    records: tuple[Override, ...]
    applied: tuple[Relabelled, ...]
    absent: tuple[str, ...]

    def told(self) -> str:
        """Return what there is to tell in a line."""
        changed = sum(one.changed for one in self.applied)
        added = sum(not one.before for one in self.applied)
        line = f"labels set by people: {len(self.applied)} ({changed} changed, {added} where the catalogue gives none)"
        away = f"; decisions on products that it does not have: {len(self.absent)}" if self.absent else ""
        return line + away


def relabel(table: RawTable, schema: Schema, found: OverridesFile, name: str) -> tuple[RawTable, Relabelling]:
    """Put the decision that stands for each product in place of its label.

    A product is known by its id. Where an id occurs more than once, its first row gets the decision, and so do rows
    that agree with that one in every cell; others are other products, which intake gives another id.

    Parameters
    ----------
    table : RawTable
    schema : Schema
        Names the columns of ids and labels.
    found : OverridesFile
    name : str
        Of that file, for messages.

    Returns
    -------
    tuple of (RawTable, Relabelling)

    Raises
    ------
    InputError
        Code ``overrides-no-ids``, where the catalogue names no products; ``overrides-class-unknown``, where neither the
        catalogue has a class, nor was it allowed as a new one.
    """
    if not schema.named("id"):
        message = f"decisions name products by their ids, and {table.source.path} has none: name their column with --id"
        raise InputError(message, code="overrides-no-ids", file=name)
    ids = [plain(cell) for cell in table.columns[schema.named("id")[0]]]
    (target,) = schema.named("target")
    labels = list(table.columns[target])
    stands = standing(found.records)
    _check_classes(stands, {plain(label) for label in labels}, set(ids), name)
    applied = []
    for i, first in _rows(table, ids, stands):
        record = stands[ids[i]]
        if first:
            applied.append(Relabelled(record, int(table.rows[i]), plain(labels[i])))
        labels[i] = record.decision
    there = {one.decision.id for one in applied}
    absent = tuple(product for product in stands if product not in there)
    columns = {**table.columns, target: tuple(labels)}
    told = Relabelling(name, found.sha256, found.records, tuple(applied), absent)
    return replace(table, columns=columns), told


def _rows(table: RawTable, ids: list[str], stands: dict[str, Override]) -> Iterator[tuple[int, bool]]:
    """Yield the rows that get a decision, and whether each is the first of its product."""
    cells = list(table.columns.values())
    seen: dict[str, tuple[str, ...]] = {}
    for i, product in enumerate(ids):
        if product in stands:
            row = tuple(plain(column[i]) for column in cells)
            first = product not in seen
            if seen.setdefault(product, row) == row:
                yield i, first


def _check_classes(stands: dict[str, Override], classes: set[str], ids: set[str], name: str) -> None:
    for product, record in stands.items():
        if product in ids and record.decision not in classes and not record.new_class:
            near = nearest(record.decision, classes - {""})
            hint = f" (it has {' and '.join(map(repr, near))})" if near else ""
            message = (
                f"{record.who} put the product {product!r} into the class {record.decision!r}, which no row of the "
                f"catalogue has{hint}: decide again with prodcls review, with --new-class where it is a new one"
            )
            raise InputError(message, code="overrides-class-unknown", file=name)
