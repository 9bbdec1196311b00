"""Requests and answers as JSON."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StrictBool, StrictFloat, StrictInt, StrictStr

from prodcls.catalogue import Rejection
from prodcls.errors import InputError
from prodcls.reasons import Method
from prodcls.service.engine import Decision
from prodcls.service.problems import Problem, problem_of
from prodcls.service.products import NewProduct, cell_text

__all__ = [
    "ClassOut",
    "ClassifyRequest",
    "ClassifyResponse",
    "NoteOut",
    "ProductIn",
    "ProductOut",
    "WhyRequest",
    "decision_out",
    "product_from",
]

EXAMPLE: dict[str, JsonValue] = {
    "id": "SKU-17",
    "cells": {"title": "Enamel teapot with lid, 1.2 l", "price": "18.90 EUR"},
}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ProductIn(_Strict):
    """A product to classify."""

    id: str = Field(default="", max_length=1000, description="Comes back with the answer.")
    cells: dict[str, StrictStr | StrictBool | StrictInt | StrictFloat | None] = Field(
        default_factory=dict,
        max_length=2000,
        description="By column of the training catalogue, see /v1/model; what is left out is missing.",
    )
    image: str | None = Field(default=None, description="Its photo in base64.")
    image_part: str | None = Field(
        default=None, max_length=200, description="In a multipart form: name of the part that holds its photo."
    )
    audio: str | None = Field(
        default=None, description="Its sound in base64: WAV, or FLAC, Ogg or MP3 where the extra is installed."
    )
    audio_part: str | None = Field(
        default=None, max_length=200, description="In a multipart form: name of the part that holds its sound."
    )


class ClassifyRequest(_Strict):
    """Products to classify."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_extra={"examples": [{"products": [EXAMPLE], "top_k": 3}]}
    )
    products: Annotated[list[ProductIn], Field(min_length=1)]
    top_k: int = Field(default=3, ge=1, le=100, strict=True, description="Classes given for each product.")


class WhyRequest(_Strict):
    """A question about a product that is in no catalogue."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_extra={"examples": [{"product": EXAMPLE, "method": "chain"}]}
    )
    product: ProductIn
    predicted: str | None = Field(default=None, alias="class", description="Class A; by default the most probable.")
    versus: str | None = Field(default=None, description="Class B; 'rest' for all others; by default the runner-up.")
    method: Method = "chain"
    counterfactuals: StrictBool = Field(default=False, description="Also look for changes that give another class.")


class ClassOut(_Strict):
    """A class and its calibrated probability."""

    name: str
    probability: float


class NoteOut(_Strict):
    """A cell that was not taken as it stands."""

    column: str | None
    code: str
    message: str
    missing: bool = Field(description="Whether the cell counts as missing; else this is only a note.")


class ErrorOut(_Strict):
    """Why a product has no answer."""

    code: str
    detail: str
    column: str | None = None


class ProductOut(_Strict):
    """What the model says of a product, or why it says nothing."""

    id: str
    predicted: str | None = None
    probability: float | None = None
    classes: list[ClassOut] = Field(default_factory=list, description="The most probable ones.")
    prediction_set: list[str] | None = Field(default=None, description="All classes that may well be right.")
    review: bool | None = Field(default=None, description="Whether a person should look at it.")
    reasons: list[str] = Field(default_factory=list, description="Why.")
    stopped_at: str | None = None
    stopped_probability: float | None = None
    notes: list[NoteOut] = Field(default_factory=list)
    error: ErrorOut | None = None


class ClassifyResponse(_Strict):
    """Answers in the order of the products."""

    bundle: str = Field(description="Digest of the bundle that answered.")
    products: list[ProductOut]


def product_from(given: ProductIn, files: Mapping[str, bytes]) -> NewProduct:
    """Return a product of a request.

    Parameters
    ----------
    given : ProductIn
    files : mapping of str to bytes
        Parts of a multipart form by name.

    Returns
    -------
    NewProduct

    Raises
    ------
    Problem
        If a file is given twice or not at all or is no base64, or a number is not finite.
    """
    photo = _file(given, files, "photo", "image")
    sound = _file(given, files, "sound", "audio")
    try:
        cells = {name: cell_text(value) for name, value in given.cells.items()}
    except InputError as error:
        raise problem_of(error, product=given.id) from error
    return NewProduct(given.id, cells, photo, sound)


def _file(given: ProductIn, files: Mapping[str, bytes], what: str, field: str) -> bytes | None:
    """Return the photo or the sound of a product, given in base64 or as a part of the form."""
    coded, part = getattr(given, field), getattr(given, f"{field}_part")
    if coded is not None and part is not None:
        message = f"give the {what} either in '{field}' or in '{field}_part'"
        raise Problem(422, f"{what}-twice", message, product=given.id)
    if part is not None:
        if part not in files:
            raise Problem(422, f"{what}-part-missing", f"the form has no part {part!r}", product=given.id)
        return files[part]
    if coded is None:
        return None
    try:
        return base64.b64decode(coded, validate=True)
    except (binascii.Error, ValueError):
        raise Problem(422, f"{what}-not-base64", f"'{field}' is no base64", product=given.id) from None


def decision_out(product: NewProduct, found: Decision | InputError) -> ProductOut:
    """Return an answer as JSON has it."""
    if isinstance(found, InputError):
        told: dict[str, Any] = {"code": found.code, "column": found.column}
        detail = str(found).removesuffix(f" [{found.code}]")
        return ProductOut(id=product.id, error=ErrorOut(detail=detail, **told))
    return ProductOut(
        id=product.id,
        predicted=found.classes[0][0],
        probability=found.classes[0][1],
        classes=[ClassOut(name=name, probability=probability) for name, probability in found.classes],
        prediction_set=None if found.prediction_set is None else list(found.prediction_set),
        review=found.review,
        reasons=list(found.reasons),
        stopped_at=found.stopped_at,
        stopped_probability=found.stopped_probability,
        notes=[_note(one) for one in found.told],
    )


def _note(one: Rejection) -> NoteOut:
    return NoteOut(column=one.column, code=one.code, message=one.reason, missing=one.scope != "note")
