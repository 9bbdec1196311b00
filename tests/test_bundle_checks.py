"""Models that are not whole are refused; canaries tell other scores."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bundle_factory import contents
from prodcls.bundle_checks import (
    CANARIES,
    FlatCanary,
    check_automation,
    check_leaves,
    check_model,
    check_products,
    check_sets,
    make_canary,
    replay,
)
from prodcls.bundle_products import Judgements, collect_products
from prodcls.calibration import Calibration
from prodcls.config import Head
from prodcls.conformal import SetRule
from prodcls.errors import BundleError
from prodcls.head import EvidenceHead, Margins
from prodcls.model import Model
from prodcls.selective import Automation


def model(**changes: Any) -> Model:
    whole = contents(boosted=True).model
    return replace(whole, head=replace(whole.head, **changes))


def evidence(**changes: Any) -> Model:
    head = contents(boosted=True).model.head
    assert isinstance(head, EvidenceHead)
    return model(evidence=replace(head.evidence, **changes))


def head() -> EvidenceHead:
    found = contents(boosted=True).model.head
    assert isinstance(found, EvidenceHead)
    return found


@pytest.mark.parametrize(("name", "boosted"), [("evidence", False), ("evidence", True), ("flat", False)])
def test_fitted_models_pass_and_replay(name: Head, boosted: bool) -> None:
    given = contents(name, boosted=boosted)
    check_model(given.model)
    replay(given.model, make_canary(given.model, given.inputs))


def test_canaries_are_few_and_spread() -> None:
    given = contents("flat")
    canary = make_canary(given.model, given.inputs)
    assert isinstance(canary, FlatCanary)
    assert canary.inputs.ids == ("p000", "p022", "p044", "p066", "p089")
    few = make_canary(given.model, given.inputs.take(np.arange(2)))
    assert isinstance(few, FlatCanary)
    assert len(few.inputs) == 2 < CANARIES


def broken() -> dict[str, Model]:
    h = head()
    title, lexical = h.evidence.dense["title"], h.evidence.lexical
    price, brand = h.evidence.numeric["price"], h.evidence.categorical["brand"]
    assert lexical is not None
    assert h.booster is not None
    one_class = contents("evidence", boosted=False, classes=2).model
    return {
        "one class": replace(one_class, classes=("a",)),
        "unsorted": replace(one_class, classes=("b", "a")),
        "temperature": model(calibration=Calibration(1.0, -1.0)),
        "level": model(level=float("inf")),
        "weights": model(pool=replace(h.pool, weights=h.pool.weights[1:])),
        "probe": evidence(
            dense={"title": replace(title, probe=replace(title.probe, intercept=np.zeros(4, np.float32)))}
        ),
        "neighbours": evidence(
            dense={
                "title": replace(title, neighbours=replace(title.neighbours, vectors=title.neighbours.vectors[:, :3]))
            }
        ),
        "no neighbours": evidence(dense={"title": replace(title, neighbours=replace(title.neighbours, count=0))}),
        "flat neighbours": evidence(
            dense={"title": replace(title, neighbours=replace(title.neighbours, vectors=np.zeros(5, np.float32)))}
        ),
        "vocabulary": evidence(
            lexical=replace(lexical, vocabulary=replace(lexical.vocabulary, idf=lexical.vocabulary.idf[1:]))
        ),
        "deviation": evidence(numeric={"price": replace(price, deviation=price.deviation * 0)}),
        "overall": evidence(numeric={"price": replace(price, overall=(float("nan"), 1.0))}),
        "mean": evidence(numeric={"price": replace(price, mean=price.mean * np.nan)}),
        "values": evidence(categorical={"brand": replace(brand, values=brand.values[1:])}),
        "prior": evidence(log_prior=np.zeros(2)),
        "channel dropped": evidence(numeric={}),
    }


@pytest.mark.parametrize("name", broken())
def test_what_does_not_fit_together_is_refused(name: str) -> None:
    with pytest.raises(BundleError) as caught:
        check_model(broken()[name])
    assert caught.value.code == "bundle-content"


@pytest.mark.parametrize(
    "changed",
    [
        {"calibration": Calibration(2.0, 1.0), "level": 0.5},
        {"pool": replace(head().pool, weights=head().pool.weights * (1 + 1e-6))},
        {"booster": None},
    ],
    ids=["level", "pool", "booster"],
)
def test_another_model_gives_itself_away(changed: dict[str, Any]) -> None:
    given = contents(boosted=True)
    canary = make_canary(given.model, given.inputs)
    with pytest.raises(BundleError) as caught:
        replay(model(**changed), canary)
    assert caught.value.code == "bundle-canary"


def test_canaries_of_the_other_head_are_refused() -> None:
    flat, evident = contents("flat"), contents(boosted=True)
    for one, other in ((flat, evident), (evident, flat)):
        with pytest.raises(BundleError) as caught:
            replay(one.model, make_canary(other.model, other.inputs))
        assert caught.value.code == "bundle-content"


@pytest.mark.parametrize("part", ["channels", "pooled", "candidates", "corrections", "total"])
def test_every_part_of_a_canary_counts(part: str) -> None:
    given = contents(boosted=True)
    canary = make_canary(given.model, given.inputs)
    assert isinstance(canary, Margins)
    changed = np.roll(getattr(canary, part), 1, axis=1)
    with pytest.raises(BundleError):
        replay(given.model, replace(canary, **{part: changed}))


@pytest.mark.parametrize("shape", [(90, 6), (90, 8), (90,)])
def test_leaves_of_other_trees_are_refused(shape: tuple[int, ...]) -> None:
    model = contents(boosted=True).model
    check_leaves(model, np.zeros((90, 7), dtype=np.int32))
    check_leaves(model, np.zeros((90, 0), dtype=np.int32))
    with pytest.raises(BundleError, match="leaves"):
        check_leaves(model, np.zeros(shape, dtype=np.int32))
    with pytest.raises(BundleError, match="leaves"):
        check_leaves(model, np.full((90, 7), -1, dtype=np.int32))
    with pytest.raises(BundleError, match="leaves"):
        check_leaves(contents("flat").model, np.zeros((90, 7), dtype=np.int32))


@pytest.mark.parametrize(
    ("thresholds", "promised", "coverage"),
    [
        ([0.5, 0.5], [True] * 3, 0.9),
        ([0.5] * 3, [True], 0.9),
        ([0.5, 0.5, 1.5], [True] * 3, 0.9),
        ([0.5, 0.5, float("nan")], [True] * 3, 0.9),
        ([0.5] * 3, [True] * 3, 1.0),
    ],
)
def test_set_thresholds_that_are_none_are_refused(
    thresholds: list[float], promised: list[bool], coverage: float
) -> None:
    model = contents().model
    check_sets(model, None)
    check_sets(model, SetRule(0.9, np.array([0.0, 0.5, 1.0]), np.array([True, False, True])))
    with pytest.raises(BundleError, match="set "):
        check_sets(model, SetRule(coverage, np.array(thresholds), np.array(promised)))


@pytest.mark.parametrize(
    ("certainty", "right", "tested"),
    [([0.5], [True, True], 2), ([0.5, 1.5], [True, True], 2), ([0.5, float("nan")], [True, True], 2),
     ([0.5, 0.6], [True, True], 1), ([0.5, 0.6], [[True, True]], 2)],
)  # fmt: skip
def test_certainties_that_are_none_are_refused(certainty: list[float], right: list[Any], tested: int) -> None:
    check_automation(None)
    check_automation(Automation(3, np.array([0.5, 0.6]), np.array([True, False]), np.array([True, True])))
    with pytest.raises(BundleError, match="certainty"):
        check_automation(Automation(tested, np.array(certainty), np.array(right), np.array(right)))


@pytest.mark.parametrize(
    "changes",
    [
        {"blocks": ("title.closest",)},
        {"blocks": ("title.closest", "title.closest", "image.closest")},
        {"spread": np.zeros(2)},
        {"middle": np.full(2, np.nan)},
        {"remote": float("inf")},
        {"far": {"weight": 1.0}},
        {"far": {"price": float("nan")}},
    ],
)
def test_limits_of_the_usual_that_are_none_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(BundleError, match="what is usual"):
        check_model(model(usual=replace(head().usual, **changes)))


def test_products_are_held_against_the_model() -> None:
    given = contents()
    root = Path(given.catalogue.source.path).parent
    products = collect_products(given.catalogue, given.inputs, root)
    none = np.zeros((len(products), 0), dtype=np.int32)
    check_products(products, given.model, none)
    check_products(products, contents("flat").model, none)
    with pytest.raises(BundleError, match="leaves are of another number of products"):
        check_products(products, given.model, np.zeros((3, 1), dtype=np.int32))
    present = products.present | {"image": np.ones(len(products), dtype=np.bool_)}
    with pytest.raises(BundleError, match="image neighbours"):
        check_products(replace(products, present=present), given.model, none)
    for said, probability in (("Toaster", 0.5), ("Kettle", 1.5), ("Kettle", np.nan)):
        judged = Judgements((said,) * len(products), np.full(len(products), probability))
        with pytest.raises(BundleError, match="out-of-fold"):
            check_products(replace(products, judged=judged), given.model, none)
