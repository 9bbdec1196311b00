"""How far the model's certainty can be relied on, and which decisions may go without a person."""

from __future__ import annotations

from dataclasses import dataclass

from prodcls.audit import AuditReport, Interval
from prodcls.audit_confidence import Calibration, ConfidenceSection, Risk
from prodcls.charts import Key
from prodcls.charts_plane import Line, Point, plane, share_axis
from prodcls.language import Language, Prose, as_text, plain
from prodcls.sections.calibrations import calibrations_see, calibrations_table
from prodcls.sections.cost import cost_bounds, cost_intro, cost_reasons, cost_thresholds
from prodcls.sections.parts import Column, Figure, Section, Table
from prodcls.sections.sets import class_coverage, set_methods, set_sizes, sets_intro
from prodcls.sections.stops import stops_figure, stops_intro

__all__ = ["SECTION", "ConfidenceContext"]


@dataclass(frozen=True)
class ConfidenceContext:
    """What the section shows.

    Attributes
    ----------
    intro : Prose
        What the figures were measured on, or that there are none.
    reliability : Figure or None
        Stated certainty against the outcome.
    errors : Table or None
        Calibration errors before and after calibration.
    calibrations_see : Prose
        Which calibration is served; nothing where none were compared.
    calibrations : Table or None
        It beside other ways to calibrate.
    calibrations_note : Prose
        How they were compared.
    risk : Figure or None
        Error against the share of decisions that go without a person.
    cost_intro : Prose
        What goes without a person as served, and what an hour stands for.
    reasons : Table or None
        Products by reason for review.
    thresholds : Table or None
        What each threshold on certainty does.
    bounds : Table or None
        Thresholds that keep an error bound.
    bounds_note : Prose
        What the guarantee says and what it rests on.
    sets_intro : Prose
        What a prediction set promises here; nothing where none could be measured.
    set_methods : Table or None
        The sets beside the plain ways to make them.
    set_sizes : Figure or None
        How many classes the sets hold.
    set_classes : Figure or None
        How often the sets hold the true class, class by class.
    stops_intro : Prose
        Where a decision stops on the way down the tree of classes; nothing where they form none.
    stops : Figure or None
        How many decisions stop at each level, and how many of them are right.
    """

    intro: Prose
    reliability: Figure | None
    errors: Table | None
    calibrations_see: Prose
    calibrations: Table | None
    calibrations_note: Prose
    risk: Figure | None
    cost_intro: Prose
    reasons: Table | None
    thresholds: Table | None
    bounds: Table | None
    bounds_note: Prose
    sets_intro: Prose
    set_methods: Table | None
    set_sizes: Figure | None
    set_classes: Figure | None
    stops_intro: Prose
    stops: Figure | None


def _range(t: Language, figure: Interval) -> Prose:
    return plain(f"{t.share(figure.value)} ({t.interval(figure)})")


def _reliability(found: ConfidenceSection, t: Language) -> Figure:
    after, before = found.after.bins, found.before.bins
    fits = sum(b.right.low <= b.stated <= b.right.high for b in after)
    see = t.say("reliability.see", n=plain(t.count(fits)), all=plain(t.count(len(after))))
    start = min(b.stated for b in (*before, *after))
    start = min(start, *(b.right.low for b in after), *(b.right.value for b in before))
    axis = share_axis(start, 1.0)
    drawn = tuple(Point(b.stated, b.right.value, b.right.low, b.right.high, "a") for b in after)
    drawn = tuple(Point(b.stated, b.right.value, b.right.value, b.right.value, "open") for b in before) + drawn
    ideal = Line(((axis.low, axis.low), (1.0, 1.0)), "ref")
    legend = (
        Key("k-dot", t("reliability.after")),
        Key("k-ring", t("reliability.before")),
        Key("k-line", t("reliability.ideal")),
    )
    picture = plane(
        (ideal,),
        drawn,
        x=axis,
        y=axis,
        titles=(t("reliability.stated"), t("reliability.right")),
        alt=f"{t('reliability.title')}. {as_text(see)}",
        legend=legend,
    )
    heads = (
        Column(t.say("head.which")),
        Column(t.say("reliability.stated"), numeric=True),
        Column(t.say("head.right_range"), numeric=True),
        Column(t.say("head.products"), numeric=True),
    )
    rows = tuple(
        (t.say(which), plain(t.share(b.stated)), _range(t, b.right), plain(t.count(b.products)))
        for which, bins in (("reliability.before", before), ("reliability.after", after))
        for b in bins
    )
    title = t.say("reliability.title")
    return Figure("reliability", title, see, picture, Table(as_text(title), heads, rows))


