"""Quick opinions: near the truth where there is signal, without it else, and never from the row's own label."""

from __future__ import annotations

from unittest import mock

import numpy as np

from prodcls.evidence import LEXICAL
from prodcls.head import fit_head
from prodcls.quality.opinions import held_out_opinions
from synthetic import make_sample, without_evidence


def test_opinions_follow_the_signal_and_are_probabilities() -> None:
    sample = make_sample(160, signal=2.0, missing=0.2)
    found = held_out_opinions(sample.inputs, sample.labels, sample.groups, sample.n_classes)
    known = ~np.isnan(found.together[:, 0])
    assert (found.together[known].argmax(axis=1) == sample.labels[known]).mean() > 0.9
    assert np.allclose(found.together[known].sum(axis=1), 1)
    photo = sample.inputs.dense["image"].present
    assert np.array_equal(~np.isnan(found.photo[:, 0]), photo)
    text = sample.inputs.dense["title"].present | np.array([bool(t) for t in sample.inputs.texts["title"]])
    assert np.array_equal(~np.isnan(found.text[:, 0]), text)


def test_a_label_has_no_part_in_what_is_said_of_its_product() -> None:
    sample = make_sample(80, group_size=2, signal=1.0)
    flipped = sample.labels.copy()
    flipped[sample.groups == 3] = (flipped[sample.groups == 3] + 1) % sample.n_classes
    before, after = (
        held_out_opinions(sample.inputs, labels, sample.groups, sample.n_classes).together.argmax(axis=1)
        for labels in (sample.labels, flipped)
    )
    assert np.array_equal(before[sample.groups == 3], after[sample.groups == 3])


def test_where_nothing_is_known_nothing_is_said() -> None:
    sample = make_sample(20)
    found = held_out_opinions(without_evidence(sample.inputs), sample.labels, sample.groups, sample.n_classes)
    assert np.isnan(found.together).all()
    assert np.isnan(found.text).all()
    assert np.isnan(found.photo).all()


def test_what_the_probes_of_a_fit_said_is_taken_over() -> None:
    sample = make_sample(120, signal=0.4, group_size=2)
    known = fit_head(sample.inputs, sample.labels, sample.groups, sample.n_classes).probes
    assert LEXICAL in known
    assert len(known) > 1
    asked = (sample.inputs, sample.labels, sample.groups, sample.n_classes)
    own = held_out_opinions(*asked)
    with mock.patch("prodcls.quality.opinions.fit_probe") as fit:
        taken = held_out_opinions(*asked, known)
    fit.assert_not_called()
    for field in ("together", "text", "photo"):
        np.testing.assert_array_equal(getattr(taken, field), getattr(own, field))
