"""The service's own log and answers: forged lines, steered terminals, what callers sent (CWE-117, CWE-150, CWE-532).

Whoever reaches the service chooses paths, queries, headers, ids of requests, cells, names of forms and of files
(ATTACKS row 26). The 40 payloads stand in every one of them, and canaries beside them; then each line of the log is
one that the service wrote itself, holds nothing that turns a terminal or a reading direction, and no canary. The same
holds where the service fails: a defect is told without what it was about, and whatever is taken apart wrongly by a
library is answered without an error of the service's own.
"""

from __future__ import annotations

import json
import logging
import re
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from attacks import rounds
from attacks.test_attack_26_logs import PAYLOADS, STEERING
from prodcls.service.app import make_app
from prodcls.service.engine import Engine
from real_bundle import real
from service_factory import Running, ask_app, form, running, served

CANARY = "canary-mail@example.org"
TRIED = PAYLOADS[:: len(PAYLOADS) // rounds(sample=8, full=40)]
LINE = re.compile(r"[\d-]{10} [\d:,]{12} (?:INFO|WARNING|ERROR) (?:uvicorn\.error|prodcls[\w.]*) [^\n]*")
"""Time, level, who says it, and what."""
ACCESS = re.compile(r".* prodcls\.service\.access [A-Za-z0-9._-]{1,64} [A-Z]+ \S.* \d{3} [\d.]+ ms\n?")


@pytest.fixture(scope="module")
def service() -> Iterator[Running]:
    with running(real().folder) as found:
        yield found


def raw(service: Running, data: bytes) -> None:
    """Send bytes that are no request, and wait for whatever comes."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=60) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65_536):
            pass


def sent_everywhere(service: Running, payload: str) -> None:
    """Send a payload, and a canary with it, wherever a caller may choose."""
    text = f"{payload}{CANARY}"
    there = quote(text, safe="")
    for path in (f"/{there}", f"/v1/products/{there}", f"/v1/why?product={there}&versus={there}", f"/?q={there}"):
        service.get(path)
    for path in (f"/product?id={there}", f"/try?origin={there}&lang={there}", f"/review?{there}={there}"):
        service.get(path)
    product = {"id": text, "cells": {"title": text, "price": text, text: "1"}}
    service.post("/v1/classify", {"products": [product], text: text})
    service.post("/v1/classify", {"products": [product | {"cells": {"title": text, "price": text}}]})
    service.post("/v1/why", {"product": product, "class": text, "versus": text})
    body, headers = form({"cell-0": text, "cell-1": text, "origin": text.replace("\r", "").replace("\n", "")})
    service.ask("POST", "/try", body, headers)
    latin = text.encode("latin-1", "replace").replace(b"\r", b"").replace(b"\n", b"")
    raw(
        service,
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Request-ID: " + latin + b"\r\n\r\n",
    )
    raw(service, b"GET /healthz HTTP/1.1\r\nHost: " + latin + b"\r\nConnection: close\r\n\r\n")
    raw(service, latin + b" / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    raw(
        service,
        b"GET /" + text.encode("utf-8", "replace") + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    )


def test_no_line_of_the_services_log_is_forged_or_holds_what_was_sent(service: Running) -> None:
    for payload in TRIED:
        sent_everywhere(service, payload)
    assert service.get("/healthz").status == 200
    service.stop()
    told = service.said[1:]
    assert len(told) > 10 * len(TRIED)
    assert [line for line in told if not LINE.fullmatch(line.rstrip("\n"))] == []
    assert [line for line in told if ".access " in line and not ACCESS.fullmatch(line)] == []
    assert STEERING.findall("".join(told).replace("\n", "")) == []
    # Paths are told, without what stands behind their question marks; nothing else of a request is.
    without_paths = [re.sub(r" (GET|POST) /.* (\d{3} [\d.]+ ms)$", "", line.rstrip("\n")) for line in told]
    assert [line for line in without_paths if CANARY in line] == []
    assert [line for line in told if line.count(CANARY) > 1] == []


@pytest.mark.parametrize("payload", TRIED)
def test_a_defect_quotes_nothing_that_was_sent(
    payload: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    app = make_app(served())
    text = f"{payload}{CANARY}"

    def broken(*_: object, **__: object) -> None:
        try:
            float(text)
        except ValueError as cause:
            raise KeyError(text) from cause

    asked: dict[str, Any] = {"cells": {"title": text}}
    for method, path, body in (
        ("finish", "/v1/classify", {"products": [asked]}),
        ("begin", "/v1/classify", {"products": [asked]}),
        ("explain", "/v1/why", {"product": asked}),
    ):
        monkeypatch.setattr(Engine, method, broken)
        with caplog.at_level(logging.INFO):
            answer = ask_app(app, "POST", path, json.dumps(body).encode(), {"content-type": "application/json"})
        assert (answer.status, answer.json()["code"]) == (500, "defect")
        assert CANARY not in answer.text
    told = [record.getMessage() for record in caplog.records if record.name.startswith(("prodcls", "uvicorn"))]
    assert len([line for line in told if line.startswith("defect in request")]) == 3
    assert CANARY not in caplog.text
    assert STEERING.findall("".join(told).replace("\n", "")) == []
