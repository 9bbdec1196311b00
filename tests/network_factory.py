"""A small network whose outputs are known."""

from __future__ import annotations

from torch import Tensor, nn

from prodcls.encoders.network import Network


class Doubler(nn.Module):
    """Twice the numbers, and their sums."""

    def forward(self, items: Tensor) -> tuple[Tensor, Tensor]:
        doubled = items.float() * 2
        return doubled, doubled.sum(1)


class Built:
    """Builds a module and counts how often."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> nn.Module:
        self.times += 1
        return Doubler().eval()


def doubler(build: Built) -> Network:
    """Return a network that ``build`` builds."""
    return Network("doubler-000000000000", build, ("doubled", "total"), input_shape=(None,), input_dtype="int64")
