"""A booster's text is taken to its last number, or refused before LightGBM sees it."""

from __future__ import annotations

import re
from collections.abc import Callable

import lightgbm
import numpy as np
import pytest

from bundle_factory import contents
from prodcls import flat
from prodcls.bundle_booster import MAX_BYTES, MAX_LEAVES, checked_booster
from prodcls.errors import BundleError
from prodcls.flat import FlatModel
from prodcls.head import EvidenceHead


def text_of(booster: lightgbm.Booster) -> str:
    return str(booster.model_to_string(num_iteration=-1))


def evidence_text() -> str:
    head = contents(boosted=True).model.head
    assert isinstance(head, EvidenceHead)
    assert head.booster is not None
    return text_of(head.booster)


def categorical(classes: int, rows: int = 400) -> lightgbm.Booster:
    """Train trees that split by categories, by missing values and by amounts of any size."""
    random = np.random.default_rng(classes)
    table = np.column_stack(
        [random.normal(0, 1e9, rows), random.normal(0, 1e-9, rows), random.integers(0, 40, rows).astype(np.float64)]
    )
    table[random.random(table.shape) < 0.1] = np.nan
    labels = np.where(random.random(rows) < 0.9, np.nan_to_num(7 * table[:, 2]) % classes, np.arange(rows) % classes)
    objective = {"objective": "binary"} if classes == 2 else {"objective": "multiclass", "num_class": classes}
    data = lightgbm.Dataset(table, labels, feature_name=["f0", "f1", "f2"], categorical_feature=[2])
    return lightgbm.train({**flat.PARAMETERS, **objective, "feature_fraction": 1.0}, data, num_boost_round=9)


@pytest.mark.parametrize("booster", [*map(categorical, (2, 3, 7)), categorical(3, 12)], ids=["2", "3", "7", "few rows"])
def test_what_lightgbm_writes_is_taken_and_predicts_the_same(booster: lightgbm.Booster) -> None:
    cut = checked_booster(text_of(booster).encode())
    assert cut.endswith("end of trees\n")
    rows = np.random.default_rng(0).normal(0, 50, (40, 3))
    for kind in ("raw_score", "pred_leaf", "pred_contrib"):
        found = lightgbm.Booster(model_str=cut).predict(rows, **{kind: True})
        np.testing.assert_array_equal(found, booster.predict(rows, **{kind: True}))


@pytest.mark.parametrize("classes", [2, 3])
def test_both_heads_write_such_texts(classes: int) -> None:
    head = contents("flat", classes=classes).model.head
    assert isinstance(head, FlatModel)
    for text in (text_of(head.booster), evidence_text()):
        assert text.startswith(checked_booster(text.encode()))


def test_nothing_after_the_trees_reaches_lightgbm() -> None:
    text = evidence_text()
    end = text.index("end of trees\n") + len("end of trees\n")
    assert checked_booster(text[:end].encode() + b"\nparameters:\n[num_threads: x]\n") == text[:end]


# --- what LightGBM would believe ------------------------------------------------------------------------------------


def resized(text: str) -> str:
    """Make the lengths of trees right again, so that only the numbers themselves can tell."""
    trees = re.findall(r"Tree=.*?\n\n\n", text, re.DOTALL)
    return re.sub(r"tree_sizes=.*", "tree_sizes=" + " ".join(str(len(tree)) for tree in trees), text)


def line(name: str, change: Callable[[list[str]], list[str]], tree: int = 0) -> Callable[[str], str]:
    """Change the values in a line of one tree."""

    def apply(text: str) -> str:
        found = list(re.finditer(rf"^{name}=(.*)$", text, re.MULTILINE))[tree]
        values = " ".join(change(found[1].split(" ")))
        return resized(f"{text[: found.start(1)]}{values}{text[found.end(1) :]}")

    return apply


def first(value: str) -> Callable[[list[str]], list[str]]:
    return lambda values: [value, *values[1:]]


def last(value: str) -> Callable[[list[str]], list[str]]:
    return lambda values: [*values[:-1], value]


