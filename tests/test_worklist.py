"""The worklist holds what is up for review, most pressing first, and each line is known again."""

from __future__ import annotations

import dataclasses

from hypothesis import given
from hypothesis import strategies as st

from prodcls.worklist import UNTRUSTED, Item, bundle_of, choose, line_key
from review_factory import make_scored

ROWS = st.lists(
    st.tuples(st.floats(0, 1), st.booleans(), st.sampled_from(["not-one-class", *sorted(UNTRUSTED)])), max_size=20
).map(
    lambda told: [
        make_scored(i, probability=p, review=review, reasons=(why,) if review else ())
        for i, (p, review, why) in enumerate(told)
    ]
)


@given(ROWS, st.booleans(), st.integers(1, 25))
def test_the_most_pressing_are_chosen(rows: list, everything: bool, limit: int) -> None:  # type: ignore[type-arg]
    whole = choose(rows, everything=everything)
    assert whole.waiting == len(whole.rows) == sum(r.review or everything for r in rows)
    assert whole.scored == len(rows)
    assert choose(rows, everything=everything, limit=limit).rows == whole.rows[:limit]
    trusted = [UNTRUSTED.isdisjoint(r.reasons) for r in whole.rows]
    assert trusted == sorted(trusted)
    for group in (True, False):
        values = [r.probability for r, t in zip(whole.rows, trusted, strict=True) if t is group]
        assert values == sorted(values)


def test_decided_products_are_left_out() -> None:
    found = choose([make_scored(1), make_scored(2), make_scored(3, review=False)], decided={"SKU-1", "SKU-3"})
    assert [r.id for r in found.rows] == ["SKU-2"]
    assert (found.waiting, found.decided, found.scored) == (1, 1, 3)


def test_a_key_changes_with_whatever_it_stands_for() -> None:
    row = make_scored()
    changed = [{"id": "SKU-2"}, {"row": 2}, {"predicted": "Phone"}, {"probability": 0.6000000000000001}]
    keys = {line_key("a" * 64, dataclasses.replace(row, **change)) for change in changed}
    keys |= {line_key("a" * 64, row), line_key("b" * 64, row)}
    assert len(keys) == 6
    assert {bundle_of(key) for key in keys} == {"a" * 12, "b" * 12}
    assert bundle_of("1.23E+12") is None


def test_further_classes_are_those_of_the_set_or_the_runner_up() -> None:
    assert Item("k", make_scored(members=("Kettle", "Phone", "Pan"))).also == (("Phone", 0.3), ("Pan", None))
    assert Item("k", make_scored(members=("Kettle",))).also == (("Phone", 0.3),)
    assert Item("k", make_scored(members=None)).also == (("Phone", 0.3),)
    assert Item("k", make_scored(members=(), ranked={"Kettle": 0.6})).also == ()
