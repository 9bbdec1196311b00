"""The way down the tree: probabilities of nodes are sums, each step is the exact account of its two classes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chain_factory import CLASSES, fitted, make_subject, subjects
from prodcls.explain.chain import explain
from prodcls.explain.roll_up import roll_up
from prodcls.explain.subject import Subject
from prodcls.flat import FlatModel
from prodcls.hierarchy import ClassTree
from prodcls.model import Model
from prodcls.stopping import StopRule

MODEL = fitted()
TREE = ClassTree((("Home", "Kitchen", "冰箱"), ("Home", "Kitchen", "Kettle"), ("Gadgets", "Phone"), ("Home", "Towel")))
FULL = make_subject("steel kettle 正品", "best gift", photo="Kettle2", price=60.0, brand="brand 1")


@settings(deadline=None, max_examples=25)
@given(subjects, st.floats(0.0, 1.2))
def test_each_step_is_an_exact_account_and_the_last_one_is_where_it_stops(subject: Subject, least: float) -> None:
    said = MODEL.probabilities(subject.inputs)[0]
    depth = int(StopRule(TREE, 0.9, least).stops(said[None], np.array([said.argmax()])).depth[0])
    found = roll_up(MODEL, subject, TREE, said, depth)
    assert found is not None
    own = TREE.paths[int(said.argmax())]
    assert [step.sure for step in found.steps][:-1] == [True] * (len(found.steps) - 1)
    for step in found.steps:
        level = len(step.branch.path)
        assert step.branch.path == own[:level]
        held = [path[:level] == step.branch.path for path in TREE.paths]
        assert step.branch.probability == pytest.approx(said[held].sum())
        rival = TREE.paths[CLASSES.index(step.versus)]
        assert rival[: level - 1] == own[: level - 1]
        assert rival[:level] == step.others[0].path[:level] != own[:level]
        account = explain(MODEL, subject, step.predicted, step.versus)
        assert (step.margin, step.certificate) == (account.margin, account.certificate)
        assert abs(step.certificate.residual) <= 1e-6
        assert step.sure == (level <= depth)
        assert all(reason.value > 0 for reason in step.pro)
        assert all(reason.value < 0 for reason in step.contra)
    assert (() if found.stopped is None else found.stopped.path) == own[:depth]
    assert found.leaf == (depth == len(own))


def test_the_nodes_in_question_are_named() -> None:
    said = MODEL.probabilities(FULL.inputs)[0]
    assert CLASSES[int(said.argmax())] == "Kettle"
    found = roll_up(MODEL, FULL, TREE, np.array([0.2, 0.4, 0.05, 0.35]), 1)
    assert found is not None
    assert found.stopped is not None
    assert found.stopped.path == ("Home",)
    first, second = found.steps
    assert (first.branch.path, first.others[0].path, first.sure) == (("Home",), ("Gadgets",), True)
    assert (second.branch.path, second.branch.leaf) == (("Home", "Kitchen"), False)
    assert [branch.path for branch in second.others] == [("Home", "Towel")]
    assert not second.sure
    sure = roll_up(MODEL, FULL, TREE, said, 3)
    assert sure is not None
    assert [step.sure for step in sure.steps] == [True, True, True]
    assert sure.leaf


def test_levels_with_nothing_beside_are_left_out() -> None:
    tree = ClassTree((("All", "A", "冰箱"), ("All", "A", "Kettle"), ("All", "Phone"), ("All", "Towel")))
    said = MODEL.probabilities(FULL.inputs)[0]
    found = roll_up(MODEL, FULL, tree, said, 3)
    assert found is not None
    assert [len(step.branch.path) for step in found.steps] == [2, 3]


def test_a_flat_head_has_no_accounts() -> None:
    flat = Model(CLASSES, FlatModel.__new__(FlatModel))
    assert roll_up(flat, FULL, TREE, np.full(4, 0.25), 0) is None


@given(st.integers(0, 3))
def test_a_class_above_others_is_a_node_of_its_own(k: int) -> None:
    tree = ClassTree((("Home",), ("Home", "Kettle"), ("Home", "Phone"), ("Home", "Towel")))
    found = roll_up(MODEL, FULL, tree, np.eye(4)[k] * 0.6 + 0.1, 1)
    assert found is not None
    if k == 0:
        assert found.steps == ()
    else:
        (step,) = found.steps
        assert ("Home",) in {branch.path for branch in step.others}
