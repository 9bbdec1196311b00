"""Errors as callers get them."""

from __future__ import annotations

import json

import pytest

from prodcls.errors import CatalogueError, InputError
from prodcls.service.problems import Problem, problem_of


def test_a_problem_is_what_rfc_9457_asks_for() -> None:
    problem = Problem(413, "body-too-large", "too large \u2028", column=None, products=[1])
    body = problem.body("r-1")
    assert json.loads(body) == {
        "type": "about:blank",
        "title": "Request Entity Too Large",
        "status": 413,
        "code": "body-too-large",
        "detail": "too large \u2028",
        "request_id": "r-1",
        "products": [1],
    }
    assert body.isascii()


@pytest.mark.parametrize(
    ("code", "status"),
    [("product-unknown", 404), ("photo-too-large", 413), ("cell-too-long", 413), ("class-unknown", 422)],
)
def test_a_code_has_its_status(code: str, status: int) -> None:
    problem = problem_of(InputError("no", code=code))
    assert (problem.status, problem.code, problem.detail) == (status, code, "no")


def test_the_column_at_fault_is_told() -> None:
    problem = problem_of(CatalogueError("is long", code="cell-too-long", column="title"))
    assert json.loads(problem.body("r"))["column"] == "title"
    assert "[cell-too-long]" not in problem.detail
