"""Leaves of a product are those that its evidence falls into."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from chain_factory import fitted, make_subject
from prodcls.balance import UNBALANCED
from prodcls.candidates import candidate_evidence
from prodcls.head import EvidenceHead, HeadFit, PoolData
from prodcls.leaves import leaves_of, training_leaves


@pytest.fixture(scope="module")
def head() -> EvidenceHead:
    found = fitted().head
    assert isinstance(found, EvidenceHead)
    return found


def test_leaves_are_the_boosters_own(head: EvidenceHead) -> None:
    inputs = make_subject("steel kettle", price=25.0).inputs
    assert head.booster is not None
    channels = head.evidence.scores(inputs)
    for number in range(4):
        evidence = candidate_evidence(channels, np.array([[number]]), head.evidence.channels)[0]
        expected = np.asarray(head.booster.predict(evidence, pred_leaf=True)).ravel()
        found = leaves_of(head, inputs, number)
        assert found.dtype == np.int32
        assert found.tolist() == expected.tolist()


def test_training_products_fall_as_their_own_label(head: EvidenceHead) -> None:
    inputs = make_subject("steel kettle", price=25.0).inputs
    data = PoolData(head.evidence.scores(inputs), np.array([2]))
    fit = HeadFit(head, data, 1.0, None, UNBALANCED, ())  # type: ignore[arg-type]
    assert training_leaves(fit).tolist() == [leaves_of(head, inputs, 2).tolist()]
    bare = replace(fit, head=replace(head, booster=None))
    assert training_leaves(bare).shape == (1, 0)
    assert training_leaves(None).shape == (0, 0)
