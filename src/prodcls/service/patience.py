"""Connections on which no whole head of a request arrives in time are closed, so that slow callers hold none."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.auto import AutoHTTPProtocol

__all__ = ["impatient"]


def impatient(seconds: float) -> type[asyncio.Protocol]:
    """Return uvicorn's protocol with a limit that it has not: between two requests it is patient, within one it is not.

    Parameters
    ----------
    seconds : float
        For the head of a request to arrive, from the connection or the end of the request before.

    Returns
    -------
    type
    """

    class Impatient(AutoHTTPProtocol):  # type: ignore[valid-type,misc]
        waiting: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:
            super().connection_made(transport)
            self.wait()

        def data_received(self, data: bytes) -> None:
            before = self.cycle
            super().data_received(data)
            if self.cycle is not before:
                self.stop_waiting()
            elif self.waiting is None and (self.cycle is None or self.cycle.response_complete):
                self.wait()

        def connection_lost(self, exc: Exception | None) -> None:
            self.stop_waiting()
            super().connection_lost(exc)

        def wait(self) -> None:
            self.waiting = self.loop.call_later(seconds, self.transport.close)

        def stop_waiting(self) -> None:
            if self.waiting is not None:
                self.waiting.cancel()
            self.waiting = None

    found: Any = Impatient
    return found  # type: ignore[no-any-return]
