"""What stands between the network and the application: who may call, how much, how long, and what a page may do."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
import logging
import re
import secrets
import time
import traceback
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from prodcls.console import printable
from prodcls.service.meters import Meters
from prodcls.service.problems import MEDIA_TYPE, Problem, defect
from prodcls.service.settings import ServiceSettings, is_loopback

__all__ = ["Guard"]

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

OPEN = ("/healthz", "/readyz")
"""Paths that tell nothing and need no token."""

UNSAFE = ("POST", "PUT", "PATCH", "DELETE")

HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "x-frame-options": "DENY",
    "cache-control": "no-store",
}
"""Headers of every answer."""

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_log = logging.getLogger("prodcls.service.access")


class Guard:
    """An ASGI application around another one.

    Parameters
    ----------
    app : callable
    settings : ServiceSettings
    meters : Meters
    """

    def __init__(self, app: App, settings: ServiceSettings, meters: Meters) -> None:
        self.app = app
        self.settings = settings
        self.meters = meters
        self.working = 0

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request, or pass on what is no request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        given = headers.get("x-request-id", "")
        request = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = request
        answer = _Answer(send, request)
        began = time.perf_counter()
        try:
            self._check(scope, headers)
            body = await self._body(headers, receive)
            await self._pass_on(scope, body, answer)
        except Problem as problem:
            await answer.problem(problem)
        except _Gone:
            answer.status = 499
        except Exception as error:  # noqa: BLE001 - what is passed on, the server would log with its message
            _log.error("defect in request %s: %s\n%s", request, type(error).__name__, _came_from(error))
            await answer.problem(defect())
        seconds = time.perf_counter() - began
        route = getattr(scope.get("route"), "path", "other")
        self.meters.count(scope["method"], route, answer.status, seconds)
        path = printable(scope["path"])[:200]
        _log.info("%s %s %s %d %.1f ms", request, scope["method"], path, answer.status, seconds * 1000)

    def _check(self, scope: Message, headers: dict[str, str]) -> None:
        """Raise Problem unless the caller may ask this."""
        if self.settings.token is None:
            _check_host(headers.get("host", ""))
        elif scope["path"] not in OPEN and not _shows(self.settings.token, headers.get("authorization", "")):
            challenge = {"www-authenticate": 'Basic realm="prodcls", charset="UTF-8"'}
            detail = "show the service's token: 'Authorization: Bearer TOKEN', or as the password of a browser"
            raise Problem(401, "token-wrong", detail, headers=challenge)
        if scope["method"] in UNSAFE:
            _check_origin(headers)

    async def _body(self, headers: dict[str, str], receive: Receive) -> bytes:
        """Return the request's body, within the limits of size and time."""
        most = self.settings.body_bytes
        stated = headers.get("content-length", "0")
        if not stated.isdecimal() or int(stated) > most:
            raise _too_large(most)
        parts: list[bytes] = []
        size = 0
        try:
            async with asyncio.timeout(self.settings.body_seconds):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise _Gone
                    size += len(message.get("body", b""))
                    if size > most:
                        raise _too_large(most)
                    parts.append(message.get("body", b""))
                    if not message.get("more_body", False):
                        return b"".join(parts)
        except TimeoutError:
            detail = f"the body did not arrive within {self.settings.body_seconds:g} seconds"
            raise Problem(408, "body-slow", detail, headers={"connection": "close"}) from None

    async def _pass_on(self, scope: Message, body: bytes, answer: _Answer) -> None:
        """Let the application answer, unless too many are being answered, and not for ever."""
        if self.working >= self.settings.requests and scope["path"] not in OPEN:
            detail = f"{self.settings.requests} requests are being worked on: come again"
            raise Problem(503, "busy", detail, headers={"retry-after": "1"})
        sent = False

        async def once() -> Message:
            nonlocal sent
            if sent:
                await asyncio.Event().wait()  # nobody is told that the caller went away: work in threads goes on anyhow
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}

        self.working += 1
        self.meters.working.set(self.working)
        try:
            async with asyncio.timeout(self.settings.request_seconds):
                await self.app(scope, once, answer)
        except TimeoutError:
            detail = f"no answer within {self.settings.request_seconds:g} seconds: ask for less at a time"
            raise Problem(503, "too-slow", detail, headers={"retry-after": "5"}) from None
        finally:
            self.working -= 1
            self.meters.working.set(self.working)


class _Gone(Exception):  # noqa: N818 - not an error
    """The caller went away before its request was whole."""


class _Answer:
    """Sends an answer with the headers that all have, and remembers its status."""

    def __init__(self, send: Send, request: str) -> None:
        self.send = send
        self.request = request
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            own = {name.lower() for name, _ in message["headers"]}
            more = HEADERS | {"x-request-id": self.request}
            message["headers"] = [
                *message["headers"],
                *((k.encode(), v.encode()) for k, v in more.items() if k.encode() not in own),
            ]
        await self.send(message)

    async def problem(self, problem: Problem) -> None:
        """Send an error; where an answer has begun already it is cut off, and the caller sees that."""
        if self.status:
            return
        body = problem.body(self.request)
        headers = {"content-type": MEDIA_TYPE, "content-length": str(len(body)), **problem.headers}
        await self(
            {
                "type": "http.response.start",
                "status": problem.status,
                "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            }
        )
        await self({"type": "http.response.body", "body": body})


def _came_from(error: BaseException) -> str:
    """Return the lines of source that led to an error, without its message, which may quote what a caller sent."""
    before = error.__cause__ or error.__context__
    told = "" if before is None else f"{_came_from(before)}{type(before).__name__}, then\n"
    return told + "".join(traceback.format_tb(error.__traceback__))


def _too_large(most: int) -> Problem:
    return Problem(413, "body-too-large", f"the body is larger than {most} bytes", headers={"connection": "close"})


def _shows(token: str, authorization: str) -> bool:
    """Tell whether a header shows the token, in a time that does not tell how much of it is right."""
    scheme, _, shown = authorization.partition(" ")
    if scheme.lower() == "basic":
        try:
            shown = base64.b64decode(shown, validate=True).decode("utf-8").partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            return False
    elif scheme.lower() != "bearer":
        return False
    return hmac.compare_digest(shown.strip().encode(), token.encode())


def _check_host(host: str) -> None:
    """Refuse names of this machine that a foreign page could have made up (DNS rebinding)."""
    name = host.rpartition(":")[0] if re.search(r":\d+$", host) else host
    if not is_loopback(name.strip("[]").lower()):
        raise Problem(421, "host-unknown", "ask by 127.0.0.1 or localhost, or start the service with a token")


def _check_origin(headers: dict[str, str]) -> None:
    """Refuse what a browser sends for a page of another site."""
    # Browsers that say how the sites stand to each other may call the origin "null" of a page without a referrer.
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    own = (
        site in ("same-origin", "none") if site else origin is None or origin.partition("//")[2] == headers.get("host")
    )
    if not own:
        raise Problem(403, "origin-foreign", "a page of another site may not send this")
