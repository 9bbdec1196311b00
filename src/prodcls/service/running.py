"""The process of a service: its socket, its server, its end."""

from __future__ import annotations

import logging
import socket
from pathlib import Path

import uvicorn
from threadpoolctl import threadpool_limits

from prodcls.errors import InputError
from prodcls.service.app import make_app
from prodcls.service.holder import Holder
from prodcls.service.patience import impatient
from prodcls.service.settings import ServiceSettings

__all__ = ["listen", "run_service"]

BACKLOG = 2048
KEEP_ALIVE_SECONDS = 15


def listen(settings: ServiceSettings) -> socket.socket:
    """Return the socket of a service, so that an address in use is told before a bundle is loaded.

    Parameters
    ----------
    settings : ServiceSettings

    Returns
    -------
    socket
        Listening; to be closed by the caller.

    Raises
    ------
    InputError
        Code ``address-unusable``.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0]
        made = socket.create_server(address[:2], family=family, backlog=BACKLOG)
    except OSError as error:
        message = f"--host {settings.host} --port {settings.port}: {error.strerror}: choose another one"
        raise InputError(message, code="address-unusable") from error
    return made


def run_service(bundle: Path, settings: ServiceSettings, listening: socket.socket) -> None:
    """Serve a bundle until the process is told to end.

    Parameters
    ----------
    bundle : Path
    settings : ServiceSettings
    listening : socket

    Raises
    ------
    BundleError
        If the bundle does not pass its checks.
    """
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s %(message)s", level=logging.INFO)
    holder = Holder(bundle, settings)
    config = uvicorn.Config(
        make_app(holder),
        http=impatient(settings.head_seconds),
        access_log=False,  # the guard writes it, with the request's id and nothing that a caller could forge
        log_config=None,
        lifespan="on",
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=round(settings.stop_seconds),
        h11_max_incomplete_event_size=32 << 10,
    )
    # Products are scored one by one: threads within one of them cost more than they save. Encoders have their own.
    with threadpool_limits(1):
        uvicorn.Server(config).run(sockets=[listening])
