"""Work given to the processes of a Dask cluster, on this machine or others; answers come in the order of the questions.

What a task returns must depend on its item alone: a worker may be lost, and its tasks are then done by another one.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from importlib.metadata import version
from ipaddress import ip_address
from socket import create_connection
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from prodcls.errors import InputError

if TYPE_CHECKING:
    from distributed import Client, Future

__all__ = ["LOCAL", "Cluster", "open_cluster"]

LOCAL = "local"
"""In place of an address: processes on this machine, started for this call and ended with it."""

AHEAD = 2
"""Tasks for each worker that are handed out before the first answer is waited for: one to do, one to go on with."""

CONNECT_SECONDS = 20.0

_Item = TypeVar("_Item")
_Answer = TypeVar("_Answer")
_Known = TypeVar("_Known")


def _nothing(_: object) -> None:
    """Know nothing of any item."""


class Cluster:
    """Workers of one cluster.

    Parameters
    ----------
    client : distributed.Client
    """

    def __init__(self, client: Client) -> None:
        self._client = client

    @property
    def workers(self) -> int:
        """How many workers there are at the moment; at least one."""
        return max(1, len(self._client.scheduler_info(n_workers=-1)["workers"]))

    def ordered(
        self,
        work: Callable[[_Item], _Answer],
        items: Iterable[_Item],
        known: Callable[[_Item], _Known | None] = _nothing,
    ) -> Iterator[tuple[_Item, _Known | None, _Answer | None]]:
        """Yield items with their answers in their order; few more items are taken than were answered.

        Parameters
        ----------
        work : callable
            Found by its name in a worker, which must have the same version of this package.
        items : iterable
        known : callable, optional
            Returns what is known of an item already, which no worker is asked then; None for nothing.

        Yields
        ------
        item : object
        known : object or None
        answer : object or None
            Of a worker; None where the item was known.

        Raises
        ------
        InputError
            What ``work`` raises; code ``cluster-lost`` where the cluster ends, or loses worker after worker with the
            same item; code ``cluster-version`` for a worker with another version of this package.
        """
        ahead = AHEAD * self.workers
        waiting: deque[tuple[_Item, _Known | None, Future[_Answer] | None]] = deque()

        def first() -> tuple[_Item, _Known | None, _Answer | None]:
            item, told, future = waiting.popleft()
            return item, told, None if future is None else _answered(future)

        try:
            for item in items:
                told, future = known(item), None
                if told is None:
                    # A name of its own for each task: what has the same name is done once, and its answer is kept.
                    future = self._client.submit(_checked, version("prodcls"), work, item, pure=False)
                waiting.append((item, told, future))
                if len(waiting) >= ahead:
                    yield first()
            while waiting:
                yield first()
        finally:
            self._client.cancel([future for _, _, future in waiting if future is not None])  # type: ignore[no-untyped-call]


@contextmanager
def open_cluster(scheduler: str, workers: int) -> Iterator[Cluster]:
    """Connect to a cluster.

    Parameters
    ----------
    scheduler : str
        `LOCAL`, or the address of a running scheduler: ``tcp://127.0.0.1:8786`` on this machine, or ``tls://`` and a
        host on any, with the certificates that Dask's own configuration names.
    workers : int
        Processes for `LOCAL`, each with one thread.

    Yields
    ------
    Cluster

    Raises
    ------
    InputError
        Codes ``dask-not-installed``, ``scheduler-invalid``, ``scheduler-open`` (an address without TLS that others can
        reach) and ``scheduler-unreachable``.
    """
    if scheduler != LOCAL:
        _check_address(scheduler)
    try:
        from distributed import Client, LocalCluster
    except ModuleNotFoundError as error:
        message = f"--scheduler needs another package ({error.name}): pip install 'prodcls[dask]'"
        raise InputError(message, code="dask-not-installed") from None
    with ExitStack() as opened:
        address: str | LocalCluster = scheduler
        if scheduler == LOCAL:
            address = opened.enter_context(
                LocalCluster(  # type: ignore[no-untyped-call]
                    n_workers=workers,
                    threads_per_worker=1,
                    host="127.0.0.1",
                    dashboard_address="127.0.0.1:0",
                    silence_logs=logging.CRITICAL,
                )
            )
        try:
            if isinstance(address, str):  # Dask itself would try again and again
                create_connection(_check_address(address), timeout=CONNECT_SECONDS).close()
            client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)  # type: ignore[no-untyped-call]
        except (OSError, TypeError, ValueError) as error:  # the latter two: no certificates are configured for tls://
            message = f"--scheduler {scheduler}: {error}: see that the scheduler runs and its certificates are set"
            raise InputError(message, code="scheduler-unreachable") from error
        yield Cluster(opened.enter_context(client))


def _checked(expected: str, work: Callable[[_Item], _Answer], item: _Item) -> _Answer:
    """Do one task in a worker."""
    own = version("prodcls")
    if own != expected:
        message = f"a worker has prodcls {own}, and {expected} asks it: install the same version on all"
        raise InputError(message, code="cluster-version")
    return work(item)


def _answered(future: Future[_Answer]) -> _Answer:
    """Return the answer of a worker, once it is there."""
    from distributed import CancelledError, KilledWorker
    from distributed.comm.core import CommClosedError

    try:
        return future.result()
    except KilledWorker as error:
        message = "several workers ended on the same products: see their logs, they may have too little memory"
        raise InputError(message, code="cluster-lost") from error
    except (CancelledError, CommClosedError, TimeoutError) as error:
        message = "the scheduler is gone: start it again, and the call after it"
        raise InputError(message, code="cluster-lost") from error


def _check_address(scheduler: str) -> tuple[str, int]:
    """Return host and port; refuse addresses over which others could read along, or send this process code to run."""
    try:
        parts = urlsplit(scheduler)
        kind, host, port = parts.scheme, parts.hostname, parts.port
    except ValueError:  # a port or an IPv6 address that is none
        kind, host, port = "", None, None
    if kind not in ("tcp", "tls") or not host or port is None:
        message = f"{scheduler!r} is neither 'local' nor an address such as tcp://127.0.0.1:8786 or tls://HOST:8786"
        raise InputError(f"--scheduler {message}", code="scheduler-invalid")
    if kind == "tcp" and not _is_loopback(host):
        message = f"--scheduler {scheduler}: what goes there is not encrypted, and anyone may answer: use tls://"
        raise InputError(message, code="scheduler-open")
    return host, port


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
