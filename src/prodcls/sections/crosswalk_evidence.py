"""Evidence that supports items of the crosswalk: a place on the page, and the figure that stands there.

To let a new figure support items, add a function to `EVIDENCE` and its name to items in ``crosswalk_items``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from prodcls.audit import AuditReport, Interval
from prodcls.audit_figures import FIGURES, as_interval
from prodcls.language import Language, Prose, plain
from prodcls.sections.limits import build as build_limits
from prodcls.sections.verdict import build as build_verdict

__all__ = ["EVIDENCE", "Evidence"]

_Told = Prose | None


@dataclass(frozen=True)
class Evidence:
    """A place on the page.

    Attributes
    ----------
    anchor : str
        Where it stands, whenever ``tell`` has something to say.
    section : str
        Section that the link names.
    tell : callable
        The figure in words; None where this report has none.
    """

    anchor: str
    section: str
    tell: Callable[[AuditReport, Language], _Told]


def _share(t: Language, figure: Interval) -> Prose:
    return plain(f"{t.share(figure.value)} ({t.interval(figure)})")


def _accuracy(report: AuditReport, t: Language) -> _Told:
    return t.say("evidence_for.accuracy", figure=_share(t, report.evaluation.accuracy))


def _macro_f1(report: AuditReport, t: Language) -> _Told:
    return t.say("evidence_for.macro_f1", figure=_share(t, report.evaluation.macro_f1))


def _worst_class(report: AuditReport, t: Language) -> _Told:
    found = sorted((f for f in report.evaluation.per_class if f.support), key=lambda f: (f.recall.value, f.name))
    if not found:
        return None
    return t.say("evidence_for.worst_class", name=found[0].name, figure=_share(t, found[0].recall))


def _calibration(report: AuditReport, t: Language) -> _Told:
    return t.say("evidence_for.calibration", figure=plain(t.share(report.evaluation.ece)))


def _confusion(report: AuditReport, t: Language) -> _Told:
    counts = report.evaluation.confusion.counts
    total = sum(map(sum, counts))
    wrong = total - sum(row[i] for i, row in enumerate(counts))
    return t.say("evidence_for.confusion", n=plain(t.count(wrong)), all=plain(t.count(total)))


def _rivals(report: AuditReport, t: Language) -> _Told:
    found = report.evaluation.baselines
    if not found:
        return None
    best = max(b.accuracy.value for b in found.values())
    points = plain(t.signed(100 * (report.evaluation.accuracy.value - best), 1))
    return t.say("evidence_for.rivals", n=plain(t.count(len(found))), points=points)


def _ablation(report: AuditReport, t: Language) -> _Told:
    without = [name for name in report.evaluation.ablation if name.startswith("without ")]
    return t.say("evidence_for.ablation", n=plain(t.count(len(without)))) if without else None


def _training(report: AuditReport, t: Language) -> _Told:
    if report.evaluation.method != "folds":
        return t.say("evidence_for.tested_apart")
    return t.say("evidence_for.folds", n=plain(t.count(report.evaluation.folds)))


def _verdict(report: AuditReport, t: Language) -> _Told:
    return build_verdict(report, t).banner


def _digest(report: AuditReport, t: Language) -> _Told:
    return t.say("evidence_for.digest", digest=plain(f"{report.lineage.bundle_sha256[:12]}\u2026"))


def _lineage(report: AuditReport, t: Language) -> _Told:
    return t.say("evidence_for.lineage", n=plain(t.count(len(report.lineage.configuration))))


def _encoders(report: AuditReport, t: Language) -> _Told:
    found = dict.fromkeys(report.lineage.encoders.values())
    return t.say("evidence_for.encoders", n=plain(t.count(len(found)))) if found else None


def _cost(report: AuditReport, t: Language) -> _Told:
    total = report.timing.get("total")
    if total is None:
        return None
    memory = plain(t.bytes(report.resources.peak_rss_bytes))
    return t.say("evidence_for.cost", total=plain(t.seconds(total)), memory=memory)


def _classes(report: AuditReport, t: Language) -> _Told:
    return t.say("evidence_for.classes", n=plain(t.count(report.data.classes)))


def _rows(report: AuditReport, t: Language) -> _Told:
    return t.say("evidence_for.rows", n=plain(t.count(report.data.rows)))


def _rejected(report: AuditReport, t: Language) -> _Told:
    away = report.data.read_rows - report.data.rows
    return t.say("evidence_for.rejected", n=plain(t.count(away)), all=plain(t.count(report.data.read_rows)))


def _duplicates(report: AuditReport, t: Language) -> _Told:
    return t.say("evidence_for.duplicates", n=plain(t.count(report.data.duplicate_rows)))


def _scripts(report: AuditReport, t: Language) -> _Told:
    return t.say("evidence_for.scripts", n=plain(t.count(len(report.data.scripts)))) if report.data.scripts else None


def _explanation(report: AuditReport, t: Language) -> _Told:
    found = report.explanation
    if not found.sampled:
        return None
    return t.say("evidence_for.explanation", residual=plain(t.small(found.max_residual)))


def _faithfulness(report: AuditReport, t: Language) -> _Told:
    found = as_interval(FIGURES["faithfulness"].read(report))[0]
    return None if found is None else t.say("evidence_for.faithfulness", points=plain(t.signed(100 * found, 1)))


def _classwise(report: AuditReport, t: Language) -> _Told:
    found = report.confidence
    return None if found is None else t.say("evidence_for.classwise", figure=_share(t, found.after.classwise_ece))


def _leaks(report: AuditReport, t: Language) -> _Told:
    if report.views is None:
        return None
    leaks = sum(word.leak for view in report.views.classes for word in (*view.words_for, *view.words_against))
    return t.say("evidence_for.leaks", n=plain(t.count(leaks)))


def _accounts(report: AuditReport, t: Language) -> _Told:
    told = sum(d.account is not None for d in report.dossiers)
    return t.say("evidence_for.accounts", n=plain(t.count(told))) if told else None


def _queue(report: AuditReport, t: Language) -> _Told:
    found = report.oversight
    return None if found is None else t.say("evidence_for.queue", figure=_share(t, found.workload))


def _doubted(report: AuditReport, t: Language) -> _Told:
    found = report.oversight
    return None if found is None else t.say("evidence_for.doubted", n=plain(t.count(found.counts.get("doubt", 0))))


def _overrides(report: AuditReport, t: Language) -> _Told:
    found = report.overrides
    if found is None or not found.recorded:
        return t.say("evidence_for.none_recorded")
    n = plain(t.count(found.agreement.decisions))
    return t.say("evidence_for.overrides", n=n, figure=_share(t, found.agreement.rate))


def _none_recorded(_report: AuditReport, t: Language) -> _Told:
    return t.say("evidence_for.none_recorded")


def _limits(report: AuditReport, t: Language) -> _Told:
    return t.say("evidence_for.limits", n=plain(t.count(len(build_limits(report, t).items))))


EVIDENCE: dict[str, Evidence] = {
    "verdict": Evidence("checks", "verdict", _verdict),
    "digest": Evidence("verify", "verdict", _digest),
    "lineage": Evidence("lineage", "lineage", _lineage),
    "encoders": Evidence("lineage", "lineage", _encoders),
    "cost": Evidence("lineage", "lineage", _cost),
    "classes": Evidence("data", "data", _classes),
    "rows": Evidence("data", "data", _rows),
    "rejected": Evidence("data", "data", _rejected),
    "duplicates": Evidence("data-notes", "data", _duplicates),
    "scripts": Evidence("data-notes", "data", _scripts),
    "accuracy": Evidence("performance", "performance", _accuracy),
    "macro_f1": Evidence("performance", "performance", _macro_f1),
    "training": Evidence("performance", "performance", _training),
    "calibration": Evidence("performance", "performance", _calibration),
    "worst_class": Evidence("perclass", "performance", _worst_class),
    "confusion": Evidence("confusion", "confusions", _confusion),
    "rivals": Evidence("rivals", "performance", _rivals),
    "ablation": Evidence("ablation", "performance", _ablation),
    "explanation": Evidence("explanation", "explanation", _explanation),
    "classwise": Evidence("confidence", "confidence", _classwise),
    "faithfulness": Evidence("trust", "trust", _faithfulness),
    "leaks": Evidence("words", "words", _leaks),
    "accounts": Evidence("dossiers", "dossiers", _accounts),
    "queue": Evidence("oversight", "oversight", _queue),
    "doubted": Evidence("oversight", "oversight", _doubted),
    "overrides": Evidence("overrides", "oversight", _overrides),
    "incidents": Evidence("incidents", "oversight", _none_recorded),
    "limits": Evidence("limits", "limits", _limits),
}
"""Everything that can support an item, by name."""
