"""The network of the Universal Sentence Encoder in torch."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - its usual name

__all__ = ["UseNet", "load"]

CHUNKS = 17
"""The embedding of token t is row t // 17 of table t % 17; each table has a scale and an offset of its own."""
BRANCHES = ((2, 0), (3, 1), (5, 2))
"""Tokens each branch of convolutions sees, and how many of them lie to the left."""
BRANCH_WIDTH = 256


class _Branch(nn.Module):
    """Two convolutions over neighbouring tokens, each added to its input."""

    def __init__(self, arrays: Mapping[str, NDArray[np.generic]], order: int, left: int) -> None:
        super().__init__()
        self.pad = (left, order - 1 - left)
        kernels, biases = [], []
        for layer in (1, 2):
            # Stored as (order * in, out), taken by torch as (out, in, order).
            kernel = arrays[f"w{layer}_{order}"].reshape(order, BRANCH_WIDTH, BRANCH_WIDTH).transpose(2, 1, 0)
            kernels.append(_tensor(kernel))
            biases.append(_tensor(arrays[f"b{layer}_{order}"]))
        self.kernels, self.biases = nn.ParameterList(kernels), nn.ParameterList(biases)

    def forward(self, x: Tensor, seen: Tensor) -> Tensor:
        """Return the features of n texts, shape (n, 256, tokens); ``seen``, (n, 1, tokens), is 0 for filling."""
        for kernel, bias in zip(self.kernels, self.biases, strict=True):
            x = x * seen  # what lies beyond the end of a text is zero
            x = x + F.relu(F.conv1d(F.pad(x, self.pad), kernel, bias))
        return x


class UseNet(nn.Module):
    """Token ids of n texts, shape (n, tokens), to their sentence vectors and what these are made of.

    Outputs, in order: the sentence vectors (n, 512), unit length; the pooled vectors (n, 512), each the sum of the
    projected token states over the root of their number; the pooled vectors at unit length; the token states
    (n, tokens, 1280) before the projection. Negative ids fill a text up at its end and count for nothing.

    Parameters
    ----------
    arrays : mapping of str to ndarray
        By the names of the package's archive.
    """

    def __init__(self, arrays: Mapping[str, NDArray[np.generic]]) -> None:
        super().__init__()
        tables = [arrays[f"q{i + 1}"] for i in range(CHUNKS)]
        # Kept as bytes: in float32 the tables would take four times the memory.
        self.table = _tensor(np.stack(tables, axis=1).reshape(-1, tables[0].shape[1]))
        orders = [order for order, _ in BRANCHES]
        joined = {name: [arrays[f"{name}{order}"] for order in orders] for name in ("proj", "proj_b", "ln_g", "ln_b")}
        plain = ("scale", "lo", "ln_g", "ln_b", "d0", "d1", "d2", "d3", "p1", "p3")
        self.w = nn.ParameterDict(
            {name: _tensor(arrays[name]) for name in plain}
            | {f"branch_{name}": _tensor(np.concatenate(each, axis=-1)) for name, each in joined.items()}
            | {name: _tensor(arrays[name].astype(np.float64)) for name in ("cnn_W", "cnn_b")}
        )
        self.branches = nn.ModuleList(_Branch(arrays, order, left) for order, left in BRANCHES)
        self.eps = float(arrays["eps"])

    def forward(self, ids: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return sentence, pooled, unit-length pooled vectors and token states."""
        return self.read(self.embed(ids), ids >= 0)

    def embed(self, ids: Tensor) -> Tensor:
        """Return words as vectors, shape (n, tokens, 320)."""
        ids = ids.clamp(min=0)
        chunk = ids % CHUNKS
        scale, low = self.w["scale"][chunk][:, :, None], self.w["lo"][chunk][:, :, None]
        words: Tensor = F.embedding(ids, self.table).float() * scale + low
        return words

    def blank(self, words: Tensor) -> Tensor:
        """Return texts of as many zero vectors between the same two marks."""
        return torch.cat([words[:, :1], torch.zeros_like(words[:, 1:-1]), words[:, -1:]], dim=1)

    def read(self, words: Tensor, there: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return what `forward` does, of words from `embed`, ``there`` or filling: (n, tokens), bool."""
        w = self.w
        states = self._states(words, there)
        # The projection is linear, so the sum may come first: one row to project instead of one per token. In float64,
        # so that the parts of a long text sum to its vector as exactly as float32 can say.
        seen = there[:, :, None].double()
        count = seen.sum(1)
        exact = ((states.double() * seen).sum(1) @ w["cnn_W"] + count * w["cnn_b"]) / count.sqrt()
        pooled = exact.float()
        first = F.relu(pooled @ w["p1"] + F.relu(pooled @ w["d0"]) @ w["d1"])
        last = torch.tanh(first @ w["p3"] + F.relu(first @ w["d2"]) @ w["d3"])
        sentence = last / last.square().sum(1, keepdim=True).clamp(min=self.eps).sqrt()
        return sentence, pooled, F.normalize(exact, dim=1).float(), states

    def _states(self, words: Tensor, there: Tensor) -> Tensor:
        """Return what is known of each token and its neighbours, shape (n, tokens, 1280)."""
        w = self.w
        # One normalisation over all three branches together.
        x = words.flatten(0, 1) @ w["branch_proj"] + w["branch_proj_b"]  # one matrix, whose rows know of no text
        x = F.layer_norm(x, x.shape[-1:], w["branch_ln_g"], w["branch_ln_b"], self.eps)
        x = x.view(*words.shape[:2], -1).transpose(1, 2)
        parts, seen = torch.chunk(x, len(BRANCHES), dim=1), there[:, None, :].float()
        read = [branch(part, seen) for branch, part in zip(self.branches, parts, strict=True)]
        joined = torch.cat([words, torch.cat(read, dim=1).transpose(1, 2)], dim=2)
        return F.layer_norm(joined, joined.shape[-1:], w["ln_g"], w["ln_b"], self.eps)


def load(data: bytes) -> UseNet:
    """Return the network with the weights of a numpy archive.

    Parameters
    ----------
    data : bytes

    Returns
    -------
    UseNet
        In evaluation mode.
    """
    with np.load(BytesIO(data), allow_pickle=False) as arrays:
        return UseNet(arrays).eval()


def _tensor(array: NDArray[np.generic]) -> nn.Parameter:
    """Return a copy of ``array`` that lies in one piece and is not trained."""
    return nn.Parameter(torch.from_numpy(array.copy(order="C")), requires_grad=False)
