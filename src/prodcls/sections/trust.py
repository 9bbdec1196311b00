"""Can the explanations be trusted? What the model itself and other methods say of them, on a sample of products."""

from __future__ import annotations

from dataclasses import dataclass

from prodcls.audit import AuditReport
from prodcls.audit_interval import Interval
from prodcls.audit_trust import MethodFaithfulness, TrustSection
from prodcls.charts import Key, Scale, Tick, ticks
from prodcls.charts_rows import DotRow, Mark, dots
from prodcls.language import Language, Prose, as_text, plain
from prodcls.sections.parts import Column, Figure, Section, Table, join_prose

__all__ = ["SECTION", "TrustContext"]

ROUNDING = 1e-6
"""Logits up to which a residual is called rounding."""

MEANINGS = ("comprehensiveness", "sufficiency", "deletion", "insertion")


@dataclass(frozen=True)
class TrustContext:
    """What the section shows.

    Attributes
    ----------
    intro : Prose
        What was done on which products, or how to have it done.
    exact : Prose
        Whether the accounts add up; empty without accounts.
    meanings : tuple of Prose
        One sentence for each figure.
    faithfulness : Figure or None
        Figures of each method; None without any.
    ahead : Prose
        The exact account against the others, or why there is no interval.
    methods : Table or None
        Agreement, stability and time of each method.
    effort : Prose
        How to read that table and how much was asked.
    """

    intro: Prose
    exact: Prose
    meanings: tuple[Prose, ...]
    faithfulness: Figure | None
    ahead: Prose
    methods: Table | None
    effort: Prose


def _name(t: Language, name: str) -> Prose:
    return t.pick("trust_method", name)


def _parts(t: Language, trust: TrustSection) -> Prose:
    return t.pick("trust_part", trust.judged)


def _points(t: Language, figure: Interval) -> Prose:
    """Return a change of probability in percentage points, with its interval where it has one."""
    value = t.decimal(100 * figure.value, 1)
    if figure.low == figure.high:
        return plain(value)
    return plain(f"{value} ({t.decimal(100 * figure.low, 1)} \u2026 {t.decimal(100 * figure.high, 1)})")


def _value(t: Language, figure: Interval) -> Prose:
    return plain(t.decimal(100 * figure.value, 1))


def _scale(methods: tuple[MethodFaithfulness, ...]) -> Scale:
    """Return a scale in per cent from zero, or from the lowest mark, to the highest."""
    found = [i for m in methods for i in (m.comprehensiveness, m.sufficiency)]
    low, high = min(0.0, *(i.low for i in found)), max(0.01, *(i.high for i in found))
    margin = 0.03 * (high - low)
    low, high = low - margin, high + margin
    return Scale(low, high, tuple(Tick(v, f"{100 * v:.4g}%".replace("-", "\u2212")) for v in ticks(low, high)))


def _mark(figure: Interval, tone: str) -> Mark:
    return Mark(figure.value, figure.low, figure.high, tone)


def _faithfulness(trust: TrustSection, t: Language) -> Figure:
    ours, chance = trust.methods[0], trust.methods[-1]
    see = t.say(
        "trust.see",
        parts=_parts(t, trust),
        without=_value(t, ours.comprehensiveness),
        without_random=_value(t, chance.comprehensiveness),
        only=_value(t, ours.sufficiency),
        only_random=_value(t, chance.sufficiency),
    )
    rows = tuple(
        DotRow(
            as_text(_name(t, m.name)),
            (_mark(m.comprehensiveness, "a"), _mark(m.sufficiency, "open")),
            f"{as_text(_value(t, m.comprehensiveness))} \u00b7 {as_text(_value(t, m.sufficiency))}",
            kind="ours" if m is ours else "",
        )
        for m in trust.methods
    )
    title = t.say("trust.title", parts=_parts(t, trust))
    legend = (Key("k-dot", t("trust.legend_without")), Key("k-ring", t("trust.legend_only")))
    picture = dots(rows, alt=f"{as_text(title)}. {as_text(see)}", legend=legend, scale=_scale(trust.methods))
    heads = (
        Column(t.say("head.method")),
        Column(t.say("head.products"), numeric=True),
        *(Column(t.say(f"trust_head.{name}"), numeric=True) for name in MEANINGS),
    )
    cells = tuple(
        (_name(t, m.name), plain(t.count(m.products)), *(_points(t, getattr(m, name)) for name in MEANINGS))
        for m in trust.methods
    )
    return Figure("faithfulness", title, see, picture, Table(as_text(title), heads, cells))


