"""How well the model does on products it has not seen, against simpler methods and without each kind of input."""

from __future__ import annotations

from dataclasses import dataclass

from prodcls.audit import AuditReport, BaselineFigures, ClassFigures, EvaluationSection, Interval
from prodcls.charts import Key
from prodcls.charts_rows import DotRow, Mark, dots
from prodcls.language import Language, Prose, as_text, plain, quoted
from prodcls.sections.balance import balance_figure, balance_note
from prodcls.sections.closer import learning_figure, precision_curves, slice_figure
from prodcls.sections.languages import language_note
from prodcls.sections.parts import Column, Figure, Section, Table, baseline_name
from prodcls.sections.stops import hierarchy_levels, hierarchy_note
from prodcls.sections.tuned import tuning_note, tuning_table

__all__ = ["SECTION", "PerformanceContext"]

DRAWN = 25
"""Most classes drawn, those with the least recall; the table has them all."""


@dataclass(frozen=True)
class PerformanceContext:
    """What the section shows.

    Attributes
    ----------
    method : Prose
        How the figures were made.
    headline : Table
        Figures over all classes with their intervals.
    calibration : Prose
        Calibration error before and after, log loss.
    tuning : Prose
        What encoders that learned brought; nothing where none did.
    tuning_table : Table or None
        Figures with them and with the encoders as they are.
    rivals : Figure or None
        Against the baselines; None when none was run.
    ablation : Figure or None
        With one kind of input alone and without it; None when it was not run.
    balance : Prose
        How far large classes are held back; nothing with the flat head and in older reports.
    sizes : Figure or None
        Recall by size of the classes; None where all are of about one size.
    classes : Figure
        Recall, precision and F1 of each class.
    hierarchy : Prose
        Figures along the paths of classes; nothing where they form no tree.
    levels : Table or None
        How many products are right down to each level; None where the classes form no tree.
    curves : Figure or None
        Precision against recall; None in older reports.
    languages : Prose
        Accuracy by writing; nothing where all products are of one.
    slices : Figure or None
        Accuracy on parts of the products; None where there are none of enough products.
    learning : Figure or None
        Accuracy with fewer training products; None where it was not measured.
    """

    method: Prose
    headline: Table
    calibration: Prose
    tuning: Prose
    tuning_table: Table | None
    rivals: Figure | None
    ablation: Figure | None
    balance: Prose
    sizes: Figure | None
    classes: Figure
    hierarchy: Prose
    levels: Table | None
    curves: Figure | None
    languages: Prose
    slices: Figure | None
    learning: Figure | None


def _mark(figure: Interval, tone: str) -> Mark:
    return Mark(figure.value, figure.low, figure.high, tone)


def _with_range(t: Language, figure: Interval) -> Prose:
    return plain(f"{t.share(figure.value)} ({t.interval(figure)})")


def _headline(ev: EvaluationSection, t: Language) -> Table:
    heads = (
        Column(t.say("head.figure")),
        Column(t.say("head.value"), numeric=True),
        Column(t.say("head.interval"), numeric=True),
    )
    names = ("accuracy", "macro_f1", "macro_precision", "macro_recall", "weighted_f1")
    figures: tuple[Interval, ...] = tuple(getattr(ev, name) for name in names)
    rows = tuple(
        (t.pick("check", name), plain(t.share(f.value)), plain(t.interval(f)))
        for name, f in zip(names, figures, strict=True)
    )
    return Table(t("performance.headline"), heads, rows)


def _rivals(ev: EvaluationSection, t: Language) -> Figure | None:
    if not ev.baselines:
        return None
    found = sorted(ev.baselines.items(), key=lambda item: (-item[1].accuracy.value, item[0]))
    named: list[tuple[Prose, Interval, Interval, Prose]] = [
        (t.say("rivals.model"), ev.accuracy, ev.macro_f1, plain("\u2013"))
    ]
    for name, b in found:
        named.append((baseline_name(t, name), b.accuracy, b.macro_f1, plain(t.seconds(b.seconds))))
    drawn = tuple(
        DotRow(
            as_text(name),
            (_mark(accuracy, "a"), _mark(f1, "open")),
            f"{t.share(accuracy.value)} \u00b7 {t.share(f1.value)}",
            kind="ours" if i == 0 else "",
        )
        for i, (name, accuracy, f1, _) in enumerate(named)
    )
    better = sum(b.accuracy.value >= ev.accuracy.value for _, b in found)
    if better:
        see = t.say("rivals.behind", n=plain(t.count(better)))
    else:
        see = t.say("rivals.ahead", n=plain(t.count(len(found))))
    heads = (
        Column(t.say("head.method")),
        Column(t.say("head.accuracy_range"), numeric=True),
        Column(t.say("head.macro_f1_range"), numeric=True),
        Column(t.say("head.seconds"), numeric=True),
    )
    rows = tuple((name, _with_range(t, a), _with_range(t, f), s) for name, a, f, s in named)
    legend = (Key("k-dot", t("legend.accuracy")), Key("k-ring", t("legend.macro_f1")))
    picture = dots(drawn, alt=f"{t('rivals.title')}. {as_text(see)}", legend=legend, reference=ev.accuracy.value)
    return Figure("rivals", t.say("rivals.title"), see, picture, Table(t("rivals.title"), heads, rows))


