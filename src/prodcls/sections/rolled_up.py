"""A decision in sentences, level by level down the tree of classes."""

from __future__ import annotations

from dataclasses import replace

from prodcls.category_paths import path_name
from prodcls.explain.steps import Branch, RollUp, Step
from prodcls.language import Language, Prose, plain, quoted
from prodcls.sections.parts import join_prose
from prodcls.sections.reasons import listed_reasons

__all__ = ["rolled_up", "rolled_up_note"]

SURELY = 0.9
"""Probability from which on a step is called sure and not only taken: the threshold may be lower."""


def rolled_up(found: RollUp | None, t: Language) -> tuple[Prose, ...]:
    """Return a sentence for each level; none where the classes form no tree.

    Parameters
    ----------
    found : RollUp or None
    t : Language
    """
    if found is None:
        return ()
    return tuple(_sure(step, t) if step.sure else _undecided(step, t) for step in found.steps)


def rolled_up_note(found: RollUp | None, t: Language) -> Prose:
    """Return where the decision stops and that the accounts are exact; nothing where the classes form no tree."""
    if found is None:
        return ()
    if found.stopped is None:
        told = t.say("rollup.stops_nowhere")
    else:
        path = quoted(path_name(found.stopped.path))
        key = "rollup.stops_class" if found.leaf else "rollup.stops"
        told = t.say(key, path=path, probability=plain(t.probability(found.stopped.probability)))
    residual = max((abs(step.certificate.residual) for step in found.steps), default=0.0)
    return told + t.say("rollup.certificate", residual=plain(t.small(residual))) if found.steps else told


def _sure(step: Step, t: Language) -> Prose:
    key = "rollup.sure" if step.branch.probability >= SURELY else "rollup.likely"
    told = t.say(key, node=_named(step.branch, t))
    if step.pro:
        told += t.say("rollup.because", list=listed_reasons(step.pro, t))
    next_best = step.others[0]
    told += t.say("rollup.next", node=_named(next_best, t))
    if not next_best.leaf:
        told += t.say("rollup.by", versus=step.versus)
    return told + t.say("rollup.full_stop")


def _undecided(step: Step, t: Language) -> Prose:
    nodes = join_prose(t, tuple(_named(branch, t) for branch in (step.branch, *step.others)), "rollup.and")
    told = t.say("rollup.undecided", nodes=nodes)
    against = tuple(replace(reason, value=-reason.value) for reason in step.contra)  # so in favour of the other
    sides = ((step.branch, step.predicted, step.pro), (step.others[0], step.versus, against))
    for branch, name, reasons in sides:
        if reasons:
            shown = branch.path[-1] if branch.leaf else name
            told += t.say("rollup.speaks_for", name=shown, list=listed_reasons(reasons, t))
    return told + t.say("rollup.full_stop")


def _named(branch: Branch, t: Language) -> Prose:
    return t.say("rollup.node", name=branch.path[-1], probability=plain(t.probability(branch.probability)))
