"""The report holds the figures that can be counted from the predictions, and no path of the machine."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from prodcls.audit import AuditReport
from prodcls.audit_json import from_json, to_json
from prodcls.baselines import run_baseline
from prodcls.calibration import softmax
from prodcls.config import FitConfig
from prodcls.evaluation import cross_validate
from prodcls.explain.attribution import TOLERANCE
from prodcls.gathering import Material, gather
from prodcls.inspection import look_for, plan_views
from prodcls.progress import SilentProgress
from prodcls.reporting import Findings, build_report, environment, peak_rss_bytes, with_cost
from synthetic import catalogue_rows, use_fake_encoders, write_csv, write_photo

SIZES = {"Kettles": 14, "Phones": 10, "Towels": 3}
TABLES = {"out_of_fold.parquet": b"rows"}


@dataclass(frozen=True)
class Case:
    """A report and all that it was made of."""

    config: FitConfig
    material: Material
    findings: Findings
    report: AuditReport


def make_case(config: FitConfig) -> Case:
    material = gather(config, SilentProgress())
    problem = material.problem
    look = look_for(material, plan_views(problem), config.random_state)
    scores = cross_validate(problem, head=config.head, look=look)
    probabilities = softmax(scores.margins, scores.temperature)
    majority = run_baseline("majority", problem.inputs, problem.labels, 2, problem.fold, 0, 1)
    findings = Findings(scores, probabilities, {"majority": majority})
    report = build_report(config, material, findings, TABLES)
    return Case(config, material, findings, with_cost(report, material, {"total": 10.0}))


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    """A catalogue with a small class, copies, missing cells and a row without a label."""
    folder = tmp_path_factory.mktemp("report")
    rows = catalogue_rows(SIZES)
    for i, row in enumerate(rows):
        row["image"] = f"{i}.png"
        row["weight"] = str(i)
        write_photo(folder / f"{i}.png", (9 * i, 255 - 9 * i, 100))
    kettles = [row for row in rows if row["category"] == "Kettles"]
    kettles[0]["price"] = kettles[1]["price"] = ""
    kettles[2]["brand"] = ""
    kettles[3]["image"] = "absent.png"
    rows += [{**kettles[4], "id": "copy"}, {**rows[0], "id": "unlabelled", "category": ""}]
    with pytest.MonkeyPatch.context() as patch:
        use_fake_encoders(patch)
        yield make_case(
            FitConfig(
                catalogue=write_csv(folder / "shop.csv", rows),
                out=folder / "out",
                cache_dir=folder / "cache",
                folds=3,
                dossiers=6,
            )
        )


def test_the_report_survives_its_json(case: Case) -> None:
    assert from_json(to_json(case.report)) == case.report


def test_no_path_of_the_machine_is_in_it(case: Case) -> None:
    assert case.config.catalogue is not None
    assert str(case.config.catalogue.parent) not in to_json(case.report)
    assert case.report.title == case.report.lineage.data_path == "shop.csv"


def test_the_data_section_counts_the_catalogue(case: Case) -> None:
    data = case.report.data
    assert (data.rows, data.read_rows, data.classes) == (28, 29, 2)
    assert data.class_counts == {"Kettles": 15, "Phones": 10}
    assert list(data.class_counts) == ["Kettles", "Phones"]
    assert data.small_classes == {"Towels": 3}
    assert (data.duplicate_groups, data.duplicate_rows) == (1, 2)
    assert data.photos_missing == 1
    assert data.rejections == {"label-missing": 1, "photo-absent": 1}
    assert data.rejection_examples[0]["column"] in ("category", "image")
    assert (data.texts_cut, data.text_unread_share) == (0, 0.0)
    columns = {c.column: (c.role, c.missing) for c in data.columns}
    assert columns["title"] == ("text", 0)
    assert columns["price"] == ("numeric", 2)
    assert columns["brand"] == ("categorical", 1)
    assert columns["image"] == ("image", 1)
    assert columns["category"] == ("target", 0)
    assert columns["weight"] == ("offered", 0)
    assert data.scripts == {"latin": 1.0}


def test_the_figures_are_those_of_the_predictions(case: Case) -> None:
    evaluation, problem = case.report.evaluation, case.material.problem
    predicted = case.findings.scores.margins.argmax(axis=1)
    assert evaluation.accuracy.value == pytest.approx((predicted == problem.labels).mean())
    assert evaluation.accuracy.low <= evaluation.accuracy.value <= evaluation.accuracy.high
    true = case.findings.probabilities[np.arange(25), problem.labels]
    assert evaluation.log_loss == pytest.approx(-np.log(true).mean())
    assert evaluation.confusion.names == ("Kettles", "Phones")
    for i, j in np.ndindex(2, 2):
        assert evaluation.confusion.counts[i][j] == ((problem.labels == i) & (predicted == j)).sum()
    assert [c.support for c in evaluation.per_class] == [15, 10]
    assert evaluation.baselines["majority"].accuracy.value == pytest.approx(0.6)
    assert (evaluation.method, evaluation.folds, evaluation.grouped) == ("folds", 3, True)
    names = {f"{how} {name}" for how in ("only", "without") for name in ("text", "image", "price", "brand")}
    assert set(evaluation.ablation) == {"all", *names}


def test_the_verdict_repeats_the_figures_without_judging(case: Case) -> None:
    checks = {c.name: c for c in case.report.verdict}
    assert set(checks) == {"accuracy", "macro_f1", "worst_class_recall", "ece", "log_loss"}
    evaluation = case.report.evaluation
    assert checks["accuracy"].value == evaluation.accuracy.value
    assert checks["macro_f1"].value == evaluation.macro_f1.value
    assert checks["worst_class_recall"].value == min(c.recall.value for c in evaluation.per_class)
    assert checks["ece"].value == evaluation.ece
    assert {c.direction for c in checks.values() if c.name in ("ece", "log_loss")} == {"max"}
    assert all(c.passed is None and c.threshold is None for c in checks.values())


def test_dossiers_agree_with_the_predictions(case: Case) -> None:
    problem, scores = case.material.problem, case.findings.scores
    assert len(case.report.dossiers) == 6
    for dossier in case.report.dossiers:
        at = problem.inputs.ids.index(dossier.id)
        a, b = scores.ranked[at]
        assert dossier.label == problem.classes[problem.labels[at]]
        assert (dossier.predicted, dossier.versus) == (problem.classes[a], problem.classes[b])
        assert dossier.probability == case.findings.probabilities[at, a]
        assert dossier.versus_probability == case.findings.probabilities[at, b]
        assert dossier.margin == pytest.approx(np.log(dossier.probability / dossier.versus_probability), abs=1e-4)
        assert dossier.account is not None
        assert dossier.account.certificate is not None
        assert abs(dossier.account.certificate.residual) <= TOLERANCE
        assert (dossier.account.margin, dossier.account.predicted) == (dossier.margin, dossier.predicted)
        assert dossier.row == int(case.material.catalogue.rows[at])
        assert dossier.fields["title"] == problem.inputs.texts["title"][at]


def test_lineage_names_what_a_figure_can_depend_on(case: Case) -> None:
    lineage = case.report.lineage
    assert lineage.tables == {"out_of_fold.parquet": hashlib.sha256(b"rows").hexdigest()}
    assert lineage.bundle_sha256 == lineage.created == ""  # there is no bundle yet
    assert lineage.data_sha256 == case.material.catalogue.source.sha256
    assert lineage.encoders == {"title": "words-v1 + words-v1", "image": "colours-v1"}
    assert lineage.configuration["folds"] == "3"
    assert lineage.data_path == "shop.csv"
    assert lineage.tested == {}
    assert lineage.configuration["target"] == "default"
    assert {"catalogue", "test", "threads", "image_root", "out", "lang"}.isdisjoint(lineage.configuration)
    assert lineage.machine["threads"] == lineage.machine["image_root"] == "default"
    assert lineage.versions == environment()
    assert {"prodcls", "python", "lightgbm", "scikit-learn"} <= set(lineage.versions)


def test_time_and_memory_are_told(case: Case) -> None:
    timing = case.report.timing
    assert timing["total"] == 10.0
    assert timing["encoder_share"] == pytest.approx(timing["encoding"] / 10.0)
    assert 10_000_000 < case.report.resources.peak_rss_bytes <= peak_rss_bytes()


def test_the_flat_head_has_a_report_without_accounts(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    use_fake_encoders(monkeypatch)
    report = make_case(replace(case.config, head="flat")).report
    assert report.explanation.beeswarm == ()
    assert report.evaluation.ablation == {}
    assert report.views is None
    assert len(report.dossiers) == 6
    assert all(d.account is None for d in report.dossiers)
    assert from_json(to_json(report)) == report


def test_a_test_catalogue_is_judged_instead_of_folds(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fake_encoders(monkeypatch)
    rows = [{**row, "image": "", "weight": "1"} for row in catalogue_rows({"Kettles": 4, "Phones": 3}, seed=3)]
    test = write_csv(tmp_path / "later.csv", [{**row, "id": f"new-{row['id']}"} for row in rows])
    report = make_case(replace(case.config, test=test)).report
    assert (report.evaluation.method, report.evaluation.folds) == ("test", 0)
    assert [c.support for c in report.evaluation.per_class] == [4, 3]
    assert report.data.rows == 28
    assert {d.id.split("-")[0] for d in report.dossiers} == {"new"}
    assert report.lineage.tested["path"] == "later.csv"
    assert report.lineage.tested["sha256"] == hashlib.sha256(test.read_bytes()).hexdigest()
