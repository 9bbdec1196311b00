"""A small boosted model over encoders whose vectors are sums of word pieces and of picture regions."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from hypothesis import strategies as st

from prodcls.booster import BoosterData, train_booster
from prodcls.calibration import Calibration
from prodcls.candidates import candidate_evidence
from prodcls.embeddings import Embeddings
from prodcls.encoders import Encoded, Encoder, Item, Kind, Parts, Progress
from prodcls.encoders.base import without_blanks
from prodcls.explain.subject import Split, Subject
from prodcls.head import EvidenceHead
from prodcls.inputs import Inputs
from prodcls.model import Model, fit_model
from prodcls.preparation import IMAGE_BLOCK, joined

CLASSES = ("冰箱", "Kettle", "Phone", "Towel")
TOLD = ("双门冰箱", "steel kettle", "smart phone", "bath towel")
FILLER = ("new", "best", "offer", "genuine", "free", "sale", "gift", "pack", "正品", "包邮")
PIECE = 3
LIMIT = 400
GRID = (4, 4)


def _random(seed: str, width: int) -> np.ndarray:
    number = int.from_bytes(hashlib.blake2b(seed.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")
    return np.random.default_rng(number).normal(size=width)


@dataclass(frozen=True)
class PieceEncoder:
    """Reads a text in pieces of three characters, whatever words they cut, between two marks."""

    name: str = "pieces"
    dimension: int = 12
    linear: bool = True
    kind: Kind = "text"

    @property
    def identity(self) -> str:
        return f"{self.name}-v1"

    def encode_parts(self, items: Sequence[Item]) -> tuple[Parts, ...]:
        return tuple(self._parts(str(item)) for item in items)

    def _parts(self, text: str) -> Parts:
        cuts = [(i, min(i + PIECE, len(text))) for i in range(0, len(text), PIECE)][:LIMIT]
        spans = without_blanks(text, [(0, 0), *cuts, (0, 0)])
        seeds = ["<", *(text[a:b] for a, b in cuts), ">"]
        # A piece's vector depends on its neighbours, as in a real network.
        vectors = np.array(
            [
                _random(self.name + seed, self.dimension) + 0.3 * _random(seeds[i - 1] + seed, self.dimension)
                for i, seed in enumerate(seeds)
            ]
        )
        vectors /= len(vectors)
        pooled = vectors.sum(axis=0)
        vector = self.finish(pooled[None])[0]
        return Parts(vectors, pooled.astype(np.float32), vector.astype(np.float32), spans, None, self.linear)

    def finish(self, pooled: np.ndarray) -> np.ndarray:
        if self.linear:
            return pooled
        last = np.tanh(2 * pooled + 0.1)
        return np.asarray(last / np.linalg.norm(last, axis=1, keepdims=True))

    def encode(self, items: Sequence[Item], progress: Progress | None = None) -> Encoded:
        del progress
        vectors = [parts.vector for parts in self.encode_parts(items)]
        return Encoded(np.array(vectors).reshape(-1, self.dimension), np.ones(len(items), dtype=np.float32))


@dataclass(frozen=True)
class GridEncoder(PieceEncoder):
    """Reads sixteen regions of a picture that is a name."""

    name: str = "grid"
    dimension: int = 6
    kind: Kind = "image"

    def _parts(self, text: str) -> Parts:
        vectors = np.array([np.abs(_random(f"{text}{i}", self.dimension)) + _random(text, 6) for i in range(16)]) / 16
        pooled = vectors.sum(axis=0).astype(np.float32)
        return Parts(vectors, pooled, pooled, None, GRID, linear=True)


TEXT: tuple[PieceEncoder, ...] = (PieceEncoder("one"), PieceEncoder("two", 8))
BENT: tuple[PieceEncoder, ...] = (PieceEncoder("one"), PieceEncoder("bent", 8, linear=False))


def make_subject(
    title: str = "",
    description: str = "",
    *,
    photo: str = "",
    size: tuple[int, int] = (300, 200),
    price: float = np.nan,
    brand: str = "",
    encoders: tuple[PieceEncoder, ...] = TEXT,
) -> Subject:
    """Return a product; what is left out is missing."""
    dense: dict[str, Embeddings] = {}
    splits: dict[str, Split] = {}
    items: dict[str, tuple[str, tuple[PieceEncoder, ...]]] = {
        "title": (title, encoders),
        "description": (description, encoders),
        IMAGE_BLOCK: (photo, (GridEncoder(),)),
    }
    for block, (item, readers) in items.items():
        there = bool(item.strip())
        parts = tuple(r.encode_parts([item])[0] for r in readers) if there else ()
        rows = [p.vector for p in parts] or [np.zeros(r.dimension, dtype=np.float32) for r in readers]
        one = np.ones(1, dtype=np.float32)
        dense[block] = joined([Embeddings(block, "pieces", row[None], np.array([there]), one) for row in rows])
        if there:
            opened: tuple[Encoder, ...] = readers
            splits[block] = Split(opened, parts)
    texts = {"title": (title,), "description": (description,)}
    inputs = Inputs(("asked",), texts, dense, {"price": np.array([price])}, {"brand": (brand,)})
    return Subject(inputs, splits, size if photo else None)


@cache
def fitted(*, boosted: bool = True, bent: bool = False) -> Model:
    """Return a model of 80 products, with trees that correct its pool."""
    rng = np.random.default_rng(3)
    labels = np.arange(80, dtype=np.int64) % len(CLASSES)
    rows = []
    for i, k in enumerate(np.where(rng.random(80) < 0.8, labels, rng.integers(len(CLASSES), size=80))):
        rows.append(
            make_subject(
                f"{TOLD[k]} {' '.join(rng.choice(FILLER, 2))}",
                f"{' '.join(rng.choice(FILLER, 3))} {TOLD[k]}" if i % 3 else "",
                photo=f"{CLASSES[k]}{i % 5}" if i % 4 else "",
                price=float(np.exp(rng.normal(3 + k, 0.4))) if i % 5 else np.nan,
                brand=f"brand {k}" if i % 6 else "",
                encoders=BENT if bent else TEXT,
            ).inputs
        )
    inputs = stacked(rows)
    model = fit_model(inputs, labels, np.arange(80), CLASSES).model
    head = model.head
    assert isinstance(head, EvidenceHead)
    head = replace(head, booster=None, level=0.0, calibration=Calibration(1.5, 0.9))
    if boosted:
        said = head.margins(inputs)
        evidence = candidate_evidence(said.channels, said.candidates, head.evidence.channels)
        truth = (said.candidates == labels[:, None]).argmax(axis=1)
        start = np.take_along_axis(said.pooled, said.candidates, axis=1) * 0.2  # leaves the trees something to do
        data = BoosterData(evidence, start, truth, (0,) * evidence.shape[2])
        booster = train_booster(data, 12, random_state=0, threads=1)
        assert booster is not None
        level = float(np.asarray(booster.predict(evidence[:1, 0], pred_contrib=True))[0, -1])
        head = replace(head, booster=booster, level=level)
    return replace(model, head=head)


def stacked(rows: list[Inputs]) -> Inputs:
    """Return the products of several inputs, one after the other."""
    first = rows[0]
    return Inputs(
        ids=tuple(f"p{i}" for i in range(len(rows))),
        texts={name: tuple(r.texts[name][0] for r in rows) for name in first.texts},
        dense={
            name: replace(
                e,
                vectors=np.concatenate([r.dense[name].vectors for r in rows]),
                present=np.concatenate([r.dense[name].present for r in rows]),
                read_share=np.concatenate([r.dense[name].read_share for r in rows]),
            )
            for name, e in first.dense.items()
        },
        numeric={"price": np.concatenate([r.numeric["price"] for r in rows])},
        categorical={"brand": tuple(r.categorical["brand"][0] for r in rows)},
    )


SCRIPTS = (
    "steel kettle 1.5L, free sale!",
    "双门冰箱包邮正品",
    "ตู้เย็นสองประตูราคาถูก",
    "גלידה טעימה – מבצע",
    "غلاية كهربائية",
    "🧊🙂👩‍👩‍👧 kettle",
    "スマート phone ケース",
    "kettle",
    "冰",
    "  ",
    "",
    ".,!",
    "e\u0301te\u0301 \u200b kettle\u202e",
)
texts = st.one_of(
    st.sampled_from(SCRIPTS),
    st.lists(st.sampled_from((*SCRIPTS, *TOLD, *FILLER)), max_size=6).map(" ".join),
    st.text(max_size=30),
)
subjects = st.builds(
    make_subject,
    texts,
    texts,
    photo=st.sampled_from(("", "冰箱1", "Phone3")),
    size=st.tuples(st.integers(20, 900), st.integers(20, 900)),
    price=st.sampled_from((np.nan, 0.0, 25.0, 1e6)),
    brand=st.sampled_from(("", "brand 1", "unseen")),
)
"""Products in any script, with any part of them missing."""
