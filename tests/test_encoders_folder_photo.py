"""Photo encoders of folders: as transformers and torchvision compute them, in regions, and through whole fits."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from photo_factory import write_photo_model, write_photos, write_preprocessor, write_shop, write_torchvision
from prodcls.encoders import image_encoder
from prodcls.encoders.conformance import conformance, conforms
from prodcls.encoders.folder_files import SEARCH_VARIABLE
from prodcls.encoders.folder_photo import FolderPhoto
from prodcls.encoders.inner import integrate
from prodcls.encoders.photo_folder import read_photo_folder
from prodcls.errors import InputError

SAVED = ("resnet", "bottleneck", "vit", "clip", "siglip")
NAMED = {
    "resnet18": [0.7283, 0.669, 2.0629, 0.4451, 0.555, 0.2226],
    "resnet50": [0.1183, 1.1571, 1.01, 3.5846, 1.5914, 8.9178],
    "vgg11": [0.5171, 3.4636, 5.6012, 0.1748, 0.5667, 3.5619],
    "vgg16": [1.8873, 0.2109, 5.3547, 1.7866, 0.6743, 0.8275],
    "vit_b_16": [-0.2489, -0.6441, -0.3796, 0.0664, -0.4297, -1.0352],
}
"""What torchvision 0.28 itself made of the drawn weights and a drawn photo, its networks with as few channels."""
ALL = (*SAVED, "vgg11", "resnet18")


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("models")
    for kind in SAVED:
        write_preprocessor(write_photo_model(root / kind, kind), size={"height": 64, "width": 64})
    for architecture in NAMED:
        write_torchvision(root / architecture, architecture)
    for architecture in ("vgg11", "resnet18"):
        write_preprocessor(root / architecture, size=64)
    shutil.copytree(root / "vgg11", root / "my-vgg")  # exported under this name by the documentation too
    return root


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_photos(tmp_path_factory.mktemp("photos"))


@pytest.fixture(autouse=True)
def found(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SEARCH_VARIABLE, str(models))


@pytest.mark.parametrize("kind", SAVED)
def test_vectors_are_those_of_transformers(models: Path, photos: list[Path], kind: str) -> None:
    import torch
    from transformers import AutoModel

    encoder = image_encoder(kind, "torch")
    assert isinstance(encoder, FolderPhoto)
    model = AutoModel.from_pretrained(models / kind, local_files_only=True).eval()
    pixels = encoder.folder.pixels
    for path, vector in zip(photos, encoder.encode(photos).vectors, strict=True):
        numbers = (encoder.prepare(path).value - np.array(pixels.mean)) / np.array(pixels.std)
        taken = torch.tensor(numbers.transpose(2, 0, 1)[None], dtype=torch.float32)
        with torch.inference_mode():
            if kind in ("clip", "siglip"):
                wanted = model.get_image_features(taken).pooler_output[0]
            else:
                told = model(taken)
                wanted = told.last_hidden_state[0, 0] if kind == "vit" else told.pooler_output[0, :, 0, 0]
        np.testing.assert_allclose(vector, wanted, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("architecture", NAMED)
def test_vectors_are_those_of_torchvision(models: Path, tmp_path: Path, architecture: str) -> None:
    folder = Path(shutil.copytree(models / architecture, tmp_path / "plain"))
    (folder / "preprocessor_config.json").unlink(missing_ok=True)
    Image.fromarray(np.random.default_rng(1).integers(0, 256, (224, 224, 3), dtype=np.uint8)).save(tmp_path / "a.png")
    vector = FolderPhoto(read_photo_folder(folder), "torch").encode([tmp_path / "a.png"]).vectors[0]
    np.testing.assert_allclose(vector[:6], NAMED[architecture], atol=1.5e-4)


def test_onnx_runtime_equals_torch(photos: list[Path]) -> None:
    first, second = (image_encoder("my-vgg", runtime).encode(photos).vectors for runtime in ("onnx", "torch"))
    np.testing.assert_allclose(first, second, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("name", ALL)
def test_regions_sum_to_what_makes_the_vector(name: str, photos: list[Path]) -> None:
    encoder = image_encoder(name, "torch")
    tower = name in ("vit", "clip", "siglip")
    for parts in encoder.encode_parts(photos):
        assert not parts.approximate
        assert parts.linear is not tower
        assert parts.grid == ((4, 4) if tower else (2, 2))
        assert len(parts.vectors) == (17 if tower else 4)
        np.testing.assert_allclose(parts.vectors.sum(axis=0), parts.pooled, atol=1e-5, rtol=1e-5)
        finished = encoder.finish(parts.pooled[None].astype(np.float64))[0]
        np.testing.assert_allclose(finished, parts.vector, atol=1e-5, rtol=1e-5)


def test_regions_of_patches_lie_where_the_thing_is(models: Path, tmp_path: Path) -> None:
    from safetensors.numpy import load_file, save_file

    folder = Path(shutil.copytree(models / "vit", tmp_path / "even"))
    weights = load_file(folder / "model.safetensors")
    for name in weights:  # every token takes the same from each: what differs is what the patches hold
        if ".query." in name:
            weights[name] = np.zeros_like(weights[name])
    save_file(weights, folder / "model.safetensors")
    grey = np.full((64, 64, 3), 128, dtype=np.uint8)
    marked = grey.copy()
    marked[16:32, 48:64] = (250, 20, 20)
    for name, pixels in (("grey", grey), ("marked", marked)):
        Image.fromarray(pixels).save(tmp_path / f"{name}.png")
    encoder = FolderPhoto(read_photo_folder(folder), "torch")
    without, having = encoder.encode_parts([tmp_path / "grey.png", tmp_path / "marked.png"])
    change = np.linalg.norm(having.vectors - without.vectors, axis=1)
    assert int(change[:16].argmax()) == 1 * 4 + 3


def test_gradients_are_those_of_its_own_network(photos: list[Path]) -> None:
    encoder = image_encoder("clip", "torch")
    assert isinstance(encoder, FolderPhoto)
    item = encoder.prepare(photos[0]).value
    way = integrate(encoder, item, np.linspace(-1, 1, 16), 64, np.full_like(item, 128))
    assert way is not None
    assert way.values.shape == (64, 64)
    assert abs(way.error) < 0.05 * np.abs(way.values).sum()


@pytest.mark.parametrize("name", ["my-vgg", "resnet", "vit", "siglip"])
def test_it_conforms(name: str) -> None:
    # By torch but for one, without the seconds that each export takes.
    checks = conformance(name) if name == "my-vgg" else conforms(lambda: image_encoder(name, "torch"))
    assert [check for check in checks if not check.holds] == []
    assert len(checks) == 11


def test_another_architecture_than_told_is_refused(models: Path, tmp_path: Path) -> None:
    for name, told in (
        ("vgg11", "vgg16"),
        ("resnet18", "resnet34"),
        ("resnet18", "resnet50"),
        ("vit_b_16", "vit_b_32"),
    ):
        folder = Path(shutil.copytree(models / name, tmp_path / told))
        (folder / "config.json").write_text(json.dumps({"architecture": f"torchvision/{told}"}))
        with pytest.raises(InputError, match=told) as caught:
            FolderPhoto(read_photo_folder(folder), "torch").encode([tmp_path / "none.png"])
        assert caught.value.code == "encoder-unusable"


@pytest.mark.parametrize(
    ("name", "tensor", "reason"),
    [
        ("resnet", "resnet.encoder.stages.1.layers.1.layer.0.normalization.bias", "lacks tensors"),
        ("vit", "encoder.layer.1.output.dense.weight", "lacks tensors"),
        ("clip", "vision_model.embeddings.class_embedding", "lacks tensors"),
        ("siglip", "vision_model.head.probe", "lacks tensors"),
    ],
)
def test_weights_that_are_not_all_there_are_refused(
    models: Path, tmp_path: Path, photos: list[Path], name: str, tensor: str, reason: str
) -> None:
    from safetensors.numpy import load_file, save_file

    folder = Path(shutil.copytree(models / name, tmp_path / "odd"))
    weights = load_file(folder / "model.safetensors")
    del weights[tensor]
    save_file(weights, folder / "model.safetensors")
    with pytest.raises(InputError, match=reason) as caught:
        FolderPhoto(read_photo_folder(folder), "torch").encode(photos)
    assert caught.value.code == "encoder-unusable"


@pytest.mark.parametrize("name", ["resnet18", "clip"])
def test_weights_that_are_no_numbers_are_refused_and_short_ones_read(
    models: Path, tmp_path: Path, photos: list[Path], name: str
) -> None:
    from safetensors.numpy import load_file, save_file

    folder = Path(shutil.copytree(models / name, tmp_path / "odd"))
    weights = load_file(folder / "model.safetensors")
    save_file({key: value.astype(np.float16) for key, value in weights.items()}, folder / "model.safetensors")
    short = FolderPhoto(read_photo_folder(folder), "torch").encode(photos).vectors
    whole = image_encoder(name, "torch").encode(photos).vectors
    np.testing.assert_allclose(short, whole, atol=0.02 * np.abs(whole).max())
    save_file({key: np.full_like(value, np.nan) for key, value in weights.items()}, folder / "model.safetensors")
    with pytest.raises(InputError, match="not finite") as caught:
        FolderPhoto(read_photo_folder(folder), "torch").encode(photos)
    assert caught.value.code == "encoder-unusable"


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("vit", {"num_attention_heads": 5}),
        ("vit", {"hidden_act": "swish"}),
        ("resnet", {"hidden_act": "gelu"}),
        ("vit", {"num_attention_heads": "four"}),
        ("clip", {"vision_config": 3}),
    ],
)
def test_a_configuration_that_does_not_fit_is_refused(
    models: Path, tmp_path: Path, photos: list[Path], name: str, change: dict[str, object]
) -> None:
    folder = Path(shutil.copytree(models / name, tmp_path / "odd"))
    told = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(told | change))
    with pytest.raises(InputError) as caught:
        FolderPhoto(read_photo_folder(folder), "torch").encode(photos)
    assert caught.value.code == "encoder-unusable"


def test_a_square_of_another_size_than_the_patches_is_refused(models: Path, tmp_path: Path, photos: list[Path]) -> None:
    folder = write_preprocessor(Path(shutil.copytree(models / "vit", tmp_path / "odd")), size=96)
    with pytest.raises(InputError, match="16 patches have places"):
        FolderPhoto(read_photo_folder(folder), "torch").encode(photos)


def test_a_photo_encoder_reads_no_texts_and_the_error_names_those_there_are() -> None:
    with pytest.raises(InputError, match=r"there are lite0, .*vgg11") as caught:
        image_encoder("vgg12")
    assert caught.value.code == "encoder-unknown"


@pytest.mark.parametrize(("names", "text"), [("resnet18,siglip", ""), ("clip", "clip")])
def test_a_fit_by_it_is_explained_in_regions_and_found_again(
    models: Path, tmp_path: Path, names: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from click.testing import CliRunner

    from prodcls.cli import cli

    def prodcls(*arguments: str) -> str:
        done = CliRunner().invoke(cli, arguments, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output

    out = tmp_path / "out"
    quickly = ("--folds", "2", "--no-baselines", "--witnesses", "0", "--robustness", "0")
    chosen = ("--image-encoder", names, "--runtime", "torch", "--cache-dir", str(tmp_path / "cache"))
    chosen += ("--text-encoder", text) if text else ("--text", "")
    catalogue = str(write_shop(tmp_path / "shop"))
    prodcls("fit", catalogue, "--out", str(out), *quickly, *chosen)
    for name in names.split(","):
        assert read_photo_folder(models / name).digest[:12] in (out / "audit.json").read_text(encoding="utf-8")
    asked = ("why", str(out / "bundle"), "red3", "--catalogue", catalogue)
    told = prodcls(*asked, "--json", "--method", "integrated-gradients")
    account, _ = json.JSONDecoder().raw_decode(told[told.index("{") :])
    assert abs(account["certificate"]["residual"]) <= 1e-6
    regions = [part for part in account["parts"] if part["kind"] == "region"]
    assert len(regions) >= 4
    assert {part["label"] for part in regions} <= {f"{r}, {c}" for r in range(1, 5) for c in range(1, 5)}
    assert ('"word"' in told) is bool(text)
    prodcls(*asked, "--html", str(tmp_path / "why.html"))
    assert "the photo as one" in (tmp_path / "why.html").read_text(encoding="utf-8")
    prodcls("verify", str(out))
    monkeypatch.delenv(SEARCH_VARIABLE)
    with pytest.raises(InputError, match=SEARCH_VARIABLE):
        CliRunner().invoke(cli, asked, catch_exceptions=False)
