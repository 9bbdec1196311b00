"""What text encoders that learned from the classes brought, beside the same encoders as they are."""

from __future__ import annotations

from prodcls.audit_interval import Interval
from prodcls.audit_tuning import TuningSection
from prodcls.language import Language, Prose, code, plain
from prodcls.sections.parts import Column, Table

__all__ = ["tuning_note", "tuning_table"]


def tuning_note(found: TuningSection, t: Language) -> Prose:
    """Return what learned from what, and what that changed."""
    counts = {name: plain(t.count(getattr(found, name))) for name in ("maps", "numbers", "texts", "gained", "lost")}
    changes: dict[str, Prose] = {}
    for name, figure in (("accuracy", found.accuracy), ("macro", found.macro_f1)):
        change, low, high = (plain(t.signed(100 * x, 1)) for x in (figure.value, figure.low, figure.high))
        changes |= {name: change, f"{name}_low": low, f"{name}_high": high}
    p = t.small(found.p_value) if found.p_value < 0.001 else t.decimal(found.p_value, 3)
    encoders = code(", ".join(found.encoders))
    return t.say("tuning.note", encoders=encoders, p=plain(p), **counts, **changes)


def tuning_table(found: TuningSection, t: Language) -> Table:
    """Return the figures of both evaluations, one below the other."""
    heads = (
        Column(t.say("head.encoders")),
        Column(t.say("head.accuracy_range"), numeric=True),
        Column(t.say("head.macro_f1_range"), numeric=True),
        Column(t.say("head.log_loss"), numeric=True),
        Column(t.say("head.ece"), numeric=True),
    )
    rows = tuple(
        (
            t.say(name),
            _with_range(t, figures.accuracy),
            _with_range(t, figures.macro_f1),
            plain(t.decimal(figures.log_loss, 3)),
            plain(t.decimal(figures.ece, 3)),
        )
        for name, figures in (("tuning.tuned", found.tuned), ("tuning.frozen", found.frozen))
    )
    return Table(t("tuning.title"), heads, rows)


def _with_range(t: Language, figure: Interval) -> Prose:
    return plain(f"{t.share(figure.value)} ({t.interval(figure)})")
