"""How well the model does on the products of each language, as far as the writing tells it."""

from __future__ import annotations

from prodcls.audit_performance import PerformanceStudy, SliceFigures
from prodcls.language import Language, Prose, plain
from prodcls.sections.parts import join_prose

__all__ = ["language_note"]


def language_note(study: PerformanceStudy, t: Language) -> Prose:
    """Return the accuracy by writing, and which is weak; nothing where all products are of one.

    A weak one is worse than all other products by more than chance, as every part of the products is judged.
    """
    found = [s for s in study.slices if s.kind == "script"]
    if len(found) < 2:
        return ()
    weak = tuple(t.say("languages.weak_one", **_named(s, t), p=plain(_p_value(s, t))) for s in found if s.worse)
    end = t.say("languages.weak", list=join_prose(t, weak)) if weak else t.say("languages.none_weak")
    return t.say("languages.say", list=join_prose(t, tuple(_figures(s, t) for s in found))) + end


def _named(s: SliceFigures, t: Language) -> dict[str, Prose]:
    return {"script": t.pick("script", s.value), "rest": plain(t.share(s.rest))}


def _figures(s: SliceFigures, t: Language) -> Prose:
    accuracy = f"{t.share(s.accuracy.value)} ({t.interval(s.accuracy)})"
    return t.say(
        "languages.one",
        script=t.pick("script", s.value),
        n=plain(t.count(s.products)),
        accuracy=plain(accuracy),
    )


def _p_value(s: SliceFigures, t: Language) -> str:
    return t.small(s.p_value) if s.p_value < 0.001 else t.decimal(s.p_value, 3)
