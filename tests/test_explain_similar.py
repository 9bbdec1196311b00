"""The greatest similarities come first, ties are decided, and leaves are counted tree by tree."""

from __future__ import annotations

import json

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from case_factory import make_similar
from prodcls.explain.similar import SimilarProducts, agreement, most_similar


def test_json_gives_back_what_was_written() -> None:
    similar = make_similar("Kettle 水壶", "Kettle", "Phone")
    assert SimilarProducts.from_json(similar.to_json()) == similar
    assert json.loads(similar.to_json())["view"] == "nearest"


def test_agreement_is_the_share_of_trees() -> None:
    others = np.array([[1, 2, 3, 4], [1, 2, 0, 0], [0, 0, 0, 0]], dtype=np.int32)
    assert agreement(np.array([1, 2, 3, 4], dtype=np.int32), others).tolist() == [1.0, 0.5, 0.0]


@settings(deadline=None)
@given(st.lists(st.sampled_from([0.1, 0.5, 0.9, float("nan")]), min_size=1, max_size=12), st.integers(1, 5))
def test_the_greatest_come_first_and_the_product_itself_never(values: list[float], count: int) -> None:
    similarity, then = np.array(values), np.arange(len(values), dtype=np.float64)
    chosen = most_similar(similarity, then, count, without=0)
    assert 0 not in chosen
    assert len(chosen) == min(count, len(values) - 1)
    rest = np.sort(np.where(np.isnan(similarity[1:]), -1, similarity[1:]))[::-1][: len(chosen)]
    assert np.where(np.isnan(similarity[chosen]), -1, similarity[chosen]).tolist() == rest.tolist()


def test_ties_are_decided_by_the_second_figure() -> None:
    similarity = np.array([1.0, 1.0, 1.0, 0.5])
    assert most_similar(similarity, np.array([0.1, 0.3, 0.2, 9.0]), 3).tolist() == [1, 2, 0]