def _ahead(trust: TrustSection, t: Language) -> Prose:
    if not trust.intervals:
        return t.say("trust.few", n=plain(t.count(trust.products)))
    told = []
    for other in trust.ahead:
        figure = other.comprehensiveness
        key = "trust.ahead" if figure.low > 0 else "trust.behind" if figure.high < 0 else "trust.level"
        points = _points(t, Interval(-figure.value, -figure.high, -figure.low) if figure.high < 0 else figure)
        told.append(t.say(key, method=_name(t, other.name), points=points))
    return join_prose(t, (t.say("trust.compared"), *told), "sentence.separator")


def _methods(trust: TrustSection, t: Language) -> Table:
    agreed, repeated = {m.name: m for m in trust.agreed}, {m.name: m for m in trust.repeated}
    nothing = plain("\u2013")

    def decimal(figure: Interval) -> Prose:
        value = t.decimal(figure.value)
        if figure.low == figure.high:
            return plain(value)
        return plain(f"{value} ({t.decimal(figure.low)} \u2026 {t.decimal(figure.high)})")

    rows = []
    for method in (m.name for m in trust.methods[:-1]):
        other, again, took = agreed.get(method), repeated.get(method), trust.seconds.get(method)
        rows.append(
            (
                _name(t, method),
                nothing if other is None else decimal(other.rank_correlation),
                nothing if other is None else plain(t.share(other.top_overlap.value, 0)),
                nothing if again is None else decimal(again.rank_correlation),
                nothing if again is None else plain(t.share(again.top_overlap.value, 0)),
                nothing if took is None else plain(t.decimal(took, 2)),
            )
        )
    heads = ("order", "top", "order_again", "top_again", "seconds")
    columns = (Column(t.say("head.method")), *(Column(t.say(f"trust_head.{h}"), numeric=True) for h in heads))
    return Table(t("trust.methods"), columns, tuple(rows))


def _exact(report: AuditReport, trust: TrustSection | None, t: Language) -> Prose:
    residual = report.explanation.max_residual if trust is None else trust.max_residual
    explained = report.explanation.sampled if trust is None else trust.explained
    if not explained:
        return ()
    key = "trust.exact" if residual <= ROUNDING else "trust.inexact"
    return t.say(key, n=plain(t.count(explained)), residual=plain(t.small(residual)))


def build(report: AuditReport, t: Language) -> TrustContext:
    """Return what the section shows."""
    trust = report.trust
    if trust is None:
        known = bool(report.explanation.beeswarm)
        intro = t.say("trust.not_asked" if known else "explanation.none")
        return TrustContext(intro, _exact(report, None, t), (), None, (), None, ())
    counts = {kind: plain(t.count(trust.kinds.get(kind, 0))) for kind in ("right", "wrong", "uncertain")}
    products, parts = plain(t.count(trust.products)), plain(t.decimal(trust.parts, 0))
    return TrustContext(
        intro=t.say("trust.intro", n=products, parts=_parts(t, trust), median=parts, **counts),
        exact=_exact(report, trust, t),
        meanings=tuple(t.say(f"trust_means.{name}", parts=_parts(t, trust)) for name in MEANINGS),
        faithfulness=_faithfulness(trust, t),
        ahead=_ahead(trust, t),
        methods=_methods(trust, t),
        effort=t.say(
            "trust.effort",
            lime=plain(t.count(trust.lime_samples)),
            shap=plain(t.count(trust.shap_evaluations)),
            orders=plain(t.count(trust.random_orders)),
            corrected=plain(t.count(trust.corrected_parts)),
            again=plain(t.count(max((m.products for m in trust.repeated), default=0))),
        ),
    )


SECTION = Section("trust", TrustContext, build)
