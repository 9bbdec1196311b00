"""Held-out scores are those of a probe refitted without the group, by whichever way they are computed."""

from __future__ import annotations

from unittest import mock

import numpy as np
import pytest
import scipy.optimize
import scipy.sparse as sp
import scipy.special
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import Ridge

import prodcls.probes
from prodcls.probes import PENALTIES, Probe, ProbeFit, choose_penalty, fit_probe
from prodcls.ridge import Targets


class Case:
    """Unit-length rows with random classes in random groups, at least two."""

    def __init__(self, n: int, d: int, n_groups: int, seed: int) -> None:
        rng = np.random.default_rng(seed)
        dense = rng.normal(size=(n, d)) * (rng.random((n, d)) < 0.6)
        dense[:, 0] += 0.1
        self.dense = (dense / np.linalg.norm(dense, axis=1, keepdims=True)).astype(np.float32)
        self.sparse = sp.csr_matrix(self.dense)
        self.labels = rng.integers(3, size=n)
        self.targets = Targets(self.labels, 3)
        self.groups = rng.permutation(np.r_[np.arange(n_groups), rng.integers(n_groups, size=n - n_groups)]) * 7

    def refitted(self, penalty: float, fold: np.ndarray | None = None) -> np.ndarray:
        """Return the scores of each row by scikit-learn's ridge on the rows of the other groups, or folds."""
        part = self.groups if fold is None else fold
        scores, targets = np.empty((len(self.targets), 3)), self.targets.laid_out().astype(float)
        for k in np.unique(part):
            inside, outside = part != k, part == k
            model = Ridge(alpha=penalty, solver="cholesky").fit(self.dense[inside].astype(float), targets[inside])
            scores[outside] = model.predict(self.dense[outside].astype(float))
        return scores


@st.composite
def cases(draw: st.DrawFn, *, wide: bool) -> Case:
    n = draw(st.integers(4, 24))
    d = draw(st.integers(n, 40) if wide else st.integers(1, n - 1))
    return Case(n, d, draw(st.integers(2, n)), draw(st.integers(0, 10_000)))


@settings(deadline=None, max_examples=40)
@given(st.sampled_from(["dense", "sparse"]), cases(wide=False), st.sampled_from(PENALTIES))
def test_primal_scores_are_those_of_a_refit(kind: str, case: Case, penalty: float) -> None:
    with mock.patch.object(prodcls.probes, "PENALTY_ROWS", 1):
        fit = fit_probe(getattr(case, kind), case.targets, case.groups, penalty=penalty)
    np.testing.assert_allclose(fit.held_out, case.refitted(penalty), atol=5e-3)


@settings(deadline=None, max_examples=40)
@given(st.booleans().flatmap(lambda wide: cases(wide=wide)), st.sampled_from(PENALTIES))
def test_dual_scores_are_those_of_a_refit(case: Case, penalty: float) -> None:
    fit = fit_probe(case.dense, case.targets, case.groups, penalty=penalty)
    np.testing.assert_allclose(fit.held_out, case.refitted(penalty), atol=5e-3)


@settings(deadline=None, max_examples=40)
@given(st.booleans().flatmap(lambda wide: cases(wide=wide)), st.sampled_from(PENALTIES))
def test_sparse_scores_are_those_of_a_refit(case: Case, penalty: float) -> None:
    fit = fit_probe(case.sparse, case.targets, case.groups, penalty=penalty)
    np.testing.assert_allclose(fit.held_out, case.refitted(penalty), atol=5e-3)


@settings(deadline=None, max_examples=30)
@given(
    st.booleans().flatmap(lambda wide: cases(wide=wide)), st.sampled_from(["dense", "sparse"]), st.sampled_from([1, 99])
)
def test_the_probe_itself_is_the_ridge_on_all_rows(case: Case, kind: str, dual_rows: int) -> None:
    penalty = 0.1
    with mock.patch.object(prodcls.probes, "PENALTY_ROWS", dual_rows):
        fit = fit_probe(getattr(case, kind), case.targets, case.groups, penalty=penalty)
    ridge = Ridge(alpha=penalty).fit(case.dense.astype(float), case.targets.laid_out().astype(float))
    np.testing.assert_allclose(fit.probe.scores(case.dense), ridge.predict(case.dense.astype(float)), atol=1e-3)
    np.testing.assert_allclose(fit.probe.weights, ridge.coef_.T, atol=5e-3)
    np.testing.assert_allclose(fit.probe.intercept, ridge.intercept_, atol=5e-3)


@pytest.mark.parametrize(("n", "d", "n_groups"), [(30, 12, 20), (24, 40, 24), (30, 12, 2)])
def test_many_sparse_rows_are_scored_by_folds_of_groups(
    monkeypatch: pytest.MonkeyPatch, n: int, d: int, n_groups: int
) -> None:
    monkeypatch.setattr(prodcls.probes, "DUAL_ROWS", 5)
    monkeypatch.setattr(prodcls.probes, "PENALTY_ROWS", 5)
    monkeypatch.setattr(prodcls.probes, "PRIMAL_TERMS", 5)
    monkeypatch.setattr(prodcls.probes, "CLASSES_AT_ONCE", 2)
    case = Case(n, d, n_groups, seed=3)
    fit = fit_probe(case.sparse, case.targets, case.groups, penalty=0.3)
    fold = np.unique(case.groups, return_inverse=True)[1] % 10
    np.testing.assert_allclose(fit.held_out, case.refitted(0.3, fold), atol=1e-3)
    ridge = Ridge(alpha=0.3).fit(case.dense.astype(float), case.targets.laid_out().astype(float))
    np.testing.assert_allclose(fit.probe.weights, ridge.coef_.T, atol=1e-3)
    np.testing.assert_allclose(fit.probe.intercept, ridge.intercept_, atol=1e-3)


