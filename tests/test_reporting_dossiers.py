"""Dossiers are out of fold, exact, and as many as asked for."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from prodcls import reporting_dossiers
from prodcls.audit_dossiers import Dossier
from prodcls.calibration import softmax
from prodcls.config import FitConfig
from prodcls.errors import AdditivityError
from prodcls.evaluation import cross_validate
from prodcls.explain.attribution import TOLERANCE
from prodcls.gathering import gather
from prodcls.progress import SilentProgress
from prodcls.reporting_dossiers import EMBEDDED, Chosen, Evaluated, chosen_dossiers, judgements, make_dossiers
from synthetic import catalogue_rows, use_fake_encoders, write_csv, write_photo


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Evaluated]:
    """A catalogue of which one product has nothing but a label, and one neither price nor photo."""
    folder = tmp_path_factory.mktemp("dossiers")
    rows = catalogue_rows({"Kettles": 14, "Phones": 12})
    for i, row in enumerate(rows):
        row["image"] = f"{i}.png"
        write_photo(folder / f"{i}.png", (9 * i, 255 - 9 * i, 100))
    rows[0] |= {"id": "blank", "title": "", "price": "", "brand": "", "image": ""}
    rows[1] |= {"id": "bare", "price": "", "image": ""}
    with pytest.MonkeyPatch.context() as patch:
        use_fake_encoders(patch)
        config = FitConfig(catalogue=write_csv(folder / "shop.csv", rows), cache_dir=folder / "cache", folds=3)
        material = gather(config, SilentProgress())
        scores = cross_validate(material.problem)
        probabilities = softmax(scores.margins, scores.temperature)
        yield Evaluated(material, scores, probabilities, folder, probabilities > 0.2, 0.9)


def named(evaluated: Evaluated, name: str) -> Dossier:
    ids = evaluated.material.problem.inputs.ids
    [dossier] = make_dossiers(
        evaluated, [Chosen(int(np.flatnonzero(evaluated.scores.rows == ids.index(name))[0]), "right")]
    )
    return dossier


@pytest.fixture(scope="module")
def every(evaluated: Evaluated) -> tuple[Dossier, ...]:
    shown, others = chosen_dossiers(evaluated, "all")
    return tuple(make_dossiers(evaluated, (*shown, *others)))


def test_each_account_sums_to_its_margin_which_is_the_evaluations(
    evaluated: Evaluated, every: tuple[Dossier, ...]
) -> None:
    ids, scores = evaluated.material.problem.inputs.ids, evaluated.scores
    assert {d.id for d in every} == set(ids)
    for dossier in every:
        assert dossier.account is not None
        assert dossier.account.certificate is not None
        assert abs(dossier.account.certificate.residual) <= TOLERANCE
        at = ids.index(dossier.id)
        a, b = scores.ranked[at]
        scored = (scores.margins[at, a] - scores.margins[at, b]) / scores.temperature[at]
        assert dossier.margin == pytest.approx(scored, abs=1e-4)


def test_words_regions_and_columns_are_named(evaluated: Evaluated) -> None:
    row = next(i for i in evaluated.material.problem.inputs.ids if i not in ("blank", "bare"))
    dossier = named(evaluated, row)
    assert dossier.account is not None
    kinds = {p.kind for p in dossier.account.parts}
    assert {"word", "region"} <= kinds
    assert all(dossier.fields["title"][p.start : p.end] == p.label for p in dossier.account.parts if p.kind == "word")
    assert dossier.picture is not None
    assert Image.open(io.BytesIO(base64.b64decode(dossier.picture))).size == dossier.picture_size
    assert [n.key for n in dossier.notes] == ["note.unseen"]


def test_neighbours_are_of_other_folds(evaluated: Evaluated, every: tuple[Dossier, ...]) -> None:
    problem = evaluated.material.problem
    fold = dict(zip(problem.inputs.ids, problem.fold.tolist(), strict=True))
    for dossier in every:
        assert dossier.similar is not None
        near = [p.id for space in dossier.similar.spaces for p in space.products]
        assert all(fold[name] != fold[dossier.id] for name in near)
    assert any(d.similar and d.similar.spaces for d in every)


def test_numbers_are_those_of_the_fold(evaluated: Evaluated, every: tuple[Dossier, ...]) -> None:
    problem = evaluated.material.problem
    for dossier in every:
        [view] = dossier.numbers
        own = problem.fold[problem.inputs.ids.index(dossier.id)]
        for spread in view.spreads:
            same = problem.labels == problem.classes.index(spread.name)
            others = same & (problem.fold != own) & ~np.isnan(problem.inputs.numeric[view.column])
            assert spread.count == others.sum()
        assert (view.own is None) == (dossier.id in ("blank", "bare"))


def test_a_product_of_which_nothing_is_known_is_told_so(evaluated: Evaluated) -> None:
    dossier = named(evaluated, "blank")
    assert [n.key for n in dossier.notes] == ["note.unseen", "note.nothing"]
    assert dossier.title == "blank"
    assert (dossier.photo, dossier.picture, dossier.picture_size) == (None, None, None)
    assert [n.key for n in named(evaluated, "bare").notes] == ["note.unseen"]


def test_those_beyond_the_embedded_ones_come_fold_by_fold(
    evaluated: Evaluated, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert EMBEDDED == 60
    monkeypatch.setattr(reporting_dossiers, "EMBEDDED", 5)
    shown, others = chosen_dossiers(evaluated, "all")
    assert len(shown) == 5
    assert {c.at for c in (*shown, *others)} == set(range(26))
    folds = [evaluated.material.problem.fold[evaluated.scores.rows[c.at]] for c in others]
    assert folds == sorted(folds)
    assert {c.kind for c in others} <= {"right", "wrong", "suspect", "uncertain"}
    assert [len(part) for part in chosen_dossiers(evaluated, 8)] == [5, 3]
    assert [len(part) for part in chosen_dossiers(evaluated, 0)] == [0, 0]


def test_another_model_than_the_folds_is_noticed(evaluated: Evaluated) -> None:
    wrong = replace(evaluated, scores=replace(evaluated.scores, margins=evaluated.scores.margins * 1.5))
    with pytest.raises(AdditivityError, match="the evaluation scored"):
        list(make_dossiers(wrong, [Chosen(3, "right")]))


def test_judgements_are_those_of_the_folds(evaluated: Evaluated) -> None:
    found = judgements(evaluated.material, evaluated.scores, evaluated.probabilities)
    names = evaluated.material.problem.classes
    assert found.classes == tuple(names[k] for k in evaluated.scores.ranked[:, 0])
    np.testing.assert_array_equal(found.probabilities, evaluated.probabilities.max(axis=1))


def test_without_products_no_encoder_is_opened(evaluated: Evaluated, tmp_path: Path) -> None:
    assert list(make_dossiers(replace(evaluated, image_root=tmp_path / "absent"), [])) == []
