"""First screen: how good the model is, against what, and how to check it."""

from __future__ import annotations

from dataclasses import dataclass

from prodcls.audit import AuditReport, Check
from prodcls.audit_figures import FIGURES
from prodcls.language import Language, Prose, code, plain
from prodcls.sections.parts import Section, Tile, baseline_name, join_prose

__all__ = ["SECTION", "CheckLine", "VerdictContext", "best_baseline"]

SMALL = 0.001
"""Numbers below this are shown by their power of ten."""

ORDER = {"fail": 0, "pass": 1, "info": 2}
"""Lines that fail stand first, so that they are on the first screen however many there are."""


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
    status : str
        ``"pass"``: all thresholds hold; ``"fail"``; or ``"info"``: none were set.
    banner : Prose
        How many thresholds hold.
    lead : Prose
        The result for somebody who is no data scientist: how often right, against the best baseline, how far stated
        probabilities can be believed.
    tiles : tuple of Tile
        Headline figures.
    checks : tuple of CheckLine
        Those that fail first.
    checks_note : Prose
        Where the thresholds come from, or how to set them.
    digest : str
        Of the bundle.
    verify : Prose
        How to check the digest.
    """

    status: str
    banner: Prose
    lead: Prose
    tiles: tuple[Tile, ...]
    checks: tuple[CheckLine, ...]
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
    share = check.name not in FIGURES or FIGURES[check.name].share

    def shown(number: float) -> str:
        if share:
            return t.share(number)
        return t.small(number) if 0 < abs(number) < SMALL else t.decimal(number, 3)

    interval = ""
    if check.low is not None and check.high is not None:
        interval = f"{shown(check.low).removesuffix('%')}\u2013{shown(check.high)}"
    figure = t("verdict.not_measured") if check.value is None else shown(check.value)
    bound, status = "", "info"
    if check.threshold is not None and check.passed is not None:
        sign = "\u2265" if check.direction == "min" else "\u2264"
        bound, status = f"{sign}\u00a0{shown(check.threshold)}", "pass" if check.passed else "fail"
        if check.judged_by == "interval":
            end = "verdict.lower_end" if check.direction == "min" else "verdict.upper_end"
            bound = t(end, bound=plain(bound))
    return CheckLine(t.pick("check", check.name), figure, interval, bound, status, t(f"status.{status}"))


def _banner(checks: tuple[CheckLine, ...], t: Language) -> tuple[str, Prose]:
    """Return the status of all thresholds together, and what to say of it."""
    judged = [c for c in checks if c.status != "info"]
    failed = sum(c.status == "fail" for c in judged)
    n = plain(t.count(len(judged)))
    if not judged:
        return "info", t.say("verdict.no_thresholds")
    if not failed:
        return "pass", t.say("verdict.all_hold", n=n) if len(judged) > 1 else t.say("verdict.holds")
    if len(judged) == 1:
        return "fail", t.say("verdict.fails")
    return "fail", t.say("verdict.some_fail", failed=plain(t.count(failed)), n=n)


def build(report: AuditReport, t: Language) -> VerdictContext:
    """Return what the section shows."""
    checks = tuple(sorted((_line(check, t) for check in report.verdict), key=lambda line: ORDER[line.status]))
    status, banner = _banner(checks, t)
    files = [file.name for file in report.lineage.given if file.role == "thresholds"]
    certainty = t.say("verdict.certainty", points=plain(t.decimal(100 * report.evaluation.ece, 1)))
    return VerdictContext(
        status=status,
        banner=banner,
        lead=join_prose(t, (_sentence(report, t), _comparison(report, t), certainty), "sentence.separator"),
        tiles=_tiles(report, t),
        checks=checks,
        checks_note=t.say("verdict.set_in", file=code(files[0])) if files else t.say("verdict.how_to_set"),
        digest=report.lineage.bundle_sha256,
        verify=t.say("verdict.verify"),
    )


SECTION = Section("verdict", VerdictContext, build)
