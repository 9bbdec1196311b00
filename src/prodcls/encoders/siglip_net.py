"""The photo tower of SigLIP in torch: a transformer whose vector is what a learned question takes from the patches.

Zhai et al., Sigmoid loss for language image pre-training, ICCV 2023; the question in place of a mark in front is that
of Zhai et al., Scaling vision transformers, CVPR 2022 (multihead attention pooling). What it takes is a sum over the
patches, and the vector is made of that sum alone.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - its usual name

from prodcls.encoders.photo_folder import Pixels
from prodcls.encoders.photo_net import PhotoNet, Tensors
from prodcls.encoders.photo_towers import CLIP_NAMES, layers_of, patch_of
from prodcls.encoders.tower_net import Layer, Names

__all__ = ["SiglipPhoto"]

POOLING_NAMES = Names(
    first_norm="post_layernorm",
    query="head.attention.in_proj",
    key="head.attention.in_proj",
    value="head.attention.in_proj",
    mix="head.attention.out_proj",
    second_norm="head.layernorm",
    up="head.mlp.fc1",
    down="head.mlp.fc2",
)


class SiglipPhoto(PhotoNet):
    """Photos to vectors (n, d), sums (n, d) and terms (n, 1 + patches, d), first what is added whatever the photo.

    Parameters
    ----------
    tensors : Tensors
        By transformers' names.
    pixels : Pixels
    config : dict
        What ``vision_config`` holds.

    Raises
    ------
    ValueError
        If the places are not those of the photo's patches.
    """

    def __init__(self, tensors: Tensors, pixels: Pixels, config: dict[str, Any]) -> None:
        super().__init__(pixels)
        inside = tensors.below("vision_model.")
        told = (
            int(config.get("num_attention_heads", 12)),
            float(config.get("layer_norm_eps", 1e-6)),
            str(config.get("hidden_act", "gelu_pytorch_tanh")),
        )
        self.patch = patch_of(inside, "embeddings.patch_embedding")
        self.places = nn.Parameter(inside["embeddings.position_embedding.weight"])
        if len(self.places) != (pixels.fitting.side // self.patch.kernel_size[0]) ** 2:
            message = f"{len(self.places)} patches have places, which are not those of {pixels.fitting.side} pixels"
            raise ValueError(message)
        layers = layers_of(inside, "encoder.layers.", "layer_norm1.weight")
        self.layers = nn.ModuleList(Layer(one, CLIP_NAMES, *told) for one in layers)
        self.pooling = Layer(inside, POOLING_NAMES, *told)
        self.question = nn.Parameter(inside["head.probe"])

    def read(self, pictures: Tensor) -> tuple[Tensor, ...]:
        """Return the vectors, sums and terms of pictures from `embed`."""
        x = self.patch(pictures).flatten(2).transpose(1, 2) + self.places
        for layer in self.layers:
            x = layer(x, None)
        pooling = self.pooling
        normed = pooling.first_norm(x)
        shares = pooling.shares(self.question.expand(len(x), 1, -1), normed, None)[:, :, 0, :, None]
        taken = (shares * pooling.parted(pooling.value(normed))).transpose(1, 2).flatten(2)
        always = pooling.mix.bias.expand(len(x), 1, -1)
        terms = torch.cat([always, F.linear(taken, pooling.mix.weight)], dim=1)
        pooled = terms.double().sum(1).float()
        return self.finish(pooled), pooled, terms

    def finish(self, pooled: Tensor) -> Tensor:
        """Return the vectors (n, d) of sums (n, d)."""
        return self.pooling.after(pooled)
