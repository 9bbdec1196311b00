"""Dataclasses survive packing to the last bit, and nothing but what the annotations ask for is unpacked."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

import lightgbm
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray

from prodcls.bundle_codec import LONG_LIST, Leaves, pack, unpack
from prodcls.errors import BundleError


@dataclass(frozen=True)
class Part:
    numbers: NDArray[np.float64]
    names: tuple[str, ...]


@dataclass(frozen=True)
class Left:
    value: float


@dataclass(frozen=True)
class Right:
    value: int


@dataclass(frozen=True)
class Whole:
    parts: dict[str, Part]
    maybe: Part | None
    either: Left | Right
    pair: tuple[float, float]
    word: Literal["a", "b"]
    flag: bool
    many: tuple[Left, ...]


@dataclass(frozen=True)
class Boosted:
    booster: lightgbm.Booster | None


@dataclass(frozen=True)
class Listed:
    """Not packable: lists can change."""

    items: list[int]


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
PARTS = st.builds(
    Part,
    numbers=arrays(np.float64, array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4), elements=FLOATS),
    names=st.one_of(
        st.lists(TEXT, max_size=4), st.lists(TEXT, min_size=1, max_size=3).map(lambda x: x * LONG_LIST)
    ).map(tuple),
)
WHOLES = st.builds(
    Whole,
    parts=st.dictionaries(TEXT, PARTS, max_size=4),
    maybe=st.none() | PARTS,
    either=st.builds(Left, FLOATS) | st.builds(Right, st.integers()),
    pair=st.tuples(FLOATS, FLOATS),
    word=st.sampled_from(["a", "b"]),
    flag=st.booleans(),
    many=st.lists(st.builds(Left, FLOATS), max_size=3).map(tuple),
)


def through_text(value: object, kind: type[Any]) -> tuple[Any, Leaves]:
    leaves = Leaves()
    text = json.dumps(pack(value, kind, leaves), ensure_ascii=False, allow_nan=False)
    return json.loads(text), leaves


def same(a: object, b: object) -> bool:
    if isinstance(a, np.ndarray):
        return isinstance(b, np.ndarray) and a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, dict):
        return isinstance(b, dict) and list(a) == list(b) and all(same(a[k], b[k]) for k in a)
    if isinstance(a, tuple):
        return isinstance(b, tuple) and len(a) == len(b) and all(map(same, a, b))
    if hasattr(a, "__dataclass_fields__"):
        return type(a) is type(b) and all(same(getattr(a, f), getattr(b, f)) for f in a.__dataclass_fields__)
    return type(a) is type(b) and a == b


@given(WHOLES)
def test_everything_comes_back_in_its_order_and_to_the_last_bit(value: Whole) -> None:
    assert same(value, unpack(*_swapped(through_text(value, Whole), Whole)))


def _swapped(packed: tuple[Any, Leaves], kind: type[Any]) -> tuple[Any, type[Any], Leaves]:
    return packed[0], kind, packed[1]


@given(st.dictionaries(TEXT, PARTS, min_size=2, max_size=5))
def test_no_two_names_share_a_path(parts: dict[str, Part]) -> None:
    leaves = Leaves()
    pack(Whole(parts, None, Left(0.0), (0.0, 0.0), "a", True, ()), Whole, leaves)
    assert len(leaves.arrays) == len(parts)


def test_paths_are_json_pointers() -> None:
    leaves = Leaves()
    part = Part(np.zeros(2), ("x",) * (LONG_LIST + 1))
    tree = pack(Whole({"price [INR]/~": part}, None, Left(0.0), (0.0, 0.0), "a", True, ()), Whole, leaves)
    assert leaves.paths() == ["/parts/price [INR]~1~0/numbers", "/parts/price [INR]~1~0/names"]
    assert tree["parts"]["price [INR]/~"] == {
        "numbers": {"array": "float64", "shape": [2]},
        "names": {"strings": LONG_LIST + 1},
    }


EXAMPLE = Whole(
    {"p": Part(np.array([1.0, 2.0]), ("n",))},
    Part(np.zeros((1, 2)), ("m",) * 200),
    Left(0.5),
    (1.0, 2.0),
    "a",
    True,
    (),
)


@pytest.mark.parametrize(
    "damage",
    [
        lambda t, _: t.pop("flag"),
        lambda t, _: t.update(more=1),
        lambda t, _: t.update(flag=1),
        lambda t, _: t.update(flag="true"),
        lambda t, _: t.update(word="c"),
        lambda t, _: t.update(word=["a"]),
        lambda t, _: t.update(pair=[1.0]),
        lambda t, _: t.update(pair=[1.0, 2]),
        lambda t, _: t.update(pair="ab"),
        lambda t, _: t.update(pair={"strings": 2}),
        lambda t, _: t.update(many=[{"value": 1}]),
        lambda t, _: t.update(many=[None]),
        lambda t, _: t.update(parts=[]),
        lambda t, _: t.update(maybe=0),
        lambda t, _: t.update(either={"value": 0.5}),
        lambda t, _: t.update(either={"class": "Middle", "value": {"value": 0.5}}),
        lambda t, _: t.update(either={"class": "Right", "value": {"value": 0.5}}),
        lambda t, _: t["parts"].update(q=t["parts"]["p"]),
        lambda t, _: t["parts"]["p"]["numbers"].update(shape=[1, 2]),
        lambda t, _: t["parts"]["p"].update(names=["n", 1]),
        lambda t, _: t["maybe"]["names"].update(strings=199),
        lambda _, v: v.arrays.update({"/parts/p/numbers": np.zeros(3)}),
        lambda _, v: v.arrays.update({"/parts/p/numbers": np.array([1.0, 2.0], dtype=np.float32)}),
        lambda _, v: v.arrays.pop("/parts/p/numbers"),
        lambda _, v: v.arrays.update({"/parts/z/numbers": np.zeros(1)}),
        lambda _, v: v.strings.update({"/maybe/names": None}),
        lambda _, v: v.strings.update({"/maybe/names": [1] * 200}),
        lambda _, v: v.strings.update({"/else": []}),
        lambda _, v: v.boosters.update({"/booster": "tree"}),
    ],
)
def test_what_does_not_fit_the_annotations_is_refused(damage: Any) -> None:
    tree, leaves = through_text(EXAMPLE, Whole)
    damage(tree, leaves)
    with pytest.raises(BundleError) as caught:
        unpack(tree, Whole, leaves)
    assert caught.value.code == "bundle-content"


@pytest.mark.parametrize("tree", [None, [], "x", 1, {}])
def test_a_tree_of_another_kind_is_refused(tree: object) -> None:
    with pytest.raises(BundleError):
        unpack(tree, Whole, Leaves())


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (Left(1), Left),  # an int would come back as one
        (Right(True), Right),
        (Part(np.zeros(1, dtype=np.float32), ()), Part),
        (Listed([1]), Listed),
        (Whole({}, None, Left(0.0), (0.0, 0.0), "c", True, ()), Whole),  # type: ignore[arg-type]
    ],
)
def test_what_could_not_come_back_is_not_packed(value: object, kind: type[Any]) -> None:
    with pytest.raises(TypeError):
        pack(value, kind, Leaves())


def train(threads: int) -> lightgbm.Booster:
    random = np.random.default_rng(0)
    data = lightgbm.Dataset(random.random((200, 3)), random.random(200))
    parameters = {"verbosity": -1, "num_threads": threads, "deterministic": True, "force_row_wise": True}
    return lightgbm.train(parameters, data, num_boost_round=5)


def test_a_booster_predicts_the_same_and_forgets_its_threads() -> None:
    one, two = (through_text(Boosted(train(threads)), Boosted) for threads in (1, 2))
    assert one[1].boosters == two[1].boosters
    assert one[0] == {"booster": {"trees": 5}}
    found = unpack(one[0], Boosted, one[1]).booster
    assert found is not None
    rows = np.random.default_rng(1).random((50, 3))
    np.testing.assert_array_equal(np.asarray(found.predict(rows)), np.asarray(train(1).predict(rows)))


def test_a_booster_may_be_absent() -> None:
    assert unpack(*_swapped(through_text(Boosted(None), Boosted), Boosted)) == Boosted(None)
