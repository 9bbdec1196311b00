"""Refuses every connection that leaves this machine; Python runs this file in each process of the suite.

An audit hook sees connections that a replaced ``socket.connect`` would miss, and cannot be taken away again.
"""

from __future__ import annotations

import ipaddress
import sys

REFUSED: list[str] = []
"""What was refused in this process, so that a test fails even where the product swallows the refusal."""


def refuse_network(event: str, args: tuple[object, ...]) -> None:
    """Raise on a look-up of a foreign name and on a connection or datagram to anything but loopback."""
    if event == "socket.getaddrinfo":
        host = args[0]
    elif event in ("socket.connect", "socket.sendto", "socket.sendmsg") and isinstance(args[1], tuple):
        host = args[1][0]
    else:  # other events, Unix sockets (their address is a string) and sockets that are connected already
        return
    if not _is_loopback(host):
        message = f"the suite must not use the network: {event} to {host!r}"
        REFUSED.append(message)
        raise RuntimeError(message)


def _is_loopback(host: object) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, "", "localhost"):
        return True
    try:
        return ipaddress.ip_address(str(name)).is_loopback
    except ValueError:
        return False


sys.addaudithook(refuse_network)
