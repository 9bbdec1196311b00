"""What other methods say of the same decision, beside the exact account: each with what its figures are about."""

from __future__ import annotations

from dataclasses import replace

from prodcls.explain.attribution import Attribution
from prodcls.explain.case import Case, Said, said, word_sums
from prodcls.language import Language, Prose, code, plain, quoted
from prodcls.sections.parts import Column, Table, block_name, class_name, join_prose

__all__ = ["is_attention", "method_figure", "method_note", "method_words", "methods_table"]

GAPS = {"no-gradient": "method.no_gradient", "no-attention": "method.no_attention"}
"""What is said of blocks that a method cannot look into, by the label of their context part."""


PLACED = {"region": "why.regions", "segment": "why.segments"}
"""What stands before the place of a part that is no word."""


def method_note(found: Attribution, t: Language) -> Prose:
    """Return what a method's figures are about where that is not the served margin, and which blocks have none."""
    scope = found.scope
    if scope is None:
        return ()
    told: list[Prose] = []
    if scope.about == "attention":
        told.append(t.say("method.attention"))
    else:
        lead = {
            "lead": plain(t.signed(scope.lead or 0.0)),
            "left": plain(t.signed(found.margin - (scope.lead or 0.0))),
            "residual": plain(t.signed(scope.residual or 0.0, 3)),
        }
        told.append(t.say("method.pool", predicted=found.predicted, versus=class_name(found.versus, t), **lead))
    for label, key in GAPS.items():
        blocks = tuple(dict.fromkeys(p.block for p in found.parts if p.label == label and p.kind == "context"))
        if blocks:
            told.append(t.say(key, blocks=join_prose(t, tuple(block_name(t, b) for b in blocks))))
    return join_prose(t, tuple(told), "sentence.separator")


def method_figure(found: Attribution, value: float, t: Language) -> str:
    """Return a figure of a method: logits with their sign, attention as a share."""
    return t.share(value) if is_attention(found) else t.signed(value)


def method_words(found: Attribution) -> tuple[Said, ...]:
    """Return the words of a method, strongest first; attention is shared out text by text, so texts stay apart."""
    words = word_sums(found.parts)
    if not is_attention(found):
        return said(words)
    columns = dict.fromkeys(w.column for w in words)
    apart = [s for column in columns for s in said(w for w in words if w.column == column)]
    if len(columns) > 1:
        apart = [replace(s, text=f"{s.text} ({s.columns[0]})") for s in apart]
    return tuple(sorted(apart, key=lambda s: -s.value))


def is_attention(found: Attribution) -> bool:
    """Return whether a method's figures are shares of attention, which speak for no class."""
    return found.scope is not None and found.scope.about == "attention"


def methods_table(case: Case, t: Language) -> Table:
    """Return a table of what each method is about and finds strongest."""
    heads = (Column(t.say("head.method")), Column(t.say("head.about")), Column(t.say("head.strongest")))
    rows = []
    for found in case.attributions:
        words = [(s.text, s.value) for s in method_words(found)]
        words += [(f"{t(PLACED[p.kind])} {p.label}", p.value) for p in found.parts if p.kind in PLACED]
        strongest = sorted(words, key=lambda w: -abs(w[1]))[:8]
        items = tuple((*quoted(text), *plain(f" {method_figure(found, value, t)}")) for text, value in strongest)
        about = method_note(found, t) or t.say("method.margin")
        rows.append((code(found.method), about, join_prose(t, items)))
    return Table(t("why.methods"), heads, tuple(rows))
