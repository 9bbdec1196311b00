"""Each further class of a set is told with the exact account of the predicted class against it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from bundle_factory import contents
from chain_factory import CLASSES, fitted, make_subject, subjects
from prodcls.explain.chain import explain
from prodcls.explain.set_members import NAMED, REASONS, set_members
from prodcls.explain.subject import Subject

MODEL = fitted()


@settings(deadline=None, max_examples=25)
@given(subjects, npst.arrays(np.bool_, len(CLASSES)), st.floats(0.5, 0.999))
def test_each_further_class_has_its_own_exact_account(subject: Subject, inside: np.ndarray, coverage: float) -> None:
    said = MODEL.probabilities(subject.inputs)[0]
    found = set_members(MODEL, subject, coverage, said, inside)
    best = int(said.argmax())
    assert (found.coverage, found.size, found.predicted) == (coverage, inside.sum(), CLASSES[best])
    assert found.inside == inside[best]
    names = [m.name for m in found.others]
    assert set(names) == {name for k, name in enumerate(CLASSES) if inside[k] and k != best}
    assert len(names) <= NAMED
    probabilities = [m.probability for m in found.others]
    assert probabilities == sorted(probabilities, reverse=True)
    for member in found.others:
        account = explain(MODEL, subject, found.predicted, member.name)
        assert member.behind == account.margin >= 0
        assert member.certificate == account.certificate
        assert abs(member.certificate.residual) <= 1e-6
        assert len(member.reasons) <= REASONS
        assert all(reason.value > 0 for reason in member.reasons)


def test_what_is_said_for_a_class_is_what_the_account_holds_against_the_other() -> None:
    subject = make_subject("steel kettle 正品", "best gift", photo="Phone2", price=60.0, brand="brand 1")
    said = MODEL.probabilities(subject.inputs)[0]
    found = set_members(MODEL, subject, 0.9, said, np.ones(len(CLASSES), dtype=np.bool_))
    assert len(found.others) == len(CLASSES) - 1
    assert any(member.reasons for member in found.others)
    for member in found.others:
        account = explain(MODEL, subject, found.predicted, member.name)
        against = {f"{p.label}": p.value for p in account.parts if p.value < 0}
        for reason in member.reasons:
            if reason.key == "column":
                assert -reason.value == pytest.approx(sum(p.value for p in account.parts if p.block == reason.subject))
        assert bool(member.reasons) <= bool(against)


def test_the_flat_head_has_no_accounts() -> None:
    given_ = contents("flat")
    subject = make_subject("steel kettle")
    said = np.array([0.5, 0.3, 0.2])
    found = set_members(given_.model, subject, 0.9, said, np.array([True, True, False]))
    assert (found.size, found.inside, found.others) == (2, True, ())
