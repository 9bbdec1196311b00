"""A photo encoder in a folder of its own: which network it is, and how it takes a photo."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from prodcls.encoders.folder_files import (
    CONFIG,
    PREPROCESSOR,
    WEIGHTS,
    demand_files,
    files_digest,
    read_card,
    read_object,
    refuse,
    tensor_shapes,
)
from prodcls.photo_fitting import WHOLE_SIDE, Fitting, Way

__all__ = ["MOST_SIDE", "TORCHVISION", "PhotoFolder", "Pixels", "architecture_of", "read_photo_folder", "read_pixels"]

TORCHVISION = "torchvision/"
"""Begins the ``architecture`` of a folder with weights by torchvision's names."""

LEAST_SIDE, MOST_SIDE = 16, 1024
"""Pixels of the square that a network may read: time and memory grow with its area."""

IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of pixels in [0, 1], where nothing else is told: of the photos that most published networks were trained on."""

LARGE = 384
"""Pixels from which processors with ``crop_pct`` stretch and cut nothing off."""


@dataclass(frozen=True)
class Pixels:
    """How a photo becomes numbers.

    Attributes
    ----------
    fitting : Fitting
    mean, std : tuple of float
        Of the three colours, each from 0 to 255.
    """

    fitting: Fitting
    mean: tuple[float, ...]
    std: tuple[float, ...]


@dataclass(frozen=True)
class PhotoFolder:
    """A photo encoder on disk.

    Attributes
    ----------
    path : Path
    digest : str
        SHA-256 over all files that its vectors depend on, 64 hex digits.
    architecture : str
        ``"resnet"``, ``"vit"``, ``"clip"`` or ``"siglip"`` as transformers saves them, or such as
        ``"torchvision/vgg11"``.
    dimension : int
        Length of a vector.
    pixels : Pixels
    config : dict
        What ``config.json`` holds.
    size : int
        Bytes of the weights.
    licence : str
        As its model card says; empty where it does not.
    """

    path: Path
    digest: str
    architecture: str
    dimension: int
    pixels: Pixels
    config: dict[str, Any] = field(compare=False)
    size: int
    licence: str = ""

    @property
    def name(self) -> str:
        """The folder's name with the first digits of the digest: what a bundle remembers."""
        return f"{self.path.name}@{self.digest[:12]}"

    @property
    def tower(self) -> bool:
        """Whether it is a transformer, whose vector is not linear in its patches."""
        return self.architecture in ("vit", "clip", "siglip") or self.architecture.startswith(f"{TORCHVISION}vit")


def architecture_of(config: dict[str, Any]) -> str:
    """Return which network a ``config.json`` tells; empty where it tells none."""
    told = config.get("architecture") or config.get("model_type") or ""
    return told if isinstance(told, str) else ""


def read_photo_folder(path: Path) -> PhotoFolder:
    """Return what a folder holds.

    Parameters
    ----------
    path : Path

    Returns
    -------
    PhotoFolder

    Raises
    ------
    InputError
        Codes ``encoder-incomplete`` and ``encoder-unusable``.
    """
    demand_files(path, (CONFIG, WEIGHTS))
    config = read_object(path / CONFIG)
    inner = config.get("vision_config")
    side = (inner if isinstance(inner, dict) else config).get("image_size", WHOLE_SIDE)
    return PhotoFolder(
        path=path,
        digest=files_digest(path),
        architecture=architecture_of(config),
        dimension=_dimension(path, architecture_of(config)),
        pixels=read_pixels(path, side),
        config=config,
        size=(path / WEIGHTS).stat().st_size,
        licence=read_card(path).licence,
    )


