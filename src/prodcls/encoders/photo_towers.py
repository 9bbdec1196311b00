"""Photo networks that are transformers: their patches, and what each library calls their tensors."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from prodcls.encoders.photo_folder import Pixels
from prodcls.encoders.photo_net import PhotoNet, Tensors
from prodcls.encoders.tower_net import Names, Tower

__all__ = ["CLIP_NAMES", "PhotoTower", "clip_photo", "layers_of", "patch_of", "torchvision_vit", "vit"]

CLIP_NAMES = Names(
    first_norm="layer_norm1",
    query="self_attn.q_proj",
    key="self_attn.k_proj",
    value="self_attn.v_proj",
    mix="self_attn.out_proj",
    second_norm="layer_norm2",
    up="mlp.fc1",
    down="mlp.fc2",
)
VIT_NAMES = Names(
    first_norm="layernorm_before",
    query="attention.attention.query",
    key="attention.attention.key",
    value="attention.attention.value",
    mix="attention.output.dense",
    second_norm="layernorm_after",
    up="intermediate.dense",
    down="output.dense",
)
TORCHVISION_NAMES = Names(
    first_norm="ln_1",
    query="self_attention.in_proj",
    key="self_attention.in_proj",
    value="self_attention.in_proj",
    mix="self_attention.out_proj",
    second_norm="ln_2",
    up="mlp.0",
    down="mlp.3",
)

HEAD_WIDTH = 64
"""Numbers of a head in torchvision's ``vit_b`` and ``vit_l``."""


class PhotoTower(PhotoNet):
    """Photos to vectors (n, p), sums (n, d) and terms (n, 1 + patches, d), those of the mark in front first.

    Parameters
    ----------
    pixels : Pixels
    patch : Conv2d
    mark : Tensor of shape (d,)
    places : Tensor of shape (1 + patches, d)
    tower : Tower
    first_norm : LayerNorm, optional
        Of the tokens before the first layer.

    Raises
    ------
    ValueError
        If the places are not those of the photo's patches.
    """

    def __init__(
        self,
        pixels: Pixels,
        patch: torch.nn.Conv2d,
        mark: Tensor,
        places: Tensor,
        tower: Tower,
        first_norm: torch.nn.LayerNorm | None = None,
    ) -> None:
        super().__init__(pixels)
        self.grid = pixels.fitting.side // patch.kernel_size[0]
        if len(places) != self.grid**2 + 1:
            message = f"{len(places) - 1} patches have places, and photos of {pixels.fitting.side} pixels have "
            raise ValueError(f"{message}{self.grid**2}")
        self.patch, self.tower, self.first_norm = patch, tower, first_norm
        self.mark, self.places = torch.nn.Parameter(mark), torch.nn.Parameter(places)
        self.register_buffer("asks", torch.eye(1, len(places)).T[None], persistent=False)

    def read(self, pictures: Tensor) -> tuple[Tensor, ...]:
        """Return the vectors, sums and terms of pictures from `embed`."""
        patches = self.patch(pictures).flatten(2).transpose(1, 2)
        x = torch.cat([self.mark.expand(len(patches), 1, -1), patches], dim=1) + self.places
        if self.first_norm is not None:
            x = self.first_norm(x)
        return self.tower.read(x, self.get_buffer("asks"))

    def finish(self, pooled: Tensor) -> Tensor:
        """Return the vectors (n, p) of sums (n, d)."""
        return self.tower.finish(pooled)


def layers_of(tensors: Tensors, name: str, first: str) -> Iterator[Tensors]:
    """Yield the tensors of one layer after the other; ``first`` is a tensor that each has."""
    for i in itertools.count():
        layer = tensors.below(f"{name}{i}.")
        if first not in layer:
            return
        yield layer


def vit(tensors: Tensors, pixels: Pixels, config: dict[str, Any]) -> PhotoTower:
    """Return a vision transformer by transformers' names; its vector is the first token's last normalised state."""
    inside = tensors.below("vit.") if "vit.embeddings.cls_token" in tensors else tensors
    epsilon = float(config.get("layer_norm_eps", 1e-12))
    tower = Tower(
        layers_of(inside, "encoder.layer.", "layernorm_before.weight"),
        VIT_NAMES,
        heads=int(config.get("num_attention_heads", 12)),
        epsilon=epsilon,
        activation=str(config.get("hidden_act", "gelu")),
        last_norm=inside.norm("layernorm", epsilon),
    )
    patch = patch_of(inside, "embeddings.patch_embeddings.projection")
    mark, places = inside["embeddings.cls_token"][0, 0], inside["embeddings.position_embeddings"][0]
    return PhotoTower(pixels, patch, mark, places, tower)


def clip_photo(tensors: Tensors, pixels: Pixels, config: dict[str, Any]) -> PhotoTower:
    """Return the photo tower of CLIP; its vector is that which is compared with texts, before it gets unit length."""
    told = config.get("vision_config") or {}
    inside, epsilon = tensors.below("vision_model."), float(told.get("layer_norm_eps", 1e-5))
    tower = Tower(
        layers_of(inside, "encoder.layers.", "layer_norm1.weight"),
        CLIP_NAMES,
        heads=int(told.get("num_attention_heads", 12)),
        epsilon=epsilon,
        activation=str(told.get("hidden_act", "quick_gelu")),
        last_norm=inside.norm("post_layernorm", epsilon),
        projection=tensors.linear("visual_projection"),
    )
    patch = patch_of(inside, "embeddings.patch_embedding")
    mark, places = inside["embeddings.class_embedding"], inside["embeddings.position_embedding.weight"]
    return PhotoTower(pixels, patch, mark, places, tower, inside.norm("pre_layrnorm", epsilon))


def torchvision_vit(tensors: Tensors, pixels: Pixels, architecture: str) -> PhotoTower:
    """Return a vision transformer by torchvision's names; its vector is what its head is given."""
    patch = patch_of(tensors, "conv_proj")
    wanted = int(architecture.rpartition("_")[2])
    if patch.kernel_size[0] != wanted:
        message = f"the patches have {patch.kernel_size[0]} pixels, not those of {architecture}"
        raise ValueError(message)
    layers = list(layers_of(tensors, "encoder.layers.encoder_layer_", "ln_1.weight"))
    older = bool(layers) and "mlp.linear_1.weight" in layers[0]
    tower = Tower(
        layers,
        replace(TORCHVISION_NAMES, up="mlp.linear_1", down="mlp.linear_2") if older else TORCHVISION_NAMES,
        heads=patch.out_channels // HEAD_WIDTH,
        epsilon=1e-6,
        activation="gelu",
        last_norm=tensors.norm("encoder.ln", 1e-6),
    )
    mark, places = tensors["class_token"][0, 0], tensors["encoder.pos_embedding"][0]
    return PhotoTower(pixels, patch, mark, places, tower)


def patch_of(tensors: Tensors, name: str) -> torch.nn.Conv2d:
    """Return the convolution called ``name``, which makes a vector of each square patch of a picture."""
    weight = tensors[f"{name}.weight"]
    if weight.ndim != 4 or weight.shape[1] != 3 or weight.shape[2] != weight.shape[3]:
        message = f"{name} cuts no square patches out of three colours: {tuple(weight.shape)}"
        raise ValueError(message)
    return tensors.conv(name, stride=math.isqrt(weight.shape[2] * weight.shape[3]))
