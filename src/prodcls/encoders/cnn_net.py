"""Convolutional photo networks: residual ones as transformers or torchvision save them, and VGG as torchvision does.

Their vector is the mean over the last feature map, so that it is a sum over regions (Zhou et al., Learning Deep
Features for Discriminative Localization, CVPR 2016). A residual network is built so (He et al., Deep residual learning
for image recognition, CVPR 2016). VGG lays its last map out flat in front of fully connected layers (Simonyan and
Zisserman, Very deep convolutional networks, ICLR 2015, table 1): these are left out, and the mean of the last map is
taken in their place. On drawn weights the maps are those of transformers 5.23 and torchvision 0.28 within 1e-4.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - its usual name

from prodcls.encoders.photo_folder import Pixels
from prodcls.encoders.photo_net import PhotoNet, Tensors

__all__ = ["ResNet", "Vgg"]

DEPTHS = {
    "resnet18": (2, 2, 2, 2),
    "resnet34": (3, 4, 6, 3),
    "resnet50": (3, 4, 6, 3),
    "resnet101": (3, 4, 23, 3),
    "resnet152": (3, 8, 36, 3),
}
"""Blocks of each stage of torchvision's networks (He et al., table 1)."""

CONVOLUTIONS = {"vgg11": 8, "vgg13": 10, "vgg16": 13, "vgg19": 16}
"""Of torchvision's networks; their names may end in ``_bn``."""


class _Convolutional(PhotoNet):
    """Photos to the means of their last feature maps (n, d), and these maps (n, d, rows, columns)."""

    def read(self, pictures: Tensor) -> tuple[Tensor, ...]:
        """Return the vectors and the feature maps of pictures from `embed`."""
        states = self.features(pictures)
        return states.double().mean((2, 3)).float(), states

    def features(self, pictures: Tensor) -> Tensor:
        """Return the feature maps."""
        raise NotImplementedError


class _Block(nn.Module):
    """Convolutions whose result is added to what went in, or to a projection of it."""

    def __init__(self, convolutions: list[nn.Conv2d], shortcut: nn.Conv2d | None) -> None:
        super().__init__()
        self.convolutions = nn.ModuleList(convolutions)
        self.shortcut = shortcut

    def forward(self, x: Tensor) -> Tensor:
        kept = x if self.shortcut is None else self.shortcut(x)
        for i, convolution in enumerate(self.convolutions):
            x = convolution(F.relu(x) if i else x)
        return F.relu(x + kept)


class ResNet(_Convolutional):
    """A residual network.

    Parameters
    ----------
    tensors : Tensors
        By transformers' names or, if ``architecture`` is torchvision's, by those.
    pixels : Pixels
    architecture : str
        ``"resnet"``, or such as ``"resnet18"``.
    early : bool
        Whether the first stage halves the sides too.
    first : bool
        Whether it is the first convolution of a bottleneck that halves the sides, not the wide one.

    Raises
    ------
    ValueError
        If the weights are not of this architecture.
    """

    def __init__(
        self, tensors: Tensors, pixels: Pixels, architecture: str, *, early: bool = False, first: bool = False
    ) -> None:
        super().__init__(pixels)
        names = _Torchvision(tensors) if architecture in DEPTHS else _Transformers(tensors)
        self.stem = names.stem()
        stages = [list(names.stage(i, 2 if i or early else 1, first=first)) for i in range(4)]
        depths = tuple(map(len, stages))
        wide = len(stages[0][0].convolutions) == 3 if stages[0] else False
        if depths != DEPTHS.get(architecture, depths) or 0 in depths:
            raise ValueError(f"the stages have {depths} blocks, not those of {architecture}")
        if architecture in DEPTHS and wide != (architecture not in ("resnet18", "resnet34")):
            raise ValueError(f"the blocks are not those of {architecture}")
        self.blocks = nn.ModuleList(block for stage in stages for block in stage)

    def features(self, pictures: Tensor) -> Tensor:
        """Return the feature maps, a 32nd of the side long."""
        x = F.max_pool2d(F.relu(self.stem(pictures)), 3, 2, 1)
        for block in self.blocks:
            x = block(x)
        return x


