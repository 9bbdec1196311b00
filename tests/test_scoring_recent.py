"""What was used last is kept within its bounds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from prodcls.scoring_recent import Recent

STEPS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 9), st.booleans()), max_size=40)


@given(STEPS, st.integers(0, 30))
def test_it_keeps_what_fits_and_was_used_last(steps: list[tuple[int, int, bool]], limit: int) -> None:
    kept = Recent[int, str](limit)
    expected: list[tuple[int, int]] = []  # key and size, the last used last
    for key, given_size, asked in steps:
        known, size = dict(expected), given_size
        assert (key in kept) == (key in known)
        if asked:
            assert kept.get(key) == (str(key) if key in known else None)
            size = known.get(key, -1)
        else:
            kept.put(key, str(key), size)
        expected = [one for one in expected if one[0] != key]
        if size >= 0:
            expected.append((key, size))
        while sum(size for _, size in expected) > limit:
            expected.pop(0)
        assert kept.size == sum(size for _, size in expected) <= limit
        assert all(key in kept for key, _ in expected)
