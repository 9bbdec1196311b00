"""The socket of a service, before a bundle is loaded."""

from __future__ import annotations

import socket

import pytest

from prodcls.errors import InputError
from prodcls.service.running import listen
from prodcls.service.settings import ServiceSettings


def test_a_free_port_is_taken_and_listens_on_loopback_alone() -> None:
    with listen(ServiceSettings(port=0)) as made:
        host, port = made.getsockname()
        assert (host, port > 0) == ("127.0.0.1", True)
        socket.create_connection((host, port), timeout=10).close()


def test_a_port_in_use_is_told_with_what_to_do() -> None:
    with listen(ServiceSettings(port=0)) as made:
        port = made.getsockname()[1]
        with pytest.raises(InputError, match="choose another one") as caught:
            listen(ServiceSettings(port=port))
        assert (caught.value.code, str(port) in str(caught.value)) == ("address-unusable", True)
