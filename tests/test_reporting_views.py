"""A leak that is in the catalogue is found, crops come from photos, and curves and tree from models that are there."""

from __future__ import annotations

import base64
import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from threadpoolctl import threadpool_limits

from prodcls.audit_views import GlobalViews
from prodcls.config import FitConfig
from prodcls.evaluation import OutOfFold, cross_validate
from prodcls.explain.chain import explain
from prodcls.explain.phrases import Phrases, mine_phrases
from prodcls.explain.subject import Subject
from prodcls.gathering import Material, gather
from prodcls.inspection import EFFECT_BINS, Plan, _by_class, look_for, plan_views
from prodcls.progress import SilentProgress
from prodcls.reporting_accounts import gather_accounts
from prodcls.reporting_views import REGIONS, global_views
from synthetic import catalogue_rows, use_fake_encoders, write_csv, write_photo

LEAK = "Leaves our warehouse in Tilburg the same day"


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> tuple[Material, OutOfFold, GlobalViews]:
    folder = tmp_path_factory.mktemp("views")
    rows = catalogue_rows({"Kettles": 16, "Phones": 14, "Towels": 12})
    for i, row in enumerate(rows):
        row["image"] = f"{i}.png"
        write_photo(folder / f"{i}.png", (250, 5 * i, 10) if row["category"] == "Kettles" else (10, 5 * i, 250))
        if row["category"] == "Phones":
            row["title"] += f". {LEAK}."
    with pytest.MonkeyPatch.context() as patch:
        use_fake_encoders(patch)
        config = FitConfig(catalogue=write_csv(folder / "shop.csv", rows), cache_dir=folder / "cache", folds=3)
        material = gather(config, SilentProgress())
        look = look_for(material, plan_views(material.problem), 0)
        scores = cross_validate(material.problem, look=look)
        phrases = mine_phrases(material.problem.inputs.texts, material.copies)
        views = global_views(material, scores, gather_accounts(scores), phrases)
    assert views is not None
    return material, scores, views


def test_the_leak_is_first_of_its_class_and_marked(found: tuple[Material, OutOfFold, GlobalViews]) -> None:
    views = {c.name: c for c in found[2].classes}
    first = views["Phones"].words_for[0]
    assert (first.text, first.leak, first.class_share, first.class_cover) == (LEAK, True, 1.0, 1.0)
    assert first.phrase_products == 14
    assert not any(w.leak for name in ("Kettles", "Towels") for w in views[name].words_for)


def test_the_sample_is_what_it_says(found: tuple[Material, OutOfFold, GlobalViews]) -> None:
    material, scores, views = found
    assert [c.name for c in views.classes] == ["Kettles", "Phones", "Towels"]
    assert views.products == len(scores.rows) == 42
    assert sum(c.products for c in views.classes) == 2 * views.products
    assert 0 < views.word_share < 1
    assert views.photos == sum(len(f.view.photos) for f in scores.folds if f.view is not None)
    assert [c.column for c in views.curves] == list(material.problem.inputs.numeric)


def test_crops_are_small_pictures_of_the_photo(found: tuple[Material, OutOfFold, GlobalViews]) -> None:
    kettles = found[2].classes[0]
    assert 0 < len(kettles.regions) <= REGIONS
    for crop in kettles.regions:
        image = Image.open(io.BytesIO(base64.b64decode(crop.picture)))
        assert max(image.size) <= 88
        red, _, blue = image.getpixel((2, 2))
        assert red > blue
        assert crop.value > 0
    values = [c.value for c in kettles.regions]
    assert values == sorted(values, reverse=True)


def test_curves_are_centred_over_the_products(found: tuple[Material, OutOfFold, GlobalViews]) -> None:
    for curve in found[2].curves:
        assert len(curve.edges) == len(curve.counts) + 1 <= EFFECT_BINS + 1
        for line in curve.lines:
            middle = (np.array(line.effect[1:]) + np.array(line.effect[:-1])) / 2
            assert np.dot(curve.counts, middle) == pytest.approx(0.0, abs=1e-9)


def test_the_tree_names_evidence_that_there_is(found: tuple[Material, OutOfFold, GlobalViews]) -> None:
    tree = found[2].tree
    assert tree is not None
    assert 0.5 < tree.fidelity <= 1
    channels = {c.key for f in found[1].folds if f.account is not None for c in f.account.channels}
    assert {s.key for s in tree.steps if s.no >= 0} <= channels


def test_words_come_from_the_model_of_the_fold(found: tuple[Material, OutOfFold, GlobalViews]) -> None:
    """The view's words of a product are those of an account by a model fitted again on the other folds."""
    from prodcls.model import fit_model

    problem, scores = found[0].problem, found[1]
    fold = scores.folds[0]
    assert fold.view is not None
    train = np.setdiff1d(np.arange(len(problem.labels)), fold.rows)
    with threadpool_limits(1):  # as a fold is fitted
        model = fit_model(
            problem.inputs.take(train), problem.labels[train], problem.groups[train], problem.classes, random_state=0
        ).model
    spoken = fold.view.words[0]
    subject = Subject(problem.inputs.take(np.array([spoken.row])), {})
    told = explain(model, subject, problem.classes[spoken.a], problem.classes[spoken.b])
    expected = {(p.column, p.start): p.value for p in told.parts if p.kind == "word"}
    assert {(p.column, p.start): p.value for p in spoken.words} == pytest.approx(expected, abs=1e-6)


def test_without_views_there_is_nothing(found: tuple[Material, OutOfFold, GlobalViews]) -> None:
    material, scores, _ = found
    phrases = Phrases((), {})
    blind = replace(scores, folds=tuple(replace(f, view=None) for f in scores.folds))
    assert global_views(material, blind, gather_accounts(scores), phrases) is None
    assert global_views(material, scores, None, phrases) is None


def test_the_plan_leaves_out_numbers_that_do_not_differ(found: tuple[Material, OutOfFold, GlobalViews]) -> None:
    problem = found[0].problem
    same = {"price": np.full(len(problem.labels), 5.0), "none": np.full(len(problem.labels), np.nan)}
    plan = plan_views(replace(problem, inputs=replace(problem.inputs, numeric=same)))
    assert isinstance(plan, Plan)
    assert plan.edges == {}


def test_every_class_comes_once_before_any_twice() -> None:
    classes = np.array([0, 0, 0, 2, 1, 1])
    order = np.arange(6)
    assert classes[_by_class(classes, order, 0)].tolist() == [0, 1, 2, 0, 1, 0]
    assert classes[_by_class(classes, order, 1)].tolist() == [1, 2, 0, 1, 0, 0]
    assert _by_class(classes, np.empty(0, dtype=np.intp), 0).tolist() == []
