"""The application as a whole, without a process: errors, methods, probes, what a defect tells."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from prodcls.service.app import make_app
from prodcls.service.engine import Engine
from service_factory import ask_app, form, served

CANARY = "canary@example.org"


@pytest.fixture(scope="module")
def app() -> Any:
    return make_app(served())


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/v1/why", "GET, POST"),
        ("/v1/classify", "POST"),
        ("/v1/products/a/b", "GET"),
        ("/healthz", "GET"),
        ("/try", "GET, POST"),
    ],
)
def test_a_method_that_a_path_has_not_names_all_that_it_has(app: Any, path: str, allowed: str) -> None:
    answer = ask_app(app, "OPTIONS", path)
    assert (answer.status, answer.json()["code"], answer.headers["allow"]) == (405, "method-unknown", allowed)


def test_a_path_that_there_is_not_is_a_problem_too(app: Any) -> None:
    answer = ask_app(app, "GET", "/v1/none")
    assert (answer.status, answer.json()["code"]) == (404, "path-unknown")
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_query_that_is_none_names_the_place(app: Any) -> None:
    answer = ask_app(app, "GET", "/v1/why", product="p001", method="guess")
    assert (answer.status, answer.json()["code"]) == (422, "request-invalid")
    assert [one["where"] for one in answer.json()["errors"]] == ["query/method"]


@pytest.mark.parametrize(
    ("media", "body", "status", "code"),
    [
        ("text/plain", b"{}", 415, "media-type"),
        ("application/json", b"{", 422, "request-invalid"),
        ("application/json", b'{"products": []}', 422, "request-invalid"),
        ("application/json", b'{"products": [{"cells": {"titel": "x"}}]}', 422, "column-unknown"),
        ("multipart/form-data", b"", 400, "form-invalid"),
        ("multipart/form-data; boundary=edge", form({})[0], 422, "request-missing"),
        ("multipart/form-data; boundary=edge", form({"request": "{}", "photo": "x"})[0], 422, "part-unknown"),
        ("multipart/form-data; boundary=edge", form({f"f{i}": "x" for i in range(1001)})[0], 400, "form-invalid"),
    ],
)
def test_a_body_that_cannot_be_taken_has_its_code(app: Any, media: str, body: bytes, status: int, code: str) -> None:
    answer = ask_app(app, "POST", "/v1/classify", body, {"content-type": media})
    assert (answer.status, answer.json()["code"]) == (status, code)


def test_probes_and_figures_are_answered(app: Any) -> None:
    assert ask_app(app, "GET", "/healthz").json() == {"status": "ok"}
    assert ask_app(app, "GET", "/readyz").json()["bundle"] == served().engine.bundle.digest
    told = ask_app(app, "GET", "/metrics").text
    assert {"prodcls_reloads 0.0", "prodcls_reload_failures 0.0"} <= set(told.splitlines())


@pytest.mark.parametrize("step", ["begin", "finish"])
def test_a_defect_tells_the_caller_nothing_and_the_log_where_it_came_from(
    step: str, app: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError(f"of {CANARY}")

    monkeypatch.setattr(Engine, step, broken)
    body = json.dumps({"products": [{"cells": {"title": CANARY}}]}).encode()
    with caplog.at_level(logging.INFO):
        answer = ask_app(app, "POST", "/v1/classify", body, {"content-type": "application/json"})
    assert (answer.status, answer.json()["code"]) == (500, "defect")
    assert answer.json()["request_id"] in caplog.text
    assert "in broken" in caplog.text
    assert CANARY not in caplog.text + answer.text
