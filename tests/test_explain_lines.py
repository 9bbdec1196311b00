"""Parts that are gathered column by column are those that were put in, in the order of an account."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from prodcls.explain.attribution import Line, Part
from prodcls.explain.lines import Gathering
from prodcls.explain.pieces import Places

VALUES = st.lists(st.sampled_from((0.0, 0.5, -0.5, 0.25, 1e-9, -3.0)), max_size=8)
NUMBERS = st.sampled_from((0.5, -1.0, 0.0))
LINES = st.lists(st.builds(Line, st.sampled_from("ab"), st.just("context"), st.sampled_from("xy"), NUMBERS), max_size=5)


def rank(part: Part) -> tuple[float, str, str, int, str]:
    return -abs(part.value), part.block, part.column, part.start or 0, part.label


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from("cab"), VALUES, st.integers(0, 2)), max_size=3), LINES)
def test_what_comes_out_is_what_went_in(blocks: list[tuple[str, list[float], int]], lines: list[Line]) -> None:
    found, expected = Gathering(), []
    for block, values, unread in blocks:
        n = len(values) + unread
        labels, columns = [f"w{i % 3}" for i in range(n)], [block] * n
        own = np.array(values, dtype=np.float64)
        found.add_places(block, Places("word", labels, columns, range(n), range(1, n + 1), [None] * n), own, 2 * own)
        told = [Part(block, "word", labels[i], 2 * v, block, i, i + 1) for i, v in enumerate(values) if v]
        expected += told + [Part(block, "unread", labels[i], 0.0, block, i, i + 1) for i in range(len(values), n)]
    found.add_lines(lines)
    expected += [Part(*line) for line in lines]
    assert list(found.lines().parts()) == expected
    assert list(found.sorted().parts()) == sorted(expected, key=rank)
    assert [Part(*row) for row in found.sorted().rows(("word",))] == [
        part for part in sorted(expected, key=rank) if part.kind == "word"
    ]


def test_nothing_is_no_part() -> None:
    assert Gathering().sorted().parts() == ()
