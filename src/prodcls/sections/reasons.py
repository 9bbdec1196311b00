"""Why one class and not the other in one sentence, which names the strongest words, the photo and the columns."""

from __future__ import annotations

from collections.abc import Iterable

from prodcls.explain.attribution import Attribution
from prodcls.explain.steps import Reason
from prodcls.explain.strongest import strongest
from prodcls.language import Language, Prose, plain, quoted
from prodcls.sections.parts import block_name, class_name, join_prose

__all__ = ["absent_note", "listed_reasons", "reasons_sentence"]

FOR, AGAINST = 4, 2
"""Most reasons named."""

NAMES = {
    "regions": "reason.regions",
    "segments": "reason.segments",
    "neighbours": "reason.neighbours",
    "whole": "reason.whole",
    "start": "reason.start",
    "missing": "reason.missing",
}


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
    pro, contra = strongest(main.parts, FOR, AGAINST)
    if pro:
        told += t.say("dossier.pro", list=listed_reasons(pro, t))
    if contra:
        return told + t.say("dossier.contra", list=listed_reasons(contra, t))
    return told + t.say("dossier.no_contra")


def absent_note(main: Attribution, t: Language) -> tuple[Prose, ...]:
    """Return the sentence that names what the product does not have; none where it has all that the model reads.

    Parameters
    ----------
    main : Attribution
    t : Language
    """
    absent = dict.fromkeys(part.block for part in main.parts if part.kind == "context" and part.label == "missing")
    return (t.say("why.absent", list=join_prose(t, tuple(block_name(t, b) for b in absent))),) if absent else ()


def listed_reasons(reasons: Iterable[Reason], t: Language) -> Prose:
    """Return reasons one after the other, each with its logits.

    Parameters
    ----------
    reasons : iterable of Reason
    t : Language
    """
    return join_prose(
        t, tuple(t.say("reason.valued", name=_name(r, t), value=plain(t.signed(r.value))) for r in reasons)
    )


def _name(reason: Reason, t: Language) -> Prose:
    """Return a reason in the middle of a sentence."""
    if reason.key == "word":
        return t.say("reason.word", word=reason.label)
    if reason.key == "column":
        return t.say("reason.column", column=reason.subject, cell=quoted(reason.label))
    if reason.key in NAMES:
        return t.say(NAMES[reason.key], block=block_name(t, reason.subject))
    return quoted(reason.label)  # of a later version
