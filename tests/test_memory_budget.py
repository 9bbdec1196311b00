"""The estimate grows with everything that has to be held, and what does not fit is made to fit as far as it can be."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import prodcls.held_out
import prodcls.neighbours
import prodcls.probes
import prodcls.shortlist
from prodcls import memory_budget
from prodcls.encoders import IMAGE_ENCODERS, TEXT_ENCODERS
from prodcls.memory_budget import ENCODERS, Load, at_once_within, estimate_memory, rows_within

SMALL = Load(
    held=0,
    rows=2117,
    classes=2,
    dimensions=(),
    columns=0,
    terms=0,
    all_terms=0,
    occurrences=0,
    encoders=(),
    folds=4,
    threads=2,
    baselines=False,
    explained=False,
)


@st.composite
def loads(draw: st.DrawFn) -> Load:
    rows = draw(st.integers(10, 200_000))
    terms = draw(st.integers(0, 200_000))
    return Load(
        held=draw(st.integers(0, 10**9)),
        rows=rows,
        classes=draw(st.integers(2, 3000)),
        dimensions=tuple(draw(st.lists(st.sampled_from([384, 512, 896, 1280]), max_size=3))),
        columns=draw(st.integers(0, 8)),
        terms=terms,
        all_terms=terms + draw(st.integers(0, 10**6)),
        occurrences=terms * 2 + draw(st.integers(0, 10**7)),
        encoders=tuple(draw(st.lists(st.sampled_from(sorted(ENCODERS)), unique=True))),
        folds=draw(st.integers(2, 10)),
        threads=draw(st.integers(1, 8)),
        tested=draw(st.sampled_from([0, rows // 3])),
        copies=draw(st.integers(0, 1000)),
        flat=draw(st.booleans()),
        baselines=draw(st.booleans()),
        explained=draw(st.booleans()),
    )


@given(loads(), st.sampled_from(["classes", "columns", "all_terms", "occurrences", "copies", "held"]), st.data())
def test_more_of_anything_takes_no_less(load: Load, name: str, data: st.DataObject) -> None:
    more = replace(load, **{name: getattr(load, name) + data.draw(st.integers(1, 10_000))})
    if name == "classes":  # beyond so many they have fewer words, and the evidence of some of them only
        load = replace(load, terms=min(load.terms, memory_budget.PRIMAL_TERMS), all_terms=load.terms)
        more = replace(more, terms=load.terms, all_terms=load.all_terms)
        if load.classes <= memory_budget.FEW_CLASSES < more.classes:
            return
    assert estimate_memory(more).total >= estimate_memory(load).total


def _trained(load: Load, rows: int) -> int:
    return rows - load.tested


def _in_a_fold(load: Load, rows: int) -> int:
    return rows - load.tested if load.tested else math.ceil(rows * (load.folds - 1) / load.folds)


@given(loads(), st.integers(1, 100_000))
@example(SMALL, 550)  # a fold of the larger has more rows than are fitted through their products
def test_more_rows_take_no_less_where_probes_are_fitted_alike(load: Load, more: int) -> None:
    load = replace(load, terms=0)  # beyond DUAL_ROWS the words are fitted otherwise, which may take less
    for trained in (_trained, _in_a_fold):
        if trained(load, load.rows) <= memory_budget.LEAST_DUAL_ROWS < trained(load, load.rows + more):
            return
    assert estimate_memory(replace(load, rows=load.rows + more)).total >= estimate_memory(load).total


@given(loads())
def test_fewer_folds_at_a_time_take_no_more(load: Load) -> None:
    totals = [estimate_memory(load, n).total for n in range(1, load.threads + 1)]
    assert totals == sorted(totals)


@given(loads(), st.integers(10**8, 10**11))
def test_as_many_folds_at_a_time_as_the_budget_allows(load: Load, budget: int) -> None:
    found = at_once_within(load, budget)
    assert found.total <= budget or found.at_once == 1
    if found.at_once < estimate_memory(load).at_once:
        assert estimate_memory(load, found.at_once + 1).total > budget


@given(loads(), st.floats(0.05, 0.99))
def test_the_rows_that_are_advised_fit(load: Load, share: float) -> None:
    load = replace(load, flat=False)
    budget = int(load.held + share * (estimate_memory(load, 1).total - load.held))
    rows = rows_within(load, budget)
    assert rows < load.rows
    if rows:
        names = ("tested", "copies", "terms", "all_terms", "occurrences")
        less = replace(load, rows=rows, **{n: getattr(load, n) * rows // load.rows for n in names})
        assert estimate_memory(less, 1).total <= budget


@given(loads())
def test_the_parts_are_positive_and_sum_to_the_total(load: Load) -> None:
    found = estimate_memory(load)
    assert sum(found.parts.values()) == found.total >= load.held
    assert min(found.parts.values()) >= 0


def test_every_encoder_has_its_figure() -> None:
    assert ENCODERS.keys() == {*TEXT_ENCODERS, *IMAGE_ENCODERS}


@pytest.mark.parametrize(
    ("own", "theirs"),
    [
        (memory_budget.DUAL_ROWS, prodcls.probes.DUAL_ROWS),
        (memory_budget.LEAST_DUAL_ROWS, prodcls.probes.PENALTY_ROWS),
        (memory_budget.NEIGHBOUR_ROWS, prodcls.neighbours.CHUNK_ROWS),
        (memory_budget.NEIGHBOUR_CELLS, prodcls.neighbours.CELLS_AT_ONCE),
        (memory_budget.PRIMAL_TERMS, prodcls.probes.PRIMAL_TERMS),
        (memory_budget.GRADIENT_CLASSES, prodcls.probes.CLASSES_AT_ONCE),
        (memory_budget.FEW_CLASSES, prodcls.held_out.FEW_CLASSES),
        (memory_budget.WEIGHTS, prodcls.held_out.WEIGHTS),
        (memory_budget.MOST_TERMS, prodcls.held_out.MOST_WORDS),
        (memory_budget.SHORTLIST, prodcls.shortlist.COUNT),
        (memory_budget.BLOCK_CELLS, prodcls.shortlist.CELLS_AT_ONCE),
    ],
)
def test_figures_are_those_of_what_is_estimated(own: int, theirs: int) -> None:
    assert own == theirs
