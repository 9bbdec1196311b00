"""What a service is allowed to do, in one place and with units."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field, fields
from pathlib import Path

from prodcls.bundle_trust import Trust
from prodcls.errors import InputError

__all__ = ["MIN_TOKEN", "RANGES", "Reviewed", "ServiceSettings", "is_loopback", "read_token"]

MIN_TOKEN = 16
"""Characters of the shortest token that is taken."""

RANGES: dict[str, tuple[float, float, str]] = {
    "port": (0, 65_535, ""),
    "body_bytes": (1 << 10, 1 << 30, "bytes"),
    "products": (1, 10_000, "products"),
    "cell_characters": (1, 1_000_000, "characters"),
    "requests": (1, 10_000, "requests"),
    "request_seconds": (0.1, 3600, "seconds"),
    "head_seconds": (0.1, 3600, "seconds"),
    "body_seconds": (0.1, 3600, "seconds"),
    "batch_products": (1, 10_000, "products"),
    "vector_bytes": (0, 1 << 36, "bytes"),
    "evaluations": (1, 100_000, "versions"),
    "reload_seconds": (0.1, 3600, "seconds"),
    "stop_seconds": (0, 3600, "seconds"),
}
"""Lowest and highest value of each number, and its unit."""


@dataclass(frozen=True)
class Reviewed:
    """Where the queue comes from and where decisions go.

    Attributes
    ----------
    scored : Path
        File that ``predict`` wrote.
    overrides : Path
        File that decisions are added to; made when absent.
    catalogue : Path or None
        That was classified: shows titles, and why.
    """

    scored: Path
    overrides: Path
    catalogue: Path | None = None


@dataclass(frozen=True)
class ServiceSettings:
    """All limits of a service.

    Attributes
    ----------
    host : str
        Address to listen on. Any but a loopback one needs a token.
    port : int
        0 takes a free one.
    token : str or None
        What a caller must show; None: anyone who reaches the address may call.
    body_bytes : int
        Bytes of a request's body.
    products : int
        Products in one request.
    cell_characters : int
        Characters of one cell.
    requests : int
        Requests worked on at the same time; further ones are told to come again.
    request_seconds : float
        Seconds for an answer, from the end of the request's body.
    head_seconds : float
        Seconds for the head of a request to arrive.
    body_seconds : float
        Seconds for the body to arrive.
    batch_products : int
        Products of several requests that are encoded together.
    vector_bytes : int
        Bytes of vectors kept in memory, of the texts and photos seen last.
    evaluations : int
        Most versions of a product that one question may have scored.
    reload_seconds : float
        Seconds between two looks at whether the bundle was replaced.
    stop_seconds : float
        Seconds that requests have to end when the service stops.
    image_root : Path or None
        Folder of the training catalogue's photos, to show them; None: they are not shown.
    log : Path or None
        Decision log that gets an entry for each product classified.
    reviewed : Reviewed or None
        What people decide on; None: there is no queue.
    trust : Trust or None
        What is asked of a bundle before it is read, also of one that takes the place of another.

    Raises
    ------
    InputError
        Code ``option-invalid`` when a number is out of its range; ``token-short``; ``token-missing`` when the address
        is no loopback one and there is no token.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    token: str | None = field(default=None, repr=False)
    body_bytes: int = 32 << 20
    products: int = 256
    cell_characters: int = 100_000
    requests: int = 64
    request_seconds: float = 30.0
    head_seconds: float = 30.0
    body_seconds: float = 30.0
    batch_products: int = 64
    vector_bytes: int = 256 << 20
    evaluations: int = 200
    reload_seconds: float = 2.0
    stop_seconds: float = 30.0
    image_root: Path | None = None
    log: Path | None = None
    reviewed: Reviewed | None = None
    trust: Trust | None = None

    def __post_init__(self) -> None:
        """Check ranges, and that nobody unknown can reach the service from elsewhere."""
        for one in fields(self):
            if one.name in RANGES:
                low, high, unit = RANGES[one.name]
                value = getattr(self, one.name)
                if not low <= value <= high:
                    message = f"--{one.name.replace('_', '-')}: {value} is not within {low} to {high} {unit}".rstrip()
                    raise InputError(message, code="option-invalid")
        if self.token is not None and len(self.token) < MIN_TOKEN:
            message = f"the token has {len(self.token)} characters, and {MIN_TOKEN} are needed"
            raise InputError(message, code="token-short")
        if self.token is None and not is_loopback(self.host):
            message = (
                f"--host {self.host} can be reached from elsewhere: put a token into PRODCLS_TOKEN or --token-file, or "
                "listen on 127.0.0.1"
            )
            raise InputError(message, code="token-missing")


def is_loopback(host: str) -> bool:
    """Tell whether an address can only be reached from this machine.

    Parameters
    ----------
    host : str

    Returns
    -------
    bool

    Examples
    --------
    >>> [is_loopback(host) for host in ("127.0.0.1", "::1", "localhost", "0.0.0.0", "shop.example")]
    [True, True, True, False, False]
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def read_token(variable: str | None, file: Path | None) -> str | None:
    """Return the token of a file, else that of the environment.

    Parameters
    ----------
    variable : str or None
        What the environment variable holds.
    file : Path or None

    Returns
    -------
    str or None

    Raises
    ------
    InputError
        Code ``token-unreadable``, if the file cannot be read or is empty.
    """
    if file is None:
        return variable or None
    try:
        token = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("cannot be read as text", code="token-unreadable", file=str(file)) from error
    if not token:
        raise InputError("holds no token", code="token-unreadable", file=str(file))
    return token
