"""Errors as RFC 9457 has them: ``application/problem+json`` with a stable code."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from prodcls.errors import InputError

__all__ = ["MEDIA_TYPE", "STATUS", "Problem", "defect", "problem_of"]

MEDIA_TYPE = "application/problem+json"

STATUS: dict[str, int] = {
    "product-unknown": 404,
    "photo-too-large": 413,
    "cell-too-long": 413,
    "file-locked": 503,
}
"""HTTP status of the codes for which it is not 422."""


class Problem(Exception):  # noqa: N818 - an answer, as RFC 9457 calls it
    """An answer that is an error.

    Parameters
    ----------
    status : int
        Of HTTP.
    code : str
        Stable identifier.
    detail : str
        What is wrong and what to do about it, in one line.
    headers : dict of str to str, optional
    **more : Any
        Further members of the JSON object; None is left out.
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        headers: dict[str, str] | None = None,
        **more: Any,  # noqa: ANN401 - any JSON
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = headers or {}
        self.more = more

    def body(self, request: str) -> bytes:
        """Return the JSON object; ``request`` is the request's id."""
        members = {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            "request_id": request,
            **{name: value for name, value in self.more.items() if value is not None},
        }
        return json.dumps(members, ensure_ascii=True).encode()


def problem_of(error: InputError, **more: Any) -> Problem:  # noqa: ANN401 - any JSON
    """Return what an error of the product means to a caller.

    Parameters
    ----------
    error : InputError
    **more : Any
        Further members.

    Returns
    -------
    Problem
    """
    detail = str(error).removesuffix(f" [{error.code}]")
    return Problem(STATUS.get(error.code, 422), error.code, detail, column=error.column, **more)


def defect() -> Problem:
    """Return what a caller is told of a defect of the service."""
    return Problem(500, "defect", "a defect of the service: please report it with the request's id")
