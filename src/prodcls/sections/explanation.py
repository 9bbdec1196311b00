"""What the model relies on, over a sample of products."""

from __future__ import annotations

from dataclasses import dataclass

from prodcls.audit import AuditReport
from prodcls.charts import Key
from prodcls.charts_rows import Bar, bars
from prodcls.charts_swarm import Swarm, beeswarm
from prodcls.explain.attribution import TOLERANCE
from prodcls.language import Language, Prose, as_text, plain, quoted
from prodcls.sections.parts import Column, Figure, Section, Table, block_name, block_tones, evidence_name

__all__ = ["SECTION", "ExplanationContext"]


@dataclass(frozen=True)
class ExplanationContext:
    """What the section shows.

    Attributes
    ----------
    intro : Prose
        What an account is, or that there is none.
    shares : Figure or None
        Share of each block.
    swarm : Figure or None
        Contributions of the named evidence over the sample.
    certificate : Prose
        How exactly the parts add up; empty without accounts.
    """

    intro: Prose
    shares: Figure | None
    swarm: Figure | None
    certificate: Prose


def _shares(report: AuditReport, t: Language) -> Figure | None:
    found = sorted(report.explanation.block_shares.items(), key=lambda item: (-item[1], item[0]))
    if not found:
        return None
    tones = block_tones(report)
    names = {block: block_name(t, block) for block, _ in found}
    drawn = tuple(Bar(as_text(names[b]), share, t.share(share), tones[b]) for b, share in found)
    see = t.say("shares.see", block=names[found[0][0]], share=plain(t.share(found[0][1], 0)))
    heads = (Column(t.say("head.block")), Column(t.say("head.share"), numeric=True))
    table = Table(t("shares.title"), heads, tuple((names[b], plain(t.share(s))) for b, s in found))
    picture = bars(drawn, alt=f"{t('shares.title')}. {as_text(see)}")
    return Figure("shares", t.say("shares.title"), see, picture, table)


def _swarm(report: AuditReport, t: Language) -> Figure:
    found = report.explanation.beeswarm
    tones = block_tones(report)
    names = [evidence_name(t, b.block, b.key, b.name) for b in found]
    rows = tuple(
        Swarm(name, b.contributions, b.levels, t.decimal(b.mean_abs), tones[b.block])
        for name, b in zip(names, found, strict=True)
    )
    see = t.say("swarm.see", n=plain(t.count(report.explanation.sampled)), first=names[0])
    legend = (Key("s0", t("swarm.low")), Key("s2", t("swarm.middle")), Key("s4", t("swarm.high")))
    heads = ("mean_abs", "least", "median", "most")
    columns = (Column(t.say("head.evidence")), *(Column(t.say(f"head.{h}"), numeric=True) for h in heads))
    table_rows = []
    for name, b in zip(names, found, strict=True):
        ordered = sorted(b.contributions) or [0.0]
        middle = (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2
        spread = (ordered[0], middle, ordered[-1])
        table_rows.append((quoted(name), plain(t.decimal(b.mean_abs)), *(plain(t.signed(v)) for v in spread)))
    picture = beeswarm(rows, alt=f"{t('swarm.title')}. {as_text(see)}", legend=legend)
    return Figure("swarm", t.say("swarm.title"), see, picture, Table(t("swarm.title"), columns, tuple(table_rows)))


def build(report: AuditReport, t: Language) -> ExplanationContext:
    """Return what the section shows."""
    if not report.explanation.beeswarm:
        return ExplanationContext(t.say("explanation.none"), None, None, ())
    worst = report.explanation.max_residual
    key = "explanation.exact" if abs(worst) <= TOLERANCE else "explanation.inexact"
    numbers = {"n": plain(t.count(report.explanation.sampled)), "residual": plain(t.small(worst))}
    return ExplanationContext(t.say("explanation.intro"), _shares(report, t), _swarm(report, t), t.say(key, **numbers))


SECTION = Section("explanation", ExplanationContext, build)
