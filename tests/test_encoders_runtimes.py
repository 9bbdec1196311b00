"""Whatever runs a network, a vector depends on its item alone, to the last bit."""

from __future__ import annotations

from itertools import product, starmap
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from attacks import rounds
from network_factory import Built, doubler
from prodcls.config import Runtime
from prodcls.encoders import TEXT_ENCODERS
from prodcls.encoders.runtimes import Stacking, open_network, stacking
from prodcls.errors import InputError

WORDS = ("steel", "kettle", "1.5", "不锈钢", "kurta", "women's", "(pack", "of", "3)", "antibacterial", "blue")
FAST = ("onnx", "openvino", "openvino-bf16")


def needed(runtime: str) -> None:
    if runtime.startswith("openvino"):
        pytest.importorskip("openvino", reason="OpenVINO is not installed")


@pytest.mark.parametrize("runtime", [*FAST, "torch", "torch-bf16"])
def test_outputs_come_by_name_for_items_of_any_length(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, runtime: Runtime
) -> None:
    needed(runtime)
    monkeypatch.setenv("PRODCLS_CACHE", str(tmp_path))
    run = open_network(doubler(Built()), runtime)
    for n, length in ((1, 1), (2, 1), (1, 8), (3, 31)):
        items = np.arange(n * length).reshape(n, length)
        total, doubled = run(items, ("total", "doubled"))
        np.testing.assert_array_equal(total, items.sum(1) * 2)
        np.testing.assert_array_equal(doubled, items * 2)
        assert doubled.dtype == np.float32


@pytest.mark.parametrize("runtime", FAST)
@pytest.mark.parametrize("name", ["minilm", "use"])
def test_company_moves_no_bit(name: str, runtime: Runtime) -> None:
    """Random stacks of texts, against each text alone."""
    needed(runtime)
    random, encoder = np.random.default_rng(5), TEXT_ENCODERS[name](runtime)
    how = stacking(runtime, encoder.network)
    texts = [" ".join(random.choice(WORDS, random.integers(1, most))) for most in (5, 10, 30) for _ in range(12)]
    run = open_network(encoder.network, runtime)
    values = [encoder.prepare(text).value for text in texts]
    alone = np.array([run(how.stack([value]), (encoder.vector_output,))[0][0] for value in values])
    for _ in range(rounds(sample=2, full=300)):
        order = random.permutation(len(values))
        for group in how.groups([len(values[i]) for i in order]):
            rows = order[group[: random.integers(1, len(group) + 1)]]
            found = run(how.stack([values[i] for i in rows]), (encoder.vector_output,))[0]
            np.testing.assert_array_equal(found, alone[rows])


@pytest.mark.parametrize("runtime", FAST)
@pytest.mark.parametrize("threads", [1, 3])
def test_encoding_together_is_encoding_alone(runtime: Runtime, threads: int) -> None:
    needed(runtime)
    texts = ["red cotton shirt", "kettle", "steel kettle with a lid, 1.5 l", "kettle", "blue cotton shirt"]
    done: list[int] = []
    together = TEXT_ENCODERS["minilm"](runtime, threads).encode(texts, done.append)
    alone = [TEXT_ENCODERS["minilm"](runtime).encode([text]).vectors[0] for text in texts]
    np.testing.assert_array_equal(together.vectors, np.array(alone))
    assert done == sorted(set(done))
    assert done[-1] == len(texts)


@pytest.mark.parametrize("name", ["minilm", "use", "use-pooled"])
def test_what_fills_a_text_up_counts_for_nothing(name: str) -> None:
    """In torch, with and without filling: the same but for rounding."""
    encoder = TEXT_ENCODERS[name]("torch")
    run = open_network(encoder.network, "torch")
    values = [encoder.prepare(text).value for text in ("red shirt", "steel kettle with a lid, 1.5 l")]
    filled = run(Stacking(step=32, tokens=64).stack(values), (encoder.vector_output,))[0]
    for vector, value in zip(filled, values, strict=True):
        np.testing.assert_allclose(vector, run(value[None], (encoder.vector_output,))[0][0], atol=1e-6)


def test_stacks_hold_each_text_once_and_begin_with_the_longest() -> None:
    lengths = np.random.default_rng(0).integers(1, 300, 500).tolist()
    networks = (encoder().network for encoder in TEXT_ENCODERS.values())
    for how in starmap(stacking, product(get_args(Runtime), networks)):
        groups = how.groups(lengths)
        assert sorted(np.concatenate(groups).tolist()) == list(range(500))
        filled = [{how.filled(lengths[i]) for i in group} for group in groups]
        assert all(len(one) == 1 for one in filled)
        assert [max(one) for one in filled] == sorted((max(one) for one in filled), reverse=True)
        assert all(len(group) * max(one) <= max(how.tokens, *one) for group, one in zip(groups, filled, strict=True))


def test_a_whole_stack_has_a_shape_of_its_length_alone() -> None:
    how = Stacking(step=4, tokens=16, photos=3, whole=True)
    assert how.stack([np.array([7, 8, 9])]).tolist() == [[7, 8, 9, -1]] * 4
    assert how.stack([np.array([7, 8]), np.array([5])]).tolist() == [
        [7, 8, -1, -1],
        [5, -1, -1, -1],
        *[[7, 8, -1, -1]] * 2,
    ]
    assert how.stack([np.zeros((2, 2, 3), dtype=np.uint8)]).shape == (3, 2, 2, 3)


def test_without_openvino_the_user_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "openvino", None)
    with pytest.raises(InputError, match=r"pip install 'prodcls\[openvino\]' \[extra-missing\]"):
        open_network(doubler(Built()), "openvino")
