"""What a drift check found for a terminal: 80 columns, any script, and readable without colour."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from prodcls.audit_drift import DriftReport
from prodcls.card_text import WIDTH, clean, fit, pieces_of, wrapped
from prodcls.language import Language, Prose
from prodcls.sections.drift_lines import in_order, respect_name
from prodcls.sections.drifted import drift_context, reason_in_words

__all__ = ["drift_lines"]

SHOWN = 5
"""Products and values that never were; page and JSON have more."""

INDENT = "  "


def drift_lines(report: DriftReport, t: Language) -> tuple[Text, ...]:
    """Return the summary of a drift check.

    Parameters
    ----------
    report : DriftReport
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


def _lines(report: DriftReport, t: Language) -> Iterator[Text]:
    context = drift_context(report, t)
    sign, style = ("✗ ", "bold red") if report.alarms else ("✓ ", "bold green")
    yield Text(fit(clean(report.title), WIDTH).rstrip(), "bold")
    yield from wrapped([*pieces_of(sign, style), *pieces_of(clean(_plain(context.verdict)), style)])
    yield from _prose(context.intro)
    for line in in_order(report.drift):
        if line.alarm:
            name = clean(_plain(respect_name(line.kind, line.name, t)))
            told = f"{t('drift.head_effect')} {t.decimal(line.effect, 2)}, p {_p(line.corrected, t)}"
            yield Text(fit(f"{INDENT}✗ {name}: {told}", WIDTH).rstrip())
    yield Text()
    for sentence in (*context.certainty, *context.differences):
        yield from _prose(sentence)
    yield from _unseen(report, t)
    yield Text()
    yield from _prose(context.moved_see)
    for product in [p for p in report.moved if p.reasons][:SHOWN]:
        told = f"{t.decimal(product.distance, 1)}  {product.id}  {product.title}"
        yield Text(fit(f"{INDENT}- {clean(told)}", WIDTH).rstrip(), "bold")
        for reason in product.reasons:
            yield from _prose(reason_in_words(reason, t), indent=2 * INDENT)


def _unseen(report: DriftReport, t: Language) -> Iterator[Text]:
    for detail in report.details:
        if detail.unseen:
            values = [f"{value} ({n})" for value, n in list(detail.unseen.items())[:SHOWN]]
            more = detail.more + len(detail.unseen) - len(values)
            told = ", ".join(values) + (f" (+{more})" if more else "")
            name = _plain(respect_name(detail.kind, detail.name, t))
            yield from wrapped(pieces_of(clean(f"{name}: {told}")))


def _p(value: float, t: Language) -> str:
    return "< 0.001" if value < 0.001 else t.decimal(value, 3)


def _plain(prose: Prose) -> str:
    return "".join(span.text for span in prose)


def _prose(prose: Prose, *, indent: str = "") -> Iterator[Text]:
    return wrapped(pieces_of(clean(_plain(prose))), indent)
