"""Who may call, how much and how long, asked of the guard itself with an application that does next to nothing."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from prodcls.service.guard import HEADERS, Guard
from prodcls.service.meters import Meters
from prodcls.service.settings import ServiceSettings

TOKEN = "0123456789abcdef"


async def echo(scope: Any, receive: Any, send: Any) -> None:
    body = (await receive())["body"]
    await send({"type": "http.response.start", "status": 200, "headers": [(b"x-path", scope["path"].encode())]})
    await send({"type": "http.response.body", "body": body})


async def slow(scope: Any, receive: Any, send: Any) -> None:
    await asyncio.sleep(0.2)
    await echo(scope, receive, send)


def call(
    settings: ServiceSettings,
    *,
    app: Callable[..., Awaitable[None]] = echo,
    method: str = "GET",
    path: str = "/v1/model",
    headers: dict[str, str] | None = None,
    chunks: tuple[bytes, ...] = (b"",),
    times: int = 1,
) -> list[tuple[int, dict[str, str], bytes]]:
    """Return status, headers and body of ``times`` requests at the same time."""
    guard = Guard(app, settings, Meters())
    given = {"host": "127.0.0.1:8000"} | (headers or {})

    async def one() -> tuple[int, dict[str, str], bytes]:
        told: list[dict[str, Any]] = []
        left = list(chunks)

        async def receive() -> dict[str, Any]:
            if not left:
                return {"type": "http.disconnect"}
            chunk = left.pop(0)
            if chunk == b"wait":
                await asyncio.sleep(60)
            return {"type": "http.request", "body": chunk, "more_body": bool(left)}

        async def send(message: Any) -> None:
            told.append(message)

        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "headers": [(name.encode(), value.encode()) for name, value in given.items()],
        }
        await guard(scope, receive, send)
        found = {name.decode().lower(): value.decode() for name, value in told[0]["headers"]}
        return told[0]["status"], found, b"".join(m["body"] for m in told[1:])

    async def every() -> list[tuple[int, dict[str, str], bytes]]:
        return await asyncio.gather(*(one() for _ in range(times)))

    return asyncio.run(every())


def code(answer: tuple[int, dict[str, str], bytes]) -> tuple[int, str]:
    assert answer[1]["content-type"] == "application/problem+json"
    assert json.loads(answer[2])["request_id"] == answer[1]["x-request-id"]
    return answer[0], json.loads(answer[2])["code"]


def test_an_answer_has_the_headers_of_all_and_the_id_of_its_request() -> None:
    (answer,) = call(ServiceSettings(), headers={"x-request-id": "mine-1"})
    assert answer[0] == 200
    assert answer[1]["x-request-id"] == "mine-1"
    assert HEADERS.items() <= answer[1].items()


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, "a\nb", "<b>"])
def test_an_id_that_is_none_is_made_anew(given: str) -> None:
    (answer,) = call(ServiceSettings(), headers={"x-request-id": given})
    assert len(answer[1]["x-request-id"]) == 16


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]:80", "LOCALHOST:1"])
def test_names_of_this_machine_are_taken(host: str) -> None:
    assert call(ServiceSettings(), headers={"host": host})[0][0] == 200


@pytest.mark.parametrize("host", ["shop.example", "127.0.0.1.shop.example:80", "", "10.0.0.1"])
def test_other_names_are_refused_where_there_is_no_token(host: str) -> None:
    assert code(call(ServiceSettings(), headers={"host": host})[0]) == (421, "host-unknown")
    shown = {"host": host, "authorization": f"Bearer {TOKEN}"}
    assert call(ServiceSettings(token=TOKEN), headers=shown)[0][0] == 200


@pytest.mark.parametrize(
    "shown",
    [
        "",
        "Bearer",
        "Bearer ",
        f"Bearer {TOKEN}x",
        f"Token {TOKEN}",
        "Basic !!!",
        "Basic " + base64.b64encode(b"user:wrong").decode(),
        "Basic " + base64.b64encode(b"\xff\xff").decode(),
    ],
)
def test_who_does_not_show_the_token_is_refused(shown: str) -> None:
    assert code(call(ServiceSettings(token=TOKEN), headers={"authorization": shown})[0]) == (401, "token-wrong")


@pytest.mark.parametrize("shown", [f"Bearer {TOKEN}", "basic " + base64.b64encode(f"any:{TOKEN}".encode()).decode()])
def test_who_shows_it_is_answered(shown: str) -> None:
    assert call(ServiceSettings(token=TOKEN), headers={"authorization": shown})[0][0] == 200


def test_pages_of_other_sites_may_not_send_anything() -> None:
    for foreign in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}, {"origin": "null"}):
        assert code(call(ServiceSettings(), method="POST", headers=foreign)[0]) == (403, "origin-foreign")
    same = {"sec-fetch-site": "same-origin"}
    for own in ({"origin": "http://127.0.0.1:8000"}, {"origin": "null"} | same, same, {}):
        assert call(ServiceSettings(), method="POST", headers=own)[0][0] == 200


@pytest.mark.parametrize("stated", [True, False])
def test_one_byte_too_many_is_refused_stated_or_not(stated: bool) -> None:
    settings = ServiceSettings(body_bytes=2048)
    for size, expected in ((2048, 200), (2049, 413)):
        chunks = (b"x" * 1000, b"y" * (size - 1000))
        headers = {"content-length": str(size)} if stated else {}
        assert call(settings, method="POST", chunks=chunks, headers=headers)[0][0] == expected


@pytest.mark.parametrize("stated", ["-1", "1e3", "99999999999999999999", "x"])
def test_a_length_that_is_none_is_refused(stated: str) -> None:
    assert code(call(ServiceSettings(), headers={"content-length": stated})[0]) == (413, "body-too-large")


def test_a_body_that_does_not_arrive_is_given_up() -> None:
    settings = ServiceSettings(body_seconds=0.1)
    assert code(call(settings, method="POST", chunks=(b"a", b"wait"))[0]) == (408, "body-slow")


def test_an_answer_that_takes_too_long_is_given_up() -> None:
    assert code(call(ServiceSettings(request_seconds=0.1), app=slow)[0]) == (503, "too-slow")


def test_more_requests_than_allowed_are_told_to_come_again_and_probes_are_not() -> None:
    answers = call(ServiceSettings(requests=2), app=slow, times=5)
    assert sorted(status for status, _, _ in answers) == [200, 200, 503, 503, 503]
    refused = next(answer for answer in answers if answer[0] == 503)
    assert code(refused) == (503, "busy")
    assert refused[1]["retry-after"] == "1"
    assert {status for status, _, _ in call(ServiceSettings(requests=1), app=slow, times=5, path="/healthz")} == {200}


def test_slow_bodies_take_no_place_of_others() -> None:
    settings = ServiceSettings(requests=1, body_seconds=0.3)
    guard = Guard(echo, settings, Meters())
    told: list[int] = []

    async def ask(wait: float) -> None:
        async def receive() -> dict[str, Any]:
            await asyncio.sleep(wait)
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            if "status" in message:
                told.append(message["status"])

        await guard(
            {"type": "http", "method": "POST", "path": "/", "headers": [(b"host", b"localhost")]}, receive, send
        )

    async def every() -> None:
        await asyncio.gather(*(ask(0.2) for _ in range(50)), ask(0))

    asyncio.run(every())
    assert told[0] == 200
    assert told.count(200) == 51
