from __future__ import annotations

import socket
import subprocess
import sys
import urllib.request

import pytest


def test_a_foreign_address_is_refused(offline: list[str]) -> None:
    with socket.socket() as s, pytest.raises(RuntimeError, match="must not use the network"):
        s.connect(("192.0.2.1", 80))
    assert len(offline) == 1
    offline.clear()


def test_a_datagram_is_refused(offline: list[str]) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as s, pytest.raises(RuntimeError, match="must not use the network"):
        s.sendto(b"x", ("192.0.2.1", 53))
    offline.clear()


def test_a_foreign_name_is_not_even_looked_up(offline: list[str]) -> None:
    with pytest.raises(RuntimeError, match=r"getaddrinfo to 'example\.invalid'"):
        urllib.request.urlopen("http://example.invalid/")
    offline.clear()


def test_loopback_works() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        client.sendall(b"x")
        accepted, _ = server.accept()
        with accepted:
            assert accepted.recv(1) == b"x"


def test_child_processes_are_held_to_it() -> None:
    code = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "must not use the network" in done.stderr
