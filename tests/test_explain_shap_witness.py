"""Owen values add up, find what decides, and leave numpy's global generator alone."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.cluster.hierarchy
from hypothesis import given, settings
from hypothesis import strategies as st

from explain_factory import CLASSES, asked, make_product
from prodcls.explain.attribution import Part
from prodcls.explain.scorer import MaskScorer
from prodcls.explain.shap_witness import Shap, hierarchy, linkage

__all__ = ["asked"]


@pytest.mark.usefixtures("asked")
def test_values_sum_to_the_margin_less_that_of_nothing() -> None:
    product = make_product()
    scorer = MaskScorer(product)
    for evaluations in (10, 500):
        found = Shap(evaluations).explain(product, CLASSES[0], CLASSES[1])
        bare = scorer.score(~scorer.everything(), 0, 1).margin[0]
        assert sum(p.value for p in found.parts) == pytest.approx(found.margin - bare, abs=1e-6)
        assert len(found.parts) == len(scorer.players)


@pytest.mark.usefixtures("asked")
def test_what_decides_comes_first() -> None:
    found = Shap().explain(make_product("new kettle", ""), CLASSES[0], "rest")
    assert next(p.label for p in found.parts if p.kind == "word") == "kettle"
    assert next(p.label for p in found.parts if p.kind == "region") == "2, 2"


@pytest.mark.usefixtures("asked")
def test_the_opposite_question_has_the_opposite_answer() -> None:
    forth = Shap().explain(make_product(), CLASSES[0], CLASSES[2])
    back = Shap().explain(make_product(), CLASSES[2], CLASSES[0])
    values = {(p.kind, p.label, p.column): p.value for p in back.parts}
    for part in forth.parts:
        assert part.value == pytest.approx(-values[part.kind, part.label, part.column], abs=1e-9)


@pytest.mark.usefixtures("asked")
def test_it_is_the_same_in_every_run_and_draws_nothing_from_the_global_generator() -> None:
    np.random.seed(3)  # noqa: NPY002
    first = Shap(20).explain(make_product(), CLASSES[0], CLASSES[1])
    drawn = np.random.random()  # noqa: NPY002
    np.random.seed(3)  # noqa: NPY002
    assert np.random.random() == drawn  # noqa: NPY002
    assert Shap(20).explain(make_product(), CLASSES[0], CLASSES[1]) == first


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize("title", ["", "kettle"])
def test_one_player_or_none(title: str) -> None:
    found = Shap().explain(make_product(title, "", colour=None, price=np.nan, brand=""), CLASSES[0], "rest")
    assert [p.label for p in found.parts] == title.split()
    assert all(p.value > 0 for p in found.parts)


PLAYERS = st.tuples(st.integers(0, 9), st.integers(0, 5), st.integers(0, 4), st.integers(0, 4), st.integers(0, 3)).map(
    lambda n: [
        *(Part("title", "word", "", 0.0, "title", i, i + 1) for i in range(n[0])),
        *(Part("text", "word", "", 0.0, "text", i, i + 1) for i in range(n[1])),
        *(Part("image", "region", "", 0.0, box=(c, r, c + 1, r + 1)) for r in range(n[2]) for c in range(n[3])),
        *(Part(f"c{i}", "column", "", 0.0, f"c{i}") for i in range(n[4])),
    ]
)


@settings(deadline=None)
@given(PLAYERS.filter(lambda players: len(players) > 1))
def test_the_hierarchy_is_a_tree_over_all_players_that_keeps_modalities_together(players: list[Part]) -> None:
    matrix = linkage(hierarchy(players), len(players))
    assert scipy.cluster.hierarchy.is_valid_linkage(matrix)
    members = {i: {i} for i in range(len(players))}
    for row, (left, right, _, size) in enumerate(matrix):
        members[len(players) + row] = members[int(left)] | members[int(right)]
        assert len(members[len(players) + row]) == size
    unions = [frozenset(m) for m in members.values()]
    for kind in ("word", "region", "column"):
        mine = frozenset(i for i, p in enumerate(players) if p.kind == kind)
        assert not mine or mine in unions
    title = frozenset(i for i, p in enumerate(players) if p.column == "title")
    assert not title or title in unions
