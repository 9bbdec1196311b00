"""The pages on which people look products up; they work without scripts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse
from starlette.datastructures import FormData, UploadFile

from prodcls.errors import InputError
from prodcls.language import Language
from prodcls.sections.model import model_tables
from prodcls.sections.why import why_context
from prodcls.service.decision_pages import DecisionPages
from prodcls.service.lookups import Lookups, Origin
from prodcls.service.page import Id, Lang, Page
from prodcls.service.views import (
    decision_view,
    fault_prose,
    fields_of,
    rivals,
    search_view,
    try_view,
)

__all__ = ["page_routes"]

FORM_PARTS = 2100
"""Fields of the form on which a product is described."""


def page_routes(lookups: Lookups) -> APIRouter:
    """Return the routes of the pages.

    Parameters
    ----------
    lookups : Lookups

    Returns
    -------
    APIRouter
    """
    router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)
    pages = _Pages(lookups)
    shown: dict[str, Callable[..., Any]] = {
        "/": pages.search,
        "/product": pages.product,
        "/try": pages.describe,
        "/model": pages.model,
        "/audit": pages.audit,
    }
    for path, page in shown.items():
        router.add_api_route(path, page, methods=["GET"])
    router.add_api_route("/try", pages.classify, methods=["POST"])
    if lookups.reviews is not None:
        decisions = DecisionPages(lookups, lookups.reviews)
        router.add_api_route("/review", decisions.queue, methods=["GET"])
        router.add_api_route("/decide", decisions.ask, methods=["GET"])
        router.add_api_route("/decide", decisions.record, methods=["POST"])
    return router


class _Pages:
    def __init__(self, lookups: Lookups) -> None:
        self.lookups = lookups

    async def search(
        self, request: Request, q: Annotated[str, Query(max_length=500)] = "", lang: Lang = None
    ) -> Response:
        page = Page(request, self.lookups, lang, "search")
        return await page.shown(lambda t: page.text("search", v=search_view(q, self.lookups.search(q), t)))

    async def product(
        self,
        request: Request,
        id: Id,  # noqa: A002 - the name in the address
        versus: Annotated[str, Query(max_length=1000)] = "",
        changes: Annotated[str, Query(max_length=1)] = "",
        lang: Lang = None,
    ) -> Response:
        page = Page(request, self.lookups, lang, "search")

        def make(t: Language) -> str:
            case = self.lookups.case(id, versus or None, changes=changes == "1")
            classes = self.lookups.engine.bundle.model.classes
            chosen = rivals(classes, case.main.predicted, case.main.versus, t)
            return page.text("product", why=why_context(case, t), rivals=chosen)

        return await page.shown(make)

    async def describe(self, request: Request, origin: Id = "", lang: Lang = None) -> Response:
        page = Page(request, self.lookups, lang, "try")

        def make(t: Language) -> str:
            found = self.lookups.origin(origin)
            if not found.id:
                return page.text("try", v=self._form(found, {}, None, t), said=None, why=None)
            return page.text("try", **self._answered(found, found.cells, found.photo, found.sound, t))

        return await page.shown(make)

    async def classify(self, request: Request, lang: Lang = None) -> Response:
        page = Page(request, self.lookups, lang, "try")
        async with request.form(max_files=2, max_fields=FORM_PARTS, max_part_size=1 << 30) as form:
            photo, sound = await _uploaded(form, "photo"), await _uploaded(form, "sound")
        return await page.shown(lambda t: page.text("try", **self._tried(form, photo, sound, t)))

    async def model(self, request: Request, lang: Lang = None) -> Response:
        page = Page(request, self.lookups, lang, "model")

        def make(t: Language) -> str:
            found = self.lookups.description()
            return page.text("model", v=model_tables(found, t), audit=self.lookups.engine.bundle.report is not None)

        return await page.shown(make)

    async def audit(self, request: Request, lang: Lang = None) -> Response:
        page = Page(request, self.lookups, lang, "model")
        return await page.shown(lambda _: self.lookups.audit(page.lang))

    def _tried(self, form: FormData, photo: bytes | None, sound: bytes | None, t: Language) -> dict[str, Any]:
        """Return what the page shows of a product that was described."""
        bundle = self.lookups.engine.bundle
        origin = self.lookups.origin(str(form.get("origin") or ""))
        cells = {one.name: _line_ends(form.get(one.key)) for one in fields_of(bundle, {})}
        photo = photo or (origin.photo if form.get("keep") else None)
        sound = sound or (origin.sound if form.get("keep_sound") else None)
        return self._answered(origin, cells, photo, sound, t)

    def _answered(
        self, origin: Origin, cells: Mapping[str, str], photo: bytes | None, sound: bytes | None, t: Language
    ) -> dict[str, Any]:
        """Return the form with these cells in it, and what the model says of them or why it says nothing."""
        try:
            found = self.lookups.tried(origin, cells, photo, sound)
        except InputError as error:
            return {"v": self._form(origin, cells, error, t), "said": None, "why": None}
        named = {*cells, *origin.cells}
        same = (photo, sound) == (origin.photo, origin.sound)
        same = same and all(cells.get(one, "") == origin.cells.get(one, "") for one in named)
        said = decision_view(found.decision, None if same else found.before, t)
        return {"v": self._form(origin, cells, None, t), "said": said, "why": why_context(found.case, t)}

    def _form(self, origin: Origin, cells: Mapping[str, str], error: InputError | None, t: Language) -> object:
        fault = () if error is None else fault_prose(error, t)
        kept = tuple(name for name, file in (("photo", origin.photo), ("sound", origin.sound)) if file is not None)
        return try_view(self.lookups.engine.bundle, origin.id, cells, t, kept=kept, fault=fault)


async def _uploaded(form: FormData, name: str) -> bytes | None:
    """Return a file of a form; None where none was chosen."""
    upload = form.get(name)
    return (await upload.read() or None) if isinstance(upload, UploadFile) else None


def _line_ends(value: object) -> str:
    """Return a field of a form as a cell: browsers send line ends as two characters."""
    return str(value or "").replace("\r\n", "\n").strip()
