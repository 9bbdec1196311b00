"""The network of EfficientNet-Lite0 in torch."""

from __future__ import annotations

from io import BytesIO

import torch
from efficientnet_lite_pytorch import EfficientNet
from safetensors.torch import load as parse
from safetensors.torch import save
from torch import Tensor, nn

from prodcls.atomic import cache_root, keep_addressed, read_addressed
from prodcls.encoders.weights import WeightFile

__all__ = ["Lite0Net", "load"]

MEAN = 0.498
STD = 0.502
"""Of pixels in [0, 1], the same for all three colours."""


class Lite0Net(nn.Module):
    """Pixels of n photos, (n, side, side, 3), uint8, to vectors (n, 1280) and feature maps (n, 1280, rows, columns).

    Parameters
    ----------
    weights : dict of str to Tensor
        By the names of the published model.
    """

    def __init__(self, weights: dict[str, Tensor]) -> None:
        super().__init__()
        self.features = EfficientNet.from_name("efficientnet-lite0")
        self.features.load_state_dict(weights)

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Return the vectors and the feature maps of n photos."""
        return self.read(self.embed(pixels))

    def embed(self, pixels: Tensor) -> Tensor:
        """Return the pixels as the network takes them, shape (n, 3, side, side)."""
        return (pixels.permute(0, 3, 1, 2).float() / 255 - MEAN) / STD

    def read(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """Return the vectors and the feature maps of pictures from `embed`."""
        states: Tensor = self.features.extract_features(pictures)
        return states.double().mean((2, 3)).float(), states


def load(weights: WeightFile) -> Lite0Net:
    """Return the network with the published weights.

    They are published as a pickle. It is opened once, in the mode that admits tensors only, and kept as safetensors.

    Parameters
    ----------
    weights : WeightFile

    Returns
    -------
    Lite0Net
        In evaluation mode.
    """
    folder, stem = cache_root() / "weights", f"lite0-{weights.sha256[:12]}"
    for path in folder.glob(f"{stem}.*.safetensors"):
        data = read_addressed(path)
        if data is not None:
            return Lite0Net(parse(data)).eval()
    pickled = torch.load(BytesIO(weights.read()), map_location="cpu", weights_only=True)
    tensors = {name: tensor.contiguous() for name, tensor in pickled.items()}
    keep_addressed(folder, stem, ".safetensors", save(tensors))
    return Lite0Net(tensors).eval()
