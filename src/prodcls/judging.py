"""What a fit finds out of fold, with the model for use: how good the models are, and how far they hold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from prodcls.baselines import BaselineResult, baseline_names, run_baseline
from prodcls.calibration import softmax
from prodcls.config import FitConfig
from prodcls.encoders.base import available_processors
from prodcls.evaluation import cross_validate
from prodcls.inspection import look_for, plan_views
from prodcls.material import Material
from prodcls.progress import Progress
from prodcls.reporting import Findings
from prodcls.reporting_augmentation import augmentation_section
from prodcls.reporting_precision import precision_section
from prodcls.reporting_robustness import robustness_section
from prodcls.reporting_trust import trust_section
from prodcls.reporting_tuning import tuning_section
from prodcls.resuming import RESUME, Resumption, fingerprint

__all__ = ["judge"]


@dataclass(frozen=True)
class _Baseline:
    """A `BaselineResult` as JSON has it."""

    predicted: tuple[int, ...]
    seconds: float


def judge(config: FitConfig, material: Material, progress: Progress) -> Findings:
    """Train, evaluate out of fold, and the baselines too; ask how far explanations hold, and what harms cost.

    What takes long is taken over from a fit of the same that did not finish.

    Parameters
    ----------
    config : FitConfig
    material : Material
    progress : Progress

    Returns
    -------
    Findings
    """
    problem, threads = material.problem, min(config.threads or available_processors(), material.folds_at_once)
    with progress.stage("evaluate"):
        look = look_for(material, plan_views(problem), config.random_state)
        scores = cross_validate(
            problem,
            head=config.head,
            balance=config.balance,
            random_state=config.random_state,
            threads=threads,
            look=look,
            parts=True,
            whole=np.arange(len(material.catalogue)),
        )
        probabilities = softmax(scores.margins, scores.temperature)
    kept = Resumption(config.out / RESUME / fingerprint(_grounds(config, material, scores.margins, probabilities)))
    baselines = _baselines(config, material, kept, progress) if config.baselines else {}
    augmentation = None
    if config.augment:
        with progress.stage("augment"):
            augmentation = augmentation_section(config, material, scores, threads=threads)
    tuning = None
    if material.frozen is not None:
        with progress.stage("untuned"):
            tuning = tuning_section(config, material, material.frozen, scores, probabilities, threads=threads)
    found = Findings(scores, probabilities, baselines, augmentation=augmentation, tuning=tuning)
    return _question(config, material, found, kept, progress)


def _grounds(config: FitConfig, material: Material, *evaluated: NDArray[np.float64]) -> Iterator[bytes]:
    """Yield what the results depend on: options, files, and what the models of the folds make of them."""
    yield config.portable().to_json().encode()
    digests = [c.source.sha256 for c in (material.catalogue, material.tested) if c is not None]
    yield json.dumps([digests, material.photo_digests, material.problem.inputs.ids]).encode()
    yield from (array.tobytes() for array in (material.problem.labels, material.problem.fold, *evaluated))


def _baselines(
    config: FitConfig, material: Material, kept: Resumption, progress: Progress
) -> dict[str, BaselineResult]:
    """Evaluate the baselines."""
    problem, found = material.problem, {}

    def run(name: str) -> _Baseline:
        threads = config.threads or available_processors()
        classes, seed = len(problem.classes), config.random_state
        made = run_baseline(name, material.unlearned, problem.labels, classes, problem.fold, seed, threads)
        return _Baseline(tuple(made.predicted.tolist()), made.seconds)

    with progress.stage("baselines"):
        names = [name for name in baseline_names(material.unlearned) if name != config.head]
        with progress.items("baselines", len(names)) as done:
            for i, name in enumerate(names):
                result = kept.result("baselines", i, _Baseline, partial(run, name))
                found[name] = BaselineResult(np.array(result.predicted, dtype=np.int64), result.seconds)
                done(i + 1)
    _tell(kept, "baselines", progress)
    return found


def _question(config: FitConfig, material: Material, found: Findings, kept: Resumption, progress: Progress) -> Findings:
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
                kept=kept,
            )
        _tell(kept, "witnesses", progress)
        found = replace(found, trust=trust)
    if config.robustness and config.head == "evidence":
        with progress.stage("robustness"):  # what takes long in it is in the store of embeddings
            harmed = robustness_section(material, found.scores, config.robustness, random_state=seed, threads=threads)
        found = replace(found, robustness=harmed)
    if config.precision != "f32":
        with progress.stage("precision"):
            told = precision_section(material, found.scores, progress, random_state=seed, threads=threads)
        found = replace(found, precision=told)
    return found


def _tell(kept: Resumption, stage: str, progress: Progress) -> None:
    line = kept.told(stage)
    if line is not None:
        progress.note(line)
