"""Findings about the data in the words of a page: sentence, what to do, table of examples."""

from __future__ import annotations

from dataclasses import dataclass

from prodcls.audit_quality import Example, Finding, QualityFindings
from prodcls.language import Language, Prose, as_text, code, plain, quoted
from prodcls.sections.parts import Column, Table, join_prose

__all__ = ["FindingLine", "clean_note", "finding_lines", "findings_summary"]

SHOWN_IDS = 4
"""Most ids of an example; the others are counted."""

SEVERITIES = ("error", "warning", "note")

AMOUNTS = ("price", "number", "typical", "deviations")
"""Values that are no shares."""


@dataclass(frozen=True)
class FindingLine:
    """One finding as the page shows it.

    Attributes
    ----------
    id : str
        Anchor.
    severity : str
        ``"error"``, ``"warning"`` or ``"note"``.
    word : str
        The severity in words.
    title, sentence, advice : Prose
    examples : Table or None
        None where the sentence says it all.
    caption : str
        What stands over the folded table.
    """

    id: str
    severity: str
    word: str
    title: Prose
    sentence: Prose
    advice: Prose
    examples: Table | None
    caption: str


def finding_lines(quality: QualityFindings, t: Language) -> tuple[FindingLine, ...]:
    """Return the findings in words, the most severe first."""
    return tuple(_line(i, finding, t) for i, finding in enumerate(quality.findings, start=1))


def findings_summary(quality: QualityFindings, t: Language) -> Prose:
    """Return how many findings there are of each severity."""
    if not quality.findings:
        return t.say("faults.none")
    counts = {s: sum(f.severity == s for f in quality.findings) for s in SEVERITIES}
    return t.say("faults.summary", **{name: plain(t.count(n)) for name, n in counts.items()})


def clean_note(quality: QualityFindings, t: Language) -> Prose:
    """Return what was looked for and not found; nothing where everything was found."""
    names = tuple(t.pick("finding", kind) for kind in quality.clean)
    return t.say("faults.clean", list=join_prose(t, names)) if names else ()


def _line(number: int, finding: Finding, t: Language) -> FindingLine:
    values = {name: _value(name, value, t) for name, value in finding.values.items()}
    title = t.pick("finding", finding.kind)
    known = f"finding.{finding.kind}.say" in t.words  # a report of a later version may have kinds of its own
    sentence = t.say(f"finding.{finding.kind}.say", **values | {"n": plain(t.count(finding.count))}) if known else ()
    return FindingLine(
        id=f"finding-{finding.kind.replace('_', '-') if known else number}",
        severity=finding.severity if finding.severity in SEVERITIES else "note",
        word=as_text(t.pick("severity", finding.severity)),
        title=title,
        sentence=sentence,
        advice=t.say("faults.do") + t.say(f"finding.{finding.kind}.do") if known else (),
        examples=_table(finding, t, as_text(title)),
        caption=t("faults.examples", n=plain(t.count(len(finding.examples)))),
    )


def _value(name: str, value: str | int | float, t: Language) -> Prose:
    """Return a value as its name and type say: floats are shares unless they are amounts."""
    if isinstance(value, int):
        return plain(t.count(value))
    if isinstance(value, float):
        return plain(t.decimal(value) if name in AMOUNTS else t.probability(value))
    if name == "script":
        return t.pick("script", value)
    return code(value) if name == "column" else quoted(value)


def _table(finding: Finding, t: Language, caption: str) -> Table | None:
    if not finding.examples:
        return None
    first = finding.examples[0]
    names = list(first.values)
    with_ids = bool(first.ids)
    heads = [Column(t.say("head.product"))] if with_ids else []
    single = with_ids and all(len(e.ids) == 1 for e in finding.examples)
    if single:
        heads.append(Column(t.say("head.row"), numeric=True))
    heads += [Column(t.pick("head", name), numeric=not isinstance(first.values[name], str)) for name in names]
    rows = []
    for e in finding.examples:
        cells = [_ids(e, t)] if with_ids else []
        if single:
            cells.append(plain(str(e.rows[0])))
        rows.append((*cells, *(_value(name, e.values.get(name, ""), t) for name in names)))
    return Table(caption, tuple(heads), tuple(rows))


def _ids(example: Example, t: Language) -> Prose:
    shown = join_prose(t, tuple(code(one) for one in example.ids[:SHOWN_IDS]))
    total = example.values.get("products")
    more = (total if isinstance(total, int) else len(example.ids)) - min(len(example.ids), SHOWN_IDS)
    return t.say("faults.more_ids", list=shown, n=plain(t.count(more))) if more > 0 else shown