def _by_modality(ablation: dict[str, BaselineFigures]) -> dict[str, tuple[Interval | None, Interval | None]]:
    """Return, by modality, accuracy with it alone and without it; ``"all"`` is no modality."""
    out: dict[str, tuple[Interval | None, Interval | None]] = {}
    for key, figures in ablation.items():
        mode, _, name = key.partition(" ")
        if key == "all":
            continue
        alone, without = out.get(name, (None, None))
        out[name] = (figures.accuracy, without) if mode == "only" else (alone, figures.accuracy)
    return out


def _ablation(ev: EvaluationSection, t: Language) -> Figure | None:
    found = _by_modality(ev.ablation)
    if not found:
        return None
    full = ev.ablation["all"].accuracy.value if "all" in ev.ablation else ev.accuracy.value
    order = sorted(found.items(), key=lambda item: (item[1][1].value if item[1][1] else full, item[0]))
    drawn, rows = [], []
    for name, (alone, without) in order:
        label = t.pick("modality", name)
        marks = [Mark(f.value, f.value, f.value, tone) for f, tone in ((alone, "open"), (without, "a")) if f]
        figures = [t.share(f.value) if f else "\u2013" for f in (alone, without)]
        drawn.append(DotRow(as_text(label), tuple(marks), " \u00b7 ".join(figures)))
        rows.append((label, *(_with_range(t, f) if f else plain("\u2013") for f in (alone, without))))
    name, (_, without) = order[0]
    lost = 100 * (full - without.value) if without else 0.0
    key = "ablation.see" if lost > 0 else "ablation.see_none"
    see = t.say(key, block=t.pick("modality", name), points=plain(t.decimal(lost, 1)), full=plain(t.share(full)))
    heads = (
        Column(t.say("head.block")),
        Column(t.say("head.alone"), numeric=True),
        Column(t.say("head.without"), numeric=True),
    )
    legend = (
        Key("k-ring", t("ablation.alone")),
        Key("k-dot", t("ablation.without")),
        Key("k-line", t("ablation.full")),
    )
    alt = f"{t('ablation.title')}. {as_text(see)}"
    picture = dots(tuple(drawn), alt=alt, legend=legend, reference=full, joined=True)
    return Figure("ablation", t.say("ablation.title"), see, picture, Table(t("ablation.title"), heads, tuple(rows)))


def _classes(ev: EvaluationSection, t: Language) -> Figure:
    found = sorted(ev.per_class, key=lambda f: (f.recall.value, f.name))
    drawn = tuple(_class_row(f, t) for f in found[:DRAWN])
    worst = found[0]
    see = t.say("perclass.see", worst=worst.name, recall=plain(t.share(worst.recall.value, 0)))
    if len(found) > DRAWN:
        see += t.say("perclass.cut", n=plain(t.count(DRAWN)), all=plain(t.count(len(found))))
    heads = (
        Column(t.say("head.class")),
        Column(t.say("head.products"), numeric=True),
        Column(t.say("head.precision_range"), numeric=True),
        Column(t.say("head.recall_range"), numeric=True),
        Column(t.say("head.f1_range"), numeric=True),
    )
    rows = tuple(
        (
            quoted(f.name),
            plain(t.count(f.support)),
            _with_range(t, f.precision),
            _with_range(t, f.recall),
            _with_range(t, f.f1),
        )
        for f in found
    )
    legend = (Key("k-dot", t("legend.recall")), Key("k-ring", t("legend.precision")))
    picture = dots(drawn, alt=f"{t('perclass.title')}. {as_text(see)}", legend=legend)
    return Figure("perclass", t.say("perclass.title"), see, picture, Table(t("perclass.title"), heads, rows))


def _class_row(f: ClassFigures, t: Language) -> DotRow:
    marks = (_mark(f.recall, "a"), _mark(f.precision, "open"))
    return DotRow(f.name, marks, f"{t.share(f.recall.value, 0)} \u00b7 {t.share(f.precision.value, 0)}")


def _method(ev: EvaluationSection, t: Language) -> Prose:
    folds = plain(t.count(ev.folds))
    if ev.method == "test":
        return t.say("performance.by_test")
    return t.say("performance.by_folds_grouped" if ev.grouped else "performance.by_folds", folds=folds)


def build(report: AuditReport, t: Language) -> PerformanceContext:
    """Return what the section shows."""
    ev, study = report.evaluation, report.performance
    paths = None if study is None else study.hierarchy
    calibration = "performance.calibrated" if ev.ece < ev.ece_before else "performance.not_calibrated"
    numbers = {"before": t.share(ev.ece_before), "after": t.share(ev.ece), "loss": t.decimal(ev.log_loss, 3)}
    return PerformanceContext(
        method=_method(ev, t),
        headline=_headline(ev, t),
        calibration=t.say(calibration, **{name: plain(text) for name, text in numbers.items()}),
        tuning=() if report.tuning is None else tuning_note(report.tuning, t),
        tuning_table=None if report.tuning is None else tuning_table(report.tuning, t),
        rivals=_rivals(ev, t),
        ablation=_ablation(ev, t),
        balance=() if report.balance is None else balance_note(report.balance, t),
        sizes=None if report.balance is None else balance_figure(report.balance, t),
        classes=_classes(ev, t),
        hierarchy=hierarchy_note(paths, t),
        levels=None if paths is None else hierarchy_levels(paths, t),
        curves=None if study is None else precision_curves(study, t),
        languages=() if study is None else language_note(study, t),
        slices=None if study is None else slice_figure(study, ev.accuracy.value, t),
        learning=None if study is None else learning_figure(study, t),
    )


SECTION = Section("performance", PerformanceContext, build)
