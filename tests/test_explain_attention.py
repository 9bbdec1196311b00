"""Attention is shared out over the words of a text, and never passes for an explanation."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import prodcls.preparation
from encoder_factory import write_bert
from explain_factory import CLASSES, Counting, make_product
from prodcls.encoders.folder_text import FolderText
from prodcls.encoders.inner import attentions
from prodcls.encoders.model_folder import read_folder
from prodcls.explain.attention import Attention, rollout
from prodcls.explain.attribution import Attribution
from prodcls.explain.product import Product
from prodcls.lookup import product_from_cells
from real_bundle import real


def ask(title: str, photo: Path | None = None) -> Attribution:
    bundle, readers = real().bundle, real().readers
    found = product_from_cells(bundle, {"title": title}, readers, photo)
    product = Product(bundle.model, bundle.recipe, found.subject.inputs, found.photo)
    return Attention().explain(product, "Phone", "Kettle")


@given(st.integers(1, 4), st.integers(1, 6), st.integers(0, 1000))
def test_rollout_keeps_rows_that_sum_to_one(layers: int, tokens: int, seed: int) -> None:
    drawn = np.random.default_rng(seed).random((layers, tokens, tokens)) + 1e-3
    flow = rollout(drawn / drawn.sum(axis=2, keepdims=True))
    assert (flow >= 0).all()
    np.testing.assert_allclose(flow.sum(axis=1), 1.0)


def test_later_layers_mix_what_earlier_ones_made() -> None:
    first, second = np.array([[0.0, 1.0], [0.0, 1.0]]), np.array([[1.0, 0.0], [1.0, 0.0]])
    mix = [(layer + np.eye(2)) / 2 for layer in (first, second)]
    np.testing.assert_allclose(rollout(np.stack([first, second])), mix[1] @ mix[0])


@pytest.mark.parametrize("title", ["smart phone 5g, with case", "phone", "双门 冰箱", "word " * 300, "a🙂 b"])
def test_shares_of_a_text_sum_to_one(title: str) -> None:
    words = [p for p in ask(title).parts if p.kind == "word"]
    assert all(p.value >= 0 for p in words)
    assert sum(p.value for p in words) == pytest.approx(1.0, abs=1e-9)
    assert all(title[p.start : p.end] == p.label for p in words)


@pytest.mark.parametrize("title", ["", "!!! ..."])
def test_without_words_there_is_nothing_to_look_at(title: str) -> None:
    assert not ask(title).parts


def test_the_json_says_that_it_is_no_explanation() -> None:
    account = ask("smart phone")
    told = json.loads(account.to_json())
    assert told["scope"]["about"] == "attention"
    assert told["scope"]["note"].startswith("Not an explanation of the decision")
    assert told["certificate"] is None
    assert Attribution.from_json(account.to_json()) == account


def test_an_encoder_that_is_no_transformer_is_named_as_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [p.label for p in ask("smart phone").parts if p.kind == "context"] == ["no-attention"]  # of use-pooled
    monkeypatch.setattr(prodcls.preparation, "text_encoder", lambda *_: Counting([]))
    monkeypatch.setattr(prodcls.preparation, "image_encoder", lambda *_: None)
    account = Attention().explain(make_product(), "Kettle", "Lamp")
    assert [(p.block, p.label, p.value) for p in account.parts] == [
        ("title", "no-attention", 0.0),
        ("description", "no-attention", 0.0),
    ]


@pytest.mark.parametrize(("pooling", "rows"), [("cls", slice(0, 1)), ("mean", slice(None))])
def test_only_the_states_count_that_the_vector_is_made_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pooling: str, rows: slice
) -> None:
    encoder = FolderText(read_folder(write_bert(tmp_path / "bert", pooling=pooling)), "torch")
    monkeypatch.setattr(prodcls.preparation, "text_encoder", lambda *_: encoder)
    monkeypatch.setattr(prodcls.preparation, "image_encoder", lambda *_: None)
    product = make_product("red teapot", "")
    item = encoder.prepare("red teapot")
    layers = attentions(encoder, item.value)
    assert layers is not None
    looked = rollout(layers)[rows].mean(axis=0)[1:3]  # between the two marks
    parts = [p for p in Attention().explain(product, *CLASSES[:2]).parts if p.kind == "word"]
    found = {p.label: p.value for p in parts}
    assert found == pytest.approx(dict(zip(("red", "teapot"), looked / looked.sum(), strict=True)))
