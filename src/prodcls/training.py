"""The flow of a fit: gather, evaluate, train on everything, report, save."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from prodcls.atomic import write_bytes
from prodcls.audit import AuditReport, Interval
from prodcls.audit_dossiers import Dossier, Shard
from prodcls.audit_stored import store_report, whole_report
from prodcls.baselines import BaselineResult, baseline_names, run_baseline
from prodcls.bundle import BundleContents, photo_folder, save_bundle
from prodcls.bundle_layout import Manifest
from prodcls.bundle_products import collect_products
from prodcls.calibration import softmax
from prodcls.candidates import best_classes
from prodcls.cleaning import told
from prodcls.comparison import Audited, compare_audits, read_audited
from prodcls.config import FitConfig
from prodcls.conformal import fit_sets, held_out_sets, named_sets
from prodcls.encoders.base import available_processors
from prodcls.evaluation import cross_validate
from prodcls.gathering import Material, gather, located
from prodcls.inspection import look_for, plan_views
from prodcls.leaves import training_leaves
from prodcls.model import ModelFit, fit_model
from prodcls.outputs import BUNDLE, publish, staged
from prodcls.pages import PAGE, write_pages
from prodcls.progress import Progress
from prodcls.reporting import Findings, build_report, evaluated, with_cost
from prodcls.reporting_augmentation import augmentation_lines, augmentation_section
from prodcls.reporting_balance import balance_lines
from prodcls.reporting_cost import automation
from prodcls.reporting_dossiers import chosen_dossiers, make_dossiers
from prodcls.reporting_kept import kept_judgements
from prodcls.reporting_papers import read_papers
from prodcls.reporting_robustness import robustness_section
from prodcls.reporting_trust import trust_section
from prodcls.reporting_verdict import failing
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
        material = gather(config, progress)
        findings = _judge(config, material, progress)
        with progress.stage("train"):
            fit = _train(config, material)
            if fit.details is not None:
                findings = replace(findings, strength=fit.details.balance.strength)
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
            manifest, report = _save(config, stage / BUNDLE, material, fit, findings, report)
            for name, data in tables.items():
                write_bytes(stage / name, data)
        with progress.stage("pages"):
            write_pages(stage, report, config.lang)
            publish(stage, config.out)
    first, *rest = _summary(report)
    lines = (first, *told(material.catalogue.cleaned), *rest)
    return FitOutcome(config.out / BUNDLE, config.out / PAGE, manifest.digest, report, lines, failing(report.verdict))


def _tables(config: FitConfig, material: Material, findings: Findings) -> dict[str, bytes]:
    """Return the tables beside the report by name."""
    tables = {REJECTIONS: _rejections(material), OUT_OF_FOLD: _scores(config, material, findings)}
    changed = cleaning_bytes(material.catalogue, material.tested)
    return tables if changed is None else {**tables, CLEANING: changed}


def _judge(config: FitConfig, material: Material, progress: Progress) -> Findings:
    """Evaluate out of fold, and the baselines on the same folds."""
    problem, threads = material.problem, config.threads or available_processors()
    with progress.stage("evaluate"):
        look = look_for(material, plan_views(problem), config.random_state)
        scores = cross_validate(
            problem,
            head=config.head,
            balance=config.balance,
            random_state=config.random_state,
            threads=min(threads, material.folds_at_once),
            look=look,
            parts=True,
        )
        probabilities = softmax(scores.margins, scores.temperature)
    baselines: dict[str, BaselineResult] = {}
    if config.baselines:
        with progress.stage("baselines"):
            names = [name for name in baseline_names(problem.inputs) if name != config.head]
            with progress.items("baselines", len(names)) as done:
                for i, name in enumerate(names):
                    baselines[name] = run_baseline(
                        name,
                        problem.inputs,
                        problem.labels,
                        len(problem.classes),
                        problem.fold,
                        config.random_state,
                        threads,
                    )
                    done(i + 1)
    augmentation = None
    if config.augment:
        with progress.stage("augment"):
            at_once = min(threads, material.folds_at_once)
            augmentation = augmentation_section(config, material, scores, threads=at_once)
    found = Findings(scores, probabilities, baselines, augmentation=augmentation)
    return _question(config, material, found, progress)


def _question(config: FitConfig, material: Material, found: Findings, progress: Progress) -> Findings:
    """Ask the models of the folds how far their explanations hold, and what harms cost; the flat head is not asked."""
    seed, threads = config.random_state, config.threads
    if config.witnesses and config.head == "evidence":
        with progress.stage("witnesses"), progress.items("witnesses", config.witnesses) as done:
            trust = trust_section(
                material,
                found.scores,
                found.probabilities,
                config.witnesses,
                random_state=seed,
                threads=threads,
                done=done,
            )
        found = replace(found, trust=trust)
    if config.robustness and config.head == "evidence":
        with progress.stage("robustness"):
            harmed = robustness_section(material, found.scores, config.robustness, random_state=seed, threads=threads)
        found = replace(found, robustness=harmed)
    return found


def _train(config: FitConfig, material: Material) -> ModelFit:
    """Train on all rows of the training catalogue."""
    problem = material.problem
    rows = np.arange(len(material.catalogue))
    with threadpool_limits(1):  # the same bits on any number of processors
        return fit_model(
            problem.inputs.take(rows),
            problem.labels[rows],
            problem.groups[rows],
            problem.classes,
            head=config.head,
            balance=config.balance,
            random_state=config.random_state,
            threads=config.threads or available_processors(),
        )


def _save(
    config: FitConfig, folder: Path, material: Material, fit: ModelFit, findings: Findings, report: AuditReport
) -> tuple[Manifest, AuditReport]:
    """Write the bundle with the report in it; return its manifest, and the report that names the bundle."""
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
    yield from balance_lines(report.balance)
    judged = [c for c in report.verdict if c.passed is not None]
    if judged:
        yield f"thresholds: {sum(c.passed is True for c in judged)} of {len(judged)} hold"


def _range(figure: Interval) -> str:
    return f"{figure.value:.3f} ({figure.low:.3f} to {figure.high:.3f})"