@pytest.mark.parametrize("rows", [2_000, 5])
@pytest.mark.parametrize("kind", ["dense", "sparse"])
def test_labels_of_a_group_have_no_part_in_its_own_scores(
    monkeypatch: pytest.MonkeyPatch, kind: str, rows: int
) -> None:
    monkeypatch.setattr(prodcls.probes, "PENALTY_ROWS", rows)
    case = Case(20, 15, 8, seed=5)
    features = getattr(case, kind)
    before = fit_probe(features, case.targets, case.groups, penalty=0.1).held_out
    own = case.groups == case.groups[0]
    changed = np.where(own, (case.labels + 1) % 3, case.labels)
    after = fit_probe(features, Targets(changed, 3), case.groups, penalty=0.1).held_out
    np.testing.assert_allclose(after[own], before[own], atol=1e-3)
    assert np.abs(after[~own] - before[~own]).max() > 0.05


def best_loss(fit: ProbeFit, labels: np.ndarray) -> float:
    """Return the log loss of the held-out scores at their best scale, found on a fine grid."""
    losses = [
        -scipy.special.log_softmax(fit.held_out * scale, axis=1)[np.arange(len(labels)), labels].mean()
        for scale in np.exp(np.linspace(-2, 5, 300))
    ]
    return float(min(losses))


@pytest.mark.parametrize("copies", [1, 4])
@pytest.mark.parametrize("seed", range(4))
def test_the_penalty_of_least_held_out_loss_is_chosen(seed: int, copies: int) -> None:
    rng = np.random.default_rng(seed)
    groups = np.arange(60) // copies
    labels = groups % 3
    noise = rng.normal(size=(60, 30))[groups] + 0.1 * rng.normal(size=(60, 30))
    features = (rng.normal(size=(3, 30))[labels] + (1 + seed) * noise).astype(np.float32)
    features /= np.linalg.norm(features, axis=1, keepdims=True)
    targets = Targets(labels, 3)
    chosen = choose_penalty(features, targets, groups)
    assert chosen in PENALTIES
    assert chosen == choose_penalty(features, targets, groups)
    losses = {p: best_loss(fit_probe(features, targets, groups, penalty=p), labels) for p in PENALTIES}
    assert losses[chosen] <= min(losses.values()) + 3e-4


def test_the_chosen_penalty_is_used_where_none_is_given() -> None:
    case = Case(24, 6, 24, seed=1)
    chosen = choose_penalty(case.dense, case.targets, case.groups)
    given_penalty = fit_probe(case.dense, case.targets, case.groups, penalty=chosen)
    np.testing.assert_array_equal(fit_probe(case.dense, case.targets, case.groups).held_out, given_penalty.held_out)


@pytest.mark.parametrize("n", [40, 50])
def test_penalties_are_compared_on_an_even_sample_of_many_rows(monkeypatch: pytest.MonkeyPatch, n: int) -> None:
    monkeypatch.setattr(prodcls.probes, "PENALTY_ROWS", 20)
    case = Case(n, 4, n, seed=2)
    rows = np.linspace(0, n - 1, 20).astype(int)
    noise = np.setdiff1d(np.arange(n), rows)
    expected = choose_penalty(case.dense[rows], case.targets.take(rows), case.groups[rows])
    case.targets.labels[noise] = 0
    case.dense[noise] = 1.0
    assert choose_penalty(case.dense, case.targets, case.groups) == expected
    assert choose_penalty(sp.csr_matrix(case.dense), case.targets, case.groups) == expected


def test_one_group_cannot_be_held_out() -> None:
    case = Case(6, 3, 2, seed=0)
    with pytest.raises(ValueError, match="two groups"):
        fit_probe(case.dense, case.targets, np.zeros(6, dtype=np.int64))


def test_scores_are_linear_in_the_features() -> None:
    probe = Probe(np.array([[1, 2], [3, 4]], dtype=np.float32), np.array([10, 20], dtype=np.float32))
    features = np.array([[1, 0], [0, 1], [2, 1]], dtype=np.float32)
    expected = [[11, 22], [13, 24], [15, 28]]
    assert probe.scores(features).tolist() == expected
    assert probe.scores(sp.csr_matrix(features)).tolist() == expected


@pytest.mark.parametrize("best", range(len(PENALTIES)))
def test_the_penalty_is_the_best_whichever_it_is(monkeypatch: pytest.MonkeyPatch, best: int) -> None:
    tried: list[float] = []

    def dual(_: object, targets: Targets, penalty: float) -> float:
        tried.append(penalty)
        return penalty

    monkeypatch.setattr(prodcls.probes, "Dual", dual)
    monkeypatch.setattr(prodcls.probes, "_scorer", lambda penalty, *_: lambda _: penalty)
    monkeypatch.setattr(prodcls.probes, "_scaled_loss", lambda penalty, _: abs(PENALTIES.index(penalty) - best))
    rows = np.eye(6, dtype=np.float32)
    assert choose_penalty(rows, Targets(np.arange(6) % 2, 2), np.arange(6)) == PENALTIES[best]
    assert len(tried) == len(set(tried)) <= 5
