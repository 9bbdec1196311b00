"""What the catalogue holds, what is missing, and what was turned away."""

from __future__ import annotations

from dataclasses import dataclass

from prodcls.audit import AuditReport, ColumnSummary, DataSection
from prodcls.audit_quality import QualityFindings
from prodcls.charts_rows import Bar, bars
from prodcls.language import Language, Prose, as_text, code, plain, quoted
from prodcls.sections.cleaned import CleaningContext, cleaning_context
from prodcls.sections.findings import FindingLine, clean_note, finding_lines, findings_summary
from prodcls.sections.parts import Column, Figure, Section, Table, join_prose

__all__ = ["SECTION", "DataContext", "data_context"]

DRAWN = 25
"""Most classes drawn as bars; the table has them all."""


@dataclass(frozen=True)
class DataContext:
    """What the section shows.

    Attributes
    ----------
    summary : Prose
    found : Prose
        How many findings there are; empty in reports that looked for nothing.
    findings : tuple of FindingLine
    clean : Prose
        What was looked for and not found.
    classes : Figure
        Products by class.
    columns : Table
        Role of each column and its missing cells.
    notes : tuple of Prose
        Languages and photos; without findings also long texts, near-duplicates and small classes.
    used : Table or None
        Cells that were used, though not as they stand; None without any.
    rates : Table or None
        By which amounts of money were converted; None where currencies are kept apart.
    rejections : Table or None
        By code; None when nothing was turned away.
    examples : Table or None
        Some of them; None without any.
    cleaning : CleaningContext or None
        What was changed in the texts; None in reports that say nothing of it.
    """

    summary: Prose
    found: Prose
    findings: tuple[FindingLine, ...]
    clean: Prose
    classes: Figure
    columns: Table
    notes: tuple[Prose, ...]
    used: Table | None
    rates: Table | None
    rejections: Table | None
    examples: Table | None
    cleaning: CleaningContext | None


def _classes(data: DataSection, t: Language) -> Figure:
    items = sorted(data.class_counts.items(), key=lambda item: (-item[1], item[0]))
    total = sum(data.class_counts.values()) or 1
    drawn = tuple(Bar(name, n, t.count(n)) for name, n in items[:DRAWN])
    if items and items[0][1] == items[-1][1]:
        see = t.say("classes.even", n=plain(t.count(items[0][1])))
    elif items:
        shares = {"most": plain(t.share(items[0][1] / total)), "least": plain(t.count(items[-1][1]))}
        see = t.say("classes.see", first=items[0][0], last=items[-1][0], **shares)
    else:
        see = t.say("classes.none")
    if len(items) > DRAWN:
        see += t.say("classes.cut", n=plain(t.count(DRAWN)), all=plain(t.count(len(items))))
    heads = (
        Column(t.say("head.class")),
        Column(t.say("head.products"), numeric=True),
        Column(t.say("head.share"), numeric=True),
    )
    rows = tuple((quoted(name), plain(t.count(n)), plain(t.share(n / total))) for name, n in items)
    table = Table(t("classes.title"), heads, rows)
    alt = f"{t('classes.title')}. {as_text(see)}"
    return Figure("classes", t.say("classes.title"), see, bars(drawn, alt=alt), table)


def _columns(data: DataSection, t: Language) -> Table:
    heads = (
        Column(t.say("head.column")),
        Column(t.say("head.role")),
        Column(t.say("head.reason")),
        Column(t.say("head.missing"), numeric=True),
    )
    rows = tuple(
        (code(c.column), t.pick("role", c.role), _reason(c, t), plain(t.count(c.missing))) for c in data.columns
    )
    return Table(t("data.columns"), heads, rows)


def _reason(column: ColumnSummary, t: Language) -> Prose:
    """Return why a column has its role, in the language of the page where that is known."""
    key = f"assigned.{column.code}"
    if key not in t.words:
        return quoted(column.reason)
    kinds = {"option": code, "n": plain}
    return t.say(key, **{name: kinds.get(name, quoted)(text) for name, text in column.details.items()})


