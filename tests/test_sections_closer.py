"""Closer looks reach the page unchanged, and the sentences beside them are true."""

from __future__ import annotations

import dataclasses

import pytest

from prodcls.audit_performance import PerformanceStudy
from prodcls.language import as_text, load_language
from prodcls.sections.closer import learning_figure, precision_curves, slice_figure
from report_factory import make_report

EN = load_language("en")


@pytest.fixture
def study() -> PerformanceStudy:
    found = make_report().performance
    assert found is not None
    return found


def test_curves_name_the_worst_class(study: PerformanceStudy) -> None:
    figure = precision_curves(study, EN)
    assert study.curves[0].name in as_text(figure.see)
    assert figure.picture.count("<path") == len(study.curves) + 2
    assert len(figure.table.rows) == len(study.curves) + 2
    assert as_text(figure.table.rows[0][-1]) == EN.share(study.micro.precision[-1])


def test_slices_say_which_are_worse(study: PerformanceStudy) -> None:
    figure = slice_figure(study, 0.94, EN)
    assert figure is not None
    assert "Of 5 parts, 1 are worse" in as_text(figure.see)
    names = [as_text(row[0]).replace("\u2068", "").replace("\u2069", "") for row in figure.table.rows]
    assert names == [
        "brand: Élégance",
        "without a photo",
        "price: 24.00 to 312",
        "text of 800 to 3,210 characters",
        "written mostly in: Latin",
    ]
    assert as_text(figure.table.rows[0][-1]) == "4.0e\u22124"
    fine = dataclasses.replace(study, slices=tuple(dataclasses.replace(s, worse=False) for s in study.slices))
    quiet = slice_figure(fine, 0.94, EN)
    assert quiet is not None
    assert "None of 5 parts" in as_text(quiet.see)
    assert slice_figure(dataclasses.replace(study, slices=()), 0.94, EN) is None


def test_learning_says_whether_more_would_help(study: PerformanceStudy) -> None:
    figure = learning_figure(study, EN)
    assert figure is not None
    assert "From 350 to 699" in as_text(figure.see)
    assert "more products are likely to help" in as_text(figure.see)
    last = dataclasses.replace(study.learning[-1], accuracy=study.learning[-2].accuracy)
    flat = learning_figure(dataclasses.replace(study, learning=(*study.learning[:-1], last)), EN)
    assert flat is not None
    assert "cannot be told" in as_text(flat.see)
    assert learning_figure(dataclasses.replace(study, learning=()), EN) is None
