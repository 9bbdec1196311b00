"""Where data, encoders, code and configuration came from, and what the fit cost."""

from __future__ import annotations

from dataclasses import dataclass

from prodcls.audit import AuditReport, GivenFile
from prodcls.audit_augmentation import AugmentationSection
from prodcls.audit_precision import PrecisionSection
from prodcls.charts_rows import Bar, bars
from prodcls.language import Language, Prose, as_text, code, plain, quoted
from prodcls.sections.parts import Column, Figure, Section, Table, join_prose, pairs_table

__all__ = ["SECTION", "LineageContext", "precision_told"]

NO_STAGE = frozenset({"encoder_share", "encoding", "total"})
"""Entries of the timing that are no stage: the encoders' time is part of the stages, and so is the total."""


COUNTS = ("least", "classes", "photos", "copies", "gained", "lost")
"""Whole numbers of what copies of photos did."""


@dataclass(frozen=True)
class LineageContext:
    """What the section shows.

    Attributes
    ----------
    origin : Table
        Data, bundle, time and seed.
    tables : Table
        Digests of the tables beside the report.
    encoders : Table
        Identity of the encoder of each block.
    augmentation : Prose or None
        Copies of photos that a part of the model learned from, and what they changed; None without any.
    precision : Prose or None
        What shorter numbers in the encoders changed; None where they multiply float32.
    configuration : Table
        Every option.
    environment : Table
        Versions and machine.
    timing : Figure or None
        Seconds by stage; None without any.
    intro : Prose
        What the marks are for, whole time, share of the encoders, memory.
    """

    origin: Table
    tables: Table
    encoders: Table
    augmentation: Prose | None
    precision: Prose | None
    configuration: Table
    environment: Table
    timing: Figure | None
    intro: Prose


def _origin(report: AuditReport, t: Language) -> Table:
    lineage = report.lineage
    rows = (
        (t.say("lineage.data_path"), code(lineage.data_path)),
        (t.say("lineage.data_format"), code(lineage.data_format)),
        (t.say("lineage.data_sha256"), code(lineage.data_sha256)),
        *((t.say(f"tested_file.{name}"), code(told)) for name, told in lineage.tested.items()),
        (t.say("lineage.bundle_sha256"), code(lineage.bundle_sha256)),
        (t.say("lineage.created"), quoted(t.date(lineage.created))),
        (t.say("lineage.random_state"), code(str(lineage.random_state))),
        *((_given(file, t), code(file.sha256)) for file in lineage.given),
    )
    return pairs_table(t, t("lineage.origin"), rows)


def _given(file: GivenFile, t: Language) -> Prose:
    """Return what a file that people wrote is called."""
    return t.pick("given", file.role, file.role) + t.say("lineage.given", file=code(file.name))


def _timing(report: AuditReport, t: Language) -> Figure | None:
    stages = {name: s for name, s in report.timing.items() if name not in NO_STAGE}
    if not stages:
        return None
    names = {name: t.pick("stage", name) for name in stages}
    longest = max(stages, key=lambda name: stages[name])
    words = {"stage": names[longest], "n": plain(t.seconds(stages[longest]))}
    drawn = tuple(Bar(as_text(names[n]), v, t.seconds(v)) for n, v in stages.items())
    rows = tuple((names[name], plain(t.seconds(v))) for name, v in stages.items())
    table = Table(t("timing.title"), (Column(t.say("head.stage")), Column(t.say("head.seconds"), numeric=True)), rows)
    picture = bars(drawn, alt=f"{t('timing.title')}. {t('timing.see', **words)}")
    return Figure("timing", t.say("timing.title"), t.say("timing.see", **words), picture, table)


def _cost(report: AuditReport, t: Language) -> Prose:
    stages = sum(s for name, s in report.timing.items() if name not in NO_STAGE)
    total = report.timing.get("total", stages)
    memory = plain(t.bytes(report.resources.peak_rss_bytes))
    share = report.timing.get("encoder_share")
    if share is None:
        return t.say("lineage.cost", total=plain(t.seconds(total)), memory=memory)
    shared = plain(t.share(share, 0))
    return t.say("lineage.cost_encoders", total=plain(t.seconds(total)), memory=memory, share=shared)


def _augmentation(found: AugmentationSection, t: Language) -> Prose:
    values = {name: plain(t.count(getattr(found, name))) for name in COUNTS}
    for name, figure in (("accuracy", found.accuracy), ("macro", found.macro_f1)):
        change, low, high = (plain(t.signed(100 * x, 1)) for x in (figure.value, figure.low, figure.high))
        values |= {name: change, f"{name}_low": low, f"{name}_high": high}
    p = t.small(found.p_value) if found.p_value < 0.001 else t.decimal(found.p_value, 3)
    return t.say("lineage.augmentation", p=plain(p), **values)


def precision_told(found: PrecisionSection, t: Language) -> Prose:
    """Return in words what shorter numbers in the encoders changed."""
    return t.say(
        "lineage.precision",
        precision=code(found.precision),
        products=plain(t.count(found.products)),
        changed=plain(t.count(found.changed)),
        points=plain(t.decimal(100 * found.probability, 2)),
        cosine=plain(t.decimal(found.cosine, 5)),
    )


def build(report: AuditReport, t: Language) -> LineageContext:
    """Return what the section shows."""
    lineage = report.lineage
    environment = {**lineage.versions, **lineage.machine}
    return LineageContext(
        origin=_origin(report, t),
        tables=pairs_table(t, t("lineage.tables"), tuple((code(k), code(v)) for k, v in lineage.tables.items())),
        encoders=pairs_table(
            t, t("lineage.encoders"), tuple((t.pick("block", b), code(e)) for b, e in lineage.encoders.items())
        ),
        augmentation=None if report.augmentation is None else _augmentation(report.augmentation, t),
        precision=None if report.precision is None else precision_told(report.precision, t),
        configuration=pairs_table(
            t, t("lineage.configuration"), tuple((code(k), code(v)) for k, v in lineage.configuration.items())
        ),
        environment=pairs_table(t, t("lineage.environment"), tuple((code(k), code(v)) for k, v in environment.items())),
        timing=_timing(report, t),
        intro=join_prose(t, (t.say("lineage.intro"), _cost(report, t)), "sentence.separator"),
    )


SECTION = Section("lineage", LineageContext, build)
