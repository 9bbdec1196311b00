"""What is told of tuning is the difference of two evaluations on the same folds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from prodcls.audit_interval import Interval
from prodcls.audit_tuning import TuningFigures, TuningSection
from prodcls.calibration import softmax
from prodcls.evaluation import cross_validate
from prodcls.gathering import gather
from prodcls.progress import SilentProgress
from prodcls.reporting_tuning import tuning_lines, tuning_section
from prodcls.tuning import tuned
from tuning_factory import tuned_config


def test_figures_are_those_of_two_evaluations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tuned_config(tmp_path, monkeypatch)
    plain = gather(config, SilentProgress())
    material = tuned(config, plain, SilentProgress())
    assert material.frozen is not None
    before, after = cross_validate(plain.problem), cross_validate(material.problem)
    probabilities = softmax(after.margins, after.temperature)
    found = tuning_section(config, material, material.frozen, after, probabilities)
    labels = plain.problem.labels[after.rows]
    right = [scores.ranked[:, 0] == labels for scores in (before, after)]
    assert (found.frozen.accuracy.value, found.tuned.accuracy.value) == (right[0].mean(), right[1].mean())
    assert (found.gained, found.lost) == (int((right[1] & ~right[0]).sum()), int((right[0] & ~right[1]).sum()))
    likely = softmax(before.margins, before.temperature)[np.arange(len(labels)), labels]
    assert found.frozen.log_loss == pytest.approx(-np.log(likely).mean())
    assert (found.encoders, found.maps) == ((material.recipe.adapters[0].encoder,), 2)
    kept = cross_validate(replace(plain.problem, tuned={}))
    np.testing.assert_array_equal(kept.margins, before.margins)


@pytest.mark.parametrize(("low", "lines"), [(-0.01, 2), (0.01, 1)])
def test_no_gain_is_called_none(low: float, lines: int) -> None:
    figure = Interval(0.02, low, 0.03)
    one = TuningFigures(figure, figure, 0.1, 0.01)
    told = list(tuning_lines(TuningSection(("minilm",), 6, 10, 20, one, one, figure, figure, 3, 1, 0.6)))
    assert len(told) == lines
    assert f"accuracy +0.020 ({low:+.3f} to +0.030)" in told[0]
    assert list(tuning_lines(None)) == []
