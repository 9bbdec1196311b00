"""From what a fit found to the audit report, as data."""

from __future__ import annotations

import hashlib
import os
import platform
import resource
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from prodcls.audit import (
    AuditReport,
    BaselineFigures,
    ClassFigures,
    Confusion,
    Dossier,
    EvaluationSection,
    ExplanationSection,
    GivenFile,
    Interval,
    Lineage,
    Resources,
)
from prodcls.audit_augmentation import AugmentationSection
from prodcls.audit_precision import PrecisionSection
from prodcls.audit_robustness import RobustnessSection
from prodcls.audit_trust import TrustSection
from prodcls.audit_tuning import TuningSection
from prodcls.baselines import BaselineResult
from prodcls.bundle import photo_folder
from prodcls.calibration import softmax
from prodcls.catalogue import Source
from prodcls.config import FitConfig
from prodcls.conformal import held_out_sets
from prodcls.evaluation import OutOfFold
from prodcls.explain.phrases import mine_phrases
from prodcls.gathering import Material
from prodcls.head import HeadFit
from prodcls.metrics import Scores, evaluate, expected_calibration_error
from prodcls.reporting_accounts import (
    Accounts,
    explanation_section,
    gather_accounts,
)
from prodcls.reporting_balance import balance_section
from prodcls.reporting_confidence import confidence_section
from prodcls.reporting_confusions import confused_pairs
from prodcls.reporting_cost import up_for_review
from prodcls.reporting_data import data_section
from prodcls.reporting_dossiers import Evaluated, chosen_dossiers, make_dossiers
from prodcls.reporting_drift import drift_section
from prodcls.reporting_hierarchy import out_of_fold_stops, stop_study
from prodcls.reporting_overrides import overrides_section
from prodcls.reporting_oversight import oversight_section
from prodcls.reporting_papers import Papers
from prodcls.reporting_performance import performance_study
from prodcls.reporting_quality import find_faults
from prodcls.reporting_verdict import judge
from prodcls.reporting_views import global_views

__all__ = ["Findings", "build_report", "environment", "evaluated", "with_cost"]

LIBRARIES = ("lightgbm", "numpy", "onnxruntime", "pandas", "pillow", "scikit-learn", "scipy", "torch")
"""Libraries whose versions can move a figure."""

OF_THE_MACHINE = frozenset(
    {
        "catalogue",
        "test",
        "out",
        "cache_dir",
        "lang",
        "threads",
        "scheduler",
        "memory",
        "image_root",
        "audit",
        "model_card",
        "enforce",
        "compare",
    },
)
"""Options that say where files lie and how fast a fit ran, or how it is shown and judged, and move no figure."""


@dataclass(frozen=True)
class Findings:
    """What the evaluation found.

    Attributes
    ----------
    scores : OutOfFold
    probabilities : ndarray of shape (m, K), float64
        Calibrated, of the tested rows.
    baselines : dict of str to BaselineResult
    trust : TrustSection or None
        What other methods and the model itself say of the accounts of a sample.
    robustness : RobustnessSection or None
        What harms cost on a sample.
    augmentation : AugmentationSection or None
        What copies of photos brought.
    tuning : TuningSection or None
        What encoders that learned brought.
    precision : PrecisionSection or None
        What shorter numbers in the encoders do to predictions.
    """

    scores: OutOfFold
    probabilities: NDArray[np.float64]
    baselines: dict[str, BaselineResult]
    trust: TrustSection | None = None
    robustness: RobustnessSection | None = None
    augmentation: AugmentationSection | None = None
    tuning: TuningSection | None = None
    precision: PrecisionSection | None = None

    @property
    def served(self) -> HeadFit | None:
        """What the evidence head for use learned; None for the flat head, and where no model was fitted for use."""
        return None if self.scores.whole is None else self.scores.whole.details


def environment() -> dict[str, str]:
    """Return the versions of Python and of the libraries that can move a figure."""
    return {"prodcls": version("prodcls"), "python": platform.python_version()} | {x: version(x) for x in LIBRARIES}


