"""The tree is what most rows say, and each way in which they contradict each other is named."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodcls.trees import Irregularity, TreeReading, class_paths, is_tree, read_tree

CLASSES = ("Bowls", "Cups", "Pans", "Towels")
SOUND = ("Home >> Kitchen >> Bowls", "Home >> Kitchen >> Cups", "Home >> Kitchen >> Pans", "Home >> Bath >> Towels")


def read(changed: dict[int, str] | None = None, classes: tuple[str, ...] = CLASSES) -> TreeReading:
    """Return the tree of five rows a class, some with another path."""
    labels = np.repeat(np.arange(len(classes)), 5)
    cells = [SOUND[k] for k in labels]
    for row, cell in (changed or {}).items():
        cells[row] = cell
    return read_tree(classes, labels, cells)


def of(found: TreeReading, kind: str) -> Irregularity:
    (one,) = (x for x in found.irregularities if x.kind == kind)
    return one


@pytest.mark.parametrize(
    "names",
    [("Pans", "Cups"), ("TV/Audio", "Phones"), ("TV/Audio", "TV/Audio/Cables"), ("A > B", "C > D"), ("A/B", "C/D")],
)
def test_names_that_are_no_paths(names: tuple[str, ...]) -> None:
    assert class_paths(names) is None


@pytest.mark.parametrize("separator", [" >> ", ">", "/", "＞"])
def test_names_that_are_paths(separator: str) -> None:
    names = tuple(separator.join(path) for path in (("A", "x"), ("A", "y"), ("B", "x")))
    assert class_paths(names) == (("A", "x"), ("A", "y"), ("B", "x"))
    assert class_paths(("A >> x >>", '["A >> y >> z"]', "B")) == (("A", "x"), ("A", "y", "z"), ("B",))


def test_a_sound_column_gives_each_class_its_path() -> None:
    found = read()
    assert found.paths == tuple(tuple(cell.split(" >> ")) for cell in SOUND)
    assert not found.irregularities


def test_a_class_under_two_parents_goes_with_most_of_its_rows() -> None:
    found = read({0: "Home >> Bath >> Bowls"})
    assert found.paths is not None
    assert found.paths[0] == ("Home", "Kitchen", "Bowls")
    assert of(found, "parents").counts == (4, 1)
    assert of(found, "parents").kept == found.paths[0]


def test_a_class_without_a_majority_stands_at_the_top() -> None:
    found = read({0: "Home >> Bath >> Bowls", 1: "Home >> Bath >> Bowls", 2: ""})
    assert found.paths is not None
    assert found.paths[0] == ("Bowls",)
    assert of(found, "parents").kept == ()
    assert of(found, "no_path").name == "Bowls"


def test_paths_without_the_class_do_not_count() -> None:
    found = read({0: "Home >> Kitchen", 1: "Home >> Kitchen >> Jars"})
    assert found.paths == read().paths
    assert of(found, "absent").rows.tolist() == [0, 1]


def test_a_column_about_something_else_gives_no_tree() -> None:
    found = read(dict.fromkeys(range(12), "Home >> Kitchen >> Jars") | {12: "Home >> Garden"})
    assert found.paths is None
    assert {x.kind for x in found.irregularities} == {"absent"}


def test_a_class_above_another() -> None:
    found = read(dict.fromkeys(range(5), "Home >> Kitchen"), ("Kitchen", *CLASSES[1:]))
    assert found.paths is not None
    assert found.paths[0] == ("Home", "Kitchen")
    assert of(found, "inner").name == "Kitchen"
    assert len(of(found, "inner").paths) == 2


def test_spellings_are_joined_and_told() -> None:
    found = read({0: "home >>  KITCHEN >> Bowls", 1: "Home >> kitchen >> bowls"})
    assert found.paths == read().paths
    assert sorted(x.name for x in found.irregularities if x.kind == "spelling") == ["Bowls", "Home", "Kitchen"]


def test_one_name_in_two_places() -> None:
    found = read(dict.fromkeys(range(15, 20), "Garden >> Kitchen >> Towels"))
    assert of(found, "same_name").paths == (("Garden", "Kitchen"), ("Home", "Kitchen"))


def test_paths_that_go_on_below_the_class() -> None:
    found = read({0: "Home >> Kitchen >> Bowls >> Blue bowl"})
    assert found.paths == read().paths
    assert of(found, "below").rows.tolist() == [0]


def test_tops_are_no_tree() -> None:
    labels = np.array([0, 1, 0, 1])
    found = read_tree(("A", "B"), labels, ["A >> x", "B >> y", "A >> z", "B >> w"])
    assert found.paths is None
    assert found.looked
    assert {x.kind for x in found.irregularities} == {"below"}


NAMES = st.sampled_from(["A", "a", "B", "Ｂ", "C", "D", "E", "F"])


@given(
    st.lists(st.tuples(st.integers(0, 3), st.lists(NAMES, max_size=4)), min_size=1, max_size=30),
    st.randoms(use_true_random=False),
)
def test_any_column_gives_a_usable_tree_whatever_the_order_of_rows(
    rows: list[tuple[int, list[str]]], random: object
) -> None:
    def told(rows: list[tuple[int, list[str]]]) -> tuple[object, object]:
        labels = np.array([k for k, _ in rows], dtype=np.int64)
        found = read_tree(("A", "B", "C", "D"), labels, [" >> ".join(path) for _, path in rows])
        if found.paths is not None:
            assert len(found.paths) == 4
            assert all(path and all(path) for path in found.paths)
            assert is_tree(found.paths)
        return found.paths, sorted((x.kind, x.name, x.paths, x.counts, x.kept) for x in found.irregularities)

    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert told(rows) == told(shuffled)
