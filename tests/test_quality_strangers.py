"""Strangers by their embedding, and photos that contradict the words."""

from __future__ import annotations

import numpy as np
import pytest

from prodcls.quality.strangers import disagreements, remoteness
from synthetic import embeddings

N = 60


def crowd(stranger: bool) -> np.ndarray:
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(N, 8)) * 0.15 + np.eye(8)[np.arange(N) % 3]
    if stranger:
        vectors[5] = -np.eye(8)[7]
    return vectors


def test_what_is_like_nothing_else_is_remote() -> None:
    blocks = {"title": embeddings("title", crowd(stranger=True)), "image": embeddings("image", crowd(stranger=True))}
    far = remoteness(blocks, np.arange(N))
    assert far.argmax() == 5
    assert far[5] > 10
    assert np.sort(far)[-2] < 5


def test_a_copy_of_a_stranger_does_not_hide_it_and_absent_blocks_do_not_count() -> None:
    vectors = crowd(stranger=True)
    vectors[6] = vectors[5]
    groups = np.arange(N)
    groups[6] = groups[5]
    absent = np.ones(N, dtype=bool)
    absent[5] = False
    blocks = {"title": embeddings("title", vectors), "image": embeddings("image", crowd(stranger=False), absent)}
    far = remoteness(blocks, groups)
    assert far.argmax() == 5
    assert far[6] > 5


def test_nothing_is_remote_where_nothing_can_be_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    none = embeddings("title", crowd(stranger=False), np.zeros(N, dtype=bool))
    assert np.isnan(remoteness({"title": none}, np.arange(N))).all()
    assert np.isnan(remoteness({}, np.arange(N))).all()
    same = embeddings("title", np.ones((N, 4)))
    assert (remoteness({"title": same}, np.arange(N)) == 0).all()
    monkeypatch.setattr("prodcls.quality.strangers.MAX_ROWS", N - 1)
    assert np.isnan(remoteness({"title": embeddings("title", crowd(stranger=True))}, np.arange(N))).all()


def test_only_sure_and_different_opinions_disagree() -> None:
    text = np.array([[0.95, 0.05], [0.99, 0.01], [0.95, 0.05], [np.nan, np.nan], [0.8, 0.2]])
    photo = np.array([[0.02, 0.98], [0.03, 0.97], [0.97, 0.03], [0.0, 1.0], [0.0, 1.0]])
    found = disagreements(text, photo)
    assert found.rows.tolist() == [1, 0]
    assert (found.text.tolist(), found.photo.tolist()) == ([0, 0], [1, 1])
    assert found.sure.tolist() == [0.97, 0.95]
