"""What all photo networks of folders have in common: pixels as numbers, and tensors taken by their names."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from prodcls.encoders.folder_files import WEIGHTS, refuse
from prodcls.encoders.photo_folder import Pixels

__all__ = ["PhotoNet", "Tensors", "read_tensors"]


class Tensors:
    """The tensors of a file by their names, those below a prefix.

    Parameters
    ----------
    found : mapping of str to Tensor
    prefix : str
    """

    def __init__(self, found: Mapping[str, Tensor], prefix: str = "") -> None:
        self.found = found
        self.prefix = prefix

    def below(self, prefix: str) -> Tensors:
        """Return the tensors below a further prefix."""
        return Tensors(self.found, self.prefix + prefix)

    def __contains__(self, name: str) -> bool:
        return self.prefix + name in self.found

    def __getitem__(self, name: str) -> Tensor:
        return self.found[self.prefix + name]

    def linear(self, name: str) -> nn.Linear:
        """Return the linear map called ``name``, with a bias where there is one."""
        weight = self[f"{name}.weight"]
        bias = self[f"{name}.bias"] if f"{name}.bias" in self else torch.zeros(len(weight))
        layer = nn.Linear(weight.shape[1], weight.shape[0], device="meta")
        layer.weight, layer.bias = nn.Parameter(weight), nn.Parameter(bias)
        return layer

    def norm(self, name: str, epsilon: float) -> nn.LayerNorm:
        """Return the layer normalisation called ``name``."""
        weight, bias = self[f"{name}.weight"], self[f"{name}.bias"]
        layer = nn.LayerNorm(len(weight), eps=epsilon, device="meta")
        layer.weight, layer.bias = nn.Parameter(weight), nn.Parameter(bias)
        return layer

    def conv(self, name: str, *, norm: str = "", stride: int = 1, padding: int = 0) -> nn.Conv2d:
        """Return the convolution called ``name``, with the batch normalisation ``norm`` after it in its weights.

        What a batch normalisation does to a frozen network is one factor and one summand a channel: Ioffe and Szegedy,
        Batch normalization, ICML 2015, algorithm 2.
        """
        weight = self[f"{name}.weight"]
        bias = self[f"{name}.bias"] if f"{name}.bias" in self else torch.zeros(len(weight))
        if norm:
            scale = self[f"{norm}.weight"].double() / (self[f"{norm}.running_var"].double() + BATCH_EPSILON).sqrt()
            weight = (weight.double() * scale[:, None, None, None]).float()
            bias = ((bias.double() - self[f"{norm}.running_mean"].double()) * scale).float() + self[f"{norm}.bias"]
        channels, out = weight.shape[1], weight.shape[0]
        size = tuple(weight.shape[2:])
        layer = nn.Conv2d(channels, out, (size[0], size[1]), stride=stride, padding=padding, device="meta")
        layer.weight, layer.bias = nn.Parameter(weight), nn.Parameter(bias)
        return layer


BATCH_EPSILON = 1e-5
"""Of batch normalisations, in both libraries."""


class PhotoNet(nn.Module):
    """Pixels of n photos, (n, side, side, 3), uint8, to what `read` makes of pictures.

    Parameters
    ----------
    pixels : Pixels
    """

    def __init__(self, pixels: Pixels) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(pixels.mean)[:, None, None], persistent=False)
        self.register_buffer("std", torch.tensor(pixels.std)[:, None, None], persistent=False)

    def forward(self, pixels: Tensor) -> tuple[Tensor, ...]:
        """Return what is read of n photos."""
        return self.read(self.embed(pixels))

    def embed(self, pixels: Tensor) -> Tensor:
        """Return the pixels as the network takes them, shape (n, 3, side, side)."""
        mean, std = self.get_buffer("mean"), self.get_buffer("std")
        return (pixels.permute(0, 3, 1, 2).float() - mean) / std

    def read(self, pictures: Tensor) -> tuple[Tensor, ...]:
        """Return the network's outputs for pictures from `embed`."""
        raise NotImplementedError


def read_tensors(folder: Path) -> Mapping[str, Tensor]:
    """Return the tensors of a folder's weights, numbers with a point as float32.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    mapping of str to Tensor

    Raises
    ------
    InputError
        Code ``encoder-unusable``, if the file is no whole one of safetensors.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load

    path = folder / WEIGHTS
    try:
        found = load(path.read_bytes())
    except (OSError, SafetensorError) as error:
        raise refuse(path, f"cannot be read: {error}") from error
    return {name: tensor.float() if tensor.is_floating_point() else tensor for name, tensor in found.items()}
