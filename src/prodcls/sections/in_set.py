"""A prediction set in sentences: what else may be right, and what keeps it possible."""

from __future__ import annotations

from prodcls.explain.steps import SetMember, SetMembers
from prodcls.language import Language, Prose, plain
from prodcls.sections.reasons import listed_reasons

__all__ = ["set_lines", "set_summary"]


def set_summary(found: SetMembers | None, t: Language) -> Prose:
    """Return how many classes the set holds; nothing without a set.

    Parameters
    ----------
    found : SetMembers or None
    t : Language
    """
    if found is None:
        return ()
    numbers = {"coverage": plain(t.share(found.coverage, 0)), "n": plain(t.count(found.size))}
    if not found.size:
        return t.say("inset.empty", **numbers)
    if found.size == 1 and found.inside:
        return t.say("inset.alone", predicted=found.predicted, **numbers)
    told = t.say("inset.several" if found.size > 1 else "inset.other", predicted=found.predicted, **numbers)
    if not found.inside and found.size > 1:
        told += t.say("inset.without", predicted=found.predicted)
    residual = max((abs(m.certificate.residual) for m in found.others), default=0.0)
    return told + t.say("inset.certificate", residual=plain(t.small(residual))) if found.others else told


def set_lines(found: SetMembers | None, t: Language) -> tuple[Prose, ...]:
    """Return a sentence for each further class that is told, the most probable first.

    Parameters
    ----------
    found : SetMembers or None
    t : Language
    """
    if found is None:
        return ()
    lines = tuple(_line(member, found.predicted, t) for member in found.others)
    more = found.size - found.inside - len(found.others)
    return (*lines, t.say("inset.more", n=plain(t.count(more)))) if lines and more else lines


def _line(member: SetMember, predicted: str, t: Language) -> Prose:
    told = t.say("inset.member", name=member.name, probability=plain(t.probability(member.probability)))
    if member.reasons:
        told += t.say("inset.because", list=listed_reasons(member.reasons, t))
    behind = plain(t.decimal(member.behind))
    return told + t.say("inset.behind", predicted=predicted, behind=behind)
