"""Transformers that normalise before each step, as vision transformers and the two towers of CLIP do.

Dosovitskiy et al., An image is worth 16x16 words, ICLR 2021; Radford et al., Learning transferable visual models from
natural language supervision (CLIP), ICML 2021. Their vector is made of one token's last state: of a mark of its own in
front of a photo's patches, or behind a text. That state is a function of one sum in the last attention: of what the
token takes from each token, and of its own state before. The terms of this sum are the parts of the vector, and
`Tower.finish` is what comes after it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - its usual name

from prodcls.encoders.photo_net import Tensors

__all__ = ["ACTIVATIONS", "Layer", "Names", "Tower"]

ACTIVATIONS: Mapping[str, Callable[[Tensor], Tensor]] = {
    "gelu": F.gelu,
    "gelu_new": lambda x: F.gelu(x, approximate="tanh"),
    "gelu_pytorch_tanh": lambda x: F.gelu(x, approximate="tanh"),
    "quick_gelu": lambda x: x * torch.sigmoid(1.702 * x),
    "relu": F.relu,
}
"""By transformers' names."""


@dataclass(frozen=True)
class Names:
    """What the parts of one layer are called in a file, below the layer's own name.

    Attributes
    ----------
    first_norm, query, key, value, mix, second_norm, up, down : str
        ``query``, ``key`` and ``value`` are the same where one tensor holds all three.
    """

    first_norm: str
    query: str
    key: str
    value: str
    mix: str
    second_norm: str
    up: str
    down: str


class Layer(nn.Module):
    """Attention and a two-layer perceptron, each fed with what is normalised and added to what is not.

    Parameters
    ----------
    tensors : Tensors
    names : Names
    heads : int
    epsilon : float
        Of both normalisations.
    activation : str
        Of `ACTIVATIONS`.

    Raises
    ------
    ValueError
        If the numbers cannot be parted among the heads, or the activation is not known.
    """

    def __init__(self, tensors: Tensors, names: Names, heads: int, epsilon: float, activation: str) -> None:
        super().__init__()
        if activation not in ACTIVATIONS:
            message = f"the activation {activation!r} is not known; {', '.join(ACTIVATIONS)} are"
            raise ValueError(message)
        self.heads = heads
        self.activation = ACTIVATIONS[activation]
        self.first_norm = tensors.norm(names.first_norm, epsilon)
        self.second_norm = tensors.norm(names.second_norm, epsilon)
        self.query, self.key, self.value = _attending(tensors, names)
        self.mix, self.up, self.down = (tensors.linear(name) for name in (names.mix, names.up, names.down))
        if self.query.out_features % heads:
            message = f"{self.query.out_features} numbers cannot be parted among {heads} heads"
            raise ValueError(message)

    def forward(self, x: Tensor, unseen: Tensor | None) -> Tensor:
        """Return the next states, shape (n, tokens, d)."""
        normed = self.first_norm(x)
        attended = self.shares(normed, normed, unseen) @ self.parted(self.value(normed))
        return self.after(x + self.mix(attended.transpose(1, 2).flatten(2)))

    def shares(self, asking: Tensor, normed: Tensor, unseen: Tensor | None) -> Tensor:
        """Return how much each token that asks takes from each one, shape (n, heads, asking, tokens); rows sum to 1."""
        # Vaswani et al., Attention Is All You Need, NeurIPS 2017, equation 1.
        query, key = self.parted(self.query(asking)), self.parted(self.key(normed))
        scores = query @ key.transpose(2, 3) / math.sqrt(query.shape[3])
        return (scores if unseen is None else scores + unseen).softmax(dim=-1)

    def terms(self, x: Tensor, asks: Tensor, unseen: Tensor | None) -> Tensor:
        """Return what one token of each item takes from each token, shape (n, tokens, d).

        Parameters
        ----------
        x : Tensor of shape (n, tokens, d)
        asks : Tensor of shape (n, tokens, 1), float32
            1 for the token that asks, 0 for the others.
        unseen : Tensor or None
            Added to the token's scores, shape (n, 1, 1, tokens).

        Returns
        -------
        Tensor
            The token's own state and what is added without regard to any token are with the token itself.
        """
        normed = self.first_norm(x)
        shares = self.shares((normed * asks).sum(1, keepdim=True), normed, unseen)[:, :, 0, :, None]
        taken = (shares * self.parted(self.value(normed))).transpose(1, 2).flatten(2)
        return F.linear(taken, self.mix.weight) + asks * (x + self.mix.bias)

    def after(self, x: Tensor) -> Tensor:
        """Return the states after the perceptron."""
        found: Tensor = x + self.down(self.activation(self.up(self.second_norm(x))))
        return found

    def parted(self, x: Tensor) -> Tensor:
        """Return vectors of shape (n, tokens, d) by head, shape (n, heads, tokens, d / heads)."""
        return x.view(x.shape[0], x.shape[1], self.heads, -1).transpose(1, 2)


