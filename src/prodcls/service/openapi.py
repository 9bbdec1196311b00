"""The description of the interface, where FastAPI cannot know it: bodies that the routes parse, errors, tokens."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from prodcls.service.guard import OPEN
from prodcls.service.problems import MEDIA_TYPE

__all__ = ["ProblemOut", "complete", "described_body", "described_problems"]

SECURITY = {
    "token": {"type": "http", "scheme": "bearer", "description": "The service's token."},
    "password": {"type": "http", "scheme": "basic", "description": "The token as password, for browsers."},
}
"""Ways to show the token."""

PROBLEMS = {
    400: "The form cannot be read.",
    401: "The token is missing or wrong.",
    403: "A page of another site asks.",
    404: "There is no such product.",
    408: "The body did not arrive in time.",
    413: "Too many bytes, products or characters.",
    415: "Not JSON, and no form.",
    421: "The host's name is none of this machine's.",
    422: "The request, a cell or a photo cannot be taken.",
    503: "Too many requests, or too slow: come again.",
}
"""What an error means, by its status."""


class ProblemOut(BaseModel):
    """An error (RFC 9457)."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    request_id: str


def described_body(kind: type[BaseModel]) -> dict[str, Any]:
    """Return what the description says of a body that is JSON, or a form of it and photos.

    Parameters
    ----------
    kind : type of BaseModel

    Returns
    -------
    dict of str to Any
        For ``openapi_extra``.
    """
    schema = {"$ref": f"#/components/schemas/{kind.__name__}"}
    form = {
        "schema": {
            "type": "object",
            "properties": {"request": schema},
            "required": ["request"],
            "additionalProperties": {"type": "string", "format": "binary", "description": "A photo."},
        },
        "encoding": {"request": {"contentType": "application/json"}},
    }
    content = {"application/json": {"schema": schema}, "multipart/form-data": form}
    return {"requestBody": {"required": True, "content": content}}


def described_problems() -> dict[int | str, dict[str, Any]]:
    """Return what the description says of errors, for ``responses``."""
    said = {"content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    return {status: {"description": text, **said} for status, text in PROBLEMS.items()}


def complete(schema: dict[str, Any], requests: Iterable[type[BaseModel]], *, token: bool) -> dict[str, Any]:
    """Add to FastAPI's description what it cannot know.

    Parameters
    ----------
    schema : dict of str to Any
        Changed in place.
    requests : iterable of type of BaseModel
        Bodies that the routes parse themselves.
    token : bool
        Whether callers must show one.

    Returns
    -------
    dict of str to Any
        ``schema``.
    """
    kinds: tuple[type[BaseModel], ...] = (*requests, ProblemOut)
    models = [_as_given(kind) for kind in kinds]
    _, found = models_json_schema(models, ref_template="#/components/schemas/{model}")
    parts = schema.setdefault("components", {})
    components = parts.setdefault("schemas", {})
    components |= found["$defs"]
    components["Problem"] = components.pop("ProblemOut", components.get("Problem"))
    if token:
        parts["securitySchemes"] = SECURITY
        schema["security"] = [{name: []} for name in SECURITY]
        for path in OPEN:
            for operation in schema["paths"][path].values():
                operation["security"] = []
    return schema


def _as_given(kind: type[BaseModel]) -> tuple[type[BaseModel], Literal["validation"]]:
    return kind, "validation"
