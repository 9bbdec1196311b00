"""The pages on which people decide what the model could not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from prodcls.errors import InputError
from prodcls.language import Language
from prodcls.sections.why import why_context
from prodcls.service.lookups import Lookups
from prodcls.service.page import Id, Lang, Page
from prodcls.service.review_views import decide_view, queue_view
from prodcls.service.reviews import Reviews, Waiting
from prodcls.service.views import fault_prose

__all__ = ["DecisionPages"]

Who = Annotated[str, Query(max_length=200)]


class DecisionPages:
    """The queue and the page of one product in it.

    Parameters
    ----------
    lookups : Lookups
    reviews : Reviews
    """

    def __init__(self, lookups: Lookups, reviews: Reviews) -> None:
        self.lookups = lookups
        self.reviews = reviews

    async def queue(self, request: Request, who: Who = "", lang: Lang = None) -> Response:
        """Return the page with what waits for a decision."""
        page = Page(request, self.lookups, lang, "review")
        bundle = self.lookups.engine.bundle
        return await page.shown(lambda t: page.text("review", v=queue_view(self.reviews.queue(bundle), who, t)))

    async def ask(self, request: Request, key: Id, who: Who = "", lang: Lang = None) -> Response:
        """Return the page on which one product is decided on."""
        page = Page(request, self.lookups, lang, "review")

        def make(t: Language) -> str:
            waiting = self.reviews.find(self.lookups.engine.bundle, key)
            return self._asked(page, waiting, {"who": who}, None, t)

        return await page.shown(make)

    async def record(self, request: Request, lang: Lang = None) -> Response:
        """Record a decision and lead to the next product, or say what is missing."""
        page = Page(request, self.lookups, lang, "review")
        async with request.form(max_files=0, max_fields=20, max_part_size=1 << 20) as sent:
            form = {name: str(value) for name, value in sent.items()}
        bundle, failed = self.lookups.engine.bundle, list[InputError]()

        def store() -> str:
            waiting = self.reviews.find(bundle, form.get("key", ""))
            chosen = form.get("other", "").strip() or form.get("decision", "")
            said = {name: form.get(name, "") for name in ("who", "reason")}
            self.reviews.decide(bundle, waiting, decision=chosen, **said)
            left = self.reviews.queue(bundle, 1).shown
            more = [("who", said["who"]), ("lang", page.lang)]
            return f"/decide?{urlencode([('key', left[0].key), *more])}" if left else f"/review?{urlencode(more)}"

        try:
            return RedirectResponse(await run_in_threadpool(store), 303)
        except InputError as error:
            failed.append(error)

        def make(t: Language) -> str:
            return self._asked(page, self.reviews.find(bundle, form.get("key", "")), form, failed[0], t)

        return await page.shown(make)

    def _asked(
        self, page: Page, waiting: Waiting, form: Mapping[str, str], error: InputError | None, t: Language
    ) -> str:
        engine = self.lookups.engine
        case = self.reviews.case(engine, waiting)
        fault = () if error is None else fault_prose(error, t)
        view = decide_view(waiting, engine.bundle.model.classes, form, fault, t)
        return page.text("decide", v=view, why=None if case is None else why_context(case, t))
