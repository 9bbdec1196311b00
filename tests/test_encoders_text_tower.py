"""The text towers of CLIP and SigLIP: as transformers computes it, in words, and together with its photos."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from photo_factory import write_photo_model, write_pieces, write_preprocessor
from prodcls.encoders import image_encoder, text_encoder
from prodcls.encoders.conformance import conformance, conforms
from prodcls.encoders.folder_files import SEARCH_VARIABLE
from prodcls.encoders.folder_text import FolderText
from prodcls.encoders.inner import attentions, integrate
from prodcls.encoders.model_folder import read_folder
from prodcls.errors import InputError

TEXTS = ["Enamel teapot with lid", "搪瓷茶壶", "usb cable, 1.2", "blue cotton shirt for men " * 12, "", "red"]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("models")
    for kind in ("clip", "siglip"):
        folder = write_photo_model(root / f"small-{kind}", kind)
        write_preprocessor(folder, size={"height": 64, "width": 64})
    write_pieces(root / "small-siglip")
    return root


@pytest.fixture(autouse=True)
def found(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SEARCH_VARIABLE, str(models))


def test_it_tells_what_it_is(models: Path) -> None:
    told = read_folder(models / "small-clip")
    assert (told.pooling, told.dimension, told.vocabulary, told.max_tokens) == ("end", 16, 128, 24)
    assert told.licence == "bsd-3-clause"


def test_vectors_are_those_of_transformers(models: Path) -> None:
    import torch
    from transformers import AutoModel

    encoder = text_encoder("small-clip", "torch")
    assert isinstance(encoder, FolderText)
    model = AutoModel.from_pretrained(models / "small-clip", local_files_only=True).eval()
    encoded = encoder.encode(TEXTS)
    for text, vector in zip(TEXTS, encoded.vectors, strict=True):
        ids = torch.tensor(encoder.prepare(text).value[None])
        with torch.inference_mode():
            wanted = model.get_text_features(ids).pooler_output[0]
        np.testing.assert_allclose(vector, wanted, atol=1e-4)
    assert encoded.read_share[3] < 1


def test_filling_up_moves_nothing_that_counts(models: Path) -> None:
    import torch

    from prodcls.encoders.text_tower import load_text_tower

    net = load_text_tower(read_folder(models / "small-clip"))
    ids = torch.tensor([[126, 30, 31, 127, -1, -1], [126, 30, 31, 32, 33, 127]])
    with torch.inference_mode():
        together, alone = net(ids), net(ids[:1, :4])
    np.testing.assert_allclose(together[0][0], alone[0][0], atol=1e-5)
    np.testing.assert_allclose(together[2][0, 4:], 0, atol=0)


def test_words_sum_to_what_makes_the_vector() -> None:
    encoder = text_encoder("small-clip", "torch")
    text = "enamel teapot"
    for parts in encoder.encode_parts(TEXTS[:4]):
        assert not parts.linear
        np.testing.assert_allclose(parts.vectors.sum(axis=0), parts.pooled, atol=1e-4)
        finished = encoder.finish(parts.pooled[None].astype(np.float64))[0]
        np.testing.assert_allclose(finished, parts.vector, atol=1e-5)
    (parts,) = encoder.encode_parts([text])
    assert parts.spans is not None
    assert [text[start:end] for start, end in parts.spans.tolist() if end > start] == ["enamel", "teapot"]


def test_gradients_and_attention_are_those_of_its_own_network() -> None:
    encoder = text_encoder("small-clip", "torch")
    assert isinstance(encoder, FolderText)
    ids = encoder.prepare("blue cotton shirt").value
    layers = attentions(encoder, ids)
    assert layers is not None
    assert layers.shape == (2, len(ids), len(ids))
    np.testing.assert_allclose(layers.sum(axis=2), 1.0, atol=1e-5)
    assert np.triu(layers, 1).max() == 0  # none sees what comes after it
    way = integrate(encoder, ids, np.linspace(-1, 1, 16), 32)
    assert way is not None
    assert abs(way.error) < 0.05 * max(1.0, abs(way.item - way.blank))


def test_both_towers_conform_under_one_name(models: Path) -> None:
    checks = conformance("small-clip")
    assert [check for check in checks if not check.holds] == []
    assert len(checks) == 21
    text, photo = text_encoder("small-clip"), image_encoder("small-clip")
    assert text.name == photo.name
    assert text.identity != photo.identity


def test_a_tokenizer_without_a_mark_at_the_end_is_refused(models: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(models / "small-clip", tmp_path / "odd"))
    told = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    told["post_processor"] = None
    (folder / "tokenizer.json").write_text(json.dumps(told), encoding="utf-8")
    with pytest.raises(InputError, match="no mark") as caught:
        FolderText(read_folder(folder), "torch").encode(["teapot"])
    assert caught.value.code == "encoder-unusable"


def test_weights_that_are_no_numbers_are_refused(models: Path, tmp_path: Path) -> None:
    from safetensors.numpy import load_file, save_file

    folder = Path(shutil.copytree(models / "small-clip", tmp_path / "odd"))
    weights = load_file(folder / "model.safetensors")
    save_file({key: np.full_like(value, np.nan) for key, value in weights.items()}, folder / "model.safetensors")
    with pytest.raises(InputError, match="not finite"):
        FolderText(read_folder(folder), "torch").encode(["teapot"])


@pytest.mark.parametrize(
    ("tensor", "reason"),
    [
        ("text_projection.weight", "text tower"),
        ("text_model.encoder.layers.1.mlp.fc2.weight", "lacks tensors"),
        ("text_model.final_layer_norm.bias", "lacks tensors"),
    ],
)
def test_weights_that_are_not_all_there_are_refused(models: Path, tmp_path: Path, tensor: str, reason: str) -> None:
    from safetensors.numpy import load_file, save_file

    folder = Path(shutil.copytree(models / "small-clip", tmp_path / "odd"))
    weights = load_file(folder / "model.safetensors")
    del weights[tensor]
    save_file(weights, folder / "model.safetensors")
    with pytest.raises(InputError, match=reason) as caught:
        FolderText(read_folder(folder), "torch").encode(["teapot"])
    assert caught.value.code == "encoder-unusable"


def _siglip(runtime: str = "torch") -> FolderText:
    encoder = text_encoder("small-siglip", runtime)  # type: ignore[arg-type]
    assert isinstance(encoder, FolderText)
    return encoder


def test_siglip_tells_what_it_is(models: Path) -> None:
    told = read_folder(models / "small-siglip")
    assert (told.pooling, told.dimension, told.vocabulary, told.max_tokens) == ("filled", 32, 128, 20)


def test_vectors_of_siglip_are_those_of_transformers(models: Path) -> None:
    import torch
    from transformers import AutoModel, AutoTokenizer

    folder = models / "small-siglip"
    model = AutoModel.from_pretrained(folder, local_files_only=True).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    encoded = _siglip().encode(TEXTS)
    for text, vector in zip(TEXTS, encoded.vectors, strict=True):
        ids = tokenizer(text, padding="max_length", truncation=True, return_tensors="pt")["input_ids"]
        assert ids.shape == (1, 20)
        with torch.inference_mode():
            wanted = model.get_text_features(ids).pooler_output[0]
        np.testing.assert_allclose(vector, wanted, atol=1e-4)
    assert encoded.read_share[3] < 1


def test_words_of_siglip_are_left_out_and_what_they_do_not_tell_is_a_part_of_its_own() -> None:
    encoder, text = _siglip(), "red, phone"
    (parts,) = encoder.encode_parts([text])
    assert parts.linear
    assert parts.approximate
    assert parts.spans is not None
    assert parts.spans.tolist() == [[0, 3], [5, 10], [0, 0]]
    whole, without = encoder.encode([text, "   , phone"]).vectors
    np.testing.assert_allclose(parts.vectors[0], whole.astype(np.float64) - without, atol=1e-6)
    np.testing.assert_allclose(parts.vectors.sum(axis=0), whole, atol=1e-6)
    assert encoder.finish(parts.pooled[None].astype(np.float64)).tolist() == [parts.vector.tolist()]


def test_every_token_of_siglip_is_seen_by_every_other() -> None:
    encoder = _siglip()
    ids = encoder.prepare("blue cotton shirt").value
    layers = attentions(encoder, ids)
    assert layers is not None
    assert layers.shape == (2, 20, 20)
    np.testing.assert_allclose(layers.sum(axis=2), 1.0, atol=1e-5)
    assert layers.min() > 0
    way = integrate(encoder, ids, np.linspace(-1, 1, 32), 32)
    assert way is not None
    assert abs(way.error) < 0.05 * max(1.0, abs(way.item - way.blank))


def test_siglip_conforms() -> None:
    checks = conforms(lambda: _siglip("onnx"))
    assert [check for check in checks if not check.holds] == []
    assert len(checks) == 10
    first, second = (_siglip(runtime).encode(TEXTS).vectors for runtime in ("onnx", "torch"))
    np.testing.assert_allclose(first, second, atol=1e-4)


def test_other_tokens_are_another_encoder_of_texts_and_the_same_one_of_photos(models: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(models / "small-siglip", tmp_path / "small-siglip"))
    text, photo = text_encoder("small-siglip").name, image_encoder("small-siglip").name
    told = json.loads((folder / "tokenizer_config.json").read_text())
    (folder / "tokenizer_config.json").write_text(json.dumps(told | {"model_max_length": 12}))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(SEARCH_VARIABLE, str(tmp_path))
        assert image_encoder(photo).name == photo
        with pytest.raises(InputError, match="other weights") as caught:
            text_encoder(text)
        assert caught.value.code == "encoder-differs"
        assert read_folder(folder).max_tokens == 12
        (folder / "spiece.model").unlink()
        with pytest.raises(InputError, match="no text encoder"):
            text_encoder("small-siglip")
        assert image_encoder("small-siglip").name == photo


def test_texts_may_be_filled_up_beyond_the_last_place(models: Path) -> None:
    import torch

    from prodcls.encoders.text_tower import load_text_tower

    for name in ("small-clip", "small-siglip"):
        net = load_text_tower(read_folder(models / name))
        encoder = text_encoder(name, "torch")
        assert isinstance(encoder, FolderText)
        ids = torch.tensor(encoder.prepare(TEXTS[3]).value[None])
        filled = torch.nn.functional.pad(ids, (0, 32 - ids.shape[1]), value=-1)
        with torch.inference_mode():
            np.testing.assert_allclose(net(filled)[0], net(ids)[0], atol=1e-5)
