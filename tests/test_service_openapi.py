"""The description of the interface says what the service does."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from prodcls.service.app import make_app
from service_factory import ask_app, served

TOKEN = "0123456789abcdef"


def described(**settings: Any) -> dict[str, Any]:
    headers = {"authorization": f"Bearer {settings.get('token')}"}
    found: dict[str, Any] = ask_app(make_app(served(**settings)), "GET", "/openapi.json", headers=headers).json()
    return found


def test_every_reference_leads_somewhere() -> None:
    schema = described()
    names = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(schema)))
    assert {"ClassifyRequest", "WhyRequest", "Problem"} <= names
    assert names <= schema["components"]["schemas"].keys()


@pytest.mark.parametrize("path", ["/v1/classify", "/v1/why"])
def test_a_body_is_json_or_a_form_of_it_and_photos(path: str) -> None:
    content = described()["paths"][path]["post"]["requestBody"]["content"]
    form = content["multipart/form-data"]
    assert form["schema"]["properties"]["request"] == content["application/json"]["schema"]
    assert form["encoding"]["request"]["contentType"] == "application/json"
    assert form["schema"]["additionalProperties"]["format"] == "binary"


def test_requests_have_examples() -> None:
    schemas = described()["components"]["schemas"]
    assert [bool(schemas[name]["examples"]) for name in ("ClassifyRequest", "WhyRequest")] == [True, True]


def test_a_token_is_asked_for_where_there_is_one() -> None:
    assert "security" not in described()
    schema = described(token=TOKEN)
    assert schema["security"] == [{"token": []}, {"password": []}]
    assert {one["scheme"] for one in schema["components"]["securitySchemes"].values()} == {"bearer", "basic"}
    free = [path for path, found in schema["paths"].items() if found.get("get", {}).get("security") == []]
    assert sorted(free) == ["/healthz", "/readyz"]


def test_errors_are_described_at_every_operation_under_v1() -> None:
    for path, operations in described()["paths"].items():
        for operation in operations.values():
            if path.startswith("/v1/"):
                assert {"404", "413", "422", "503"} <= operation["responses"].keys()
