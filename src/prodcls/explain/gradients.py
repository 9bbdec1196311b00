"""Integrated gradients as a witness: what words and regions add to the lead of the linear pool, through the encoders.

The served margin ends in trees, which have no gradient. So this explains less than the margin: the linear pool's lead
of A over B, which is linear in the probes' scores; these are linear in the vectors at unit length, and those are what
the encoders' networks make of words and pixels. The booster's correction is left out. The parts sum to the pool's lead
but for the error of the numerical integration, which is reported; that is no certificate of the served margin.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np
import scipy.special
from numpy.typing import NDArray

from prodcls.encoders import Encoder
from prodcls.encoders.inner import Integrated, has_module, integrate, prepared
from prodcls.errors import InputError
from prodcls.evidence import LEXICAL
from prodcls.explain.account import rest_weights
from prodcls.explain.attribution import Attribution, Part, Scope, merged
from prodcls.explain.lines import Gathering
from prodcls.explain.masks import open_photo
from prodcls.explain.product import REST, Product, class_numbers, score
from prodcls.explain.reading import column_part, lexical_pieces, word_part
from prodcls.explain.regions import Grid, photo_grid
from prodcls.explain.segments import bounds, overlaps, words
from prodcls.head import EvidenceHead, Margins
from prodcls.images import load_photo
from prodcls.preparation import IMAGE_BLOCK, open_readers

__all__ = ["IntegratedGradients"]

NOTE = (
    "Explains the linear pool's lead of one class over the other through the encoders, not the served margin: "
    "the booster has no gradient and is left out."
)

ENOUGH = 0.01
"""Error of the integration that is borne, as a share of the sizes of what is placed."""


@dataclass(frozen=True)
class IntegratedGradients:
    """What words and regions add to the pool's lead, from a text of padding and from a photo of its border's colour.

    Parameters
    ----------
    steps : int, default 32
        Gradients taken first.
    most : int, default 128
        They are doubled up to this number while the error is more than `ENOUGH`.
    """

    steps: int = 32
    most: int = 128

    def explain(self, product: Product, a: str, b: str) -> Attribution:
        """Return the parts of the pool's lead, logits; a block without gradients keeps its share as one."""
        head = product.model.head
        if not isinstance(head, EvidenceHead):
            message = "a flat head has no linear pool to take gradients of: fit the bundle with --head evidence"
            raise InputError(message, code="head-flat")
        numbers = class_numbers(product.model.classes, a, b)
        pull = _Pull(product, head, *numbers, self)
        found = (Part(*line) for line in merged(pull.parts()) if line.value)
        parts = tuple(sorted(found, key=lambda p: (-abs(p.value), p.block, p.start or 0, p.label)))
        served = score(product.model, product.inputs, *numbers)
        residual = float(sum(p.value for p in parts)) - pull.lead
        return Attribution(
            id=product.id,
            method="integrated-gradients",
            predicted=a,
            versus=REST if numbers[1] is None else b,
            probability=float(served.probability[0]),
            versus_probability=float(served.rival[0]),
            margin=float(served.margin[0]),
            parts=parts,
            certificate=None,
            scope=Scope("pool", NOTE, pull.lead, residual),
        )


@dataclass(frozen=True)
class _Placed:
    """What one encoder's gradients say, and the score of the blank item; logits."""

    parts: tuple[Part, ...]
    blank: float


