"""A fit writes bundle, report and tables that agree with each other."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

import prodcls.evaluation
import prodcls.reporting_dossiers
from prodcls.audit_json import from_json
from prodcls.audit_measured import take_out
from prodcls.audit_stored import whole_report
from prodcls.bundle import load_bundle
from prodcls.config import FitConfig
from prodcls.errors import CatalogueError, InputError
from prodcls.inputs import Inputs
from prodcls.model import fit_model
from prodcls.progress import SilentProgress
from prodcls.render import dossier_filename
from prodcls.shards import read_shards
from prodcls.tables import cleaning_rows
from prodcls.training import FitOutcome, fit_catalogue
from synthetic import catalogue_rows, use_fake_encoders, write_csv

SIZES = {"Kettles": 14, "Phones": 10, "Towels": 2}


@dataclass(frozen=True)
class Fit:
    """A fit and where it wrote."""

    config: FitConfig
    outcome: FitOutcome
    stages: tuple[str, ...]


@pytest.fixture(scope="module")
def fit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fit]:
    """One fit for all tests, beside a page that an earlier fit has left."""
    folder = tmp_path_factory.mktemp("fit")
    rows = [{**row, "title": f"<b>{row['title']}</b>&nbsp;"} for row in catalogue_rows(SIZES)]
    rows.append({**rows[0], "id": "unlabelled", "category": ""})
    config = FitConfig(
        catalogue=write_csv(folder / "shop.csv", rows),
        out=folder / "out",
        cache_dir=folder / "cache",
        folds=3,
        dossiers=4,
        threads=1,
    )
    (config.out / "products").mkdir(parents=True)
    (config.out / "products" / "of an earlier fit.html").write_text("old")
    (config.out / "products" / "mine.txt").write_text("kept")
    with pytest.MonkeyPatch.context() as patch:
        use_fake_encoders(patch)
        progress = SilentProgress()
        yield Fit(config, fit_catalogue(config, progress), tuple(progress.seconds))


def test_all_files_are_there(fit: Fit) -> None:
    out = fit.config.out
    assert {p.name for p in out.iterdir()} == {
        "audit.html",
        "modelcard.md",
        "audit.json",
        "bundle",
        "cleaning.parquet",
        "out_of_fold.parquet",
        "outputs.json",
        "products",
        "rejections.parquet",
    }
    assert fit.outcome.bundle_path == out / "bundle"
    assert fit.outcome.report_path == out / "audit.html"
    pages = {p.name for p in (out / "products").glob("*.html")}
    assert len(pages) == len(fit.outcome.report.dossiers) + 1 == 5  # and their index
    assert "of an earlier fit.html" not in pages
    assert (out / "products" / "mine.txt").exists()
    assert fit.stages == (
        "read",
        "embed",
        "group",
        "evaluate",
        "baselines",
        "witnesses",
        "robustness",
        "report",
        "bundle",
        "pages",
    )


def test_the_json_file_is_the_report(fit: Fit) -> None:
    text = (fit.config.out / "audit.json").read_text(encoding="utf-8")
    assert from_json(text) == fit.outcome.report
    plain = json.loads(text)
    assert plain["data"]["rows"] == 26
    assert set(plain["evaluation"]["accuracy"]) == {"value", "low", "high"}
    assert plain["timing"]["encoder_share"] >= 0
    assert plain["resources"]["peak_rss_bytes"] > 0


def test_out_of_fold_predictions_give_the_accuracy_of_the_report(fit: Fit) -> None:
    table = pq.read_table(fit.config.out / "out_of_fold.parquet").to_pydict()
    assert table["id"] == sorted(table["id"])
    assert len(table["id"]) == 24
    hits = np.mean([a == b for a, b in zip(table["label"], table["predicted"], strict=True)])
    assert fit.outcome.report.evaluation.accuracy.value == pytest.approx(hits)
    assert set(table["fold"]) == {0, 1, 2}
    assert all(a != b for a, b in zip(table["predicted"], table["second"], strict=True))
    assert all(0.5 <= p <= 1 for p in table["probability"])
    np.testing.assert_allclose(np.add(table["probability"], table["second_probability"]), 1.0)
    truth = {row["id"]: row["category"] for row in catalogue_rows(SIZES)}
    assert table["label"] == [truth[i] for i in table["id"]]


def test_cleaned_texts_are_on_record(fit: Fit) -> None:
    report, path = fit.outcome.report, fit.config.out / "cleaning.parquet"
    data = path.read_bytes()
    assert report.lineage.tables["cleaning.parquet"] == hashlib.sha256(data).hexdigest()
    rows = list(cleaning_rows(data))
    assert {(row.column, row.steps) for row in rows} == {("title", ("html", "white_space"))}
    assert all(row.original == f"<b>{row.cleaned}</b>&nbsp;" for row in rows)
    assert len(rows) == 24
    assert report.data.cleaning is not None
    assert (report.data.cleaning.texts, report.data.cleaning.cells) == (24, 24)
    assert "cleaned: 24 cells (html 24, white space 24)" in fit.outcome.summary_lines
    for dossier in report.dossiers:
        [original] = dossier.originals
        assert original.text == f"<b>{dossier.fields['title']}</b>&nbsp;"
        page = (fit.config.out / "products" / dossier_filename(dossier.id)).read_text(encoding="utf-8")
        assert "before cleaning (HTML, white space)" in page


def test_a_table_of_an_earlier_fit_goes_where_nothing_is_cleaned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fake_encoders(monkeypatch)
    path = write_csv(tmp_path / "shop.csv", catalogue_rows({"Kettles": 14, "Phones": 10}))
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "cleaning.parquet").write_bytes(b"old")
    config = FitConfig(
        catalogue=path, out=tmp_path / "out", cache_dir=tmp_path, folds=2, baselines=False, witnesses=0, robustness=0,
        dossiers=0, threads=1, clean=False,
    )  # fmt: skip
    report = fit_catalogue(config, SilentProgress()).report
    assert report.data.cleaning is None
    assert not (tmp_path / "out" / "cleaning.parquet").exists()
    assert "cleaning.parquet" not in report.lineage.tables


def test_rejections_are_on_record(fit: Fit) -> None:
    rows = pq.read_table(fit.config.out / "rejections.parquet").to_pylist()
    assert (rows[0]["row"], rows[0]["code"], rows[0]["scope"]) == (27, "label-missing", "row")
    assert {(row["code"], row["excerpt"]) for row in rows[1:]} == {("class-small", "Towels")}
    learned = fit.outcome.report.data.rows - SIZES["Towels"]
    assert learned + len(rows) == fit.outcome.report.data.read_rows  # no row disappears


def test_rejections_of_the_test_catalogue_are_on_record_too(
    fit: Fit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fake_encoders(monkeypatch)
    later = catalogue_rows({"Kettles": 4, "Phones": 3, "Drills": 2}, seed=3)
    later.append({**later[0], "category": ""})
    test = write_csv(tmp_path / "later.csv", later)
    fit_catalogue(replace(fit.config, out=tmp_path / "out", test=test, baselines=False), SilentProgress())
    rows = pq.read_table(tmp_path / "out" / "rejections.parquet").to_pylist()
    assert [row["code"] for row in rows if row["source"] == "test"] == [
        "label-missing",
        "class-unknown",
        "class-unknown",
    ]


def test_the_bundle_is_the_one_that_the_report_names(fit: Fit) -> None:
    manifest = (fit.outcome.bundle_path / "manifest.json").read_bytes()
    assert hashlib.sha256(manifest).hexdigest() == fit.outcome.report.lineage.bundle_sha256
    bundle = load_bundle(fit.outcome.bundle_path)
    assert bundle.model.classes == ("Kettles", "Phones")
    assert len(bundle.products.ids) == 24


def test_the_bundle_keeps_what_the_evaluation_said(fit: Fit) -> None:
    products = load_bundle(fit.outcome.bundle_path).products
    told = {row["id"]: row for row in pq.read_table(fit.config.out / "out_of_fold.parquet").to_pylist()}
    assert products.judged.classes == tuple(told[name]["predicted"] for name in products.ids)
    assert products.judged.probabilities.tolist() == [told[name]["probability"] for name in products.ids]


def test_baselines_are_evaluated_on_the_same_folds(fit: Fit) -> None:
    names = set(fit.outcome.report.evaluation.baselines)
    assert {"majority", "tfidf_svc", "flat", "ridge title", "ridge lexical"} == names


def test_the_summary_tells_what_counts(fit: Fit) -> None:
    lines = fit.outcome.summary_lines
    accuracy = fit.outcome.report.evaluation.accuracy.value
    assert "26 rows, 2 classes, evaluated on 3 folds" in lines[0]
    assert f"accuracy {accuracy:.3f}" in lines[2]
    assert "best baseline" in lines[3]


def test_thresholds_beside_the_catalogue_are_judged(fit: Fit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_fake_encoders(monkeypatch)
    (tmp_path / "audit.toml").write_text("[thresholds]\naccuracy = 0.01\nrejected_share = 0.0\n")
    catalogue = tmp_path / "shop.csv"
    assert fit.config.catalogue is not None
    catalogue.write_bytes(fit.config.catalogue.read_bytes())
    config = replace(fit.config, catalogue=catalogue, out=tmp_path / "out", baselines=False, enforce=True)
    outcome = fit_catalogue(config, SilentProgress())
    assert [(c.name, c.passed) for c in outcome.report.verdict[:2]] == [("accuracy", True), ("rejected_share", False)]
    assert outcome.summary_lines[-1] == "thresholds: 1 of 2 hold"
    assert outcome.failing == ("rejected_share is 0.03704, and at most 0 was asked for",)
    assert outcome.report_path.exists()
    assert load_bundle(outcome.bundle_path).options.enforce is False


def test_every_product_can_have_a_dossier(fit: Fit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_fake_encoders(monkeypatch)
    monkeypatch.setattr(prodcls.reporting_dossiers, "EMBEDDED", 3)
    config = replace(fit.config, out=tmp_path / "out", dossiers="all", baselines=False, witnesses=0)
    report = fit_catalogue(config, SilentProgress()).report
    assert (len(report.dossiers), [s.dossiers for s in report.shards]) == (3, [21])
    others = tuple(read_shards(config.out, report.shards))
    folds = {row["id"]: row["fold"] for row in pq.read_table(config.out / "out_of_fold.parquet").to_pylist()}
    assert len({d.id for d in (*report.dossiers, *others)}) == 24
    assert [folds[d.id] for d in others] == sorted(folds[d.id] for d in others)
    pages = {p.name for p in (config.out / "products").glob("*.html")}
    assert pages == {dossier_filename(name) for name in folds} | {"index.html"}
    again = replace(config, dossiers=2)
    assert fit_catalogue(again, SilentProgress()).report.shards == ()
    assert {p.suffix for p in (config.out / "products").iterdir()} == {".html"}


def test_thresholds_at_fault_are_told_before_anything_is_read(tmp_path: Path) -> None:
    audit = tmp_path / "audit.toml"
    audit.write_text("[thresholds]\naccuracy = 95\n")
    with pytest.raises(InputError, match="95 per cent is 0"):
        fit_catalogue(FitConfig(catalogue=tmp_path / "absent.csv", audit=audit), SilentProgress())


def test_a_second_fit_gives_the_same_bundle_and_figures(fit: Fit, monkeypatch: pytest.MonkeyPatch) -> None:
    use_fake_encoders(monkeypatch)
    again = fit_catalogue(replace(fit.config, out=fit.config.out.parent / "again", threads=2), SilentProgress())
    first, second = (load_bundle(o.bundle_path) for o in (fit.outcome, again))
    assert first.manifest.files == second.manifest.files
    assert first.digest == second.digest
    assert first.manifest.measured != second.manifest.measured
    assert again.report.lineage.bundle_sha256 != fit.outcome.report.lineage.bundle_sha256
    assert take_out(again.report.evaluation)[0] == take_out(fit.outcome.report.evaluation)[0]
    assert again.report.dossiers == fit.outcome.report.dossiers
    assert again.report.timing["encoding"] == 0.0


def test_leaving_the_baselines_out_changes_no_other_figure(
    fit: Fit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fake_encoders(monkeypatch)
    again = fit_catalogue(replace(fit.config, out=tmp_path, baselines=False), SilentProgress())
    first, second = (load_bundle(o.bundle_path).manifest.files for o in (fit.outcome, again))
    assert {name for name in first if first[name] != second[name]} == {"config.json", "report.json"}
    assert again.report.evaluation.baselines == {}
    assert replace(again.report.evaluation, baselines={}) == replace(fit.outcome.report.evaluation, baselines={})


def test_the_bundle_holds_the_report(fit: Fit) -> None:
    bundle = load_bundle(fit.outcome.bundle_path)
    assert whole_report(bundle.report, bundle.manifest) == fit.outcome.report
    for name, digest in fit.outcome.report.lineage.tables.items():
        assert hashlib.sha256((fit.config.out / name).read_bytes()).hexdigest() == digest


@pytest.mark.parametrize("apart", [False, True])
def test_the_final_model_is_trained_on_the_whole_training_catalogue_alone(
    fit: Fit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, apart: bool
) -> None:
    use_fake_encoders(monkeypatch)
    trained: list[tuple[str, ...]] = []

    def spy(inputs: Inputs, *args: Any, **options: Any) -> Any:
        trained.append(inputs.ids)
        return fit_model(inputs, *args, **options)

    monkeypatch.setattr(prodcls.evaluation, "fit_model", spy)
    later = [{**row, "id": f"new-{row['id']}"} for row in catalogue_rows({"Kettles": 4, "Phones": 3}, seed=3)]
    test = write_csv(tmp_path / "later.csv", later) if apart else None
    fit_catalogue(replace(fit.config, out=tmp_path / "out", test=test, baselines=False), SilentProgress())
    ids = sorted(row["id"] for row in catalogue_rows(SIZES) if row["category"] != "Towels")
    folds = [one for one in trained if set(one) < set(ids)]
    assert trained.count(tuple(ids)) == 1  # with a catalogue for testing, that model is tested too
    assert len(folds) == len(trained) - 1
    assert (folds == []) is apart


def test_input_at_fault_leaves_nothing_behind(fit: Fit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_fake_encoders(monkeypatch)
    with pytest.raises(CatalogueError):
        fit_catalogue(replace(fit.config, out=tmp_path / "out", min_class_size=11), SilentProgress())
    assert not (tmp_path / "out").exists()


def test_the_flat_head_is_fitted_through_the_same_flow(
    fit: Fit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fake_encoders(monkeypatch)
    test = write_csv(tmp_path / "later.csv", catalogue_rows({"Kettles": 4, "Phones": 3}, seed=3))
    config = replace(fit.config, out=tmp_path / "out", head="flat", test=test, baselines=False, lang="zh")
    outcome = fit_catalogue(config, SilentProgress())
    assert "evaluated on the test catalogue" in outcome.summary_lines[0]
    assert load_bundle(outcome.bundle_path).model.classes == ("Kettles", "Phones")
    assert 'lang="zh' in outcome.report_path.read_text(encoding="utf-8")


def test_classes_with_paths_keep_them_in_the_bundle_and_never_read_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fake_encoders(monkeypatch)
    homes = {"Kettles": "Home >> Kitchen >> Kettles", "Lamps": "Home >> Lamps", "Phones": "Gadgets >> Phones"}
    rows = [{**row, "category_path": homes[row["category"]]} for row in catalogue_rows(dict.fromkeys(homes, 12))]
    config = FitConfig(
        catalogue=write_csv(tmp_path / "shop.csv", rows),
        out=tmp_path / "out",
        cache_dir=tmp_path / "cache",
        folds=3,
        dossiers=0,
        baselines=False,
        witnesses=0,
        robustness=0,
        threads=1,
    )
    report = fit_catalogue(config, SilentProgress()).report
    bundle = load_bundle(config.out / "bundle")
    assert bundle.stopping is not None
    assert dict(zip(bundle.model.classes, bundle.stopping.tree.paths, strict=True)) == {
        name: tuple(path.split(" >> ")) for name, path in homes.items()
    }
    assert "category_path" not in {*bundle.recipe.text_columns, *bundle.known.categorical, *bundle.known.numeric}
    assert report.performance is not None
    assert report.performance.hierarchy is not None
    assert len(report.performance.hierarchy.levels) == 3
    assert report.stops is not None
    assert sum(level.products for level in report.stops.levels) == len(rows)
    by_path = replace(config, target="category_path", out=tmp_path / "by_path")
    fit_catalogue(by_path, SilentProgress())
    again = load_bundle(by_path.out / "bundle")
    assert again.stopping is not None
    assert set(again.stopping.tree.paths) == {tuple(path.split(" >> ")) for path in homes.values()}
