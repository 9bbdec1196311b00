"""The model card as Markdown with YAML front matter, in the shape that model hubs read.

Figures come from the report, the rest from ``modelcard.toml``. Text of a catalogue or of that file is escaped, so that
it can neither make markup nor leave its place in the front matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from prodcls.audit import AuditReport
from prodcls.audit_model_card import GROUPS
from prodcls.language import Language, Prose, as_text, load_language, plain
from prodcls.sections import limits, lineage, verdict
from prodcls.sections.intended import card_of, paragraphs

__all__ = ["MODEL_CARD", "markdown_card", "markdown_text", "yaml_text"]

MODEL_CARD = "modelcard.md"
"""Name of the file."""

CLASSES = 50
"""Most classes in the table."""

LICENCES = frozenset({"apache-2.0", "mit", "bsd-3-clause", "cc0-1.0", "cc-by-4.0", "cc-by-sa-4.0", "gpl-3.0"})
"""Licences that hubs know by these names; another one is ``other`` with a name of its own."""

_PUNCTUATION = re.compile(r"[\\`*_\[\]<>&#|~!$@{}]|(?<=www)\.|:(?=//)|(?<=mailto):|(?<=xmpp):", re.IGNORECASE)
_LEADING = re.compile(r"^(?:[-+=:]|\d+(?=[.)](?:\s|$)))")
_BLANKS = re.compile(r"\s+")
_NO_CHARACTER = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_YAML_ESCAPED = re.compile('["\\\\\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]')


def markdown_text(text: str) -> str:
    r"""Return text as one line of Markdown that shows it as it is: no markup, no link, no HTML.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        By the backslash escapes of CommonMark 0.31; what some dialects take for a bare link is broken up too.

    Examples
    --------
    >>> print(markdown_text("1. *a*\n<b> https://x"))
    1\. \*a\* \<b\> https\://x
    """
    line = _BLANKS.sub(" ", _NO_CHARACTER.sub("\ufffd", text)).strip()
    line = _PUNCTUATION.sub(lambda found: f"\\{found[0]}", line)
    return _LEADING.sub(lambda found: f"\\{found[0]}" if not found[0][0].isdigit() else f"{found[0]}\\", line)


def yaml_text(text: str) -> str:
    r"""Return text as a double-quoted YAML 1.2 scalar on one line.

    Parameters
    ----------
    text : str

    Returns
    -------
    str

    Examples
    --------
    >>> print(yaml_text('a: "b"\n'))
    "a: \"b\"\n"
    """
    known = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}

    def escape(found: re.Match[str]) -> str:
        # A lone surrogate is no character, and YAML has no way to write one.
        if "\ud800" <= found[0] <= "\udfff":
            return "\ufffd"
        return known.get(found[0], f"\\u{ord(found[0]):04x}")

    return f'"{_YAML_ESCAPED.sub(escape, text)}"'


def markdown_card(report: AuditReport, lang: str = "en") -> str:
    """Return the model card.

    Parameters
    ----------
    report : AuditReport
    lang : str
        ``"en"`` or ``"zh"``.

    Returns
    -------
    str
        Ends with a line feed; the same report gives the same text.
    """
    t = load_language(lang)
    name = _name(report)
    parts = (
        ("", (f"# {markdown_text(name)}",)),
        ("", (_md(t.say("mdcard.origin", created=plain(t.date(report.lineage.created)))),)),
        ("mdcard.use", (*_said(report, t, "use"), *_said(report, t, "people"))),
        ("mdcard.data", (*_data(report, t), *_said(report, t, "data"))),
        ("mdcard.evaluation", tuple(_evaluation(report, t))),
        ("mdcard.classes", tuple(_classes(report, t))),
        ("mdcard.model", (*_model(report, t), *_said(report, t, "model"))),
        ("mdcard.risks", (*_said(report, t, "risks"), *_limits(report, t))),
        ("mdcard.upkeep", _said(report, t, "upkeep")),
    )
    blocks = [*_front(report, name)]
    for heading, lines in parts:
        blocks.append("\n".join(([f"## {t(heading)}", ""] if heading else []) + list(lines)))
    return "\n\n".join(["\n".join(blocks[:1]), *blocks[1:]]) + "\n"


def _name(report: AuditReport) -> str:
    given = card_of(report).name
    return given[0] if given else f"prodcls: {report.title}"


def _md(prose: Prose) -> str:
    return markdown_text(as_text(prose))


def _front(report: AuditReport, name: str) -> Iterator[str]:
    """Yield the front matter: what hubs index, with the results as a model index."""
    ev = report.evaluation
    lines = ["---", "library_name: prodcls", "pipeline_tag: tabular-classification"]
    licence = card_of(report).licence
    if licence and licence[0].lower() in LICENCES:
        lines.append(f"license: {licence[0].lower()}")
    elif licence:
        lines += ["license: other", f"license_name: {yaml_text(licence[0])}"]
    lines += ["tags:", "- product-classification", "- lightgbm", "- explainability", "model-index:"]
    lines += [f"- name: {yaml_text(name)}", "  results:", "  - task:", "      type: tabular-classification"]
    lines += ["    dataset:", f"      name: {yaml_text(report.title)}", f"      type: {yaml_text(report.title)}"]
    lines.append("    metrics:")
    figures = (
        ("accuracy", "accuracy", ev.accuracy.value),
        ("f1", "macro-F1", ev.macro_f1.value),
        ("log_loss", "log loss", ev.log_loss),
        ("ece", "expected calibration error", ev.ece),
    )
    for kind, title, value in figures:
        # A number such as 1e-05 is text to YAML 1.1; fixed point is a number to every reader.
        lines += [f"    - type: {kind}", f"      name: {yaml_text(title)}", f"      value: {value:.6f}"]
    yield "\n".join([*lines, "---"])


def _said(report: AuditReport, t: Language, group: str) -> tuple[str, ...]:
    """Return the fields of a group, each a point; those that nobody filled say so."""
    card = card_of(report)
    lines = []
    for name in GROUPS[group]:
        texts = paragraphs(name, card, t)
        head = f"- **{_md(t.say(f'card_field.{name}'))}:**"
        if not texts:
            lines.append(f"{head} *{_md(t.say('intended.absent'))}*")
        elif len(texts) == 1:
            lines.append(f"{head} {markdown_text(texts[0])}")
        else:
            lines += [head, *(f"  - {markdown_text(text)}" for text in texts)]
    return tuple(lines)


def _data(report: AuditReport, t: Language) -> tuple[str, ...]:
    data = report.data
    rows, read, classes = (plain(t.count(n)) for n in (data.rows, data.read_rows, data.classes))
    told = _md(t.say("mdcard.rows", file=report.title, rows=rows, read=read, classes=classes))
    return (told, "")


def _table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]], numeric: int) -> Iterator[str]:
    """Yield a table whose first ``len(heads) - numeric`` columns are text."""
    marks = ["---"] * (len(heads) - numeric) + ["---:"] * numeric
    for cells in (heads, tuple(marks), *rows):
        yield f"| {' | '.join(cells)} |"


def _evaluation(report: AuditReport, t: Language) -> Iterator[str]:
    shown = verdict.build(report, t)
    yield from (f"**{_md(shown.banner)}**", "", _md(shown.lead), "")
    heads = tuple(_md(t.say(f"head.{name}")) for name in ("figure", "status", "value", "interval", "threshold"))
    rows = [
        (
            _md(line.name),
            *(markdown_text(cell) or "\u2013" for cell in (line.word, line.figure, line.interval, line.bound)),
        )
        for line in shown.checks
    ]
    yield from _table(heads, rows, 3)


def _classes(report: AuditReport, t: Language) -> Iterator[str]:
    found = sorted(report.evaluation.per_class, key=lambda f: (f.recall.value, f.name))
    if len(found) > CLASSES:
        yield _md(t.say("mdcard.cut", n=plain(t.count(CLASSES)), all=plain(t.count(len(found)))))
        yield ""
    heads = tuple(_md(t.say(f"head.{name}")) for name in ("class", "products", "precision", "recall_range", "f1"))
    rows = [
        (
            markdown_text(f.name) or "\u2013",
            t.count(f.support),
            t.share(f.precision.value),
            f"{t.share(f.recall.value)} ({t.interval(f.recall)})",
            t.share(f.f1.value),
        )
        for f in found[:CLASSES]
    ]
    yield from _table(heads, rows, 4)


def _model(report: AuditReport, t: Language) -> Iterator[str]:
    yield f"- **{_md(t.say('lineage.bundle_sha256'))}:** {markdown_text(report.lineage.bundle_sha256)}"
    for block, encoder in report.lineage.encoders.items():
        yield f"- **{_md(t.say('mdcard.encoder', block=t.pick('block', block)))}:** {markdown_text(encoder)}"
    if report.precision is not None:
        yield f"- {_md(lineage.precision_told(report.precision, t))}"


def _limits(report: AuditReport, t: Language) -> Iterator[str]:
    for item in limits.build(report, t).items:
        yield f"- {_md(item)}"
