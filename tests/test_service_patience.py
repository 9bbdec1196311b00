"""How long a connection may wait for a request, tried with a server of our own that answers at once."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn

from prodcls.service.patience import impatient

SECONDS = 0.5
ASKED = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


async def answer(_: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    config = uvicorn.Config(answer, http=impatient(SECONDS), lifespan="off", log_config=None, timeout_keep_alive=60)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield listening.getsockname()[1]
        server.should_exit = True
        thread.join()


def connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=30)


@pytest.mark.parametrize("begun", [b"", ASKED[:9], ASKED[:-1]])
def test_a_request_that_does_not_come_is_not_waited_for(port: int, begun: bytes) -> None:
    with connected(port) as connection:
        connection.sendall(begun)
        assert connection.recv(100) == b""


def drip(connection: socket.socket) -> None:
    """Send a head of a byte now and then, for a minute."""
    connection.sendall(ASKED[:-2] + b"X: ")
    for _ in range(600):
        connection.sendall(b"x")
        time.sleep(0.1)


def test_bytes_now_and_then_give_no_longer_time(port: int) -> None:
    with connected(port) as connection, pytest.raises((BrokenPipeError, ConnectionResetError)):
        drip(connection)


def test_a_connection_is_kept_between_requests_and_limited_again_within_the_next(port: int) -> None:
    with connected(port) as connection:
        for _ in range(2):
            connection.sendall(ASKED)
            said = b""
            while not said.endswith(b"ok"):
                said += connection.recv(1000)
            time.sleep(2 * SECONDS)
        connection.sendall(ASKED[:9])
        assert connection.recv(100) == b""
