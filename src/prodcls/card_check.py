"""The findings about a catalogue for a terminal: 80 columns, any script, and readable without colour."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from prodcls.audit_check import CheckReport
from prodcls.audit_quality import Finding
from prodcls.card_text import WIDTH, clean, fit, pieces_of, wrapped
from prodcls.language import Language, Prose
from prodcls.sections.data import data_context
from prodcls.sections.findings import FindingLine

__all__ = ["check_lines"]

SHOWN = 3
"""Examples of each finding; pages and JSON have more."""

MARKS = {"error": ("✗", "bold red"), "warning": ("!", "bold yellow"), "note": ("·", "bold")}
"""Sign and style of each severity; the word stands beside them."""

INDENT = "  "


def check_lines(report: CheckReport, t: Language) -> tuple[Text, ...]:
    """Return the summary of a check.

    Parameters
    ----------
    report : CheckReport
    t : Language

    Returns
    -------
    tuple of Text
        One a line, none wider than 80 columns. Their styles repeat what words and signs say.
    """
    lines = tuple(_lines(report, t))
    for line in lines:
        line.rstrip()
    return lines


def _lines(report: CheckReport, t: Language) -> Iterator[Text]:
    context = data_context(report.data, report.quality, t)
    yield Text(fit(clean(report.title), WIDTH).rstrip(), "bold")
    yield from _prose(context.summary)
    yield from _prose(context.found)
    for line, finding in zip(context.findings, report.quality.findings, strict=True):
        yield Text()
        yield from _finding(line, finding)
    if context.cleaning:
        yield Text()
        yield from _prose(context.cleaning.see)
    if context.clean:
        yield Text()
        yield from _prose(context.clean, "dim")


def _finding(line: FindingLine, finding: Finding) -> Iterator[Text]:
    sign, style = MARKS[line.severity]
    yield from wrapped([*pieces_of(f"{sign} {line.word}: ", style), *pieces_of(clean(_plain(line.title)), "bold")])
    yield from _prose(line.sentence, indent=INDENT)
    rows = line.examples.rows[:SHOWN] if line.examples is not None else ()
    for row in rows:
        told = clean(" | ".join(_plain(cell) for cell in row))
        yield Text(fit(f"{INDENT}- {told}", WIDTH).rstrip())
    more = len(finding.examples) - len(rows)
    if more > 0:
        yield Text(f"{INDENT}- (+{more})", "dim")
    yield from _prose(line.advice, "dim", indent=INDENT)


def _plain(prose: Prose) -> str:
    return "".join(span.text for span in prose)


def _prose(prose: Prose, style: str = "", *, indent: str = "") -> Iterator[Text]:
    return wrapped(pieces_of(clean(_plain(prose)), style), indent)
