"""What a service says of its bundle and of the products that were trained on."""

from __future__ import annotations

import math
from typing import Any

from pydantic import BaseModel, ConfigDict

from prodcls.audit_figures import FIGURES, as_interval
from prodcls.audit_stored import whole_report
from prodcls.bundle import Bundle
from prodcls.new_products import asked_columns

__all__ = ["Column", "Description", "ProductRecord", "describe", "product_record"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Column(_Frozen):
    """A column that a caller may give."""

    name: str
    role: str


class Description(_Frozen):
    """What is served."""

    bundle: str
    version: str
    created: str
    head: str
    classes: list[str]
    columns: list[Column]
    encoders: list[str]
    coverage: float | None
    training_products: int
    catalogue: str
    catalogue_sha256: str
    figures: dict[str, float]
    environment: dict[str, str]


class ProductRecord(_Frozen):
    """A training product; the class that a model said which had not seen it, where it was tested."""

    id: str
    label: str
    texts: dict[str, str]
    numbers: dict[str, float | None]
    values: dict[str, str]
    photo: str | None
    photo_sha256: str | None
    out_of_fold: str | None
    out_of_fold_probability: float | None


def describe(bundle: Bundle) -> Description:
    """Return what ``/v1/model`` says.

    Parameters
    ----------
    bundle : Bundle

    Returns
    -------
    Description
    """
    asked = asked_columns(bundle.schema)
    recipe, manifest = bundle.recipe, bundle.manifest
    photos = () if recipe.image_encoder is None else (recipe.image_encoder,)
    return Description(
        bundle=bundle.digest,
        version=manifest.version,
        created=manifest.created,
        head=bundle.options.head,
        classes=list(bundle.model.classes),
        columns=[Column(name=one.column, role=one.role) for one in bundle.schema.columns if one.column in asked],
        encoders=[*recipe.text_encoders, *photos],
        coverage=None if bundle.sets is None else bundle.sets.coverage,
        training_products=len(bundle.products),
        catalogue=bundle.source.path,
        catalogue_sha256=bundle.source.sha256,
        figures=_figures(bundle),
        environment=manifest.environment,
    )


def _figures(bundle: Bundle) -> dict[str, float]:
    """Return the headline figures of the audit; none where the bundle keeps no report."""
    if bundle.report is None:
        return {}
    report = whole_report(bundle.report, bundle.manifest)
    found = {name: as_interval(kind.read(report))[0] for name, kind in FIGURES.items()}
    return {name: value for name, value in found.items() if value is not None}


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
