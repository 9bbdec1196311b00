"""Text encoders of folders: as transformers computes them, in words, and through a whole fit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from encoder_factory import write_bert
from photo_factory import write_preprocessor, write_shop, write_torchvision
from prodcls.encoders import text_encoder
from prodcls.encoders.conformance import conformance
from prodcls.encoders.folder_files import SEARCH_VARIABLE
from prodcls.encoders.folder_text import FolderText
from prodcls.encoders.inner import attentions, integrate
from prodcls.encoders.model_folder import read_folder
from prodcls.errors import InputError

TEXTS = ["Enamel teapot with lid", "搪瓷茶壶", "usb cable, 1.2", "blue cotton shirt for men " * 12]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("models")
    write_bert(root / "mean-bert")
    write_bert(root / "cls-bert", pooling="cls", prompt="query: ")
    write_bert(root / "mean-roberta", kind="roberta")
    write_preprocessor(write_torchvision(root / "small-vgg", "vgg11"), size=64)
    return root


@pytest.fixture(autouse=True)
def found(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SEARCH_VARIABLE, str(models))


def reference(folder: Path, text: str) -> np.ndarray:
    """Return the vector as the libraries compute it from the ids themselves."""
    import torch
    from tokenizers import Tokenizer
    from transformers import AutoModel

    told = read_folder(folder)
    ids = Tokenizer.from_file(str(folder / "tokenizer.json")).encode(told.prompt + text).ids
    if len(ids) > told.max_tokens:
        ids = ids[: told.max_tokens - 1] + ids[-1:]
    model = AutoModel.from_pretrained(folder, local_files_only=True).eval()
    with torch.inference_mode():
        states = model(torch.tensor([ids])).last_hidden_state[0].double()
    vector = states.mean(0) if told.pooling == "mean" else states[0]
    return (vector / vector.norm()).numpy()


@pytest.mark.parametrize("name", ["mean-bert", "cls-bert", "mean-roberta"])
def test_vectors_are_those_of_transformers(models: Path, name: str) -> None:
    vectors = text_encoder(name, "torch").encode(TEXTS).vectors
    for vector, text in zip(vectors, TEXTS, strict=True):
        np.testing.assert_allclose(vector, reference(models / name, text), atol=1e-5)


def test_onnx_runtime_equals_torch(models: Path) -> None:
    folder = read_folder(models / "cls-bert")
    first, second = (FolderText(folder, runtime).encode(TEXTS) for runtime in ("onnx", "torch"))
    np.testing.assert_allclose(first.vectors, second.vectors, atol=1e-5)
    np.testing.assert_array_equal(first.read_share, second.read_share)
    assert first.read_share.tolist()[:3] == [1, 1, 1]
    assert first.read_share[3] < 1


@pytest.mark.parametrize("name", ["mean-bert", "cls-bert", "mean-roberta"])
def test_parts_sum_to_what_makes_the_vector(name: str) -> None:
    encoder = text_encoder(name, "torch")
    vectors = encoder.encode(TEXTS).vectors
    for vector, parts in zip(vectors, encoder.encode_parts(TEXTS), strict=True):
        assert not parts.approximate
        np.testing.assert_allclose(parts.vectors.sum(axis=0), parts.pooled, atol=1e-4)
        np.testing.assert_allclose(encoder.finish(parts.pooled[None].astype(np.float64))[0], vector, atol=1e-5)
        assert parts.vector.tobytes() == vector.tobytes()


def test_spans_are_words_of_the_text_and_never_of_the_prompt() -> None:
    text = "enamel teapot"
    (parts,) = text_encoder("cls-bert", "torch").encode_parts([text])
    assert parts.spans is not None
    seen = [text[start:end] for start, end in parts.spans.tolist() if end > start]
    assert seen == ["enamel", "teapot"]


def test_gradients_and_attention_are_those_of_its_own_network() -> None:
    encoder = text_encoder("mean-bert", "torch")
    assert isinstance(encoder, FolderText)
    ids = encoder.prepare("blue cotton shirt").value
    layers = attentions(encoder, ids)
    assert layers is not None
    assert layers.shape == (2, len(ids), len(ids))
    np.testing.assert_allclose(layers.sum(axis=2), 1.0, atol=1e-5)
    weights = np.linspace(-1, 1, 32)
    way = integrate(encoder, ids, weights, 32)
    assert way is not None
    assert abs(way.error) < 0.05 * max(1.0, abs(way.item - way.blank))
    np.testing.assert_allclose(way.item, encoder.encode(["blue cotton shirt"]).vectors[0] @ weights, atol=1e-4)


def test_a_tokenizer_of_another_model_is_refused(models: Path, tmp_path: Path) -> None:
    import json
    import shutil

    folder = Path(shutil.copytree(models / "mean-bert", tmp_path / "odd"))
    told = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    told["model"]["vocab"]["teapot"] = 5000
    (folder / "tokenizer.json").write_text(json.dumps(told), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        FolderText(read_folder(folder), "torch").encode(["teapot"])
    assert caught.value.code == "encoder-unusable"


def test_weights_that_do_not_fit_are_refused(models: Path, tmp_path: Path) -> None:
    import shutil

    from safetensors.numpy import load_file, save_file

    folder = Path(shutil.copytree(models / "mean-bert", tmp_path / "odd"))
    weights = load_file(folder / "model.safetensors")
    del weights["encoder.layer.1.output.dense.weight"]
    save_file(weights, folder / "model.safetensors")
    with pytest.raises(InputError, match="lacks 1 tensors"):
        FolderText(read_folder(folder), "torch").encode(["teapot"])


@pytest.mark.parametrize("name", ["mean-bert", "mean-roberta"])
def test_it_conforms(name: str) -> None:
    checks = conformance(name)
    assert [check for check in checks if not check.holds] == []
    assert len(checks) == 10


def test_a_fit_by_it_is_explained_in_words_and_found_again(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from click.testing import CliRunner

    from prodcls.cli import cli

    def prodcls(*arguments: str) -> str:
        done = CliRunner().invoke(cli, arguments, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output

    out = tmp_path / "out"
    quickly = ("--folds", "2", "--no-baselines", "--witnesses", "0", "--robustness", "0")
    chosen = ("--text-encoder", "cls-bert", "--runtime", "torch", "--cache-dir", str(tmp_path / "cache"))
    chosen += ("--image-encoder", "small-vgg")
    prodcls("fit", str(write_shop(tmp_path / "shop")), "--out", str(out), *quickly, *chosen)
    told = prodcls("why", str(out / "bundle"), "red3")
    assert "teapot" in told
    assert read_folder(models / "cls-bert").digest[:12] in (out / "audit.json").read_text(encoding="utf-8")
    prodcls("verify", str(out))
    monkeypatch.delenv(SEARCH_VARIABLE)
    with pytest.raises(InputError, match=SEARCH_VARIABLE):
        CliRunner().invoke(cli, ["why", str(out / "bundle"), "red3"], catch_exceptions=False)


@pytest.mark.parametrize("kind", ["bert", "evil"])
def test_code_beside_a_model_is_never_run(models: Path, tmp_path: Path, kind: str) -> None:
    import json
    import shutil

    folder = Path(shutil.copytree(models / "mean-bert", tmp_path / "odd"))
    told = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    told |= {"model_type": kind, "auto_map": {name: f"evil.{name}" for name in ("AutoConfig", "AutoModel")}}
    (folder / "config.json").write_text(json.dumps(told), encoding="utf-8")
    trace = tmp_path / "ran"
    code = f"open({str(trace)!r}, 'w').close()\n"
    for name in ("evil.py", "modeling_bert.py", "__init__.py"):
        (folder / name).write_text(code, encoding="utf-8")
    encoder = FolderText(read_folder(folder), "torch")
    if kind == "bert":  # a model that is known needs no code of its own
        plain = text_encoder("mean-bert", "torch").encode(TEXTS).vectors
        assert encoder.encode(TEXTS).vectors.tobytes() == plain.tobytes()
    else:
        with pytest.raises(InputError) as caught:
            encoder.encode(TEXTS)
        assert caught.value.code == "encoder-unusable"
    assert not trace.exists()


@pytest.mark.parametrize("name", ["mean-bert", "cls-bert", "mean-roberta"])
def test_the_longest_texts_are_read_by_every_runtime(name: str) -> None:
    encoder = text_encoder(name, "openvino")
    assert isinstance(encoder, FolderText)
    texts = ["blue " * n for n in (40, 62, 63, 200)]
    assert max(len(encoder.prepare(text).value) for text in texts) % 16 or name == "mean-roberta"
    expected = text_encoder(name, "torch").encode(texts).vectors
    np.testing.assert_allclose(encoder.encode(texts).vectors, expected, atol=1e-5)