def _errors(found: ConfidenceSection, t: Language) -> Table:
    heads = (
        Column(t.say("head.figure")),
        Column(t.say("head.before_range"), numeric=True),
        Column(t.say("head.after_range"), numeric=True),
    )

    pair: tuple[Calibration, Calibration] = (found.before, found.after)
    rows = (
        (t.say("reliability.ece"), *(_range(t, c.ece) for c in pair)),
        (t.say("reliability.classwise"), *(_range(t, c.classwise_ece) for c in pair)),
    )
    return Table(t("reliability.errors"), heads, rows)


def _risk(risk: Risk, t: Language) -> Figure:
    everything = risk.risk[-1]
    half = min(zip(risk.coverage, risk.risk, strict=True), key=lambda point: abs(point[0] - 0.5))
    numbers = {"half": t.share(half[0], 0), "error": t.share(half[1]), "all": t.share(everything)}
    areas = {"area": t.share(risk.area, 2), "best": t.share(risk.best_area, 2)}
    see = t.say("risk.see", **{name: plain(text) for name, text in (numbers | areas).items()})
    line = Line(((0.0, risk.risk[0]), *zip(risk.coverage, risk.risk, strict=True)), "a")
    level = Line(((0.0, everything), (1.0, everything)), "ref")
    picture = plane(
        (level, line),
        x=share_axis(),
        y=share_axis(0.0, max(0.01, *risk.risk)),
        titles=(t("risk.automated"), t("risk.error")),
        alt=f"{t('risk.title')}. {as_text(see)}",
        legend=(Key("k-a", t("risk.by_certainty")), Key("k-line", t("risk.at_random"))),
    )
    heads = (Column(t.say("risk.automated"), numeric=True), Column(t.say("risk.error"), numeric=True))
    step = max(1, len(risk.coverage) // 20)
    kept = list(zip(risk.coverage, risk.risk, strict=True))[::-step][::-1]
    rows = tuple((plain(t.share(c)), plain(t.share(r, 2))) for c, r in kept)
    title = t.say("risk.title")
    return Figure("risk", title, see, picture, Table(as_text(title), heads, rows))


def build(report: AuditReport, t: Language) -> ConfidenceContext:
    """Return what the section shows."""
    found, stops = report.confidence, report.stops
    if found is None:
        none = t.say("confidence.none")
        return ConfidenceContext(
            none, None, None, (), None, (), None, (), None, None, None, (), (), None, None, None, (), None
        )
    sets, ways = found.sets, found.calibrations
    return ConfidenceContext(
        intro=t.say("confidence.intro", n=plain(t.count(found.products))),
        reliability=_reliability(found, t),
        errors=_errors(found, t),
        calibrations_see=() if ways is None else calibrations_see(ways, t),
        calibrations=None if ways is None else calibrations_table(ways, t),
        calibrations_note=t.say("calibrations.note"),
        risk=_risk(found.risk, t),
        cost_intro=cost_intro(found, t),
        reasons=cost_reasons(found, t),
        thresholds=cost_thresholds(found, t),
        bounds=cost_bounds(found, t),
        bounds_note=t.say("risk.bounds_note"),
        sets_intro=() if sets is None else sets_intro(sets, t),
        set_methods=None if sets is None else set_methods(sets, t),
        set_sizes=None if sets is None else set_sizes(sets, t),
        set_classes=None if sets is None else class_coverage(sets, t),
        stops_intro=() if stops is None else stops_intro(stops, t),
        stops=None if stops is None else stops_figure(stops, t),
    )


SECTION = Section("confidence", ConfidenceContext, build)
