"""Which calibration is served, and how other ways to calibrate do on the same products."""

from __future__ import annotations

from prodcls.audit_calibrations import Calibrations
from prodcls.language import Language, Prose, plain
from prodcls.sections.parts import Column, Table

__all__ = ["calibrations_see", "calibrations_table"]


def calibrations_see(found: Calibrations, t: Language) -> Prose:
    """Return what is served and which way has the least log loss."""
    counts = {"folds": found.folds, "doubt": found.by_doubt, "step": found.stepped, "candidates": found.candidates}
    said = {name: plain(t.count(n)) for name, n in counts.items()}
    if found.by_doubt or found.stepped:
        ends = {"low": plain(t.decimal(found.lowest)), "high": plain(t.decimal(found.highest))}
        served = t.say("calibrations.richer", **said, **ends)
    else:
        served = t.say("calibrations.plain")
    best = min(found.methods, key=lambda m: m.log_loss)
    own = next((m for m in found.methods if m.name == "served"), best)
    if best is own:
        return served + t.say("calibrations.best")
    numbers = {"loss": plain(t.decimal(best.log_loss, 3)), "own": plain(t.decimal(own.log_loss, 3))}
    return served + t.say("calibrations.other", name=t.pick("calibrated", best.name), **numbers)


def calibrations_table(found: Calibrations, t: Language) -> Table:
    """Return the ways to calibrate with their proper scores and calibration errors."""
    heads = (
        Column(t.say("head.method")),
        Column(t.say("head.log_loss"), numeric=True),
        Column(t.say("head.brier"), numeric=True),
        Column(t.say("head.ece"), numeric=True),
        Column(t.say("head.classwise_ece"), numeric=True),
    )
    rows = tuple(
        (
            t.pick("calibrated", m.name),
            plain(t.decimal(m.log_loss, 3)),
            plain(t.decimal(m.brier, 3)),
            plain(t.share(m.ece)),
            plain(t.share(m.classwise_ece, 2)),
        )
        for m in found.methods
    )
    return Table(t("calibrations.title"), heads, rows)
