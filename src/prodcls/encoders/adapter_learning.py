"""How an adapter is learned: texts are to come close to the direction of their class.

Hu et al., LoRA: Low-rank adaptation of large language models, ICLR 2022: the maps that make queries and values are
changed, here those of the upper half of the layers, which spares half of the way back; A begins at random, B at zero.
What is learned beside them, a direction for each class and column, begins at the mean of the class's frozen vectors and
is thrown away in the end. The constants were set on two folds of 4,000 products of one catalogue and stay for all.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - its usual name

from prodcls.encoders.adapter import Adapter
from prodcls.encoders.base import FrozenEncoder
from prodcls.encoders.network import FILLING, Network
from prodcls.encoders.torch_run import one_thread
from prodcls.errors import InputError

__all__ = ["MOST_TEXTS", "Lesson", "learn_adapter", "steps_of", "tunable"]

MAPS = ("query", "value", "q_lin", "v_lin")
"""Last names of the linear maps that make queries and values."""

RANK, SCALE = 8, 2.0
"""Rows of A, and by what B A is multiplied."""

MOST_TEXTS, MOST_TOKENS = 6_000, 64
"""Texts that are learned from, and tokens of each: more cost more time than they bring."""

EPOCHS, BATCH, RATE, WARM = 3, 32, 1e-3, 0.1
WIDE = 16 * BATCH
SHARPNESS, SMOOTHING, DECAY = 20.0, 0.1, 0.01

_OPENING = threading.Lock()
"""transformers, which makes some of the networks, changes torch itself while it does."""

Done = Callable[[], object]
"""Called after each step."""


@dataclass(frozen=True)
class Lesson:
    """Texts with their classes.

    Attributes
    ----------
    texts : tuple of str, length n
        None of them blank.
    column : ndarray of shape (n,), int64
        Number of the column that a text stands in: the classes' directions are others in each.
    labels : ndarray of shape (n,), int64
    vectors : ndarray of shape (n, d), float32
        Of the encoder as it is.
    """

    texts: tuple[str, ...]
    column: NDArray[np.int64]
    labels: NDArray[np.int64]
    vectors: NDArray[np.float32]

    def take(self, rows: NDArray[np.intp]) -> Lesson:
        """Return the texts at ``rows``, shape (m,)."""
        return Lesson(tuple(self.texts[i] for i in rows), self.column[rows], self.labels[rows], self.vectors[rows])


class _LowRank(nn.Module):
    """A linear map with a change beside it."""

    def __init__(self, fixed: nn.Linear, draw: torch.Generator) -> None:
        super().__init__()
        self.fixed = fixed
        width = fixed.in_features
        self.down = nn.Parameter(torch.randn(RANK, width, generator=draw) / math.sqrt(width))
        self.up = nn.Parameter(torch.zeros(fixed.out_features, RANK))

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.fixed(x) + SCALE * F.linear(F.linear(x, self.down), self.up)
        return found


def tunable(encoder: object) -> bool:
    """Return whether an encoder has the maps that an adapter changes; its weights are read for that."""
    return isinstance(encoder, FrozenEncoder) and encoder.kind == "text" and _has_maps(encoder.network)


def steps_of(lesson: Lesson) -> int:
    """Return how many steps learning takes."""
    return EPOCHS * sum(-(-size // BATCH) for size in _wide(min(len(lesson.texts), MOST_TEXTS)))


def _wide(n: int) -> list[int]:
    """Return the sizes of the runs of texts that are put in order of their lengths."""
    return [min(WIDE, n - i) for i in range(0, n, WIDE)]


def learn_adapter(encoder: FrozenEncoder, lesson: Lesson, seed: int, done: Done | None = None) -> Adapter:
    """Learn from texts and their classes.

    Equal arguments give equal bits on one kind of processor. One thread is used; several calls may go side by side.

    Parameters
    ----------
    encoder : FrozenEncoder
    lesson : Lesson
        At most `MOST_TEXTS` of it, drawn at random, are read.
    seed : int
    done : callable, optional

    Returns
    -------
    Adapter

    Raises
    ------
    InputError
        Code ``encoder-unusable``, if the encoder has no maps that could be changed.
    """
    draw = np.random.default_rng(seed)
    lesson = lesson.take(np.sort(draw.permutation(len(lesson.labels))[:MOST_TEXTS]))
    module = _opened(encoder.network).requires_grad_(requires_grad=False)
    names = _maps(module)
    if not names:
        message = f"--tune lora: {encoder.name} has no attention whose queries and values an adapter could change"
        raise InputError(message, code="encoder-unusable")
    with one_thread():
        generator = torch.Generator().manual_seed(int(draw.integers(2**63)))
        changed = {name: _inserted(module, name, generator) for name in names}
        _descend(module, changed, _Read(encoder, lesson), draw, done)
    return Adapter(
        encoder.name,
        {name: one.down.detach().numpy().copy() for name, one in changed.items()},
        {name: np.float32(SCALE) * one.up.detach().numpy() for name, one in changed.items()},
    )


@lru_cache
def _has_maps(network: Network) -> bool:
    """Return whether a network has maps that could be changed: asked before anything is encoded, and when it is."""
    return bool(_maps(_opened(network)))


def _opened(network: Network) -> nn.Module:
    """Return a module of its own, which no other call sees."""
    with _OPENING:
        return network.build()


def _maps(module: nn.Module) -> list[str]:
    """Return the names of the maps of queries and values in the upper half of the layers."""
    if not hasattr(module, "read"):
        return []
    linear = (name for name, one in module.named_modules() if isinstance(one, nn.Linear))
    names = [name for name in linear if name.rpartition(".")[2] in MAPS]
    return names[2 * (len(names) // 4) :]


def _inserted(module: nn.Module, name: str, generator: torch.Generator) -> _LowRank:
    parent, _, last = name.rpartition(".")
    place, fixed = module.get_submodule(parent), module.get_submodule(name)
    assert isinstance(fixed, nn.Linear)  # noqa: S101 - chosen for it
    made = _LowRank(fixed, generator)
    setattr(place, last, made)
    return made


class _Read:
    """The texts of a lesson as token ids."""

    def __init__(self, encoder: FrozenEncoder, lesson: Lesson) -> None:
        self.lesson = lesson
        self.ids = [_shortened(np.asarray(encoder.prepare(text).value, dtype=np.int64)) for text in lesson.texts]

    def batches(self, draw: np.random.Generator) -> list[NDArray[np.intp]]:
        """Return all texts, some at a time, of about the same length and in a random order."""
        order = draw.permutation(len(self.ids))
        lengths = np.array([len(one) for one in self.ids])
        wide = np.split(order, np.cumsum(_wide(len(order)))[:-1])
        alike = [rows[np.argsort(lengths[rows], kind="stable")] for rows in wide]
        found = [rows[i : i + BATCH] for rows in alike for i in range(0, len(rows), BATCH)]
        return [found[i] for i in draw.permutation(len(found))]

    def stacked(self, rows: NDArray[np.intp]) -> Tensor:
        """Return texts as one stack of ids, filled up at their ends."""
        some = [self.ids[i] for i in rows]
        found = np.full((len(some), max(map(len, some))), FILLING, dtype=np.int64)
        for line, one in zip(found, some, strict=True):
            line[: len(one)] = one
        return torch.from_numpy(found)


def _shortened(ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return at most `MOST_TOKENS` ids, the mark at the end among them."""
    return ids if len(ids) <= MOST_TOKENS else np.append(ids[: MOST_TOKENS - 1], ids[-1])


