"""A page of the service: its language, its place, and what is shown where something is wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Query, Request, Response
from fastapi.responses import HTMLResponse
from starlette.concurrency import run_in_threadpool

from prodcls.errors import InputError
from prodcls.language import LANGUAGES, Language, load_language
from prodcls.render import render_service
from prodcls.service.lookups import Lookups
from prodcls.service.problems import problem_of
from prodcls.service.views import fault_prose

__all__ = ["Id", "Lang", "Page"]

NAMES = {"en": "English", "zh": "中文"}

Lang = Annotated[str | None, Query(max_length=20)]
"""Language that an address asks for."""

Id = Annotated[str, Query(max_length=1000)]
"""Id of a product, or another name."""


class Page:
    """Where a page stands: its language and its place.

    Parameters
    ----------
    request : Request
    lookups : Lookups
    lang : str or None
        That the address asks for; else it is that of the browser.
    here : str
        Name of its place.
    """

    def __init__(self, request: Request, lookups: Lookups, lang: str | None, here: str) -> None:
        self.lang = lang if lang in LANGUAGES else _accepted(request.headers.get("accept-language", ""))
        self.t = load_language(self.lang)
        self.here = here
        self.reviews = lookups.reviews is not None
        other = next(one for one in LANGUAGES if one != self.lang)
        kept = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
        path = f"{request.url.path}?{urlencode([*kept, ('lang', other)])}"
        self.other = {"path": path, "tag": load_language(other).tag, "name": NAMES[other]}

    def text(self, name: str, **context: Any) -> str:  # noqa: ANN401 - what its template shows
        """Return the page's HTML."""
        frame = {"here": self.here, "other": self.other, "reviews": self.reviews}
        return render_service(f"serve_{name}.html.j2", self.lang, **frame, **context)

    async def shown(self, make: Callable[[Language], str]) -> Response:
        """Return what ``make`` returns in a thread, or a page that says what was wrong."""
        try:
            return HTMLResponse(await run_in_threadpool(make, self.t))
        except InputError as error:
            text = self.text("fault", fault=fault_prose(error, self.t))
            return HTMLResponse(text, status_code=problem_of(error).status)


def _accepted(header: str) -> str:
    """Return the first language of ours that a browser asks for."""
    for part in header.lower().split(","):
        tag = part.partition(";")[0].strip().partition("-")[0]
        if tag in LANGUAGES:
            return tag
    return LANGUAGES[0]