def read_pixels(path: Path, side: object = WHOLE_SIDE) -> Pixels:
    """Return how ``preprocessor_config.json`` takes a photo, as the image processors of transformers write it.

    Where there is none: the whole photo in a white square, ImageNet's mean and deviation.

    Parameters
    ----------
    path : Path
        Folder.
    side : int
        Pixels of the square where nothing is told.

    Returns
    -------
    Pixels

    Raises
    ------
    InputError
        Code ``encoder-unusable``, if it tells something that is not known here.
    """
    file = path / PREPROCESSOR
    told = read_object(file)
    try:
        fitting = _fitting(told, _whole(side, "image_size"))
        factor = float(told.get("rescale_factor", 1 / 255)) if told.get("do_rescale", True) else 1.0
        plain = told.get("do_normalize", True) is False
        mean = (0.0,) * 3 if plain else _colours(told.get("image_mean", IMAGENET_MEAN))
        std = (1.0,) * 3 if plain else _colours(told.get("image_std", IMAGENET_STD))
        if not (0 < factor <= 1 and min(std) > 0):
            raise ValueError("rescale_factor and image_std must be positive")
    except (KeyError, TypeError, ValueError) as error:
        raise refuse(file, f"photos cannot be taken in this way: {error}") from error
    return Pixels(fitting, tuple(m / factor for m in mean), tuple(s / factor for s in std))


LAST = {
    "resnet": r"(resnet\.)?encoder\.stages\.3\.layers\.0\.layer\.\d\.normalization\.bias",
    "vit": r"(vit\.)?layernorm\.weight",
    "clip": r"visual_projection\.weight",
    "siglip": r"vision_model\.post_layernorm\.weight",
    "torchvision/resnet": r"layer4\.0\.bn\d\.bias",
    "torchvision/vgg": r"features\.\d+\.bias",
    "torchvision/vit": r"encoder\.ln\.weight",
}
"""Tensors of which the last is as long as a vector, by how the architecture's name begins."""


def _dimension(path: Path, architecture: str) -> int:
    """Return the length of a vector by the header of the weights."""
    pattern = next((LAST[key] for key in sorted(LAST, reverse=True) if architecture.startswith(key)), None)
    if pattern is None:
        known = ", ".join(f"{key}..." if "/" in key else key for key in LAST)
        raise refuse(path, f"the architecture {architecture!r} is not known; these are: {known}")
    shapes = tensor_shapes(path)
    names = sorted(filter(re.compile(pattern).fullmatch, shapes), key=lambda name: (len(name), name))
    if not names:
        raise refuse(path / WEIGHTS, f"holds no network of {architecture}")
    return shapes[names[-1]][0]


def _fitting(told: dict[str, Any], side: int) -> Fitting:
    size, resample = told.get("size", told.get("crop_size")), int(told.get("resample", 3))
    if size is None:
        return Fitting(_within(side))
    if told.get("do_resize", True) is False or not 0 <= resample <= 5:
        message = "photos are always resized, by a filter of 0 to 5"
        raise ValueError(message)
    way: Way = "crop" if told.get("do_center_crop", False) else "stretch"
    if told.get("crop_pct"):
        wanted = _square(size)
        if wanted >= LARGE:
            return Fitting(_within(wanted), "stretch", 0, resample)
        return _cropped(wanted, int(wanted / float(told["crop_pct"])), resample)
    if way == "crop":
        return _cropped(_square(told.get("crop_size", size)), _square(size), resample)
    return Fitting(_within(_square(size)), "stretch", 0, resample)


def _cropped(side: int, shortest: int, resample: int) -> Fitting:
    if not side <= shortest <= 2 * side:
        message = f"a square of {side} cannot be cut out of a shorter side of {shortest}"
        raise ValueError(message)
    return Fitting(_within(side), "crop", shortest, resample)


def _square(size: object) -> int:
    """Return the pixels of a side, told as a number or by names."""
    if not isinstance(size, dict):
        return _whole(size, "size")
    if set(size) == {"height", "width"} and size["height"] == size["width"]:
        return _whole(size["height"], "height")
    if set(size) == {"shortest_edge"}:
        return _whole(size["shortest_edge"], "shortest_edge")
    message = f"{size} is no square"
    raise ValueError(message)


def _whole(value: object, name: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        message = f"{name} {value!r} is no number of pixels"
        raise TypeError(message)
    return value


def _within(side: int) -> int:
    if not LEAST_SIDE <= side <= MOST_SIDE:
        message = f"squares of {LEAST_SIDE} to {MOST_SIDE} pixels can be read, not of {side}"
        raise ValueError(message)
    return side


def _colours(values: Sequence[Any]) -> tuple[float, ...]:
    """Return the figures of red, green and blue."""
    found = tuple(float(value) for value in values)
    if len(found) != 3:
        message = f"{len(found)} colours; three are read"
        raise ValueError(message)
    return found