def build_report(
    config: FitConfig,
    material: Material,
    findings: Findings,
    tables: Mapping[str, bytes],
    papers: Papers | None = None,
) -> AuditReport:
    """Put the report together.

    Parameters
    ----------
    config : FitConfig
    material : Material
    findings : Findings
    tables : mapping of str to bytes
        Tables that are written beside the report, by file name.
    papers : Papers, optional
        What people wrote down for the audit; nothing by default.

    Returns
    -------
    AuditReport
        Without what can only be known later: digest and time of the bundle, and, by `with_cost`, what the fit cost.
    """
    problem, rows = material.problem, findings.scores.rows
    labels = problem.labels[rows]
    ranked = findings.scores.ranked
    result = evaluate(labels, ranked[:, 0], findings.probabilities, len(problem.classes), config.random_state)
    before = expected_calibration_error(softmax(findings.scores.uncalibrated()), labels)
    accounts = gather_accounts(findings.scores)
    evaluation = _evaluation(config, material, findings, result, before)
    review = up_for_review(problem, findings.scores, findings.probabilities, config.coverage)
    papers, served = papers or Papers(), findings.served
    phrases = mine_phrases(problem.inputs.texts, material.copies)
    # What takes longest needs nothing of the rest. BLAS has one thread: the same bits on any number of processors.
    with threadpool_limits(1), ThreadPoolExecutor(1) as beside:
        faults = beside.submit(find_faults, material, phrases, _probes(material, findings))
        confidence = beside.submit(confidence_section, problem, findings.scores, findings.probabilities, config)
        report = AuditReport(
            format_version=1,
            title=Path(material.catalogue.source.path).name,
            verdict=(),
            lineage=_lineage(config, material, tables, papers),
            data=data_section(material, config.rates),
            evaluation=evaluation,
            explanation=_explanation(accounts, config),
            dossiers=_dossiers(config, material, findings),
            timing={},
            resources=Resources(0),
            views=global_views(material, findings.scores, accounts, phrases),
            confusions=confused_pairs(problem, findings.scores, findings.probabilities, accounts),
            performance=performance_study(
                problem, findings.scores, findings.probabilities, material.tree, config.random_state
            ),
            oversight=oversight_section(material, findings.scores, findings.probabilities, review),
            card=None if papers.card is None else papers.card.card,
            trust=findings.trust,
            robustness=findings.robustness,
            augmentation=findings.augmentation,
            tuning=findings.tuning,
            precision=findings.precision,
            overrides=overrides_section(material, findings.scores),
            balance=balance_section(problem, findings.scores, config, served.balance.strength if served else 0.0),
            drift=drift_section(material, config.random_state),
            stops=stop_study(problem, findings.scores, findings.probabilities, material.tree, config.coverage),
            quality=faults.result(),
            confidence=confidence.result(),
        )
    return replace(report, verdict=judge(report, papers.thresholds))


def _probes(material: Material, findings: Findings) -> dict[str, NDArray[np.float64]]:
    """Return the scores of the model for use that are those of the search for faults; none where they are others."""
    served, problem = findings.served, material.problem
    alike = material.grouped and len(problem.labels) == len(material.catalogue)
    if served is None or not alike or problem.tuned or any(e.copies for e in problem.inputs.dense.values()):
        return {}
    return served.probes


def with_cost(report: AuditReport, material: Material, seconds: Mapping[str, float]) -> AuditReport:
    """Return the report with the time and memory that it took.

    Parameters
    ----------
    report : AuditReport
    material : Material
    seconds : mapping of str to float
        Wall time by stage; ``"total"`` is the time so far.

    Returns
    -------
    AuditReport
    """
    encoding = sum(s.seconds for s in material.store.stats)
    timing = {**seconds, "encoding": encoding, "encoder_share": encoding / max(seconds["total"], 1e-9)}
    return replace(report, timing=timing, resources=Resources(peak_rss_bytes()))


