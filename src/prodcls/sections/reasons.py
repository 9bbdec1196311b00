"""Why one class and not the other in one sentence, which names the strongest words, the photo and the columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from prodcls.explain.attribution import Attribution
from prodcls.explain.case import Group, groups, said, word_sums
from prodcls.language import Language, Prose, plain, quoted
from prodcls.sections.parts import block_name, class_name, join_prose

__all__ = ["absent_note", "reasons_sentence"]

FOR, AGAINST = 4, 2
"""Most reasons named."""

NOTABLE = 0.05
"""Least share of the strongest reason that another has to have to be named."""

LEAST = 0.005
"""Logits below which a figure would be printed as zero."""


@dataclass(frozen=True)
class _Reason:
    """A word or a group of parts, in words, with its logits in favour of A."""

    name: Prose
    value: float


def reasons_sentence(main: Attribution, t: Language) -> Prose:
    """Return the sentence.

    Parameters
    ----------
    main : Attribution
        Without parts the sentence names no reason.
    t : Language
    """
    told = t.say("dossier.why", predicted=main.predicted, versus=class_name(main.versus, t))
    if not main.parts:
        return told + t.say("dossier.full_stop")
    found = sorted(_reasons(main, t), key=lambda reason: -abs(reason.value))
    least = max(LEAST, NOTABLE * max((abs(r.value) for r in found), default=0.0))
    pro = [r for r in found if r.value >= least][:FOR]
    contra = [r for r in found if r.value <= -least][:AGAINST]
    if pro:
        told += t.say("dossier.pro", list=_listed(pro, t))
    return told + (t.say("dossier.contra", list=_listed(contra, t)) if contra else t.say("dossier.no_contra"))


def absent_note(main: Attribution, t: Language) -> tuple[Prose, ...]:
    """Return the sentence that names what the product does not have; none where it has all that the model reads.

    Parameters
    ----------
    main : Attribution
    t : Language
    """
    absent = dict.fromkeys(part.block for part in main.parts if part.kind == "context" and part.label == "missing")
    return (t.say("why.absent", list=join_prose(t, tuple(block_name(t, b) for b in absent))),) if absent else ()


def _listed(reasons: list[_Reason], t: Language) -> Prose:
    return join_prose(t, tuple(t.say("reason.valued", name=r.name, value=plain(t.signed(r.value))) for r in reasons))


def _reasons(main: Attribution, t: Language) -> Iterator[_Reason]:
    for word in said(word_sums(main.parts)):
        yield _Reason(t.say("reason.word", word=word.text), word.value)
    for group in groups(main.parts):
        name = _group(group, t)
        if name:
            yield _Reason(name, group.value)


def _group(group: Group, t: Language) -> Prose:
    """Return a group in the middle of a sentence; empty for words, which are named themselves, and for technicalities.

    A technicality, such as the white around a photo, is in the account, and no reason that a merchandiser would give.
    """
    block = block_name(t, group.subject)
    if group.key == "column":
        return t.say("reason.column", column=group.subject, cell=quoted(group.label))
    keys = {
        "regions": "reason.regions",
        "neighbours": "reason.neighbours",
        "whole": "reason.whole",
        "start": "reason.start",
        "missing": "reason.missing",
    }
    return t.say(keys[group.key], block=block) if group.key in keys else ()
