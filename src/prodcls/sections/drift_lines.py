"""The lines of a comparison of catalogues, as the audit and the page of a drift check show them."""

from __future__ import annotations

from prodcls.audit_drift import DriftLine, DriftSection
from prodcls.language import Language, Prose, plain, quoted
from prodcls.sections.parts import Column, Table, block_name

__all__ = ["drift_intro", "drift_note", "drift_table", "in_order", "respect_name"]

WITH_GAPS = ("number", "expected", "length", "category", "embedding")
"""Kinds of line of which a product may have no value."""

LEAST_P = 0.001
"""p-value below which the table gives no figure."""

DRAWN = 40
"""Most lines of the table."""


def in_order(found: DriftSection) -> tuple[DriftLine, ...]:
    """Return the lines, those with an alarm first, then the strongest.

    Parameters
    ----------
    found : DriftSection
    """
    return tuple(sorted(found.lines, key=lambda line: (not line.alarm, -_strength(line))))


def _strength(line: DriftLine) -> float:
    """Return an effect as a share of the largest possible: areas begin at a half."""
    return 2.0 * line.effect - 1.0 if line.kind == "embedding" else line.effect


def respect_name(kind: str, name: str, t: Language) -> Prose:
    """Return what a line compares, in words.

    Parameters
    ----------
    kind : str
        Of the line.
    name : str
        Of the line.
    t : Language
    """
    if f"respect.{kind}" not in t.words:  # a number or a category is its column
        return quoted(name)
    if kind in ("embedding", "photo"):
        return t.say(f"respect.{kind}", block=block_name(t, name))
    return t.say(f"respect.{kind}", column=name)


def _effect(line: DriftLine, t: Language) -> Prose:
    if line.low is None or line.high is None:
        return plain(t.decimal(line.effect, 2))
    return plain(f"{t.decimal(line.effect, 2)} ({t.decimal(line.low, 2)} \u2026 {t.decimal(line.high, 2)})")


def _missing(line: DriftLine, t: Language) -> str:
    if line.kind not in WITH_GAPS:
        return "\u2013"
    return f"{t.share(line.missing_before)} \u2192 {t.share(line.missing_after)}"


def drift_table(found: DriftSection, t: Language) -> Table:
    """Return a line for each respect; with very many, those with an alarm and the strongest.

    Parameters
    ----------
    found : DriftSection
    t : Language
    """
    heads = (
        Column(t.say("drift.head_respect")),
        Column(t.say("head.status")),
        Column(t.say("drift.head_effect"), numeric=True),
        Column(t.say("drift.head_p"), numeric=True),
        Column(t.say("drift.head_index"), numeric=True),
        Column(t.say("drift.head_missing"), numeric=True),
        Column(t.say("drift.head_unseen"), numeric=True),
    )
    rows = tuple(
        (
            respect_name(line.kind, line.name, t),
            t.say("drift.alarm" if line.alarm else "drift.calm"),
            _effect(line, t),
            plain("< 0.001" if line.corrected < LEAST_P else t.decimal(line.corrected, 3)),
            plain("\u2013" if line.index is None else t.decimal(line.index, 2)),
            plain(_missing(line, t)),
            plain("\u2013" if line.unseen is None else t.share(line.unseen)),
        )
        for line in in_order(found)[:DRAWN]
    )
    return Table(t("drift.title"), heads, rows)


def drift_intro(found: DriftSection, t: Language) -> Prose:
    """Return what was compared and what came of it.

    Parameters
    ----------
    found : DriftSection
    t : Language
    """
    alarms = sum(line.alarm for line in found.lines)
    counts = {"before": plain(t.count(found.before)), "after": plain(t.count(found.after))}
    key = "drift.some" if alarms else "drift.none"
    return t.say(key, n=plain(t.count(alarms)), all=plain(t.count(len(found.lines))), **counts)


def drift_note(found: DriftSection, t: Language) -> Prose:
    """Return how to read the table.

    Parameters
    ----------
    found : DriftSection
    t : Language
    """
    return t.say("drift.note", level=plain(t.share(found.level, 0)))
