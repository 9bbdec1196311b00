"""What was changed in the texts before the models read them, with the originals marked as such."""

from __future__ import annotations

from dataclasses import dataclass

from prodcls.audit_cleaning import CleaningFindings, Piece
from prodcls.explain.case import Original
from prodcls.language import Language, Prose, code, plain
from prodcls.sections.marks import Run
from prodcls.sections.parts import Column, Table, join_prose

__all__ = ["CleanedText", "CleaningContext", "OriginalText", "cleaning_context", "original_text", "visible"]

_BLANKS = {" ": "\u2423", "\n": "\u21b5", "\r": "\u240d", "\t": "\u21e5"}
"""Signs for what is seen only by its absence."""

_JOINERS = "\u200c\u200d"


@dataclass(frozen=True)
class CleanedText:
    """A place that a step changed.

    Attributes
    ----------
    told : Prose
        Which step, row and column.
    before, after : tuple of Run
        Changed runs have the tone ``"gone"`` and ``"new"``.
    """

    told: Prose
    before: tuple[Run, ...]
    after: tuple[Run, ...]


@dataclass(frozen=True)
class CleaningContext:
    """What the part of the section on data shows.

    Attributes
    ----------
    see : Prose
        How many texts were changed.
    table : Table or None
        By step and column; None when nothing was changed.
    examples : tuple of CleanedText
    """

    see: Prose
    table: Table | None
    examples: tuple[CleanedText, ...]


@dataclass(frozen=True)
class OriginalText:
    """A text of a product as it stood in the file.

    Attributes
    ----------
    told : Prose
        Which column, and which steps changed it.
    text : str
        What nobody would see is spelled out.
    """

    told: Prose
    text: str


def cleaning_context(found: CleaningFindings, t: Language) -> CleaningContext:
    """Return what the section shows of the cleaning."""
    n = {"n": plain(t.count(found.cells)), "texts": plain(t.count(found.texts))}
    if not found.cells:
        return CleaningContext(t.say("cleaned.none", texts=n["texts"]), None, ())
    return CleaningContext(
        see=t.say("cleaned.see", **n),
        table=_table(found, t),
        examples=tuple(
            CleanedText(
                t.say(
                    "cleaned.example",
                    step=t.pick("step", step.step),
                    row=plain(t.count(example.row)),
                    column=code(example.column),
                ),
                _runs(example.before, "gone"),
                _runs(example.after, "new"),
            )
            for step in found.steps
            for example in step.examples
        ),
    )


def _table(found: CleaningFindings, t: Language) -> Table:
    columns = tuple(dict.fromkeys(column for step in found.steps for column in step.cells))
    heads = (
        Column(t.say("cleaned.step")),
        Column(t.say("cleaned.does")),
        *(Column(code(column), numeric=True) for column in columns),
    )
    rows = tuple(
        (
            t.pick("step", step.step),
            t.pick("step_does", step.step, ""),
            *(plain(t.count(step.cells.get(column, 0))) for column in columns),
        )
        for step in found.steps
    )
    return Table(t("cleaned.table"), heads, rows)


def _runs(pieces: tuple[Piece, ...], tone: str) -> tuple[Run, ...]:
    return tuple(
        Run(visible(piece.text, blanks=True), tone) if piece.changed else Run(visible(piece.text)) for piece in pieces
    )


def original_text(original: Original, t: Language) -> OriginalText:
    """Return what is shown of an original."""
    steps = join_prose(t, tuple(t.pick("step", step) for step in original.steps))
    told = t.say("cleaned.original", column=code(original.column), steps=steps)
    if original.length > len(original.text):
        shown, length = plain(t.count(len(original.text))), plain(t.count(original.length))
        told = join_prose(t, (told, t.say("cleaned.cut", shown=shown, length=length)), "sentence.separator")
    return OriginalText(told, visible(original.text))


def visible(text: str, *, blanks: bool = False) -> str:
    """Return ``text`` with what is not printed spelled out, such as ``[U+202E]``.

    Parameters
    ----------
    text : str
    blanks : bool
        Whether blanks and line breaks get a sign too.

    Returns
    -------
    str
    """
    if text.isprintable() and not blanks:
        return text
    signs = _BLANKS if blanks else {"\n": "\n", "\t": "\t"}
    kept = "" if blanks else _JOINERS
    return "".join(signs.get(c) or (c if c.isprintable() or c in kept else f"[U+{ord(c):04X}]") for c in text)