@dataclass(frozen=True)
class _Pull:
    """How the pool is drawn from B to A."""

    product: Product
    head: EvidenceHead
    a: int
    b: int | None
    method: IntegratedGradients

    @cached_property
    def _margins(self) -> Margins:
        return self.head.margins(self.product.inputs)

    @cached_property
    def _rivals(self) -> NDArray[np.float64]:
        """Return 1 for B, shape (K,); all others share it by their probabilities."""
        if self.b is not None:
            return np.asarray(np.eye(1, len(self.product.model.classes), self.b)[0])
        return np.asarray(rest_weights(self.head, self._margins, np.array([self.a]))[0])

    @cached_property
    def _direction(self) -> NDArray[np.float64]:
        """Return 1 for A less the share of each rival, shape (K,)."""
        return np.asarray(np.eye(1, len(self._rivals), self.a)[0] - self._rivals)

    @property
    def _spread(self) -> float:
        """What A loses because several rivals share the rest: 0 for one rival (see `explain_rest`)."""
        return -float(scipy.special.entr(self._rivals).sum())

    @cached_property
    def _leads(self) -> NDArray[np.float64]:
        """Return what each channel adds to the pool's lead, shape (C,), logits."""
        values = self._margins.channels[0]
        return np.asarray(self._direction @ values * self._rates)

    @cached_property
    def _rates(self) -> NDArray[np.float64]:
        return np.asarray(self.head.pool.weights / self.head.calibration.temperatures(self._margins.total))

    @property
    def lead(self) -> float:
        """The pool's lead of A over B, logits."""
        return float(self._leads.sum()) + self._spread

    def parts(self) -> Iterator[Part]:
        inputs = self.product.inputs
        yield Part(REST, "context", "spread", self._spread)
        for channel, lead, rate in zip(self.head.evidence.channels, self._leads, self._rates, strict=True):
            block = channel.block
            if channel.kind in ("typical", "affinity"):
                yield Part(*column_part(inputs, block, float(lead)))
            elif channel.kind != "score":
                yield Part(block, "evidence", channel.kind, float(lead))
            elif lead and block == LEXICAL:
                yield from self._counted(float(rate))
            elif lead and (block in inputs.texts or (block == IMAGE_BLOCK and self.product.photo is not None)):
                yield from self._read(block, float(rate))
            elif lead:
                yield Part(block, "evidence", "score", float(lead))

    def _counted(self, rate: float) -> Iterator[Part]:
        """Yield the words as they are counted: linear, so that gradients say what the exact account does."""
        lexical, inputs = self.head.evidence.lexical, self.product.inputs
        assert lexical is not None  # noqa: S101 - its channel would not be there
        texts = {column: cells[0] for column, cells in inputs.texts.items()}
        vector = lexical.vocabulary.vectors(inputs.joined_text())
        counted = vector.indices, vector.data
        pieces = lexical_pieces(texts, lexical, counted, lambda values: values @ self._direction)
        lines = Gathering()
        lines.add_places(LEXICAL, pieces.places, pieces.values, pieces.values * rate)
        yield from lines.lines().parts()
        for label, value in pieces.aside.items():
            yield Part(LEXICAL, "context", label, value * rate)

    def _read(self, block: str, rate: float) -> Iterator[Part]:
        """Yield the words or regions of a block, encoder by encoder, and what its probe says of a blank one."""
        probe = self.head.evidence.dense[block].probe
        weights = probe.weights @ self._direction * rate
        blank, at = float(probe.intercept @ self._direction) * rate, 0
        is_text = block in self.product.inputs.texts
        encoders = open_readers(self.product.recipe).of(block)
        place = self._words if is_text else partial(self._regions, cells=self._cells(encoders))
        for encoder in encoders:
            mine = slice(at, at + encoder.dimension)
            at = mine.stop
            placed = place(block, encoder, weights[mine] / np.sqrt(len(encoders)))
            if placed is None:
                served = self.product.inputs.dense[block].vectors[0, mine]
                yield Part(block, "context", "no-gradient", float(served @ weights[mine]))
            else:
                yield from placed.parts
                blank += placed.blank
        yield Part(block, "context", "blank", blank)

    def _words(self, block: str, encoder: Encoder, weights: NDArray[np.float64]) -> _Placed | None:
        text = self.product.inputs.texts[block][0]
        item, found = prepared(encoder, text), words(text)
        if item is None or item.spans is None:
            return None
        spread = overlaps(bounds(text), item.spans)

        def on_words(values: NDArray[np.float64]) -> NDArray[np.float64]:
            return np.append(spread.to_words(values), values[~spread.placed].sum())

        places = [word_part(block, block, text, word) for word in found]
        marks = Part(block, "context", "marks", 0.0)
        return self._placed((*places, marks), on_words, lambda steps: integrate(encoder, item.value, weights, steps))

    def _cells(self, encoders: Sequence[Encoder]) -> Grid | None:
        """Return the cells of the photo on which several encoders tell their regions; None for those of its own."""
        path = self.product.photo
        if path is None or len(encoders) == 1:
            return None
        height, width = load_photo(path).shape[:2]
        return photo_grid([encoder.encode_parts([path])[0] for encoder in encoders], (width, height))[0]

    def _regions(
        self, block: str, encoder: Encoder, weights: NDArray[np.float64], *, cells: Grid | None
    ) -> _Placed | None:
        path = self.product.photo
        if path is None or not has_module(encoder):
            return None
        parts = encoder.encode_parts([path])[0]
        if parts.grid is None:
            return None
        photo = open_photo(path, cells or parts.grid, fitting=parts.fitting, of_photo=cells is not None)
        places = tuple(
            Part(block, "region", f"{row + 1}, {column + 1}", 0.0, box=box)
            for (row, column), box in zip(photo.cells, photo.boxes, strict=True)
        )

        def on_regions(values: NDArray[np.float64]) -> NDArray[np.float64]:
            # The bars beside the photo, at -1, are in both pictures and add nothing.
            return np.bincount(photo.regions.ravel() + 1, values.ravel(), len(places) + 1)[1:].astype(np.float64)

        return self._placed(
            places, on_regions, lambda steps: integrate(encoder, photo.pixels, weights, steps, photo.filling)
        )

    def _placed(
        self,
        places: tuple[Part, ...],
        gather: Callable[[NDArray[np.float64]], NDArray[np.float64]],
        integrated: Callable[[int], Integrated | None],
    ) -> _Placed | None:
        """Return the parts with their values, with as many steps as they need."""
        steps = self.method.steps
        while True:
            found = integrated(steps)
            if found is None:
                return None
            values = gather(found.values)
            if abs(found.error) <= ENOUGH * np.abs(values).sum() or 2 * steps > self.method.most:
                break
            steps *= 2
        parts = (replace(part, value=value) for part, value in zip(places, values.tolist(), strict=True))
        return _Placed(tuple(parts), found.blank)
