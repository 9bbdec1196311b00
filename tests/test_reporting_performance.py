"""The closer looks hold the figures of the modules that they ask, over the slices that the inputs give."""

from __future__ import annotations

import numpy as np
import pytest

from prodcls.embeddings import Embeddings
from prodcls.evaluation import OutOfFold, Problem
from prodcls.fold_scores import FoldScores
from prodcls.hierarchy import ClassTree
from prodcls.inputs import Inputs
from prodcls.learning import LearningPoint
from prodcls.reporting_performance import performance_study
from test_reliability import drawn


def test_study_holds_the_figures() -> None:
    n = 400
    probabilities, labels = drawn(n, 3, 4)
    rows = np.arange(n)
    present = rows % 5 > 0
    photo = Embeddings("image", "none", np.ones((n, 2), dtype=np.float32), present, np.ones(n, dtype=np.float32))
    cookers = ("電飯煲電飯煲", "电饭煲电饭煲")
    texts = tuple(cookers[i % 8 // 4] if i % 4 == 0 else "kettle " * (i % 7 + 1) for i in range(n))
    inputs = Inputs(
        tuple(map(str, rows)),
        {"title": texts},
        {"image": photo},
        {"price": np.where(rows % 10 == 0, np.nan, rows.astype(float))},
        {"brand": tuple("ab"[i % 2] for i in range(n))},
    )
    names = ("Pans", "Cups", "Cars")
    problem = Problem(inputs, labels, rows, rows % 2, names)
    margins = np.log(probabilities)
    half = rows[rows % 2 == 0]
    folds = (FoldScores(half, margins[half], 1.0, None, {}), FoldScores(half + 1, margins[half + 1], 1.0, None, {}))
    learned = (LearningPoint(50, 90, 200), LearningPoint(100, 120, 200))
    tree = ClassTree((("Home", "Pans"), ("Home", "Cups"), ("Toys", "Cars")))
    scores = OutOfFold(rows, margins, np.ones(n), folds, learned)
    found = performance_study(problem, scores, probabilities, tree, 0)
    assert performance_study(problem, scores, probabilities, None, 0).hierarchy is None
    right = probabilities.argmax(axis=1) == labels
    kinds = {(s.kind, s.column, s.value): s for s in found.slices}
    assert {k for k, *_ in kinds} == {"column", "band", "script", "photo", "length"}
    assert kinds["photo", "", "no"].products == 80
    assert kinds["photo", "", "no"].accuracy.value == pytest.approx(right[~present].mean())
    assert kinds["column", "brand", "a"].rest == pytest.approx(right[rows % 2 == 1].mean())
    assert [kinds["script", "", value].products for value in ("cjk", "hant", "hans", "latin")] == [100, 50, 50, 300]
    low = kinds["band", "price", "1"]
    assert (low.low, low.products) == (1.0, 90)
    assert [s.accuracy.value for s in found.slices] == sorted(s.accuracy.value for s in found.slices)
    assert [p.products for p in found.learning] == [50, 100, 200]
    assert found.learning[-1].accuracy.value == pytest.approx(right[half].mean())
    assert found.judged == 200
    assert found.hierarchy is not None
    assert found.hierarchy.levels[-1].value == pytest.approx(right.mean())
    assert [c.average for c in found.curves] == sorted(c.average for c in found.curves)
    assert found.macro.average == pytest.approx(np.mean([c.average for c in found.curves]))
