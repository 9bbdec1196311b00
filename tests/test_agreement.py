"""Cohen's kappa against another implementation, and where it says nothing."""

from __future__ import annotations

import math
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from prodcls.agreement import cohen_kappa


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abcd")), min_size=1, max_size=40))
def test_it_is_the_kappa_of_scikit_learn(pairs: list[tuple[str, str]]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a division by zero where both always say the same
        expected = cohen_kappa_score(*zip(*pairs, strict=True))
    found = cohen_kappa(pairs)
    if found is None:
        assert math.isnan(expected) or len({name for pair in pairs for name in pair}) == 1
    else:
        assert found == pytest.approx(expected)


def test_nobody_and_chance() -> None:
    assert cohen_kappa([]) is None
    assert cohen_kappa([("a", "a")] * 3) is None
    assert cohen_kappa([("a", "b"), ("a", "a"), ("b", "b"), ("b", "a")]) == 0
    assert cohen_kappa([("a", "b"), ("b", "a")]) == -1
