"""First screen: how good the model is, against what, and how to check it."""

from __future__ import annotations

from dataclasses import dataclass

from prodcls.audit import AuditReport, Check
from prodcls.language import Language, Prose, plain
from prodcls.sections.parts import Section, Tile, baseline_name, join_prose

__all__ = ["SECTION", "CheckLine", "VerdictContext", "best_baseline"]

UNITLESS = frozenset({"log_loss"})
"""Checks that are no share of 1."""


@dataclass(frozen=True)
class CheckLine:
    """One line of the verdict, in words.

    Attributes
    ----------
    name : Prose
    figure, interval, bound : str
        Empty where there is none.
    status : str
        ``"pass"``, ``"fail"`` or ``"info"``.
    word : str
        The status in words.
    """

    name: Prose
    figure: str
    interval: str
    bound: str
    status: str
    word: str


@dataclass(frozen=True)
class VerdictContext:
    """What the section shows.

    Attributes
    ----------
    lead : Prose
        The result for somebody who is no data scientist: how often right, against the best baseline, how far stated
        probabilities can be believed.
    tiles : tuple of Tile
        Headline figures.
    checks : tuple of CheckLine
    judged : bool
        Whether any has a threshold.
    checks_note : Prose
        How many thresholds hold.
    digest : str
        Of the bundle.
    verify : Prose
        How to check the digest.
    """

    lead: Prose
    tiles: tuple[Tile, ...]
    checks: tuple[CheckLine, ...]
    judged: bool
    checks_note: Prose
    digest: str
    verify: Prose


def best_baseline(report: AuditReport) -> str | None:
    """Return the name of the baseline with the best accuracy, the first by name among equals."""
    found = report.evaluation.baselines
    return min(found, key=lambda name: (-found[name].accuracy.value, name)) if found else None


def _sentence(report: AuditReport, t: Language) -> Prose:
    accuracy = report.evaluation.accuracy.value
    per = 100 if accuracy <= 0.99 else 1000
    return t.say("verdict.sentence", right=plain(t.count(round(per * accuracy))), per=plain(t.count(per)))


def _comparison(report: AuditReport, t: Language) -> Prose:
    name = best_baseline(report)
    if name is None:
        return t.say("verdict.no_baseline")
    points = round(100 * (report.evaluation.accuracy.value - report.evaluation.baselines[name].accuracy.value), 1)
    key = "verdict.better" if points > 0 else "verdict.worse" if points < 0 else "verdict.equal"
    return t.say(key, baseline=baseline_name(t, name), points=plain(t.decimal(abs(points), 1)))


def _tiles(report: AuditReport, t: Language) -> tuple[Tile, ...]:
    ev, data = report.evaluation, report.data
    tiles = [
        Tile(t.say("verdict.accuracy"), t.share(ev.accuracy.value), _range(t, ev.accuracy.low, ev.accuracy.high)),
        Tile(t.say("verdict.macro_f1"), t.share(ev.macro_f1.value), _range(t, ev.macro_f1.low, ev.macro_f1.high)),
    ]
    name = best_baseline(report)
    if name is not None:
        best = ev.baselines[name].accuracy.value
        tiles.append(Tile(t.say("verdict.best_baseline"), t.share(best), baseline_name(t, name)))
    rejected = data.read_rows - data.rows
    tiles += [
        Tile(
            t.say("verdict.calibration"),
            t.share(ev.ece),
            t.say("verdict.calibration_before", before=plain(t.share(ev.ece_before))),
        ),
        Tile(
            t.say("verdict.products"),
            t.count(data.rows),
            t.say("verdict.in_classes", n=plain(t.count(data.classes))),
        ),
        Tile(
            t.say("verdict.rejected"),
            t.count(rejected),
            t.say("verdict.of_rows", n=plain(t.count(data.read_rows))),
        ),
    ]
    return tuple(tiles)


def _range(t: Language, low: float, high: float) -> Prose:
    return t.say("verdict.interval", low=plain(t.decimal(100 * low, 1)), high=plain(t.share(high)))


def _line(check: Check, t: Language) -> CheckLine:
    def shown(number: float) -> str:
        return t.decimal(number, 3) if check.name in UNITLESS else t.share(number)

    interval = ""
    if check.low is not None and check.high is not None:
        interval = f"{shown(check.low).removesuffix('%')}\u2013{shown(check.high)}"
    if check.threshold is None or check.passed is None:
        bound, status = "", "info"
    else:
        sign = "\u2265" if check.direction == "min" else "\u2264"
        bound, status = f"{sign}\u00a0{shown(check.threshold)}", "pass" if check.passed else "fail"
    name = t.pick("check", check.name)
    return CheckLine(name, shown(check.value), interval, bound, status, t(f"status.{status}"))


def _note(checks: tuple[CheckLine, ...], t: Language) -> Prose:
    judged = [c for c in checks if c.status != "info"]
    failed = sum(c.status == "fail" for c in judged)
    if not judged:
        return t.say("verdict.no_thresholds")
    if not failed:
        return t.say("verdict.all_hold", n=plain(t.count(len(judged))))
    return t.say("verdict.some_fail", failed=plain(t.count(failed)), n=plain(t.count(len(judged))))


def build(report: AuditReport, t: Language) -> VerdictContext:
    """Return what the section shows."""
    checks = tuple(_line(check, t) for check in report.verdict)
    certainty = t.say("verdict.certainty", points=plain(t.decimal(100 * report.evaluation.ece, 1)))
    return VerdictContext(
        lead=join_prose(t, (_sentence(report, t), _comparison(report, t), certainty), "sentence.separator"),
        tiles=_tiles(report, t),
        checks=checks,
        judged=any(line.status != "info" for line in checks),
        checks_note=_note(checks, t),
        digest=report.lineage.bundle_sha256,
        verify=t.say("verdict.verify"),
    )


SECTION = Section("verdict", VerdictContext, build)
