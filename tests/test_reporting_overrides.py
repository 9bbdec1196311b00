"""What the report counts of decisions, and a fit that learns from them and from nothing else."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from prodcls.atomic import cache_root
from prodcls.bundle import load_bundle
from prodcls.config import FitConfig
from prodcls.demo import write_demo
from prodcls.overrides import append_overrides
from prodcls.progress import SilentProgress
from prodcls.reporting_overrides import agreement_by, people_pairs, per_bundle
from prodcls.training import FitOutcome, fit_catalogue
from prodcls.verification import locate, verify_place
from review_factory import make_override


def test_one_decision_counts_for_each_product_and_bundle() -> None:
    records = [
        make_override(decision="Phone", when="2026-11-20"),
        make_override(decision="Kettle", when="2026-11-21"),
        make_override(decision="Phone", bundle="c" * 64),
        make_override(2, decision="Kettle"),
    ]
    each = per_bundle(records)
    assert each == (records[1], records[3], records[2])
    figures = agreement_by(each, {record: (record.predicted, "all") for record in each})
    assert [(f.name, f.decisions, f.agreed) for f in figures] == [("Kettle", 3, 2), ("all", 3, 2)]
    assert figures[0].rate.low < 2 / 3 == figures[0].rate.value < figures[0].rate.high


def test_two_people_are_held_against_each_other_by_their_last_word() -> None:
    records = [
        make_override(1, who="A", decision="Phone"),
        make_override(1, who="B", decision="Phone", when="2026-11-20"),
        make_override(2, who="A", decision="Kettle"),
        make_override(2, who="B", decision="Kettle", when="2026-11-22"),
        make_override(2, who="B", decision="Phone", when="2026-11-21"),
        make_override(3, who="B", decision="Phone"),
        make_override(4, who="C", decision="Phone"),
        make_override(1, who="C", decision="Phone", bundle="c" * 64),
    ]
    [pair] = people_pairs(records)
    assert (pair.first, pair.second, pair.products, pair.agreed, pair.kappa) == ("A", "B", 2, 2, 1.0)


@pytest.fixture(scope="module")
def refitted(fitted_demo: FitOutcome, tmp_path_factory: pytest.TempPathFactory) -> FitOutcome:
    """The demo fitted again, with three decisions on it and one on another catalogue."""
    del fitted_demo  # its embeddings are reused
    folder = tmp_path_factory.mktemp("refitted")
    rows = list(csv.DictReader(io.StringIO(write_demo(cache_root() / "demo").read_text(encoding="utf-8"))))
    other = {r["category"] for r in rows} - {rows[0]["category"]}
    records = [
        make_override(id=rows[0]["id"], predicted=rows[0]["category"], decision=min(other), reason="<b>it rings</b>"),
        make_override(id=rows[1]["id"], predicted=rows[1]["category"], decision=rows[1]["category"]),
        make_override(id=rows[2]["id"], predicted=min(other), decision=rows[2]["category"], who="A.B."),
        make_override(id="elsewhere", predicted="Sofa", decision="Sofa"),
    ]
    append_overrides(folder / "o.jsonl", records)
    config = FitConfig(
        out=folder / "out", overrides=folder / "o.jsonl", baselines=False, witnesses=0, robustness=0, dossiers=60
    )
    return fit_catalogue(config, SilentProgress())


def test_a_fit_changes_exactly_the_labels_that_were_decided(fitted_demo: FitOutcome, refitted: FitOutcome) -> None:
    def labels(outcome: FitOutcome) -> dict[str, str]:
        products = load_bundle(outcome.bundle_path).products
        return dict(zip(products.ids, products.labels, strict=True))

    before, after = labels(fitted_demo), labels(refitted)
    [changed] = [name for name in before if before[name] != after[name]]
    found = refitted.report.overrides
    assert found is not None
    assert (found.recorded, found.people, found.superseded) == (4, 2, 0)
    assert (found.learned, found.changed, found.added, found.absent) == (3, 1, 0, 1)
    assert (found.agreement.decisions, found.agreement.agreed) == (4, 2)
    first = found.items[0]
    assert (first.id, first.before, first.decision) == (changed, before[changed], after[changed])
    assert first.now is not None
    assert {item.learned for item in found.items} == {True, False}


def test_what_a_person_set_is_not_doubted_again(refitted: FitOutcome) -> None:
    report = refitted.report
    assert report.overrides is not None
    assert report.oversight is not None
    assert report.quality is not None
    people = {item.id for item in report.overrides.items if item.learned}
    assert report.overrides.differing >= 1
    queued = {item.id for item in report.oversight.queue if "doubt" in item.reasons}
    doubted = {
        product
        for finding in report.quality.findings
        if finding.kind == "label_error"
        for example in finding.examples
        for product in example.ids
    }
    assert queued
    assert doubted
    assert people.isdisjoint(queued | doubted)


def test_the_file_of_decisions_is_in_the_lineage_and_the_report_verifies(refitted: FitOutcome) -> None:
    lineage = refitted.report.lineage
    [given] = [file for file in lineage.given if file.role == "overrides"]
    assert (given.name, lineage.configuration["overrides"]) == ("o.jsonl", "o.jsonl")
    assert load_bundle(refitted.bundle_path).options.overrides == Path("o.jsonl")
    folder = refitted.report_path.parent
    assert all(result.passed is not False for result in verify_place(locate(folder)))
    assert pq.read_table(folder / "out_of_fold.parquet").num_rows > 500


def test_the_page_and_the_dossier_say_who_decided(refitted: FitOutcome) -> None:
    page = refitted.report_path.read_text(encoding="utf-8")
    assert "A.B." in page
    assert "&lt;b&gt;it rings&lt;/b&gt;" in page
    found = refitted.report.overrides
    assert found is not None
    told = [p.read_text(encoding="utf-8") for p in (refitted.report_path.parent / "products").glob("*.html")]
    mine = [text for text in told if "A person set the label of this product" in text]
    assert len(mine) >= 1
    assert sum("The label in the catalogue was" in text for text in mine) == 1