DAMAGE: dict[str, Callable[[str], str]] = {
    "a circle": line("right_child", last("0")),
    "a child that points at itself": line("left_child", last("1")),
    "a child twice": line("left_child", lambda v: [v[0], v[0]]),
    "a child out of range": line("right_child", last("99999999")),
    "a leaf out of range": line("right_child", last("-99999999")),
    "children swapped upwards": line("left_child", lambda v: v[::-1]),
    "a feature out of range": line("split_feature", first("15")),
    "a feature below zero": line("split_feature", first("-1")),
    "a feature beyond 64 bits": line("split_feature", first("99999999999999999999")),
    "more leaves than there are": line("num_leaves", first("15")),
    "no leaf": line("num_leaves", first("0")),
    "leaves beyond count": line("num_leaves", first("999999999")),
    "categories that are not there": line("num_cat", first("1")),
    "a kind of decision that there is not": line("decision_type", first("12")),
    "a split by a category that is not there": line("decision_type", first("1")),
    "a threshold that is no number": line("threshold", first("nan")),
    "a leaf of infinity": line("leaf_value", first("1e999")),
    "a leaf that is no number": line("leaf_value", first("nan")),
    "a leaf too few": line("leaf_value", lambda v: v[1:]),
    "a leaf too many": line("leaf_value", lambda v: [*v, "0"]),
    "a leaf of no products": line("leaf_count", first("0")),
    "counts that do not add up": line("internal_count", first("271")),
    "linear leaves": line("is_linear", first("1")),
    "no shrinkage": line("shrinkage", first("")),
    "a gain that is a word": line("split_gain", first("e")),
    "trees out of order": lambda text: text.replace("Tree=1\n", "Tree=2\n"),
    "a length that is not the tree's": lambda text: re.sub(r"tree_sizes=\d+", "tree_sizes=1", text),
    "a length beyond the text": lambda text: re.sub(r"tree_sizes=\d+", "tree_sizes=99999999999999999999", text),
    "a tree too few": lambda text: text.replace("tree_sizes=", "tree_sizes=9 "),
    "fewer features": lambda text: text.replace("max_feature_idx=14", "max_feature_idx=1"),
    "features beyond count": lambda text: text.replace("max_feature_idx=14", "max_feature_idx=2147483647"),
    "more classes": lambda text: text.replace("num_class=1", "num_class=1000000"),
    "more trees a round": lambda text: text.replace("num_tree_per_iteration=1", "num_tree_per_iteration=0"),
    "another objective": lambda text: text.replace("feature_names", "objective=lambdarank\nfeature_names"),
    "a softmax of no classes": lambda text: text.replace(
        "feature_names", "objective=multiclass num_class:-1\nfeature_names"
    ),
    "means of trees": lambda text: text.replace("max_feature_idx", "average_output\nmax_feature_idx"),
    "another version": lambda text: text.replace("version=v4", "version=v3"),
    "other letters": lambda text: text.replace("Column_0", "Column_é"),
    "nothing": lambda _: "",
    "its beginning alone": lambda text: text[:500],
    "no end": lambda text: text.replace("end of trees", "start of trees"),
}


@pytest.mark.parametrize("change", DAMAGE.values(), ids=DAMAGE.keys())
def test_what_lightgbm_does_not_write_is_refused(change: Callable[[str], str]) -> None:
    text = evidence_text()
    damaged = change(text)
    assert damaged != text
    with pytest.raises(BundleError) as caught:
        checked_booster(damaged.encode())
    assert caught.value.code == "bundle-booster"


SETS: dict[str, Callable[[str], str]] = {
    "boundaries that go back": line("cat_boundaries", last("0")),
    "boundaries beyond the sets": line("cat_boundaries", last("1000000")),
    "a boundary below zero": line("cat_boundaries", first("-1")),
    "a set too few": line("cat_threshold", lambda v: v[1:]),
    "a set of 33 bits": line("cat_threshold", first(str(1 << 32))),
    "a set below zero": line("cat_threshold", first("-1")),
    "no sets": lambda text: resized(re.sub(r"cat_boundaries=.*\ncat_threshold=.*\n", "", text)),
    "a split by another set": line("threshold", first("7")),
    "fewer sets than are used": line("num_cat", first("0")),
}


@pytest.mark.parametrize("change", SETS.values(), ids=SETS.keys())
def test_sets_of_categories_are_held_to_their_splits(change: Callable[[str], str]) -> None:
    trees = re.split(r"(?=^Tree=)", text_of(categorical(3)), flags=re.MULTILINE)
    number = next(i for i, tree in enumerate(trees) if re.search(r"^num_cat=[1-9]", tree, re.MULTILINE))
    assert re.search(r"^threshold=0( |$)", trees[number], re.MULTILINE), "the first split is by a set"
    changed = change("tree_sizes=\n" + trees[number]).removeprefix("tree_sizes=")
    changed = changed[changed.index("Tree=") :]
    assert changed != trees[number]
    with pytest.raises(BundleError, match=rf"tree {number - 1} "):
        checked_booster(resized("".join([*trees[:number], changed, *trees[number + 1 :]])).encode())


def test_trees_as_deep_as_a_stack_are_refused() -> None:
    random = np.random.default_rng(0)
    table = random.normal(size=(2000, 3))
    parameters = {"objective": "binary", "num_leaves": MAX_LEAVES + 1, "min_data_in_leaf": 1, "verbosity": -1}
    booster = lightgbm.train(parameters, lightgbm.Dataset(table, random.integers(0, 2, 2000)), num_boost_round=1)
    with pytest.raises(BundleError, match=r"tree 0 .*number of leaves"):
        checked_booster(text_of(booster).encode())


def test_a_text_without_end_is_not_looked_at() -> None:
    with pytest.raises(BundleError, match="are allowed"):
        checked_booster(bytes(MAX_BYTES + 1))