def peak_rss_bytes() -> int:
    """Return the largest resident memory of this process so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _evaluation(
    config: FitConfig, material: Material, findings: Findings, result: Scores, ece_before: float
) -> EvaluationSection:
    problem, rows = material.problem, findings.scores.rows
    labels, n_classes = problem.labels[rows], len(problem.classes)

    def figures(predicted: NDArray[np.int64], seconds: float) -> BaselineFigures:
        s = evaluate(labels, predicted, None, n_classes, config.random_state)
        return BaselineFigures(Interval.of(s.accuracy), Interval.of(s.macro_f1), seconds)

    return EvaluationSection(
        method="folds" if config.test is None else "test",
        folds=config.folds if config.test is None else 0,
        grouped=config.group_duplicates and config.test is None,
        accuracy=Interval.of(result.accuracy),
        macro_precision=Interval.of(result.macro_precision),
        macro_recall=Interval.of(result.macro_recall),
        macro_f1=Interval.of(result.macro_f1),
        weighted_f1=Interval.of(result.weighted_f1),
        log_loss=result.log_loss or 0.0,
        ece_before=ece_before,
        ece=result.ece or 0.0,
        per_class=tuple(
            ClassFigures(name, c.support, Interval.of(c.precision), Interval.of(c.recall), Interval.of(c.f1))
            for name, c in zip(problem.classes, result.per_class, strict=True)
        ),
        confusion=Confusion(problem.classes, tuple(tuple(row) for row in result.confusion.tolist())),
        baselines={name: figures(b.predicted[rows], b.seconds) for name, b in findings.baselines.items()},
        ablation={
            name: figures(predicted, 0.0) for name, predicted in findings.scores.ablation().items() if name != "sum"
        },
    )


def _lineage(config: FitConfig, material: Material, tables: Mapping[str, bytes], papers: Papers) -> Lineage:
    source = material.catalogue.source
    tested = None if material.tested is None else material.tested.source
    options = {name: _plain(value) for name, value in asdict(config).items()}
    return Lineage(
        data_path=Path(source.path).name,
        data_sha256=source.sha256,
        data_format=_format(source),
        bundle_sha256="",
        encoders={name: e.encoder for name, e in material.problem.inputs.dense.items()},
        configuration={name: text for name, text in options.items() if name not in OF_THE_MACHINE},
        versions=environment(),
        machine={
            "system": platform.system(),
            "processor": platform.machine(),
            "cores": str(os.cpu_count()),
            "threads": options["threads"],
            "image_root": options["image_root"],
        },
        random_state=config.random_state,
        created="",
        tables={name: hashlib.sha256(data).hexdigest() for name, data in tables.items()},
        given=(*papers.given, *_decisions(material)),
        tested={}
        if tested is None
        else {"path": Path(tested.path).name, "format": _format(tested), "sha256": tested.sha256},
    )


def _format(source: Source) -> str:
    return ", ".join(f"{name} {value}" for name, value in source.details.items())


def _decisions(material: Material) -> tuple[GivenFile, ...]:
    found = material.relabelling
    return () if found is None else (GivenFile("overrides", found.name, found.sha256),)


def _plain(value: object) -> str:
    """Return an option as text; of paths only the last part, since reports travel further than folders."""
    if value is None:
        return "default"
    if isinstance(value, tuple):
        return ", ".join(value)
    if isinstance(value, dict):  # rates
        return f"{len(value['rows'])} rates in {value['base']}, SHA-256 {value['sha256']}"
    return value.name if isinstance(value, Path) else str(value)


def _explanation(accounts: Accounts | None, config: FitConfig) -> ExplanationSection:
    if accounts is None:
        return ExplanationSection({}, (), 0, 0.0)
    return explanation_section(accounts, config.random_state)


def evaluated(config: FitConfig, material: Material, findings: Findings) -> Evaluated:
    """Return what dossiers are made from."""
    root = photo_folder(config, material.catalogue)
    problem, scores, said = material.problem, findings.scores, findings.probabilities
    inside = held_out_sets(said, problem.labels[scores.rows], problem.groups[scores.rows], config.coverage)
    stops = out_of_fold_stops(problem, scores, said, material.tree, config.coverage)
    return Evaluated(material, scores, said, root, inside, config.coverage, stops, config.threads)


def _dossiers(config: FitConfig, material: Material, findings: Findings) -> tuple[Dossier, ...]:
    found = evaluated(config, material, findings)
    shown, _ = chosen_dossiers(found, config.dossiers)
    return tuple(make_dossiers(found, shown))
