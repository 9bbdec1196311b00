"""The network of MiniLM in torch."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - its usual name

__all__ = ["MiniLMNet", "load"]

LAYERS = 6
HEADS = 12
WIDTH = 384
PAD = 0
"""Id of the padding token."""
NORM_EPSILON = 1e-12


class _Layer(nn.Module):
    """One transformer layer: attention and a two-layer perceptron, each added to its input and then normalised."""

    def __init__(self, weights: dict[str, Tensor], prefix: str) -> None:
        super().__init__()
        self.query = _linear(weights, f"{prefix}.attention.self.query")
        self.key = _linear(weights, f"{prefix}.attention.self.key")
        self.value = _linear(weights, f"{prefix}.attention.self.value")
        self.mix = _linear(weights, f"{prefix}.attention.output.dense")
        self.mix_norm = _norm(weights, f"{prefix}.attention.output.LayerNorm")
        self.up = _linear(weights, f"{prefix}.intermediate.dense")
        self.down = _linear(weights, f"{prefix}.output.dense")
        self.down_norm = _norm(weights, f"{prefix}.output.LayerNorm")

    def attention(self, x: Tensor) -> Tensor:
        """Return how much each token takes from each other one, shape (heads, tokens, tokens); rows sum to 1."""
        # Vaswani et al., Attention Is All You Need, NeurIPS 2017, equation 1; written out because it must export.
        scores = _heads(self.query(x)) @ _heads(self.key(x)).transpose(1, 2) / math.sqrt(WIDTH // HEADS)
        return scores.softmax(dim=-1)

    def forward(self, x: Tensor) -> Tensor:
        """Return the next states of one text, shape (tokens, 384)."""
        attended = self.attention(x) @ _heads(self.value(x))
        x = self.mix_norm(x + self.mix(attended.transpose(0, 1).reshape(-1, WIDTH)))
        normed: Tensor = self.down_norm(x + self.down(F.gelu(self.up(x))))
        return normed


class MiniLMNet(nn.Module):
    """Token ids of one text, shape (tokens,), to its vector (384,) and token states (tokens, 384).

    Devlin et al., BERT, NAACL 2019, section 3; all tokens are of the first segment and none is masked.

    Parameters
    ----------
    weights : dict of str to Tensor
        By the names of the published model.
    max_tokens : int
        Longest text; positions beyond it are left out.
    """

    def __init__(self, weights: dict[str, Tensor], max_tokens: int) -> None:
        super().__init__()
        places = weights["embeddings.position_embeddings.weight"][:max_tokens]
        self.words = nn.Parameter(weights["embeddings.word_embeddings.weight"])
        self.places = nn.Parameter(places + weights["embeddings.token_type_embeddings.weight"][0])
        self.norm = _norm(weights, "embeddings.LayerNorm")
        self.layers = nn.ModuleList(_Layer(weights, f"encoder.layer.{i}") for i in range(LAYERS))

    def forward(self, ids: Tensor) -> tuple[Tensor, Tensor]:
        """Return the vector and the token states of one text."""
        return self.read(self.embed(ids))

    def embed(self, ids: Tensor) -> Tensor:
        """Return the words of one text as vectors, shape (tokens, 384)."""
        return F.embedding(ids, self.words)

    def blank(self, words: Tensor) -> Tensor:
        """Return a text of as many padding tokens between the same two marks."""
        return torch.cat([words[:1], self.words[PAD].expand(len(words) - 2, -1), words[-1:]])

    def attentions(self, ids: Tensor) -> Tensor:
        """Return the attention of each layer, averaged over its heads, shape (layers, tokens, tokens)."""
        x, found = self._placed(self.embed(ids)), list[Tensor]()
        for layer in self.layers:
            assert isinstance(layer, _Layer)  # noqa: S101 - torch forgets of what type they are
            found.append(layer.attention(x).mean(0))
            x = layer(x)
        return torch.stack(found)

    def _placed(self, words: Tensor) -> Tensor:
        """Return words that know where they stand."""
        placed: Tensor = self.norm(words + self.places[: words.shape[0]])
        return placed

    def read(self, words: Tensor) -> tuple[Tensor, Tensor]:
        """Return the vector and the token states of words from `embed`."""
        x = self._placed(words)
        for layer in self.layers:
            x = layer(x)
        # In float64, so that the parts of a long text sum to its vector as exactly as float32 can say.
        return F.normalize(x.double().mean(0), dim=0).float(), x


def load(data: bytes, max_tokens: int) -> MiniLMNet:
    """Return the network with the weights of a safetensors file.

    Parameters
    ----------
    data : bytes
    max_tokens : int

    Returns
    -------
    MiniLMNet
        In evaluation mode.
    """
    from safetensors.torch import load as parse

    return MiniLMNet(parse(data), max_tokens).eval()


def _heads(projected: Tensor) -> Tensor:
    """Return vectors of shape (tokens, 384) cut up by head, shape (heads, tokens, 32)."""
    return projected.view(-1, HEADS, WIDTH // HEADS).transpose(0, 1)


def _linear(weights: dict[str, Tensor], name: str) -> nn.Linear:
    """Return the linear map called ``name``."""
    weight = weights[f"{name}.weight"]
    layer = nn.Linear(weight.shape[1], weight.shape[0], device="meta")
    layer.weight, layer.bias = nn.Parameter(weight), nn.Parameter(weights[f"{name}.bias"])
    return layer


def _norm(weights: dict[str, Tensor], name: str) -> nn.LayerNorm:
    """Return the layer normalisation called ``name``."""
    layer = nn.LayerNorm(WIDTH, eps=NORM_EPSILON, device="meta")
    layer.weight, layer.bias = nn.Parameter(weights[f"{name}.weight"]), nn.Parameter(weights[f"{name}.bias"])
    return layer
