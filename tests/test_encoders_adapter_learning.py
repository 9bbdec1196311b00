"""An adapter learns from the texts that it is given, the same from the same ones, and nothing else."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from encoder_factory import WORDS, write_bert
from photo_factory import write_preprocessor, write_torchvision
from prodcls.encoders import adapter_learning as module
from prodcls.encoders import image_encoder, text_encoder
from prodcls.encoders.adapter_learning import MOST_TOKENS, RANK, Lesson, learn_adapter, steps_of, tunable
from prodcls.encoders.base import FrozenEncoder
from prodcls.encoders.folder_files import SEARCH_VARIABLE
from prodcls.errors import InputError


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("models")
    write_bert(root / "small-bert")
    write_bert(root / "cls-bert", pooling="cls")
    write_preprocessor(write_torchvision(root / "small-vgg", "vgg11"), size=64)
    return root


@pytest.fixture(autouse=True)
def found(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SEARCH_VARIABLE, str(models))


def opened(name: str) -> FrozenEncoder:
    encoder = text_encoder(name, threads=1)
    assert isinstance(encoder, FrozenEncoder)
    return encoder


def lesson(encoder: FrozenEncoder, n: int = 96, seed: int = 0) -> Lesson:
    """Return texts of two classes, told by one word that stands among others, in two columns."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 2
    texts = tuple(" ".join(rng.permutation([*rng.choice(WORDS[4:], 5), WORDS[k]])) for k in labels)
    column = (np.arange(n) // 2) % 2
    return Lesson(texts, column, labels, encoder.encode(texts).vectors)


def between(vectors: np.ndarray, labels: np.ndarray) -> float:
    """Return the share of the spread of vectors that lies between their classes."""
    means = np.stack([vectors[labels == k].mean(axis=0) for k in (0, 1)])
    return float(((means[0] - means[1]) ** 2).sum() / vectors.var(axis=0).sum())


@pytest.mark.parametrize("name", ["small-bert", "cls-bert"])
def test_classes_of_texts_that_were_not_seen_move_apart(name: str) -> None:
    encoder = opened(name)
    new = lesson(encoder, seed=1)
    tuned = encoder.adapted(learn_adapter(encoder, lesson(encoder, 640), 0))
    assert between(tuned.encode(new.texts).vectors, new.labels) > 1.2 * between(new.vectors, new.labels)


def test_equal_lessons_give_equal_bits_beside_others_and_alone() -> None:
    encoder = opened("small-bert")
    told, other = lesson(encoder), lesson(encoder, seed=3)
    alone = learn_adapter(encoder, told, 5)
    with ThreadPoolExecutor(3) as pool:
        beside = list(pool.map(lambda one: learn_adapter(encoder, one, 5), [told, other, told]))
    assert beside[0] == beside[2] == alone
    assert beside[1] != alone
    assert learn_adapter(encoder, told, 6) != alone


def test_only_the_upper_half_of_queries_and_values_is_changed() -> None:
    encoder = opened("small-bert")
    found = learn_adapter(encoder, lesson(encoder, 32), 0)
    inside = "model.encoder.layer.1.attention.self."
    assert sorted(found.down) == [inside + "query", inside + "value"]
    assert {one.shape for one in found.down.values()} == {(RANK, 32)}
    assert all(np.abs(change).max() > 0 for change in found.changes().values())
    maps = module._maps(opened("minilm").network.build())
    assert maps == [f"layers.{i}.{name}" for i in (3, 4, 5) for name in ("query", "value")]


def test_the_frozen_network_is_left_as_it_is() -> None:
    encoder = opened("small-bert")
    told = lesson(encoder, 32)
    learn_adapter(encoder, told, 0)
    np.testing.assert_array_equal(opened("small-bert").encode(told.texts).vectors, told.vectors)


def test_each_step_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    encoder, steps = opened("small-bert"), list[int]()
    told = lesson(encoder, 70)
    learn_adapter(encoder, told, 0, lambda: steps.append(1))
    assert len(steps) == steps_of(told) == 3 * 3
    monkeypatch.setattr(module, "MOST_TEXTS", 40)
    learn_adapter(encoder, told, 0, lambda: steps.append(1))
    assert len(steps) == 9 + steps_of(told) == 9 + 3 * 2


def test_long_texts_are_cut_and_keep_their_end() -> None:
    encoder = opened("small-bert")
    told = Lesson(("blue " * 200, "red"), np.zeros(2, np.int64), np.array([0, 1]), np.zeros((2, 32), np.float32))
    read = module._Read(encoder, told)
    assert [len(ids) for ids in read.ids] == [MOST_TOKENS, 3]
    assert read.ids[0][-1] == read.ids[1][-1]
    assert read.stacked(np.array([0, 1])).shape == (2, MOST_TOKENS)


@pytest.mark.parametrize(("name", "can"), [("minilm", True), ("small-bert", True), ("cls-bert", True), ("use", False)])
def test_encoders_with_attention_can_learn(name: str, can: bool) -> None:
    assert tunable(text_encoder(name)) is can
    assert not tunable(image_encoder("small-vgg"))
    if not can:
        with pytest.raises(InputError, match=r"--tune lora: use has no attention") as caught:
            learn_adapter(opened(name), replace(lesson(opened(name), 4)), 0)
        assert caught.value.code == "encoder-unusable"