def _descend(
    module: Any,  # noqa: ANN401 - torch knows of no `read`
    changed: dict[str, _LowRank],
    read: _Read,
    draw: np.random.Generator,
    done: Done | None,
) -> None:
    """Move the changes, and the directions beside them, down the loss: AdamW, warmed up and then slower and slower."""
    directions = nn.Parameter(_means(read.lesson))
    moved = [parameter for one in changed.values() for parameter in (one.down, one.up)]
    steps = steps_of(read.lesson)
    descent = torch.optim.AdamW([*moved, directions], lr=RATE, weight_decay=DECAY)
    pace = torch.optim.lr_scheduler.LambdaLR(descent, lambda at: min(1.0, (at + 1) / (WARM * steps)) * (1 - at / steps))
    labels, column = torch.from_numpy(read.lesson.labels), torch.from_numpy(read.lesson.column)
    batches = (rows for _ in range(EPOCHS) for rows in read.batches(draw))
    for rows in batches:
        ids = read.stacked(rows)
        vectors = module.read(module.embed(ids), ids >= 0)[0]
        of_all = torch.einsum("nd,ckd->nck", vectors, F.normalize(directions, dim=2))
        said = of_all[torch.arange(len(rows)), column[rows]]
        loss = F.cross_entropy(SHARPNESS * said, labels[rows], label_smoothing=SMOOTHING)
        descent.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        descent.step()
        pace.step()
        if done is not None:
            done()


def _means(lesson: Lesson) -> Tensor:
    """Return the mean direction of each class's texts, shape (columns, classes, d)."""
    shape = int(lesson.column.max()) + 1, int(lesson.labels.max()) + 1, lesson.vectors.shape[1]
    found = np.zeros(shape, dtype=np.float32)
    np.add.at(found, (lesson.column, lesson.labels), lesson.vectors)
    return F.normalize(torch.from_numpy(found), dim=2)
