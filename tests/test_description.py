"""A bundle is described by what it holds and by its own report."""

from __future__ import annotations

from prodcls.bundle import load_bundle
from prodcls.description import Column, describe
from prodcls.training import FitOutcome
from real_bundle import real


def test_a_bundle_with_a_report_tells_its_figures(fitted_demo: FitOutcome) -> None:
    found = describe(load_bundle(fitted_demo.bundle_path))
    assert found.bundle == fitted_demo.digest
    assert found.figures["accuracy"] == fitted_demo.report.evaluation.accuracy.value
    assert Column("title", "text") in found.columns
    assert {"id", "category"}.isdisjoint(one.name for one in found.columns)
    assert (found.training_products, len(found.classes)) == (600, len(fitted_demo.report.evaluation.per_class))


def test_a_bundle_without_a_report_has_no_figures() -> None:
    found = describe(real().bundle)
    assert (found.figures, found.coverage) == ({}, None)
    assert found.encoders == ("minilm", "use-pooled", "lite0")
    assert found.catalogue == "products.csv"
