"""The JSON interface: classify, why, products and the model itself."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from prodcls.description import Description
from prodcls.encoders import available_processors
from prodcls.errors import InputError
from prodcls.reasons import Method
from prodcls.service.batching import Batcher
from prodcls.service.engine import Begun, Decision, Engine
from prodcls.service.holder import Holder
from prodcls.service.lookups import Lookups
from prodcls.service.meters import Meters
from prodcls.service.openapi import described_body, described_problems
from prodcls.service.problems import Problem, problem_of
from prodcls.service.products import NewProduct
from prodcls.service.records import ProductRecord, product_record
from prodcls.service.wire import ClassifyRequest, ClassifyResponse, WhyRequest, decision_out, product_from

__all__ = ["REQUESTS", "Ask", "Service", "api_routes", "begin_batch", "finish_batch"]

REQUESTS: tuple[type[BaseModel], ...] = (ClassifyRequest, WhyRequest)
"""Bodies of requests, which FastAPI is not told of since they are parsed here."""

FORM_PARTS = 1000
"""Files of a form, and fields besides them, of which one is asked for."""

_Model = TypeVar("_Model", bound=BaseModel)


@dataclass(frozen=True)
class Ask:
    """A product, the engine that its request began with, and how many classes are wanted."""

    engine: Engine
    product: NewProduct
    top_k: int


BegunBatch = list[tuple[list[Ask], list[int], Begun]]
"""What engines have begun: nearly always one, two while a bundle takes the place of another."""


@dataclass(frozen=True)
class Service:
    """What the routes share."""

    holder: Holder
    lookups: Lookups
    meters: Meters
    batcher: Batcher[Ask, BegunBatch, Decision | InputError]
    accounts: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(available_processors()))
    """Accounts made at the same time: one may take seconds, and those that wait for theirs must not hold up others."""


def begin_batch(asked: Sequence[Ask]) -> BegunBatch:
    """Read and encode the products of several requests together.

    Parameters
    ----------
    asked : sequence of Ask, length n

    Returns
    -------
    list of (list of Ask, list of int, Begun)
        By engine: what was asked of it, where that stands in ``asked``, and what it has become.
    """
    found = []
    for engine in dict.fromkeys(one.engine for one in asked):
        places = [i for i, one in enumerate(asked) if one.engine is engine]
        found.append(([asked[i] for i in places], places, engine.begin([asked[i].product for i in places])))
    return found


def finish_batch(batch: BegunBatch) -> list[Decision | InputError]:
    """Classify products that were begun.

    Parameters
    ----------
    batch : list of (list of Ask, list of int, Begun)

    Returns
    -------
    list of (Decision or InputError), length n
    """
    found: dict[int, Decision | InputError] = {}
    for asked, places, begun in batch:
        decisions = asked[0].engine.finish(begun, max(one.top_k for one in asked))
        for one, i, decision in zip(asked, places, decisions, strict=True):
            if isinstance(decision, Decision):
                decision = replace(decision, classes=decision.classes[: one.top_k])  # noqa: PLW2901
            found[i] = decision
    return [found[i] for i in range(len(found))]


def api_routes(service: Service) -> APIRouter:
    """Return the routes under ``/v1``.

    Parameters
    ----------
    service : Service

    Returns
    -------
    APIRouter
    """
    router = APIRouter(prefix="/v1", responses=described_problems())

    @router.post("/classify", openapi_extra=described_body(ClassifyRequest))
    async def classify(request: Request) -> ClassifyResponse:
        """Classify one product or a batch.

        JSON with photos in base64; or a multipart form with the JSON in the field ``request`` and each photo as a file
        whose name the product gives as ``image_part``. A product that cannot be taken has an ``error`` in its place;
        where none can, the answer is 422.
        """
        asked, files = await _request(request, ClassifyRequest)
        return await _classify(service, asked, files)

    @router.get("/why")
    async def why_known(
        product: Annotated[str, Query(description="Id of a training product.", max_length=1000)],
        versus: Annotated[str | None, Query(max_length=1000)] = None,
        predicted: Annotated[str | None, Query(alias="class", max_length=1000)] = None,
        method: Method = "chain",
        counterfactuals: bool = False,
    ) -> dict[str, Any]:
        """Say why a training product is in its class and not in another."""
        ask = {"predicted": predicted, "versus": versus, "method": method, "counterfactuals": counterfactuals}
        return await _why(service, product, ask)

    @router.post("/why", openapi_extra=described_body(WhyRequest))
    async def why_new(request: Request) -> dict[str, Any]:
        """Say why a new product is in its class and not in another."""
        asked, files = await _request(request, WhyRequest)
        ask = asked.model_dump(include={"predicted", "versus", "method", "counterfactuals"})
        return await _why(service, product_from(asked.product, files), ask)

    @router.get("/products/{product:path}")
    async def product(product: str) -> ProductRecord:
        """Return a training product as the bundle keeps it, with what a model that had not seen it said of it."""
        try:
            return await run_in_threadpool(product_record, service.holder.engine.bundle, product)
        except InputError as error:
            raise problem_of(error) from error

    @router.get("/model")
    async def model() -> Description:
        """Return what is served: digests, classes, columns, encoders and the figures of its audit."""
        return await run_in_threadpool(service.lookups.description)

    return router


async def _classify(service: Service, asked: ClassifyRequest, files: dict[str, bytes]) -> ClassifyResponse:
    engine = service.holder.engine
    most = service.holder.settings.products
    if len(asked.products) > most:
        raise Problem(
            413, "products-too-many", f"{len(asked.products)} products in one request, and {most} are allowed"
        )
    products = [product_from(one, files) for one in asked.products]
    found = await service.batcher.ask([Ask(engine, product, asked.top_k) for product in products])
    answers = [decision_out(product, one) for product, one in zip(products, found, strict=True)]
    for outcome in ("error", "review", "alone"):
        count = sum(outcome == ("error" if a.error else "review" if a.review else "alone") for a in answers)
        service.meters.products.labels(outcome).inc(count)
    if all(answer.error is not None for answer in answers):
        first = next(one for one in found if isinstance(one, InputError))
        raise problem_of(first, products=[answer.model_dump(exclude_none=True) for answer in answers])
    return ClassifyResponse(bundle=engine.bundle.digest, products=answers)


async def _why(service: Service, product: NewProduct | str, ask: dict[str, Any]) -> dict[str, Any]:
    engine = service.holder.engine
    try:
        async with service.accounts:
            case = await run_in_threadpool(engine.explain, product, engine.question(**ask))
            return await run_in_threadpool(case.to_dict)
    except InputError as error:
        raise problem_of(error) from error


async def _request(request: Request, kind: type[_Model]) -> tuple[_Model, dict[str, bytes]]:
    """Return the body of a request and the files that come with it; raises Problem."""
    media = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    files: dict[str, bytes] = {}
    if media == "multipart/form-data":
        async with request.form(max_files=FORM_PARTS, max_fields=FORM_PARTS, max_part_size=1 << 30) as form:
            said = form.get("request")
            for name, part in form.multi_items():
                if isinstance(part, UploadFile):
                    files[name] = await part.read()
                elif name != "request":
                    detail = f"the part {name!r} is neither 'request' nor a file: a photo's part has a file name"
                    raise Problem(422, "part-unknown", detail)
        if not isinstance(said, str):
            raise Problem(422, "request-missing", "the form has no field 'request' with the JSON of the request")
        data = said.encode("utf-8", "surrogatepass")
    elif media == "application/json":
        data = await request.body()
    else:
        raise Problem(415, "media-type", "send application/json, or multipart/form-data with photos")
    parse = partial(kind.model_validate_json, data)
    try:
        return await asyncio.get_running_loop().run_in_executor(None, parse), files
    except ValidationError as error:
        told = [
            {"where": "/".join(map(str, one["loc"])), "message": one["msg"], "kind": one["type"]}
            for one in error.errors(include_url=False, include_input=False, include_context=False)[:20]
        ]
        raise Problem(422, "request-invalid", "the request is not in the form of /openapi.json", errors=told) from None
