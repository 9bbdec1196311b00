"""LIME as a witness: a linear model of what happens around one product (Ribeiro, Singh and Guestrin 2016).

Texts, photo, sound and columns each get their own, with the rest of the product left as it is. The library perturbs,
weighs and fits; it is given stand-ins that carry a mask and nothing else: a text of one private character a word, which
no tokeniser can misread in any script, and a picture of one pixel a region, or a segment of the sound. What a mask
means is up to `MaskScorer`.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.stats
from numpy.typing import NDArray

from prodcls.columns import signed_log
from prodcls.explain.attribution import Attribution, PartKind
from prodcls.explain.masks import Fill
from prodcls.explain.product import Product, class_numbers, score
from prodcls.explain.scorer import MaskScorer, attribution, item_seed
from prodcls.head import EvidenceHead

__all__ = ["Lime"]

FIRST = 0xF0000
"""First character of a plane kept for private use, with room for 65,534 words."""

BACKGROUND_ROWS = 200
"""Rows that stand for the catalogue when columns are perturbed."""

Margins = Callable[[NDArray[np.bool_]], NDArray[np.float64]]


@dataclass(frozen=True)
class Lime:
    """Weights of words, regions, segments and columns in local linear models by the lime library.

    Parameters
    ----------
    text_samples : int, default 1000
    image_samples : int, default 500
    column_samples : int, default 500
    sound_samples : int, default 500
    fill : {"border", "blur"}, default "border"
    draw : int, default 0
        Number of the draw: the seed depends on it and on the product's id.
    threads : int, optional
        Items encoded at a time; one a processor by default. No effect on the weights.
    """

    text_samples: int = 1000
    image_samples: int = 500
    column_samples: int = 500
    sound_samples: int = 500
    fill: Fill = "border"
    draw: int = 0
    threads: int | None = None

    def explain(self, product: Product, a: str, b: str) -> Attribution:
        """Return the weights of all players, logits."""
        scorer = MaskScorer(product, fill=self.fill, threads=self.threads)
        numbers = class_numbers(product.model.classes, a, b)
        seed = item_seed(product.id, self.draw)
        values = np.zeros(len(scorer.players))

        def margins_of(players: NDArray[np.intp]) -> Margins:
            def margins(kept: NDArray[np.bool_]) -> NDArray[np.float64]:
                masks = scorer.everything(len(kept))
                masks[:, players] = kept
                return scorer.score(masks, *numbers).margin

            return margins

        words = scorer.positions("word")
        if len(words) and self.text_samples:
            values[words] = _explain_words(margins_of(words), len(words), self.text_samples, seed)
        pictured: tuple[tuple[PartKind, int], ...] = ("region", self.image_samples), ("segment", self.sound_samples)
        for kind, samples in pictured:
            places = scorer.positions(kind)
            if len(places) and samples:
                values[places] = _explain_places(margins_of(places), len(places), samples, seed)
        columns = scorer.positions("column")
        if len(columns) and self.column_samples and isinstance(product.model.head, EvidenceHead):
            values[columns] = _explain_columns(scorer, *numbers, self.column_samples, seed)
        return attribution(scorer, "lime", *numbers, np.arange(len(values)), values)


def _explain_words(margins: Margins, n: int, samples: int, seed: int) -> NDArray[np.float64]:
    from lime.lime_text import LimeTextExplainer

    letters = [chr(FIRST + i) for i in range(n)]

    def classify(texts: Sequence[str]) -> NDArray[np.float64]:
        left = [set(text) for text in texts]
        return margins(np.array([[letter in some for letter in letters] for some in left]))[:, None]

    explainer = LimeTextExplainer(
        split_expression=list, bow=False, mask_string="", feature_selection="none", random_state=seed
    )
    found = explainer.explain_instance("".join(letters), classify, labels=(0,), num_features=n, num_samples=samples)
    return _by_position(found, 0, n)


def _explain_places(margins: Margins, n: int, samples: int, seed: int) -> NDArray[np.float64]:
    from lime.lime_image import LimeImageExplainer

    def classify(pictures: NDArray[np.float64]) -> NDArray[np.float64]:
        return margins(pictures[:, 0, :, 0] > 0)[:, None]

    def pixels(_: NDArray[np.float64]) -> NDArray[np.int64]:
        return np.arange(n)[None, :]

    explainer = LimeImageExplainer(feature_selection="none", random_state=seed)
    with redirect_stderr(io.StringIO()):  # it draws a progress bar there and cannot be told not to
        found = explainer.explain_instance(
            np.ones((1, n, 3)),
            classify,
            labels=(0,),
            top_labels=None,
            hide_color=0,
            num_features=n,
            num_samples=samples,
            batch_size=samples,
            segmentation_fn=pixels,
            random_seed=seed,
        )
    return _by_position(found, 0, n)


def _explain_columns(scorer: MaskScorer, a: int, b: int | None, samples: int, seed: int) -> NDArray[np.float64]:
    """Perturb columns as the catalogue's own differ: by what the model keeps of it."""
    from lime.lime_tabular import LimeTabularExplainer

    product = scorer.product
    head = product.model.head
    assert isinstance(head, EvidenceHead)  # noqa: S101 - the caller has looked
    names = [scorer.players[i].column for i in scorer.positions("column")]
    numbers = [name for name in names if name in head.evidence.numeric]
    background, row = [], []
    for name in names:
        if name in numbers:
            mean, deviation = head.evidence.numeric[name].overall
            quantiles = (np.arange(BACKGROUND_ROWS) + 0.5) / BACKGROUND_ROWS
            background.append(scipy.stats.norm.ppf(quantiles, mean, deviation))
            row.append(float(signed_log(product.inputs.numeric[name])[0]))
        else:
            known = head.evidence.categorical[name].values
            cell = product.inputs.categorical[name][0]
            background.append(np.arange(BACKGROUND_ROWS) % max(1, len(known)))
            row.append(float(known.index(cell) if cell in known else len(known)))

    def predict(rows: NDArray[np.float64]) -> NDArray[np.float64]:
        inputs = scorer.inputs(scorer.everything(len(rows)))
        numeric, categorical = dict(inputs.numeric), dict(inputs.categorical)
        for name, values in zip(names, rows.T, strict=True):
            if name in numbers:
                numeric[name] = np.sign(values) * np.expm1(np.abs(values))
            else:
                cells = (*head.evidence.categorical[name].values, product.inputs.categorical[name][0])
                categorical[name] = tuple(cells[int(value)] for value in values)
        return score(product.model, replace(inputs, numeric=numeric, categorical=categorical), a, b).margin

    explainer = LimeTabularExplainer(
        np.stack(background, axis=1),
        mode="regression",
        feature_names=names,
        categorical_features=[i for i, name in enumerate(names) if name not in numbers],
        feature_selection="none",
        random_state=seed,
    )
    found = explainer.explain_instance(np.array(row), predict, num_features=len(names), num_samples=samples)
    return _by_position(found, 1, len(names))


def _by_position(found: Any, label: int, n: int) -> NDArray[np.float64]:  # noqa: ANN401 - lime has no types
    values = np.zeros(n)
    for position, weight in found.local_exp[label]:
        values[position] = weight
    return values
