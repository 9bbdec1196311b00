"""A folder of a photo encoder: what it is, how it takes photos, and refused with advice."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from photo_factory import write_photos, write_preprocessor, write_torchvision
from prodcls.encoders.photo_folder import read_photo_folder, read_pixels
from prodcls.errors import InputError
from prodcls.photo_fitting import Fitting

HALF = {"image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}
CLIP = {"do_resize": True, "size": 64, "resample": 3, "do_center_crop": True, "crop_size": 64, **HALF}
NEWER_CLIP = CLIP | {"size": {"shortest_edge": 72}, "crop_size": {"height": 64, "width": 64}}
VIT = {"size": {"height": 64, "width": 64}, "resample": 2, **HALF}
RESNET = {"size": {"shortest_edge": 64}, "crop_pct": 0.875, "resample": 3, **HALF}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_torchvision(tmp_path / "small-vgg", "vgg11")


def test_it_tells_what_the_encoder_is(folder: Path) -> None:
    found = read_photo_folder(folder)
    assert (found.architecture, found.dimension, found.tower, found.licence) == (
        "torchvision/vgg11",
        8,
        False,
        "bsd-3-clause",
    )
    assert found.size == (folder / "model.safetensors").stat().st_size
    assert found.name == f"small-vgg@{found.digest[:12]}"
    assert found.pixels.fitting == Fitting(224)
    np.testing.assert_allclose(found.pixels.mean, np.multiply([0.485, 0.456, 0.406], 255))


def test_how_photos_are_taken_is_in_the_digest(folder: Path) -> None:
    before = read_photo_folder(folder).digest
    assert read_photo_folder(write_preprocessor(folder, **VIT)).digest != before


@pytest.mark.parametrize(
    ("told", "fitting"),
    [
        (CLIP, Fitting(64, "crop", 64, 3)),
        (NEWER_CLIP, Fitting(64, "crop", 72, 3)),
        (VIT, Fitting(64, "stretch", 0, 2)),
        (VIT | {"size": 48}, Fitting(48, "stretch", 0, 2)),
        (RESNET, Fitting(64, "crop", 73, 3)),
        (RESNET | {"size": 384}, Fitting(384, "stretch", 0, 3)),
    ],
)
def test_sizes_are_read_as_image_processors_write_them(folder: Path, told: dict[str, Any], fitting: Fitting) -> None:
    found = read_pixels(write_preprocessor(folder, **told))
    assert found.fitting == fitting
    np.testing.assert_allclose((*found.mean, *found.std), 127.5)


@pytest.mark.parametrize(
    ("processor", "told"),
    [("CLIPImageProcessorPil", NEWER_CLIP), ("ViTImageProcessorPil", VIT), ("ConvNextImageProcessorPil", RESNET)],
)
def test_pixels_are_those_of_transformers(folder: Path, tmp_path: Path, processor: str, told: dict[str, Any]) -> None:
    import transformers

    made = getattr(transformers, processor, None)
    if made is None:
        pytest.skip(f"this transformers has no {processor}")
    found = read_pixels(write_preprocessor(folder, **told))
    for path in write_photos(tmp_path / "photos")[:2]:
        image = Image.open(path).convert("RGB")
        wanted = np.asarray(made(**told)(image, return_tensors="np")["pixel_values"][0]).transpose(1, 2, 0)
        ours = (found.fitting.fit(np.asarray(image)) - np.array(found.mean)) / np.array(found.std)
        np.testing.assert_allclose(ours, wanted, atol=1e-5)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"size": {"height": 64, "width": 48}}, "no square"),
        ({"size": {"longest_edge": 64}}, "no square"),
        ({"size": 5000}, "16 to 1024"),
        ({"size": "64"}, "no number of pixels"),
        ({"do_center_crop": True, "crop_size": 128}, "cannot be cut"),
        ({"image_std": [0, 1, 1]}, "positive"),
        ({"image_mean": [0.5]}, "1 colours"),
        ({"image_mean": ["red"]}, "could not convert"),
        ({"rescale_factor": -1}, "positive"),
        ({"do_resize": False}, "always resized"),
        ({"resample": 9}, "filter"),
    ],
)
def test_what_is_not_known_is_refused(folder: Path, change: dict[str, object], reason: str) -> None:
    write_preprocessor(folder, **VIT | change)
    with pytest.raises(InputError, match=reason) as caught:
        read_photo_folder(folder)
    assert caught.value.code == "encoder-unusable"
    assert "preprocessor_config.json" in str(caught.value.file)


@pytest.mark.parametrize("architecture", ["torchvision/alexnet", "swin", ""])
def test_an_unknown_architecture_is_refused_with_those_that_are_known(folder: Path, architecture: str) -> None:
    (folder / "config.json").write_text(json.dumps({"architecture": architecture}))
    with pytest.raises(InputError, match=r"torchvision/vgg") as caught:
        read_photo_folder(folder)
    assert caught.value.code == "encoder-unusable"


@pytest.mark.parametrize("spoilt", [b"", b"\xff" * 64, b"\x02\x00\x00\x00\x00\x00\x00\x00{}"])
def test_weights_that_are_none_are_refused(folder: Path, spoilt: bytes) -> None:
    (folder / "model.safetensors").write_bytes(spoilt)
    with pytest.raises(InputError) as caught:
        read_photo_folder(folder)
    assert caught.value.code == "encoder-unusable"


@pytest.mark.parametrize("name", ["config.json", "model.safetensors"])
def test_a_missing_file_is_told_with_what_to_do(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(InputError, match=name) as caught:
        read_photo_folder(folder)
    assert caught.value.code == "encoder-incomplete"
