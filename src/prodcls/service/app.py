"""The application: routes, errors, what is counted, and the tasks that go on beside the requests."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from importlib.metadata import version
from typing import Any, Literal

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from starlette.exceptions import HTTPException

from prodcls.service.api import REQUESTS, Service, answer_batch, api_routes
from prodcls.service.batching import Batcher
from prodcls.service.guard import App, Guard
from prodcls.service.holder import Holder
from prodcls.service.lookups import Lookups
from prodcls.service.meters import Meters
from prodcls.service.pages import page_routes
from prodcls.service.problems import MEDIA_TYPE, Problem

__all__ = ["make_app"]

_log = logging.getLogger(__name__)


class ProblemOut(BaseModel):
    """An error (RFC 9457)."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    request_id: str


def make_app(holder: Holder) -> App:
    """Return the ASGI application that serves a bundle.

    Parameters
    ----------
    holder : Holder

    Returns
    -------
    callable
    """
    # One thread classifies, so that requests gather while it works; another one looks for a new bundle.
    work = ThreadPoolExecutor(1, thread_name_prefix="classify")
    look = ThreadPoolExecutor(1, thread_name_prefix="reload")
    meters = Meters()
    lookups = Lookups(holder)
    service = Service(holder, lookups, meters, Batcher(answer_batch, holder.settings.batch_products, work))
    _add_gauges(meters, holder)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        watch = asyncio.create_task(holder.watch(look))
        yield
        watch.cancel()
        with suppress(asyncio.CancelledError):
            await watch
        work.shutdown()
        look.shutdown()

    app = FastAPI(
        title="prodcls",
        version=version("prodcls"),
        summary="Classifies products and says why this class and not that one.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    app.include_router(api_routes(service))
    app.include_router(page_routes(lookups))
    _add_health(app, service)
    _add_errors(app)
    describe_plainly = app.openapi
    app.openapi = lambda: _with_requests(describe_plainly())  # type: ignore[method-assign]  # as FastAPI documents
    return Guard(app, holder.settings, meters)


def _add_health(app: FastAPI, service: Service) -> None:
    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        """Tell that the process answers."""
        return {"status": "ok"}

    @app.get("/readyz")
    async def readyz() -> dict[str, str]:
        """Tell that a verified bundle is loaded, and encoders with it."""
        return {"status": "ok", "bundle": service.holder.engine.bundle.digest}

    @app.get("/metrics", response_class=Response)
    async def metrics() -> Response:
        """Return what is counted, in Prometheus' text format."""
        return Response(service.meters.text(), media_type="text/plain; version=0.0.4; charset=utf-8")


def _add_gauges(meters: Meters, holder: Holder) -> None:
    meters.gauge("prodcls_reloads", "Bundles served after the first one.", lambda: holder.reloads)
    meters.gauge("prodcls_reload_failures", "Bundles that did not pass their checks.", lambda: holder.failures)
    meters.gauge("prodcls_vector_bytes", "Bytes of vectors kept in memory.", lambda: holder.cache.size)
    meters.gauge("prodcls_vector_hits", "Texts and photos whose vectors were there.", lambda: holder.cache.hits)
    meters.gauge("prodcls_vector_misses", "Texts and photos that were encoded.", lambda: holder.cache.misses)


def _add_errors(app: FastAPI) -> None:
    @app.exception_handler(Problem)
    async def on_problem(request: Request, problem: Problem) -> Response:
        return _answer(request, problem)

    @app.exception_handler(RequestValidationError)
    async def on_validation(request: Request, error: RequestValidationError) -> Response:
        told = [{"where": "/".join(map(str, one["loc"])), "message": one["msg"]} for one in error.errors()]
        return _answer(
            request, Problem(422, "request-invalid", "the request is not in the form asked for", errors=told)
        )

    @app.exception_handler(HTTPException)
    async def on_http(request: Request, error: HTTPException) -> Response:
        codes = {404: "path-unknown", 405: "method-unknown", 400: "form-invalid"}
        code = codes.get(error.status_code, "http-error")
        return _answer(request, Problem(error.status_code, code, str(error.detail), headers=dict(error.headers or {})))

    @app.exception_handler(Exception)
    async def on_defect(request: Request, error: Exception) -> Response:
        # The message may quote a cell, which neither a log nor a caller is to see.
        _log.error("defect in request %s: %s", request.state.request_id, type(error).__name__, exc_info=_bare(error))
        detail = "a defect of the service: please report it with the request's id"
        return _answer(request, Problem(500, "defect", detail))


def _bare(error: Exception) -> tuple[type[Exception], Exception, Any]:
    """Return what the log tells of a defect: its kind and where it came from, without its message."""
    return type(error), type(error)(), error.__traceback__


def _answer(request: Request, problem: Problem) -> Response:
    body = problem.body(request.state.request_id)
    return Response(body, problem.status, problem.headers, MEDIA_TYPE)


def _as_given(kind: type[BaseModel]) -> tuple[type[BaseModel], Literal["validation"]]:
    return kind, "validation"


def _with_requests(schema: dict[str, Any]) -> dict[str, Any]:
    """Add the bodies that are parsed by the routes themselves, and errors, to the description of the interface."""
    kinds: tuple[type[BaseModel], ...] = (*REQUESTS, ProblemOut)
    models = [_as_given(kind) for kind in kinds]
    _, found = models_json_schema(models, ref_template="#/components/schemas/{model}")
    components = schema.setdefault("components", {}).setdefault("schemas", {})
    components |= found["$defs"]
    components["Problem"] = components.pop("ProblemOut", components.get("Problem"))
    return schema
