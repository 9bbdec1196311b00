"""Thresholds, paths, products and known values with more classes: what was there is as it was, at its new place."""

from __future__ import annotations

import numpy as np
from numpy.testing import assert_array_equal

from bundle_factory import contents, saved
from prodcls.bundle import load_bundle
from prodcls.bundle_extension import joined_products, kept_inputs, more_known, more_sets, more_stops
from prodcls.bundle_products import KnownColumns
from prodcls.conformal import SetRule
from prodcls.extending import in_order
from prodcls.head import EvidenceHead
from prodcls.hierarchy import ClassTree
from prodcls.stopping import StopRule

ORDER = in_order(("B", "D"), ("C", "A"))


def test_new_classes_are_promised_nothing_and_get_the_loosest_threshold() -> None:
    found = more_sets(SetRule(0.9, np.array([0.2, 0.7]), np.array([True, False])), 2, ORDER)
    assert found is not None
    assert found.thresholds.tolist() == [0.7, 0.2, 0.7, 0.7]
    assert found.promised.tolist() == [False, True, False, False]
    assert more_sets(None, 2, ORDER) is None


def test_a_new_class_lies_along_its_path_or_at_the_top() -> None:
    rule = StopRule(ClassTree((("Home", "Pans"), ("Home", "Pots"))), 0.9, 0.5)
    names = ("Home >> Pans", "Home >> Pots")
    found = more_stops(rule, names, ("Home >> Lids", "Cars"), in_order(names, ("Home >> Lids", "Cars")))
    assert found is not None
    assert found.tree.paths == (("Cars",), ("Home", "Lids"), ("Home", "Pans"), ("Home", "Pots"))
    plain = more_stops(rule, ("Pans", "Pots"), ("A/B",), np.array([2, 0, 1]))
    assert plain is not None
    assert plain.tree.paths[0] == ("A/B",)
    assert more_stops(None, names, ("Cars",), np.arange(3)) is None


def test_kept_products_are_seen_as_the_model_saw_them() -> None:
    given = contents()
    bundle = load_bundle(saved(given.options.catalogue.parent / "bundle"))  # type: ignore[union-attr]
    head = bundle.model.head
    assert isinstance(head, EvidenceHead)
    rows = np.array([40, 0, 3])
    found = kept_inputs(bundle.products, bundle.known, head.evidence, rows)
    for name, block in given.inputs.take(rows).dense.items():
        assert_array_equal(found.dense[name].vectors, block.vectors)
        assert_array_equal(found.dense[name].present, block.present)
    assert found.texts == given.inputs.take(rows).texts


def test_products_are_joined_with_columns_of_the_training_products() -> None:
    given = contents()
    bundle = load_bundle(saved(given.options.catalogue.parent / "joined"))  # type: ignore[union-attr]
    some = bundle.products.take(np.array([1, 2]))
    del some.numeric["price"]
    some.categorical["shade"] = ("red", "blue")
    found = joined_products(bundle.products, some)
    assert len(found) == len(bundle.products) + 2
    assert np.isnan(found.numeric["price"][-2:]).all()
    assert "shade" not in found.categorical
    assert found.judged.classes[-2:] == (None, None)


def test_values_of_examples_are_known_from_then_on() -> None:
    head = contents().model.head
    assert isinstance(head, EvidenceHead)
    found = more_known(KnownColumns(("price",), {"brand": ("zeta",), "shade": ("red",)}), head.evidence)
    assert set(found.categorical["brand"]) == {"zeta", *head.evidence.categorical["brand"].values}
    assert found.categorical["shade"] == ("red",)
