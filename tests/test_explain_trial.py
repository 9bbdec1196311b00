"""Units stand for words and regions that the account gives something to; a trial asks the model about sets of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import scipy.special

import prodcls.explain.trial
from explain_factory import asked, make_product
from prodcls.explain.attribution import Attribution
from prodcls.explain.scorer import MaskScorer, attribution
from prodcls.explain.trial import Trial, units_of

__all__ = ["asked"]

pytestmark = pytest.mark.usefixtures("asked")


def account(scorer: MaskScorer, silent: tuple[str, ...] = ()) -> Attribution:
    """Return an account that gives 1 to each player but the ``silent`` ones."""
    values = np.array([0.0 if p.label in silent else 1.0 for p in scorer.players])
    return attribution(scorer, "chain", 0, None, np.arange(len(values)), values)


def make_trial(*silent: str) -> Trial:
    scorer = MaskScorer(make_product("steel kettle new", "best offer"))
    units = units_of(scorer, account(scorer, silent), "word")
    assert units is not None
    return Trial(scorer, units, 0, None)


def test_each_word_that_is_read_is_a_unit() -> None:
    units = make_trial("new").units
    assert units.count == len(units.players) == len(units.all_of_kind) == 5
    assert units.shares.tolist() == [1, 1, 0, 1, 1]
    scorer = make_trial().scorer
    found = account(scorer)
    beyond = tuple(replace(p, kind="unread", value=0.0) if p.label == "offer" else p for p in found.parts)
    read = units_of(scorer, replace(found, parts=beyond), "word")
    assert read is not None
    assert (len(read.players), len(read.all_of_kind)) == (4, 5)
    assert units_of(scorer, account(scorer, tuple(p.label for p in scorer.players)), "word") is None


def test_words_of_a_long_text_go_together_within_their_column(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prodcls.explain.trial, "UNITS", 3)
    units = make_trial().units
    assert units.unit.tolist() == [0, 0, 1, 2, 2]
    spread = units.spread(np.array([1.0, 2.0, 1.0]))
    assert spread[0] == spread[1]
    assert spread[2] == pytest.approx(4 * spread[0])  # twice the weight, on one word instead of two
    assert np.abs(spread).sum() == pytest.approx(np.abs(units.shares).sum())


def test_sets_are_scored_as_the_served_model_scores_what_is_left() -> None:
    trial = make_trial()
    first = np.array([[True, True, False, False, False]])
    kept, out = trial.log_odds(first, whole=False), trial.log_odds(~first, whole=True)
    scorer = trial.scorer
    masks = scorer.everything(2)
    masks[0, trial.units.players[2:]] = False
    masks[1, trial.units.players[:2]] = False
    np.testing.assert_allclose([kept[0], out[0]], scorer.score(masks, 0, None).margin)
    held = trial.hold(first)
    np.testing.assert_allclose(held, scipy.special.expit(kept) - scipy.special.expit(out))
    assert held[0] > trial.hold(~first)[0]


def test_changes_are_those_of_one_unit_beside_the_top() -> None:
    trial = make_trial()
    top = np.array([True, False, False, False, False])
    out, kept = trial.changes(top, np.array([0, 1]))
    both = np.array([[True, True, False, False, False]])
    np.testing.assert_allclose(kept[0], trial.log_odds(np.concatenate([top[None], both]), whole=False))
    np.testing.assert_allclose(kept[1], trial.log_odds(np.stack([top & False, top]), whole=False))
    np.testing.assert_allclose(out[0], trial.log_odds(~np.stack([top & False, top]), whole=True))
    np.testing.assert_allclose(out[1], trial.log_odds(~np.concatenate([top[None], both]), whole=True))


def test_tops_are_the_largest_weights() -> None:
    trial = make_trial()
    weights = np.array([0.1, 0.5, -0.2, 0.4, 0.3])
    assert trial.order(weights).tolist() == [1, 3, 4, 0, 2]
    assert [np.flatnonzero(top).tolist() for top in trial.tops(weights, [1, 3])] == [[1], [1, 3, 4]]
