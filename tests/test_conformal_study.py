"""The study of sets: halves that do not share groups, figures that add up, each method near its target."""

from __future__ import annotations

import numpy as np
import pytest

from prodcls.conformal_study import SIZES, study_sets
from test_conformal import skewed


def test_every_method_covers_and_only_the_rule_covers_each_class() -> None:
    probabilities, labels = skewed(1200, 5)
    found = study_sets(probabilities, labels, np.arange(1200), 0.9, 0)
    assert set(found.methods) == {"rule", "lac", "aps", "raps"}
    assert sum(found.support) == found.rows == 1200
    for method in found.methods.values():
        assert 0.88 < method.coverage.value < 0.94
        assert method.coverage.low <= method.coverage.value <= method.coverage.high
        assert sum(method.sizes) == pytest.approx(1.0)
        assert len(method.sizes) == SIZES + 1
        mean = sum(i * share for i, share in enumerate(method.sizes))
        assert method.size.value == pytest.approx(mean)
    assert min(e.value for e in found.methods["rule"].by_class) > 0.87
    assert min(e.value for e in found.methods["lac"].by_class) < 0.8
    assert found.methods["lac"].size.value < found.methods["aps"].size.value


def test_same_seed_same_study() -> None:
    probabilities, labels = skewed(90, 6)
    assert study_sets(probabilities, labels, np.arange(90), 0.9, 1) == study_sets(
        probabilities, labels, np.arange(90), 0.9, 1
    )


def test_one_group_cannot_be_parted() -> None:
    probabilities, labels = skewed(20, 7)
    assert study_sets(probabilities, labels, np.zeros(20, dtype=np.int64), 0.9, 0).methods == {}
