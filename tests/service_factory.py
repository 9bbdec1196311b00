"""A service as its users have it: a process, a port, requests."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from bundle_factory import write_catalogue
from prodcls.progress import SilentProgress
from prodcls.scoring import PredictOptions, predict_catalogue
from prodcls.service.holder import Holder
from prodcls.service.settings import Reviewed, ServiceSettings
from real_bundle import real

__all__ = ["Answer", "Running", "ask_app", "form", "reviewed", "running", "served"]


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class Running:
    """A service; ``said`` are its lines on standard error."""

    process: subprocess.Popen[str]
    port: int
    said: list[str] = field(default_factory=list)

    def ask(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            connection.request(method, path, body, headers or {})
            found = connection.getresponse()
            return Answer(found.status, {k.lower(): v for k, v in found.getheaders()}, found.read())
        finally:
            connection.close()

    def get(self, path: str, **query: str) -> Answer:
        return self.ask("GET", f"{path}?{urlencode(query)}" if query else path)

    def post(self, path: str, value: Any, **headers: str) -> Answer:
        return self.ask("POST", path, json.dumps(value).encode(), {"content-type": "application/json"} | headers)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


def form(fields: dict[str, str], files: dict[str, bytes] | None = None) -> tuple[bytes, dict[str, str]]:
    """Return a multipart form and its headers."""
    lines = [
        f'--edge\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    for name, data in (files or {}).items():
        head = f'--edge\r\nContent-Disposition: form-data; name="{name}"; filename="{name}.png"\r\n\r\n'
        lines.append(head.encode() + data + b"\r\n")
    return b"".join([*lines, b"--edge--\r\n"]), {"content-type": "multipart/form-data; boundary=edge"}


@contextmanager
def running(bundle: Path, *options: str, **environment: str) -> Iterator[Running]:
    """Start ``prodcls.serve`` on a free port and stop it again."""
    command = [sys.executable, "-m", "prodcls.serve", str(bundle), "--port", "0", *options]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=os.environ | environment) as process:
        assert process.stderr is not None
        first = process.stderr.readline()
        assert "serving" in first, first + process.stderr.read()
        found = Running(process, int(first.rsplit(":", 1)[1]), [first])
        lines = process.stderr
        reader = threading.Thread(target=lambda: found.said.extend(lines), daemon=True)
        reader.start()
        try:
            found.get("/readyz")
            yield found
        finally:
            if process.poll() is None:
                process.terminate()
            process.wait(60)
            reader.join(10)


@cache
def served(**settings: Any) -> Holder:
    """Return the small bundle, ready to be served; made once for the same settings."""
    return Holder(real().folder, ServiceSettings(**settings))


def ask_app(
    app: Any, method: str, path: str, /, body: bytes = b"", headers: dict[str, str] | None = None, **query: str
) -> Answer:
    """Ask an application itself, without a process or a port."""
    given = {"host": "127.0.0.1", "content-length": str(len(body))} | (headers or {})
    told: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        told.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": quote(path).encode(),
        "query_string": urlencode(query).encode(),
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in given.items()],
    }
    asyncio.run(app(scope, receive, send))
    found = {name.decode().lower(): value.decode("latin-1") for name, value in told[0]["headers"]}
    return Answer(told[0]["status"], found, b"".join(one.get("body", b"") for one in told[1:]))


def reviewed(folder: Path, *, catalogue: bool = True) -> Reviewed:
    """Return a queue of three products of which nothing is known, among five that were scored."""
    rows = [{"id": f"n{i}"} for i in range(3)]
    rows += [{"id": f"k{i}", "title": "steel kettle 1.5 l", "price": "20"} for i in range(2)]
    path, scored = write_catalogue(folder / "new.csv", rows), folder / "scored.parquet"
    predict_catalogue(real().folder, path, scored, PredictOptions(), progress=SilentProgress())
    return Reviewed(scored, folder / "overrides.jsonl", path if catalogue else None)
