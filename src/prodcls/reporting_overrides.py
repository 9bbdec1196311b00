"""What the report says of the decisions of people: which labels they set, and how far they agree with the model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

from prodcls.agreement import cohen_kappa
from prodcls.audit_interval import Interval
from prodcls.audit_overrides import AgreementFigures, OverrideItem, OverridesSection, PeoplePair
from prodcls.evaluation import OutOfFold
from prodcls.gathering import Material
from prodcls.metrics import exact_interval
from prodcls.moments import as_instant
from prodcls.overrides import Override, standing
from prodcls.relabelling import Relabelled, Relabelling

__all__ = ["CLASSES", "ITEMS", "PAIRS", "agreement_by", "overrides_section", "people_pairs"]

CLASSES, PAIRS, ITEMS = 20, 10, 50
"""Most classes, pairs of people and decisions that are listed."""


def overrides_section(material: Material, scores: OutOfFold) -> OverridesSection | None:
    """Return what there is to say of the decisions of people.

    Parameters
    ----------
    material : Material
    scores : OutOfFold

    Returns
    -------
    OverridesSection or None
        None where no file of decisions was given.
    """
    found = material.relabelling
    if found is None:
        return None
    names, ids = material.problem.classes, material.problem.inputs.ids
    now = {
        ids[row]: names[k]
        for row, k in zip(scores.rows.tolist(), scores.ranked[:, 0].tolist(), strict=True)
        if row < len(material.catalogue)
    }
    stands = standing(found.records)
    each = per_bundle(found.records)
    return OverridesSection(
        recorded=len(found.records),
        people=len({record.who for record in found.records}),
        superseded=len(found.records) - len(stands),
        learned=len(found.applied),
        changed=sum(one.changed for one in found.applied),
        added=sum(not one.before for one in found.applied),
        absent=len(found.absent),
        differing=sum(now.get(o.decision.id, o.decision.decision) != o.decision.decision for o in found.applied),
        agreement=_figures("", each),
        by_reason=agreement_by(each, {record: record.reasons or ("",) for record in each}),
        by_class=agreement_by(each, {record: (record.predicted,) for record in each})[:CLASSES],
        pairs=people_pairs(found.records)[:PAIRS],
        items=_items(found, stands, now),
    )


def per_bundle(records: Iterable[Override]) -> tuple[Override, ...]:
    """Return the decision that stands for each product and bundle that had classified it."""
    by_bundle: dict[str, list[Override]] = {}
    for record in records:
        by_bundle.setdefault(record.bundle, []).append(record)
    return tuple(record for group in by_bundle.values() for record in standing(group).values())


def _figures(name: str, records: Sequence[Override]) -> AgreementFigures:
    agreed = sum(record.agrees for record in records)
    if not records:
        return AgreementFigures(name, 0, 0, Interval(0.0, 0.0, 1.0))
    rate = exact_interval(agreed, len(records))
    return AgreementFigures(name, len(records), agreed, Interval(rate.value, rate.low, rate.high))


def agreement_by(records: Sequence[Override], groups: Mapping[Override, Sequence[str]]) -> tuple[AgreementFigures, ...]:
    """Return how often people agreed with the model in each group, the largest group first.

    Parameters
    ----------
    records : sequence of Override
    groups : mapping of Override to sequence of str
        To which groups each belongs.

    Returns
    -------
    tuple of AgreementFigures
    """
    members: dict[str, list[Override]] = {}
    for record in records:
        for name in groups[record]:
            members.setdefault(name, []).append(record)
    found = [_figures(name, group) for name, group in members.items()]
    return tuple(sorted(found, key=lambda figures: (-figures.decisions, figures.name)))


def people_pairs(records: Iterable[Override]) -> tuple[PeoplePair, ...]:
    """Return how far people agree who judged the same products, each by their last decision on the same answer.

    Parameters
    ----------
    records : iterable of Override

    Returns
    -------
    tuple of PeoplePair
        Those with most products in common first.
    """
    said: dict[str, dict[tuple[str, str], Override]] = {}
    for record in records:
        own = said.setdefault(record.who, {})
        before = own.get((record.bundle, record.id))
        if before is None or as_instant(record.when) >= as_instant(before.when):
            own[record.bundle, record.id] = record
    found = []
    for first, second in combinations(sorted(said), 2):
        both = [key for key in said[first] if key in said[second]]
        if both:
            told = [(said[first][key].decision, said[second][key].decision) for key in both]
            agreed = sum(a == b for a, b in told)
            found.append(PeoplePair(first, second, len(told), agreed, cohen_kappa(told)))
    return tuple(sorted(found, key=lambda pair: (-pair.products, pair.first, pair.second)))


def _items(found: Relabelling, stands: Mapping[str, Override], now: Mapping[str, str]) -> tuple[OverrideItem, ...]:
    applied = {one.decision.id: one for one in found.applied}
    order = sorted(stands.values(), key=lambda record: as_instant(record.when), reverse=True)
    order.sort(key=lambda record: not (record.id in applied and applied[record.id].before != record.decision))
    return tuple(_item(record, applied.get(record.id), now.get(record.id)) for record in order[:ITEMS])


def _item(record: Override, applied: Relabelled | None, now: str | None) -> OverrideItem:
    return OverrideItem(
        id=record.id,
        predicted=record.predicted,
        probability=record.probability,
        decision=record.decision,
        reasons=record.reasons,
        who=record.who,
        when=record.when,
        reason=record.reason,
        learned=applied is not None,
        before="" if applied is None else applied.before,
        now=None if applied is None else now,
    )