class _Names:
    """The convolutions of a residual network by one library's names."""

    def __init__(self, tensors: Tensors) -> None:
        self.tensors = tensors

    def stem(self) -> nn.Conv2d:
        raise NotImplementedError

    def convolution(self, block: str, i: int) -> tuple[str, str]:
        raise NotImplementedError

    def shortcut(self, block: str) -> tuple[str, str]:
        raise NotImplementedError

    def block(self, stage: int, i: int) -> str:
        raise NotImplementedError

    def stage(self, number: int, stride: int, *, first: bool) -> Iterator[_Block]:
        i = 0
        while self.convolution(self.block(number, i), 0)[0] + ".weight" in self.tensors:
            yield self._made(self.block(number, i), 1 if i else stride, first=first)
            i += 1

    def _made(self, block: str, stride: int, *, first: bool) -> _Block:
        tensors = self.tensors
        wide = self.convolution(block, 2)[0] + ".weight" in tensors
        at = 1 if wide and not first else 0
        found = []
        for i in range(3 if wide else 2):
            name, norm = self.convolution(block, i)
            around = tensors[f"{name}.weight"].shape[2] // 2
            found.append(tensors.conv(name, norm=norm, stride=stride if i == at else 1, padding=around))
        name, norm = self.shortcut(block)
        there = f"{name}.weight" in tensors
        return _Block(found, tensors.conv(name, norm=norm, stride=stride) if there else None)


class _Torchvision(_Names):
    def stem(self) -> nn.Conv2d:
        return self.tensors.conv("conv1", norm="bn1", stride=2, padding=3)

    def block(self, stage: int, i: int) -> str:
        return f"layer{stage + 1}.{i}."

    def convolution(self, block: str, i: int) -> tuple[str, str]:
        return f"{block}conv{i + 1}", f"{block}bn{i + 1}"

    def shortcut(self, block: str) -> tuple[str, str]:
        return f"{block}downsample.0", f"{block}downsample.1"


class _Transformers(_Names):
    def stem(self) -> nn.Conv2d:
        name = "embedder.embedder."
        return self.tensors.conv(f"{name}convolution", norm=f"{name}normalization", stride=2, padding=3)

    def block(self, stage: int, i: int) -> str:
        return f"encoder.stages.{stage}.layers.{i}."

    def convolution(self, block: str, i: int) -> tuple[str, str]:
        return f"{block}layer.{i}.convolution", f"{block}layer.{i}.normalization"

    def shortcut(self, block: str) -> tuple[str, str]:
        return f"{block}shortcut.convolution", f"{block}shortcut.normalization"


class Vgg(_Convolutional):
    """A network of VGG.

    Parameters
    ----------
    tensors : Tensors
        By torchvision's names.
    pixels : Pixels
    architecture : str
        Such as ``"vgg11"`` or ``"vgg16_bn"``.

    Raises
    ------
    ValueError
        If the weights are not of this architecture.
    """

    def __init__(self, tensors: Tensors, pixels: Pixels, architecture: str) -> None:
        super().__init__(pixels)
        places = sorted(
            int(match[1])
            for name in tensors.found
            if (match := re.fullmatch(r"features\.(\d{1,3})\.weight", name)) and tensors[name].ndim == 4
        )
        normed = architecture.endswith("_bn")
        if len(places) != CONVOLUTIONS[architecture.removesuffix("_bn")]:
            raise ValueError(f"there are {len(places)} convolutions, not those of {architecture}")
        step = 3 if normed else 2  # a convolution, its normalisation and what is negative set to zero
        self.convolutions = nn.ModuleList(
            tensors.conv(f"features.{i}", norm=f"features.{i + 1}" if normed else "", padding=1) for i in places
        )
        # Where torchvision's numbers leave one out, there is a layer without weights: the sides are halved.
        self.halved = [after != place + step for place, after in zip(places, [*places[1:], -1], strict=True)]

    def features(self, pictures: Tensor) -> Tensor:
        """Return the feature maps, a 32nd of the side long."""
        x = pictures
        for convolution, halved in zip(self.convolutions, self.halved, strict=True):
            x = F.relu(convolution(x))
            if halved:
                x = F.max_pool2d(x, 2, 2)
        return torch.as_tensor(x)
