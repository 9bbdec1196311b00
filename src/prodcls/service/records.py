"""What a service says of the products that were trained on."""

from __future__ import annotations

import math
from typing import Any

from pydantic import BaseModel, ConfigDict

from prodcls.bundle import Bundle

__all__ = ["ProductRecord", "product_record"]


class ProductRecord(BaseModel):
    """A training product; the class that a model said which had not seen it, where it was tested."""

    model_config = ConfigDict(frozen=True)
    id: str
    label: str
    texts: dict[str, str]
    numbers: dict[str, float | None]
    values: dict[str, str]
    photo: str | None
    photo_sha256: str | None
    out_of_fold: str | None
    out_of_fold_probability: float | None


def product_record(bundle: Bundle, product: str) -> ProductRecord:
    """Return a training product as the bundle keeps it.

    Parameters
    ----------
    bundle : Bundle
    product : str
        Its id.

    Returns
    -------
    ProductRecord

    Raises
    ------
    InputError
        Code ``product-unknown``.
    """
    kept = bundle.products
    i = kept.find(product)
    photo, said = kept.photos[i], kept.judged.classes[i]
    return ProductRecord(
        id=product,
        label=kept.labels[i],
        texts={name: cells[i] for name, cells in kept.texts.items()},
        numbers={name: _number(values[i]) for name, values in kept.numeric.items()},
        values={name: cells[i] for name, cells in kept.categorical.items()},
        photo=None if photo is None else photo.path,
        photo_sha256=None if photo is None else photo.sha256,
        out_of_fold=said,
        out_of_fold_probability=None if said is None else float(kept.judged.probabilities[i]),
    )


def _number(value: Any) -> float | None:  # noqa: ANN401 - of NumPy
    return None if math.isnan(value) else float(value)