class Tower(nn.Module):
    """Layers, and what makes the vector of one token's last state.

    Parameters
    ----------
    layers : iterable of Tensors
        In order.
    names : Names
    heads : int
    epsilon : float
        Of all normalisations.
    activation : str
        Of `ACTIVATIONS`.
    last_norm : LayerNorm
    projection : Linear or None

    Raises
    ------
    ValueError
        If there is no layer, or one is not as it is told.
    """

    def __init__(
        self,
        layers: Iterable[Tensors],
        names: Names,
        *,
        heads: int,
        epsilon: float,
        activation: str,
        last_norm: nn.LayerNorm,
        projection: nn.Linear | None = None,
    ) -> None:
        super().__init__()
        found = [Layer(one, names, heads, epsilon, activation) for one in layers]
        if not found:
            message = "there are no layers"
            raise ValueError(message)
        self.layers = nn.ModuleList(found[:-1])
        self.last = found[-1]
        self.last_norm = last_norm
        self.projection = projection

    def read(self, x: Tensor, asks: Tensor, unseen: Tensor | None = None) -> tuple[Tensor, Tensor, Tensor]:
        """Return vectors, sums in the last attention, and their terms.

        Parameters
        ----------
        x : Tensor of shape (n, tokens, d)
        asks : Tensor of shape (n, tokens, 1), float32
            1 for the token that the vector is made of, 0 for the others.
        unseen : Tensor, optional
            Added to the scores, shape (n, 1, tokens, tokens).

        Returns
        -------
        tuple of Tensor
            Shapes (n, p), (n, d), (n, tokens, d).
        """
        for layer in self.layers:
            x = layer(x, unseen)
        own = None if unseen is None else (unseen * asks[:, None]).sum(2, keepdim=True)
        terms = self.last.terms(x, asks, own)
        # In float64, so that the parts sum to what is pooled as exactly as float32 can say.
        pooled = terms.double().sum(1).float()
        return self.finish(pooled), pooled, terms

    def attentions(self, x: Tensor, unseen: Tensor | None = None) -> Tensor:
        """Return the attention of each layer, averaged over its heads, shape (layers, n, tokens, tokens)."""
        found = []
        for layer in (*self.layers, self.last):
            assert isinstance(layer, Layer)  # noqa: S101 - torch forgets of what type they are
            normed = layer.first_norm(x)
            found.append(layer.shares(normed, normed, unseen).mean(1))
            x = layer(x, unseen)
        return torch.stack(found)

    def finish(self, pooled: Tensor) -> Tensor:
        """Return the vectors (n, p) of sums (n, d): what comes after the last attention."""
        found: Tensor = self.last_norm(self.last.after(pooled))
        return found if self.projection is None else self.projection(found)


def _attending(tensors: Tensors, names: Names) -> list[nn.Linear]:
    """Return the three maps of an attention, also where one tensor holds all of them."""
    if names.query != names.value:
        return [tensors.linear(name) for name in (names.query, names.key, names.value)]
    weights, biases = (tensors[f"{names.query}_{kind}"].chunk(3) for kind in ("weight", "bias"))
    parts = ({"one.weight": weight, "one.bias": bias} for weight, bias in zip(weights, biases, strict=True))
    return [Tensors(part).linear("one") for part in parts]