def _notes(data: DataSection, t: Language, *, findings: bool) -> tuple[Prose, ...]:
    notes = []
    if data.scripts:
        found = sorted(data.scripts.items(), key=lambda item: (-item[1], item[0]))
        scripts = (t.pick("script", name) + plain(f" {t.share(share)}") for name, share in found)
        notes.append(t.say("data.scripts", list=join_prose(t, tuple(scripts))))
    if data.photos_missing is not None:
        notes.append(t.say("data.photos", n=plain(t.count(data.photos_missing)), rows=plain(t.count(data.rows))))
    if data.conversion is not None:
        digest = code(data.conversion.sha256)
        notes.append(t.say("data.converted", base=plain(data.conversion.base), digest=digest))
    if findings:  # they say the rest
        return tuple(notes)
    notes.append(
        t.say("data.cut", n=plain(t.count(data.texts_cut)), share=plain(t.share(data.text_unread_share)))
        if data.texts_cut
        else t.say("data.not_cut")
    )
    notes.append(
        t.say("data.duplicates", groups=plain(t.count(data.duplicate_groups)), n=plain(t.count(data.duplicate_rows)))
        if data.duplicate_groups
        else t.say("data.no_duplicates")
    )
    if data.small_classes:
        small = (quoted(name) + plain(f" ({t.count(n)})") for name, n in sorted(data.small_classes.items()))
        named = join_prose(t, tuple(small))
        notes.append(t.say("data.small", n=plain(t.count(len(data.small_classes))), list=named))
    return tuple(notes)


def _used(data: DataSection, t: Language) -> Table | None:
    if not data.notes:
        return None
    names = {"column": False, "reason": False, "count": True, "row": True, "excerpt": False}
    heads = tuple(Column(t.say(f"head.{name}"), numeric=numeric) for name, numeric in names.items())
    rows = []
    for n in data.notes:
        numbers = plain(t.count(n.cells)), plain(str(n.row))
        rows.append((code(n.column), t.pick("rejected", n.code, n.reason), *numbers, quoted(n.excerpt)))
    return Table(t("data.used"), heads, tuple(rows))


def _rates(data: DataSection, t: Language) -> Table | None:
    if data.conversion is None:
        return None
    heads = (Column(t.say("head.currency")), Column(t.say("head.rate"), numeric=True), Column(t.say("head.date")))
    rows = tuple((plain(r.currency), plain(r.rate), plain(r.date)) for r in data.conversion.rates)
    return Table(t("data.rates", base=data.conversion.base), heads, rows)


def _rejections(data: DataSection, t: Language) -> Table | None:
    if not data.rejections:
        return None
    heads = (Column(t.say("head.code")), Column(t.say("head.reason")), Column(t.say("head.count"), numeric=True))
    items = sorted(data.rejections.items(), key=lambda item: (-item[1], item[0]))
    return Table(
        t("data.rejections"), heads, tuple((code(c), t.pick("rejected", c, ""), plain(t.count(n))) for c, n in items)
    )


def _examples(data: DataSection, t: Language) -> Table | None:
    if not data.rejection_examples:
        return None
    heads = tuple(Column(t.say(f"head.{name}"), numeric=name == "row") for name in ("row", "column", "code"))
    heads += (Column(t.say("head.reason")), Column(t.say("head.excerpt")))
    rows = []
    for e in data.rejection_examples:
        cell = {name: str(e.get(name, "")) for name in ("row", "column", "code", "reason", "excerpt")}
        first = (plain(cell["row"]), code(cell["column"]), code(cell["code"]))
        reason = t.pick("rejected", cell["code"], cell["reason"])
        rows.append((*first, reason, quoted(cell["excerpt"])))
    return Table(t("data.examples"), heads, tuple(rows))


def data_context(data: DataSection, quality: QualityFindings | None, t: Language) -> DataContext:
    """Return what the section shows of a catalogue and of what is wrong with it."""
    numbers = {"read": data.read_rows, "rows": data.rows, "away": data.read_rows - data.rows, "classes": data.classes}
    return DataContext(
        summary=t.say(
            "data.summary" if data.rows < data.read_rows else "data.summary_all",
            **{name: plain(t.count(n)) for name, n in numbers.items()},
        ),
        found=() if quality is None else findings_summary(quality, t),
        findings=() if quality is None else finding_lines(quality, t),
        clean=() if quality is None else clean_note(quality, t),
        classes=_classes(data, t),
        columns=_columns(data, t),
        notes=_notes(data, t, findings=quality is not None),
        used=_used(data, t),
        rates=_rates(data, t),
        rejections=_rejections(data, t),
        examples=_examples(data, t),
        cleaning=None if data.cleaning is None else cleaning_context(data.cleaning, t),
    )


def build(report: AuditReport, t: Language) -> DataContext:
    """Return what the section shows."""
    return data_context(report.data, report.quality, t)


SECTION = Section("data", DataContext, build)
