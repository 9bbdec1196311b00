"""The flow of a fit: gather, train and evaluate, report, save."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from prodcls.atomic import write_bytes
from prodcls.audit import AuditReport, Interval
from prodcls.audit_dossiers import Dossier, Shard
from prodcls.audit_stored import store_report, whole_report
from prodcls.bundle import BundleContents, photo_folder, save_bundle
from prodcls.bundle_layout import Manifest
from prodcls.bundle_products import collect_products
from prodcls.candidates import best_classes
from prodcls.cleaning import told
from prodcls.comparison import Audited, compare_audits, read_audited
from prodcls.config import FitConfig
from prodcls.conformal import fit_sets, held_out_sets, named_sets
from prodcls.gathering import Material, gather, located
from prodcls.judging import judge
from prodcls.leaves import training_leaves
from prodcls.outputs import BUNDLE, publish, staged
from prodcls.pages import PAGE, write_pages
from prodcls.progress import Progress
from prodcls.reporting import Findings, build_report, evaluated, with_cost
from prodcls.reporting_augmentation import augmentation_lines
from prodcls.reporting_balance import balance_lines
from prodcls.reporting_cost import automation
from prodcls.reporting_dossiers import chosen_dossiers, make_dossiers
from prodcls.reporting_kept import kept_judgements
from prodcls.reporting_papers import read_papers
from prodcls.reporting_tuning import tuning_lines
from prodcls.reporting_verdict import failing
from prodcls.resuming import forget
from prodcls.shards import write_shards
from prodcls.stopping import StopRule, fit_stops
from prodcls.tables import (
    CLEANING,
    OUT_OF_FOLD,
    REJECTIONS,
    OutOfFoldRows,
    cleaning_bytes,
    out_of_fold_bytes,
    rejections_bytes,
)
from prodcls.tuning import tuned

__all__ = ["FitOutcome", "fit_catalogue"]


@dataclass(frozen=True)
class FitOutcome:
    """Where the results are, and what to tell the user.

    Attributes
    ----------
    bundle_path, report_path : Path
    digest : str
        Of the bundle, see `prodcls.bundle_layout.Manifest`.
    report : AuditReport
    summary_lines : tuple of str
    failing : tuple of str
        A line for each threshold that does not hold.
    """

    bundle_path: Path
    report_path: Path
    digest: str
    report: AuditReport
    summary_lines: tuple[str, ...]
    failing: tuple[str, ...] = ()


def fit_catalogue(config: FitConfig, progress: Progress) -> FitOutcome:
    """Learn the categories of a catalogue and write bundle, report and tables to ``config.out``.

    Parameters
    ----------
    config : FitConfig
    progress : Progress

    Returns
    -------
    FitOutcome

    Raises
    ------
    InputError
        If a file, a column or an option is at fault, another process writes to the same folder, or something cannot be
        written. What an earlier fit wrote is then as it was.
    """
    started = time.perf_counter()
    config = located(config)
    papers = read_papers(config)
    earlier = None if config.compare is None else read_audited(config.compare)
    with staged(config.out) as stage:
        material = tuned(config, gather(config, progress), progress)
        findings = judge(config, material, progress)
        with progress.stage("report"):
            tables = _tables(config, material, findings)
            report = build_report(config, material, findings, tables, papers)
            if earlier is not None:
                report = _compared(config, material, findings, report, earlier)
        report = replace(report, shards=_write_shards(config, stage, material, findings, progress))
        # What comes now is not timed: the bundle, which holds the report, would have to hold its own time.
        seconds = {**progress.seconds, "total": time.perf_counter() - started}
        report = with_cost(report, material, seconds)
        with progress.stage("bundle"):
            manifest, report = _save(config, stage / BUNDLE, material, findings, report)
            for name, data in tables.items():
                write_bytes(stage / name, data)
        with progress.stage("pages"):
            write_pages(stage, report, config.lang)
            publish(stage, config.out)
            forget(config.out)
    first, *rest = _summary(report)
    lines = (first, *told(material.catalogue.cleaned), *rest)
    return FitOutcome(config.out / BUNDLE, config.out / PAGE, manifest.digest, report, lines, failing(report.verdict))


def _tables(config: FitConfig, material: Material, findings: Findings) -> dict[str, bytes]:
    """Return the tables beside the report by name."""
    tables = {REJECTIONS: _rejections(material), OUT_OF_FOLD: _scores(config, material, findings)}
    changed = cleaning_bytes(material.catalogue, material.tested)
    return tables if changed is None else {**tables, CLEANING: changed}


def _save(
    config: FitConfig, folder: Path, material: Material, findings: Findings, report: AuditReport
) -> tuple[Manifest, AuditReport]:
    """Write the bundle with the report in it; return its manifest, and the report that names the bundle."""
    fit = findings.scores.whole
    if fit is None:
        message = "no model was fitted on all rows"
        raise ValueError(message)
    rows = np.arange(len(material.catalogue))
    stored = store_report(report)
    contents = BundleContents(
        fit.model,
        material.recipe,
        config,
        material.catalogue,
        material.problem.inputs.take(rows),
        kept_judgements(material, findings.scores, findings.probabilities, config.coverage),
        training_leaves(fit.details),
        stored.text,
        stored.measured,
        fit_sets(*_judged(material, findings), config.coverage),
        automation(material.problem, findings.scores, findings.probabilities, config.coverage),
        _stopping(config, material, findings),
    )
    created = datetime.now(UTC).isoformat(timespec="seconds")
    manifest = save_bundle(folder, contents, created=created)
    return manifest, whole_report(stored.text.encode(), manifest)


def _write_shards(
    config: FitConfig, folder: Path, material: Material, findings: Findings, progress: Progress
) -> tuple[Shard, ...]:
    """Write the dossiers that the report has no room for, fold by fold and one at a time."""
    found = evaluated(config, material, findings)
    _, others = chosen_dossiers(found, config.dossiers)

    def told() -> Iterator[Dossier]:
        with progress.items("dossiers", len(others)) as done:
            for i, dossier in enumerate(make_dossiers(found, others), start=1):
                yield dossier
                done(i)

    if not others:
        return ()
    with progress.stage("dossiers"):
        return write_shards(folder, told())


def _compared(
    config: FitConfig, material: Material, findings: Findings, report: AuditReport, earlier: Audited
) -> AuditReport:
    """Return the report with what changed since an earlier audit."""
    catalogue = material.catalogue
    inputs = material.problem.inputs.take(np.arange(len(catalogue)))
    judged = kept_judgements(material, findings.scores, findings.probabilities, config.coverage)
    products = collect_products(catalogue, inputs, photo_folder(config, catalogue), judged)
    return replace(report, comparison=compare_audits(earlier, Audited(report, products)))


def _rejections(material: Material) -> bytes:
    """Return a line for every row that is neither learned nor judged, and for every cell that counts as missing."""
    tested = () if material.tested is None else material.tested.rejections
    return rejections_bytes(
        (*material.catalogue.rejections, *material.set_apart), (*tested, *material.set_apart_tested)
    )


def _stopping(config: FitConfig, material: Material, findings: Findings) -> StopRule | None:
    """Return how far down the tree of classes a decision goes; None where they form none."""
    if material.tree is None:
        return None
    probabilities, labels, _ = _judged(material, findings)
    return fit_stops(material.tree, probabilities, labels, best_classes(probabilities, 1)[:, 0], config.coverage)


def _judged(material: Material, findings: Findings) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """Return out-of-fold probabilities, labels and groups of the tested products."""
    rows = findings.scores.rows
    return findings.probabilities, material.problem.labels[rows], material.problem.groups[rows]


def _scores(config: FitConfig, material: Material, findings: Findings) -> bytes:
    """Return what the evaluation said of each tested product."""
    problem, scores = material.problem, findings.scores
    rows, ranked = scores.rows, scores.ranked
    top = np.take_along_axis(findings.probabilities, ranked, axis=1)
    sets = held_out_sets(*_judged(material, findings), config.coverage)
    return out_of_fold_bytes(
        OutOfFoldRows(
            id=[problem.inputs.ids[i] for i in rows],
            fold=problem.fold[rows],
            group=problem.groups[rows],
            label=[problem.classes[k] for k in problem.labels[rows]],
            predicted=[problem.classes[k] for k in ranked[:, 0]],
            probability=top[:, 0],
            second=[problem.classes[k] for k in ranked[:, 1]],
            second_probability=top[:, 1],
            set=named_sets(sets, findings.probabilities, problem.classes),
        )
    )


def _summary(report: AuditReport) -> Iterator[str]:
    """Yield what the user wants to know first."""
    e, d = report.evaluation, report.data
    how = f"{e.folds} folds" if e.method == "folds" else "the test catalogue"
    yield f"{d.rows} rows, {d.classes} classes, evaluated on {how}"
    yield f"accuracy {_range(e.accuracy)}, macro-F1 {_range(e.macro_f1)}, calibration error {e.ece:.3f}"
    if e.baselines:
        name, best = max(e.baselines.items(), key=lambda item: item[1].accuracy.value)
        yield f"best baseline: {name}, accuracy {_range(best.accuracy)}, macro-F1 {_range(best.macro_f1)}"
    yield from augmentation_lines(report.augmentation)
    yield from tuning_lines(report.tuning)
    yield from balance_lines(report.balance)
    judged = [c for c in report.verdict if c.passed is not None]
    if judged:
        yield f"thresholds: {sum(c.passed is True for c in judged)} of {len(judged)} hold"


def _range(figure: Interval) -> str:
    return f"{figure.value:.3f} ({figure.low:.3f} to {figure.high:.3f})"
