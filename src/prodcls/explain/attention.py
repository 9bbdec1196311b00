"""Where a transformer looks, as a secondary view: not an explanation of the decision.

Attention knows nothing of the classes: it is the same for every pair of them, and large weights need not matter to the
outcome (Jain and Wallace 2019, Attention is not explanation, NAACL).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from prodcls.encoders.inner import attentions, pooled_tokens, prepared
from prodcls.explain.attribution import Attribution, Part, Scope
from prodcls.explain.product import REST, Product, class_numbers, score
from prodcls.explain.reading import word_part
from prodcls.explain.segments import bounds, overlaps, words
from prodcls.preparation import open_readers

__all__ = ["Attention", "rollout"]

NOTE = "Not an explanation of the decision: where the encoder looks, whatever the classes; shares of one text."


class Attention:
    """Attention rollout of each text, averaged over its encoders that are transformers."""

    def explain(self, product: Product, a: str, b: str) -> Attribution:
        """Return each word's share of the attention paid to the words of its text, in [0, 1]; no logits."""
        numbers = class_numbers(product.model.classes, a, b)
        served = score(product.model, product.inputs, *numbers)
        parts = [part for column in product.recipe.text_columns for part in _shares(product, column)]
        return Attribution(
            id=product.id,
            method="attention",
            predicted=a,
            versus=REST if numbers[1] is None else b,
            probability=float(served.probability[0]),
            versus_probability=float(served.rival[0]),
            margin=float(served.margin[0]),
            parts=tuple(sorted(parts, key=lambda part: -part.value)),
            certificate=None,
            scope=Scope("attention", NOTE),
        )


def _shares(product: Product, column: str) -> Iterator[Part]:
    """Yield the words of a text, whose shares sum to 1; one context part for each encoder without attention."""
    text = product.inputs.texts[column][0]
    found = words(text)
    total, readers, blind = np.zeros(len(found)), 0, False
    for encoder in open_readers(product.recipe).text if found else ():
        item = prepared(encoder, text)
        layers = None if item is None else attentions(encoder, item.value)
        if item is None or item.spans is None or layers is None:
            blind = True
            continue
        # The vector is the mean of some last states, or of all of them: each of these counts as much.
        looked = rollout(layers)[pooled_tokens(encoder)].mean(axis=0)
        on_words = overlaps(bounds(text), item.spans).to_words(looked)
        if on_words.any():
            total += on_words / on_words.sum()
            readers += 1
    if blind:
        yield Part(column, "context", "no-attention", 0.0)
    if readers:
        for word, share in zip(found, (total / readers).tolist(), strict=True):
            yield word_part(column, column, text, word, share)


def rollout(layers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how much each last state holds of each token, if states were only mixed by attention.

    Abnar and Zuidema (2020, Quantifying attention flow in transformers, ACL, section 3, attention rollout): the
    product of the layers, each taken half as attention and half as what passes it by.

    Parameters
    ----------
    layers : ndarray of shape (layers, tokens, tokens), float64
        Averaged over heads; rows sum to 1.

    Returns
    -------
    ndarray of shape (tokens, tokens), float64
        Rows sum to 1.

    Examples
    --------
    >>> rollout(np.array([[[0.0, 1.0], [0.0, 1.0]]])).tolist()
    [[0.5, 0.5], [0.0, 1.0]]
    """
    flow = np.eye(layers.shape[1])
    for layer in layers:
        flow = (layer + np.eye(len(layer))) / 2 @ flow
    return flow
