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

    def attention(self, x: Tensor, unseen: Tensor) -> Tensor:
        """Return how much each token takes from each other one, shape (n, heads, tokens, tokens); rows sum to 1."""
        # Vaswani et al., Attention Is All You Need, NeurIPS 2017, equation 1; written out because it must export.
        texts = len(unseen)
        scores = _heads(self.query(x), texts) @ _heads(self.key(x), texts).transpose(2, 3) / math.sqrt(WIDTH // HEADS)
        return (scores + unseen).softmax(dim=-1)

    def forward(self, x: Tensor, unseen: Tensor) -> Tensor:
        """Return the next states of n texts, shape (n * tokens, 384): as one matrix, whose rows know of no text."""
        attended = self.attention(x, unseen) @ _heads(self.value(x), len(unseen))
        x = self.mix_norm(x + self.mix(attended.transpose(1, 2).reshape(-1, WIDTH)))
        normed: Tensor = self.down_norm(x + self.down(F.gelu(self.up(x))))
        return normed


class MiniLMNet(nn.Module):
    """Token ids of n texts, shape (n, tokens), to their vectors (n, 384) and token states (n, tokens, 384).

    Devlin et al., BERT, NAACL 2019, section 3; all tokens are of the first segment. Negative ids fill a text up at its
    end: no token takes anything from there, and the vector leaves it out.

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
        """Return the vectors and the token states."""
        return self.read(self.embed(ids), ids >= 0)

    def embed(self, ids: Tensor) -> Tensor:
        """Return words as vectors, shape (n, tokens, 384)."""
        return F.embedding(ids.clamp(min=0), self.words)

    def blank(self, words: Tensor) -> Tensor:
        """Return texts of as many padding tokens between the same two marks."""
        return torch.cat([words[:, :1], self.words[PAD].expand_as(words[:, 1:-1]), words[:, -1:]], dim=1)

    def attentions(self, ids: Tensor) -> Tensor:
        """Return the attention of each layer, averaged over its heads, shape (layers, n, tokens, tokens)."""
        x, found = self._placed(self.embed(ids)), list[Tensor]()
        unseen = _unseen(ids >= 0)
        for layer in self.layers:
            assert isinstance(layer, _Layer)  # noqa: S101 - torch forgets of what type they are
            found.append(layer.attention(x, unseen).mean(1))
            x = layer(x, unseen)
        return torch.stack(found)

    def _placed(self, words: Tensor) -> Tensor:
        """Return words that know where they stand, shape (n * tokens, 384)."""
        placed: Tensor = self.norm(words + self.places[: words.shape[1]])
        return placed.reshape(-1, WIDTH)

    def read(self, words: Tensor, there: Tensor) -> tuple[Tensor, Tensor]:
        """Return the vectors and the token states of words from `embed`, ``there`` or filling: (n, tokens), bool."""
        x, unseen = self._placed(words), _unseen(there)
        for layer in self.layers:
            x = layer(x, unseen)
        x = x.view(words.shape)
        # In float64, so that the parts of a long text sum to its vector as exactly as float32 can say.
        seen = there[:, :, None].double()
        return F.normalize((x.double() * seen).sum(1) / seen.sum(1), dim=1).float(), x


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


def _unseen(there: Tensor) -> Tensor:
    """Return what is added to the scores of tokens, shape (n, 1, 1, tokens): 0, and so little that nothing is left."""
    return ((there.float() - 1) * 1e9)[:, None, None, :]


def _heads(projected: Tensor, texts: int) -> Tensor:
    """Return vectors of shape (n * tokens, 384) cut up by text and head, shape (n, heads, tokens, 32)."""
    return projected.view(texts, -1, HEADS, WIDTH // HEADS).transpose(1, 2)


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
