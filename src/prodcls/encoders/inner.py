"""What lies inside an encoder, in torch: gradients along a line between two items, and attention."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from prodcls.encoders.base import Encoder, FrozenEncoder, Prepared
from prodcls.encoders.torch_run import one_thread, open_module

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Integrated", "attentions", "has_module", "integrate", "pooled_tokens", "prepared"]


@dataclass(frozen=True)
class Integrated:
    """Gradients of a score, summed up on the way from a blank item to the item itself.

    Attributes
    ----------
    values : ndarray of shape (tokens,) or (side, side), float64
        What each token or pixel adds to the score.
    blank, item : float
        Score of the blank item and of the item; ``values`` sum to their difference, but for `error`.
    """

    values: NDArray[np.float64]
    blank: float
    item: float

    @property
    def error(self) -> float:
        """How far the values are from their sum: 0 with infinitely many steps."""
        return float(self.values.sum()) - (self.item - self.blank)


def has_module(encoder: Encoder) -> bool:
    """Return whether an encoder has a network in torch that can be looked into."""
    return isinstance(encoder, FrozenEncoder) and encoder.network.opened is None


def prepared(encoder: Encoder, item: str) -> Prepared | None:
    """Return a text as the encoder's network takes it; None if the encoder has no network in torch."""
    return encoder.prepare(item) if isinstance(encoder, FrozenEncoder) and has_module(encoder) else None


def integrate(
    encoder: Encoder,
    item: NDArray[np.generic],
    weights: NDArray[np.float64],
    steps: int,
    blank: NDArray[np.generic] | None = None,
) -> Integrated | None:
    """Return the integrated gradients of a linear score of an item's vector at unit length.

    Sundararajan, Taly and Yan (2017, Axiomatic attribution for deep networks, ICML, equation 1), by Gauss and
    Legendre's rule in place of their Riemann sum: it needs fewer steps where the network is smooth.

    Parameters
    ----------
    encoder : Encoder
    item : ndarray
        As the network takes it: token ids of shape (tokens,), or pixels of shape (side, side, 3).
    weights : ndarray of shape (d,), float64
    steps : int
        Gradients taken.
    blank : ndarray, optional
        What the item is compared with, as ``item``. By default the same text with padding for its words, or zero
        vectors where an encoder knows no padding; begin and end marks stay.

    Returns
    -------
    Integrated or None
        None if the encoder has no network in torch.
    """
    if not isinstance(encoder, FrozenEncoder) or not has_module(encoder):
        return None
    import torch
    from torch.nn import functional as F  # noqa: N812 - its usual name

    module: Any = open_module(encoder.network)
    direction = torch.tensor(weights)
    there = (torch.ones(1, len(item), dtype=torch.bool),) if encoder.kind == "text" else ()

    def score(x: Tensor) -> Tensor:
        vector = dict(zip(encoder.network.outputs, module.read(x, *there), strict=True))[encoder.vector_output][0]
        return F.normalize(vector.double(), dim=0) @ direction

    with one_thread():
        end = module.embed(torch.tensor(item[None]))
        start = module.blank(end) if blank is None else module.embed(torch.tensor(blank[None]))
        total = torch.zeros(end.shape, dtype=torch.float64)
        for node, share in zip(*_rule(steps), strict=True):
            x = (start + (end - start) * float(node)).requires_grad_()
            (gradient,) = torch.autograd.grad(score(x), x)
            total += float(share) * gradient.double()
        values = (total * (end - start).double())[0].sum(0 if encoder.kind == "image" else 1)
        return Integrated(values.numpy(), float(score(start)), float(score(end)))


def attentions(encoder: Encoder, ids: NDArray[np.generic]) -> NDArray[np.float64] | None:
    """Return how much each token takes from each other one, layer by layer.

    Parameters
    ----------
    encoder : Encoder
    ids : ndarray of shape (tokens,), int64

    Returns
    -------
    ndarray of shape (layers, tokens, tokens), float64, or None
        Averaged over heads; rows sum to 1. None if the encoder is no transformer.
    """
    if not isinstance(encoder, FrozenEncoder) or not has_module(encoder):
        return None
    import torch

    module: Any = open_module(encoder.network)
    if not hasattr(module, "attentions"):
        return None
    with one_thread(), torch.inference_mode():
        found: NDArray[np.float64] = module.attentions(torch.tensor(ids[None]))[:, 0].double().numpy()
    return found


def pooled_tokens(encoder: Encoder) -> slice:
    """Return of which tokens' last states an encoder's vector is the mean."""
    return encoder.pooled_tokens if isinstance(encoder, FrozenEncoder) else slice(None)


def _rule(steps: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return places in [0, 1] and their weights, which sum to 1.

    Gauss and Legendre's rule in the root of the place: a photo comes out of its blank in the first few percent of the
    way, so that steps must lie close there. On four photos 64 steps came to a quarter of the error of even ones.
    """
    nodes, shares = np.polynomial.legendre.leggauss(steps)
    root = (nodes + 1) / 2
    return root**2, shares * root
