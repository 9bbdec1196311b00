"""The application: routes, errors, what is counted, and the tasks that go on beside the requests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus
from importlib.metadata import version

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match, Route

from prodcls.service.api import REQUESTS, Service, api_routes, begin_batch, finish_batch
from prodcls.service.batching import Batcher, Step
from prodcls.service.guard import App, Guard
from prodcls.service.holder import Holder
from prodcls.service.lookups import Lookups
from prodcls.service.meters import Meters
from prodcls.service.openapi import complete
from prodcls.service.pages import page_routes
from prodcls.service.problems import MEDIA_TYPE, Problem, defect

__all__ = ["make_app"]


def make_app(holder: Holder) -> App:
    """Return the ASGI application that serves a bundle.

    Parameters
    ----------
    holder : Holder

    Returns
    -------
    callable
    """
    # One thread reads, so that requests gather while it works, one classifies, and one looks for a new bundle.
    read = ThreadPoolExecutor(1, thread_name_prefix="read")
    classify = ThreadPoolExecutor(1, thread_name_prefix="classify")
    look = ThreadPoolExecutor(1, thread_name_prefix="reload")
    meters = Meters()
    lookups = Lookups(holder)
    most, observe = holder.settings.batch_products, meters.batches.observe
    batcher = Batcher(Step(begin_batch, read), Step(finish_batch, classify), most, observe)
    service = Service(holder, lookups, meters, batcher)
    _add_gauges(meters, holder)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        watch = asyncio.create_task(holder.watch(look))
        yield
        watch.cancel()
        with suppress(asyncio.CancelledError):
            await watch
        read.shutdown()
        classify.shutdown()
        look.shutdown()

    app = FastAPI(
        title="prodcls",
        version=version("prodcls"),
        summary="Classifies products and says why this class and not that one.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    routers = api_routes(service), page_routes(lookups)
    for router in routers:
        app.include_router(router)
    _add_health(app, service)
    _add_errors(app, [route for router in (app, *routers) for route in router.routes])
    _describe(app, token=holder.settings.token is not None)
    return Guard(app, holder.settings, meters)


def _describe(app: FastAPI, *, token: bool) -> None:
    plainly = app.openapi
    app.openapi = lambda: complete(plainly(), REQUESTS, token=token)  # type: ignore[method-assign]  # as documented


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


def _add_errors(app: FastAPI, routes: Sequence[BaseRoute]) -> None:
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
        headers = dict(error.headers or {})
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            headers["Allow"] = ", ".join(_allowed(routes, request))
        return _answer(request, Problem(error.status_code, code, str(error.detail), headers=headers))

    @app.exception_handler(Exception)
    async def on_defect(request: Request, error: Exception) -> Response:
        del error  # goes on to the guard, which logs it
        return _answer(request, defect())


def _allowed(routes: Sequence[BaseRoute], request: Request) -> list[str]:
    """Return the methods of a path; Starlette names those of its first route alone."""
    found = {
        method
        for route in routes
        if isinstance(route, Route) and route.matches(request.scope)[0] is not Match.NONE
        for method in route.methods or ()
    }
    return sorted(found)


def _answer(request: Request, problem: Problem) -> Response:
    body = problem.body(request.state.request_id)
    return Response(body, problem.status, problem.headers, MEDIA_TYPE)
