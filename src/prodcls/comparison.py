"""What changed since an earlier audit: figures with paired tests, products, data, explanation, configuration."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from prodcls.audit import AuditReport
from prodcls.audit_comparison import (
    ClassChange,
    Comparison,
    FigureChange,
    Flip,
    FlipCounts,
    FlipPart,
    PairedChange,
    ShareChange,
)
from prodcls.audit_interval import Interval
from prodcls.audit_stored import whole_report
from prodcls.bundle import Bundle, load_bundle
from prodcls.bundle_products import Products
from prodcls.bundle_refitted import no_report
from prodcls.bundle_trust import Trust
from prodcls.comparison_data import SHOWN, compare_data, text_changes
from prodcls.errors import BundleError
from prodcls.paired import compare_predictions

__all__ = ["Audited", "compare_audits", "read_audited", "report_of"]

CLASSES = 10
"""Classes shown whose recall changed most."""

PARTS = 3
"""Lines of an account shown."""

TITLE = 80
"""Characters of a product's title."""

KINDS = {"lost": 10, "gained": 6, "other": 4}
"""Kinds of products in another class, with how many of each are shown where there are more of all than `SHOWN`."""


@dataclass(frozen=True)
class Audited:
    """One of two audits.

    Attributes
    ----------
    report : AuditReport
    products : Products
        What was trained on, with the classes given out of fold.
    """

    report: AuditReport
    products: Products

    def account(self, row: int) -> tuple[FlipPart, ...]:
        """Return what counted most for the class that a product was given, over the runner-up; the largest first.

        Parameters
        ----------
        row : int
            Position of the product.

        Returns
        -------
        tuple of FlipPart
            Empty where the audit kept no accounts.
        """
        named = {b.key: b for b in self.report.explanation.beeswarm}
        shares = {key: float(found[row]) for key, found in self.products.judged.accounts.items() if key in named}
        largest = sorted(shares, key=lambda key: -abs(shares[key]))[:PARTS]
        return tuple(FlipPart(named[key].block, key, named[key].name, shares[key]) for key in largest)


@dataclass(frozen=True)
class _Pair:
    """A product that both audits judged."""

    id: str
    old: int
    new: int
    label: str
    before: str
    after: str


def read_audited(bundle: Path, trust: Trust | None = None) -> Audited:
    """Read what an earlier audit left in its bundle.

    Parameters
    ----------
    bundle : Path
    trust : Trust, optional

    Returns
    -------
    Audited

    Raises
    ------
    BundleError
        If it is damaged, of another format, or without a report.
    """
    found = load_bundle(bundle, trust)
    return Audited(whole_report(found.report, found.manifest), found.products)


def report_of(bundle: Bundle, earlier: Path | None = None, trust: Trust | None = None) -> AuditReport:
    """Return the report of a bundle, compared with an earlier one where that is asked for.

    Parameters
    ----------
    bundle : Bundle
    earlier : Path, optional
        Bundle of an earlier audit; by default the report is the one that the fit wrote.
    trust : Trust, optional
        What was asked of the bundle; the earlier one must be signed by the same key.

    Returns
    -------
    AuditReport

    Raises
    ------
    BundleError
        If one of both is damaged, of another format, or without a report.
    """
    reason = no_report(bundle.additions, bundle.refits)
    if reason is not None and bundle.report is None:
        raise BundleError(f"the bundle has no report: {reason}", code="bundle-report")
    report = whole_report(bundle.report, bundle.manifest)
    if earlier is None:
        return report
    return replace(
        report,
        comparison=compare_audits(
            read_audited(earlier, trust and trust.of_another()), Audited(report, bundle.products)
        ),
    )


def compare_audits(old: Audited, new: Audited) -> Comparison:
    """Compare two audits.

    Parameters
    ----------
    old : Audited
    new : Audited

    Returns
    -------
    Comparison
    """
    was, now = old.report, new.report
    pairs = _pairs(old, new)
    flipped = {kind: [p for p in pairs if p.before != p.after and _kind(p) == kind] for kind in KINDS}
    return Comparison(
        bundle_sha256=was.lineage.bundle_sha256,
        created=was.lineage.created,
        data_path=was.lineage.data_path,
        same_data=was.lineage.data_sha256 == now.lineage.data_sha256,
        figures=_figures(was, now),
        paired=_paired(pairs, now.lineage.random_state),
        classes=_classes(was, now),
        flip_counts=FlipCounts(*map(len, flipped.values())),
        flips=tuple(_flip(old, new, kind, pair) for kind, pair in _shown(flipped)),
        data=compare_data(old.products, new.products, was, now),
        shares=_shares(was.explanation.block_shares, now.explanation.block_shares),
        options=text_changes(
            was.lineage.configuration | was.lineage.encoders, now.lineage.configuration | now.lineage.encoders
        ),
    )


