"""Figures that a threshold can be set on: one table, from the name to where the figure stands in the report.

To make a new figure subject to thresholds, add one line to `FIGURES`, a string ``check.NAME`` to each language, and a
line to ``docs/audit.example.toml``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from prodcls.audit import AuditReport, Interval

__all__ = ["FIGURES", "FigureKind", "Reading", "as_interval"]

Reading = Interval | float | None
"""A figure, with its interval where it has one; None where this report has no such figure."""


@dataclass(frozen=True)
class FigureKind:
    """A figure that can have a threshold.

    Attributes
    ----------
    direction : {"min", "max"}
        ``"min"``: the figure must be at least the threshold; ``"max"``: at most.
    read : callable
        Finds the figure in the report.
    interval : bool
        Whether it comes with an interval, so that its worse end can be judged.
    headline : bool
        Whether the verdict shows it without a threshold too.
    least, most : float
        Ends of the range that a threshold can sensibly have.
    share : bool
        Whether it is a share of 1, to be shown in per cent.
    """

    direction: Literal["min", "max"]
    read: Callable[[AuditReport], Reading]
    interval: bool = False
    headline: bool = False
    least: float = 0.0
    most: float = 1.0
    share: bool = True


def as_interval(reading: Reading) -> tuple[float | None, float | None, float | None]:
    """Return figure, lower and upper end; None where there is none."""
    if isinstance(reading, Interval):
        return reading.value, reading.low, reading.high
    return reading, None, None


def _worst_class(report: AuditReport) -> Interval | None:
    found = [c.recall for c in report.evaluation.per_class if c.support]
    return min(found, key=lambda recall: recall.value) if found else None


def _lead(report: AuditReport) -> float | None:
    rivals = [b.accuracy.value for b in report.evaluation.baselines.values()]
    # Rounded, so that a lead of 0.02 in the figures is not 0.0199999 here.
    return round(report.evaluation.accuracy.value - max(rivals), 12) if rivals else None


def _residual(report: AuditReport) -> float | None:
    return report.explanation.max_residual if report.explanation.sampled else None


def _faithfulness(report: AuditReport) -> Reading:
    if report.trust is None:
        return None
    found = next((m.comprehensiveness for m in report.trust.ahead if m.name == "random"), None)
    return found if found is None or report.trust.intervals else found.value


def _coverage(report: AuditReport) -> Interval | None:
    sets = None if report.confidence is None else report.confidence.sets
    return next((method.coverage for method in sets.methods if method.name == "rule"), None) if sets else None


def _of_rows(count: Callable[[AuditReport], int | None]) -> Callable[[AuditReport], float | None]:
    """Return the share of a count in the accepted rows."""

    def read(report: AuditReport) -> float | None:
        found = count(report)
        return None if found is None else found / max(report.data.rows, 1)

    return read


FIGURES: dict[str, FigureKind] = {
    "accuracy": FigureKind("min", lambda r: r.evaluation.accuracy, interval=True, headline=True),
    "macro_f1": FigureKind("min", lambda r: r.evaluation.macro_f1, interval=True, headline=True),
    "worst_class_recall": FigureKind("min", _worst_class, interval=True, headline=True),
    "macro_precision": FigureKind("min", lambda r: r.evaluation.macro_precision, interval=True),
    "macro_recall": FigureKind("min", lambda r: r.evaluation.macro_recall, interval=True),
    "weighted_f1": FigureKind("min", lambda r: r.evaluation.weighted_f1, interval=True),
    "lead_over_baseline": FigureKind("min", _lead, least=-1.0),
    "ece": FigureKind("max", lambda r: r.evaluation.ece, headline=True),
    "log_loss": FigureKind("max", lambda r: r.evaluation.log_loss, headline=True, most=100.0, share=False),
    "classwise_ece": FigureKind(
        "max", lambda r: None if r.confidence is None else r.confidence.after.classwise_ece, interval=True
    ),
    "coverage": FigureKind("min", _coverage, interval=True),
    "faithfulness": FigureKind("min", _faithfulness, interval=True, least=-1.0),
    "additivity_residual": FigureKind("max", _residual, most=100.0, share=False),
    "rejected_share": FigureKind("max", lambda r: (r.data.read_rows - r.data.rows) / max(r.data.read_rows, 1)),
    "text_cut_share": FigureKind("max", _of_rows(lambda r: r.data.texts_cut)),
    "text_unread_share": FigureKind("max", lambda r: r.data.text_unread_share),
    "missing_photo_share": FigureKind("max", _of_rows(lambda r: r.data.photos_missing)),
    "review_share": FigureKind("max", lambda r: None if r.oversight is None else r.oversight.workload, interval=True),
    "duplicate_share": FigureKind("max", _of_rows(lambda r: r.data.duplicate_rows)),
}
"""Every figure that a threshold can be set on, in the order of the verdict."""
