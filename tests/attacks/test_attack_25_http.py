"""Row 25: requests that are huge, slow, or not what HTTP means at all.

A service that reads a whole body before it looks at its size can be filled up; one that gives each caller a place from
the first byte can be starved by callers that send a byte a minute; and a parser that meets what its author did not
think of answers with a stack trace, or not at all. Sizes are tried to the byte with and without a stated length; slow
clients of five kinds (silent, a byte of the headers or of the body now and then, half-closed, never reading) hold
their connections open while others are answered; and valid requests are damaged at random, of which none
may be answered by an error of the service's own.
"""

from __future__ import annotations

import itertools
import json
import random
import socket
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from attacks import rounds
from real_bundle import real
from service_factory import Running, running

LIMIT = 200_000
SLOW = rounds(sample=40, full=500)
DAMAGED = rounds(sample=400, full=10_000)

BODY = json.dumps({"products": [{"id": "a", "cells": {"title": "steel kettle", "price": 12.5}}]}).encode()
FORM = b'--e\r\nContent-Disposition: form-data; name="cell-0"\r\n\r\nkettle\r\n--e--\r\n'
SEEDS = (
    b"POST /v1/classify HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
    % (len(BODY), BODY),
    b"GET /v1/why?product=p001&versus=Phone HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /v1/products/p001 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /?q=kettle&lang=zh HTTP/1.1\r\nHost: localhost\r\nAccept-Language: zh-CN\r\n\r\n",
    b"GET /product?id=p001&versus=Phone HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"POST /try HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=e\r\n"
    b"Content-Length: %d\r\n\r\n%s" % (len(FORM), FORM),
)
TOKENS = (
    b"\x00",
    b"\r\n",
    b"%00",
    b"%ff",
    b"../",
    b"\xff",
    b"{",
    b'"',
    b"-1",
    b"99999999999999999999",
    b"\\ud800",
    b"<b>",
)


@pytest.fixture(scope="module")
def service() -> Iterator[Running]:
    with running(real().folder, "--max-body", str(LIMIT)) as found:
        yield found


def sent(service: Running, data: bytes, patience: float = 60) -> int:
    """Return the status that a raw request is answered with; 0 where it is not whole, or the connection is closed."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=60) as connection:
        try:
            connection.sendall(data)
            connection.settimeout(patience)
            head = connection.recv(65_536)
        except (BrokenPipeError, ConnectionResetError, TimeoutError):
            return 0
    return int(head.split(b" ", 2)[1]) if head.startswith(b"HTTP/1.1 ") else 0


def padded(size: int) -> bytes:
    """Return a valid body of ``size`` bytes."""
    return BODY + b" " * (size - len(BODY))


def chunked(body: bytes) -> bytes:
    pieces = [body[i : i + 7000] for i in range(0, len(body), 7000)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


@pytest.mark.parametrize(("size", "status"), [(LIMIT, 200), (LIMIT + 1, 413)])
def test_one_byte_too_many_is_refused_with_and_without_a_stated_length(
    service: Running, size: int, status: int
) -> None:
    head = b"POST /v1/classify HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n"
    stated = b"%sContent-Length: %d\r\n\r\n%s" % (head, size, padded(size))
    streamed = head + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(padded(size))
    assert [sent(service, stated), sent(service, streamed)] == [status, status]


HEAD = b"POST /v1/classify HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n"
UNREAD = b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n" * 20
BEGUN = {"silent": b"", "headers": HEAD[:20], "body": HEAD + b"{", "half-closed": HEAD + b"{", "reads nothing": UNREAD}
"""What slow clients of each kind send at once; those of headers and bodies go on with a byte now and then."""


def slow_client(service: Running, kind: str) -> socket.socket:
    """Return the connection of a client that keeps the service waiting."""
    connection = socket.socket()
    if kind == "reads nothing":
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    connection.settimeout(60)
    connection.connect(("127.0.0.1", service.port))
    connection.sendall(BEGUN[kind])
    if kind == "half-closed":
        connection.shutdown(socket.SHUT_WR)
    return connection


def test_slow_clients_do_not_keep_others_waiting(service: Running, record_property: pytest.RecordProperty) -> None:
    kinds = [kind for kind, _ in zip(itertools.cycle(BEGUN), range(SLOW), strict=False)]
    slow = [(kind, slow_client(service, kind)) for kind in kinds]
    dripping = [(kind, one) for kind, one in slow if kind in ("headers", "body")]
    dripped = 0
    try:
        for i in range(20):
            for kind, connection in dripping:
                with suppress(BrokenPipeError, ConnectionResetError):  # the service has done with whoever takes so long
                    dripped += connection.send(HEAD[20 + i : 21 + i] if kind == "headers" else b" ")
            answer = service.ask("POST", "/v1/classify", BODY, {"content-type": "application/json"})
            assert answer.status == 200
        assert dripped >= len(dripping) >= SLOW // len(BEGUN)
    finally:
        for _, connection in slow:
            connection.close()
    record_property("slow", json.dumps(Counter(kinds)))
    assert service.get("/readyz").status == 200


def damaged(random_: random.Random) -> bytes:
    """Return a request with a few bytes changed, cut, doubled or put in."""
    data = bytearray(random_.choice(SEEDS))
    for _ in range(random_.randint(1, 4)):
        at = random_.randrange(len(data))
        kind = random_.randrange(5)
        if kind == 0:
            data[at] = random_.randrange(256)
        elif kind == 1:
            del data[at : at + random_.randint(1, 20)]
        elif kind == 2:
            data[at:at] = random_.choice(TOKENS)
        elif kind == 3:
            data[at:at] = data[at : at + 40]
        else:
            data[at:at] = random_.choice(TOKENS) * random_.randint(1, 3000)
        data = data or bytearray(b" ")
    return bytes(data)


def test_damaged_requests_are_never_the_services_own_error(
    service: Running, record_property: pytest.RecordProperty
) -> None:
    random_ = random.Random(25)
    requests = [damaged(random_) for _ in range(DAMAGED)]
    with ThreadPoolExecutor(32) as pool:
        statuses = list(pool.map(lambda data: sent(service, data, patience=2), requests))
    assert [data for data, status in zip(requests, statuses, strict=True) if status >= 500] == []
    counts = Counter(statuses)
    record_property("statuses", json.dumps(dict(sorted(counts.items()))))
    assert counts[200]
    assert service.process.poll() is None
    assert service.get("/readyz").status == 200