def _pairs(old: Audited, new: Audited) -> list[_Pair]:
    place = {name: i for i, name in enumerate(old.products.ids)}
    told, tells = old.products.judged.classes, new.products.judged.classes
    found = []
    for j, (name, after) in enumerate(zip(new.products.ids, tells, strict=True)):
        i = place.get(name)
        before = None if i is None else told[i]
        if i is not None and before is not None and after is not None:
            found.append(_Pair(name, i, j, new.products.labels[j], before, after))
    return found


def _kind(pair: _Pair) -> str:
    return "lost" if pair.before == pair.label else "gained" if pair.after == pair.label else "other"


def _shown(flipped: dict[str, list[_Pair]]) -> list[tuple[str, _Pair]]:
    """Return at most `SHOWN` products: of each kind its part, and what others leave free, the worse kinds first."""
    left = max(0, SHOWN - sum(min(len(flipped[kind]), most) for kind, most in KINDS.items()))
    found = []
    for kind, most in KINDS.items():
        taken = flipped[kind][: most + left]
        left -= max(0, len(taken) - most)
        found += [(kind, pair) for pair in taken]
    return found


def _figures(was: AuditReport, now: AuditReport) -> tuple[FigureChange, ...]:
    def figures(report: AuditReport) -> dict[str, float]:
        e = report.evaluation
        intervals = {
            "accuracy": e.accuracy,
            "macro_f1": e.macro_f1,
            "macro_precision": e.macro_precision,
            "macro_recall": e.macro_recall,
            "weighted_f1": e.weighted_f1,
        }
        return {name: figure.value for name, figure in intervals.items()} | {"ece": e.ece, "log_loss": e.log_loss}

    before, after = figures(was), figures(now)
    return tuple(FigureChange(name, before[name], after[name]) for name in after)


def _paired(pairs: list[_Pair], random_state: int) -> PairedChange | None:
    if not pairs:
        return None
    names = sorted({name for p in pairs for name in (p.label, p.before, p.after)})
    number = {name: k for k, name in enumerate(names)}
    labels, before, after = (
        np.array([number[getattr(p, field)] for p in pairs], dtype=np.int64) for field in ("label", "before", "after")
    )
    found = compare_predictions(labels, before, after, len(names), random_state)
    return PairedChange(
        found.products,
        found.right_before,
        found.right_after,
        found.lost,
        found.gained,
        found.p_value,
        Interval.of(found.accuracy),
        Interval.of(found.macro_f1),
    )


def _classes(was: AuditReport, now: AuditReport) -> tuple[ClassChange, ...]:
    before = {c.name: c.recall for c in was.evaluation.per_class if c.support}
    found = [
        ClassChange(c.name, before[c.name], c.recall)
        for c in now.evaluation.per_class
        if c.support and c.name in before and before[c.name].value != c.recall.value
    ]
    found.sort(key=lambda c: (-abs(c.after.value - c.before.value), c.name))
    return tuple(found[:CLASSES])


def _flip(old: Audited, new: Audited, kind: str, pair: _Pair) -> Flip:
    texts = (cells[pair.new] for cells in new.products.texts.values())
    title = next((text for text in texts if text.strip()), "")
    return Flip(
        id=pair.id,
        title=title if len(title) <= TITLE else f"{title[: TITLE - 1]}\u2026",
        kind=kind,
        label=pair.label,
        before=pair.before,
        after=pair.after,
        probability_before=float(old.products.judged.probabilities[pair.old]),
        probability_after=float(new.products.judged.probabilities[pair.new]),
        account_before=old.account(pair.old),
        account_after=new.account(pair.new),
    )


def _shares(before: dict[str, float], after: dict[str, float]) -> tuple[ShareChange, ...]:
    names = (*after, *(name for name in before if name not in after))
    return tuple(ShareChange(name, before.get(name), after.get(name)) for name in names)
