"""The networks of photo folders, by what their configurations tell."""

from __future__ import annotations

import re
from collections.abc import Callable

import torch

from prodcls.encoders.cnn_net import CONVOLUTIONS, DEPTHS, ResNet, Vgg
from prodcls.encoders.folder_files import WEIGHTS, refuse
from prodcls.encoders.photo_folder import TORCHVISION, PhotoFolder
from prodcls.encoders.photo_net import PhotoNet, Tensors, read_tensors
from prodcls.encoders.photo_towers import clip_photo, torchvision_vit, vit
from prodcls.encoders.siglip_net import SiglipPhoto

__all__ = ["load_photo_net"]


def load_photo_net(folder: PhotoFolder) -> PhotoNet:
    """Return the network of a folder.

    Parameters
    ----------
    folder : PhotoFolder

    Returns
    -------
    PhotoNet
        In evaluation mode.

    Raises
    ------
    InputError
        Code ``encoder-unusable``, if configuration and weights make no network that is known.
    """
    build = _builder(folder)
    tensors = Tensors(read_tensors(folder.path))
    side = folder.pixels.fitting.side
    try:
        net = build(tensors).eval()
        with torch.inference_mode():  # tensors of wrong shapes are told here, and not by what runs the network
            vector = net(torch.zeros(1, side, side, 3, dtype=torch.uint8))[0]
    except KeyError as error:
        raise refuse(folder.path, f"{WEIGHTS} lacks tensors, such as {error}") from error
    except (ValueError, TypeError, RuntimeError, IndexError, AttributeError) as error:
        message = f"the weights make no network of {folder.architecture}: {str(error)[:200]}"
        raise refuse(folder.path, message) from error
    if not bool(torch.isfinite(vector).all()):
        raise refuse(folder.path, "its vectors hold numbers that are not finite")
    if vector.shape != (1, folder.dimension):
        raise refuse(folder.path, f"its vectors have {vector.shape[1]} numbers, not {folder.dimension}")
    return net


def _builder(folder: PhotoFolder) -> Callable[[Tensors], PhotoNet]:
    pixels, config = folder.pixels, folder.config
    if folder.architecture.startswith(TORCHVISION):
        return _torchvision(folder)
    saved: dict[str, Callable[[Tensors], PhotoNet]] = {
        "resnet": lambda tensors: _saved_resnet(folder, tensors),
        "vit": lambda tensors: vit(tensors, pixels, config),
        "clip": lambda tensors: clip_photo(tensors, pixels, config),
        "siglip": lambda tensors: SiglipPhoto(tensors, pixels, config.get("vision_config") or {}),
    }
    return saved[folder.architecture]


def _saved_resnet(folder: PhotoFolder, tensors: Tensors) -> PhotoNet:
    config = folder.config
    if config.get("hidden_act", "relu") != "relu":
        message = f"the activation {config['hidden_act']!r} is not known in a residual network"
        raise ValueError(message)
    early, first = (bool(config.get(f"downsample_in_{at}", False)) for at in ("first_stage", "bottleneck"))
    inside = tensors.below("resnet.") if "resnet.embedder.embedder.convolution.weight" in tensors else tensors
    return ResNet(inside, folder.pixels, "resnet", early=early, first=first)


def _torchvision(folder: PhotoFolder) -> Callable[[Tensors], PhotoNet]:
    name, pixels = folder.architecture.removeprefix(TORCHVISION), folder.pixels
    if name in DEPTHS:
        return lambda tensors: ResNet(tensors, pixels, name)
    if name.removesuffix("_bn") in CONVOLUTIONS:
        return lambda tensors: Vgg(tensors, pixels, name)
    if re.fullmatch(r"vit_[bl]_\d{1,3}", name):
        return lambda tensors: torchvision_vit(tensors, pixels, name)
    raise refuse(folder.path, f"the architecture {folder.architecture!r} is not known")
