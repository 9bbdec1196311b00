"""The flat head: it learns, it is deterministic, and it knows its columns."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from prodcls.errors import SchemaError
from prodcls.flat import fit_flat, flat_probabilities
from synthetic import make_sample, without_evidence


@pytest.mark.parametrize("n_classes", [2, 4])
def test_learns_what_the_columns_tell(n_classes: int) -> None:
    sample = make_sample(240, n_classes, signal=1.5)
    train, test = np.arange(160), np.arange(160, 240)
    model = fit_flat(sample.inputs.take(train), sample.labels[train], n_classes, 0, 1)
    probabilities = flat_probabilities(model, sample.inputs.take(test))
    assert probabilities.shape == (80, n_classes)
    assert probabilities.sum(axis=1) == pytest.approx(np.ones(80))
    assert (probabilities.argmax(axis=1) == sample.labels[test]).mean() > 0.85


def test_each_kind_of_column_is_used() -> None:
    sample = make_sample(400, 2, signal=0.0)
    labels = sample.labels
    told = np.where(labels == 1, 2.0, 1.0)
    told[::7] = np.nan
    brands = tuple("anna" if c else "berta" for c in labels)
    for inputs in (
        replace(sample.inputs, numeric={"price": told}),
        replace(sample.inputs, categorical={"brand": brands}),
    ):
        model = fit_flat(inputs, labels, 2, 0, 1)
        right = flat_probabilities(model, inputs).argmax(axis=1) == labels
        assert right.mean() > 0.95
        importance = dict(zip(model.columns, model.booster.feature_importance("gain"), strict=True))
        assert max(importance, key=importance.__getitem__) in ("price", "brand")


def test_seed_decides_and_threads_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prodcls.flat.ROWS_PER_THREAD", 1)
    sample = make_sample(120, 3)
    first, threaded, other = (
        flat_probabilities(fit_flat(sample.inputs, sample.labels, 3, seed, threads), sample.inputs)
        for seed, threads in ((0, 1), (0, 2), (1, 1))
    )
    assert np.array_equal(first, threaded)
    assert not np.array_equal(first, other)


def test_many_classes_train_without_diverging() -> None:
    sample = make_sample(1200, 60, signal=2.0, missing=0.0)
    train, test = np.arange(900), np.arange(900, 1200)
    model = fit_flat(sample.inputs.take(train), sample.labels[train], 60, 0, 1)
    right = flat_probabilities(model, sample.inputs.take(test)).argmax(axis=1) == sample.labels[test]
    assert right.mean() > 0.5


def test_products_of_which_nothing_is_known_and_unseen_categories() -> None:
    sample = make_sample(120, 3)
    model = fit_flat(sample.inputs, sample.labels, 3, 0, 1)
    nothing = without_evidence(sample.inputs)
    unseen = replace(nothing, categorical={"brand": ("never seen",) * 120})
    blank = flat_probabilities(model, nothing)
    assert np.isfinite(blank).all()
    assert np.array_equal(blank, flat_probabilities(model, unseen))
    assert flat_probabilities(model, sample.inputs.take(np.empty(0, dtype=np.intp))).shape == (0, 3)


def test_a_column_without_any_value_and_classes_without_any_row() -> None:
    sample = make_sample(60, 3)
    inputs = replace(sample.inputs, categorical={"brand": ("",) * 60}, numeric={"price": np.full(60, np.nan)})
    model = fit_flat(inputs, sample.labels, 5, 0, 1)
    assert set(flat_probabilities(model, inputs).argmax(axis=1)) <= {0, 1, 2}


def test_other_columns_are_refused_by_name() -> None:
    sample = make_sample(60, 3)
    model = fit_flat(sample.inputs, sample.labels, 3, 0, 1)
    changed = replace(sample.inputs, numeric={"weight": sample.inputs.numeric["price"]})
    with pytest.raises(SchemaError, match="price, weight"):
        flat_probabilities(model, changed)
    turned = replace(sample.inputs, dense=dict(reversed(sample.inputs.dense.items())))
    with pytest.raises(SchemaError, match="another order"):
        flat_probabilities(model, turned)
