"""The service under load, against a plain server of the same model that answers one request after the other.

Run from the checkout: ``python benchmarks/service.py BUNDLE CATALOGUE [--seconds 60] [--requests 100000]``. Clients,
service and plain server share the machine, and the two servers are asked in turns. Every request has a text of its own
and one of 40 photos of the catalogue, which the service has seen before. The figures go to
``benchmarks/results/service.json``.
"""

from __future__ import annotations

import argparse
import base64
import csv
import itertools
import json
import os
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import TextIO, cast

RESULTS = Path(__file__).resolve().parent / "results" / "service.json"
CLIENTS = (8, 32)
"""Connections at a time, in turns of their own; the first number for memory."""
TURNS = 4
PHOTOS = 40
WARM_UP = 2 * PHOTOS


def serve_plainly(bundle: Path) -> None:
    """Serve ``/v1/classify`` as one would write it in an afternoon: one request, one pass through the encoders."""
    import uvicorn
    from fastapi import FastAPI

    from prodcls.bundle import load_bundle
    from prodcls.progress import SilentProgress
    from prodcls.scoring_rows import Scorer
    from prodcls.service.products import NewProduct, as_catalogue
    from prodcls.service.vectors import RecentVectors, VectorCache

    fitted = load_bundle(bundle)
    app = FastAPI()

    @app.post("/v1/classify")
    def classify(request: dict[str, list[dict[str, object]]]) -> list[dict[str, object]]:
        (given,) = request["products"]
        photo = base64.b64decode(str(given["image"]))
        with TemporaryDirectory() as folder:
            product = NewProduct(str(given["id"]), dict(given["cells"]), photo)  # type: ignore[call-overload]
            catalogue, _ = as_catalogue(product, fitted, Path(folder))
            scorer = Scorer(fitted, RecentVectors(VectorCache(0)), 3)
            rows: list[dict[str, object]] = scorer.score(catalogue, SilentProgress()).to_pylist()
        return rows

    uvicorn.run(app, host="127.0.0.1", port=0, log_level="info", access_log=False)


@contextmanager
def started(*command: str) -> Iterator[tuple[int, int]]:
    """Start a server and yield its port and process id."""
    with subprocess.Popen([sys.executable, *command], stderr=subprocess.PIPE, text=True) as process:
        lines = cast("TextIO", process.stderr)
        line = next(line for line in lines if "http://" in line)
        port = int(line.split("http://127.0.0.1:")[1].split()[0])
        reader = threading.Thread(target=lambda: deque(lines, maxlen=0))
        reader.start()
        try:
            yield port, process.pid
        finally:
            process.terminate()
            reader.join()


class Load:
    """Requests of several clients, each with one connection.

    Parameters
    ----------
    bodies : iterator of bytes
        Of the requests; taken by whoever is free.
    clients : int
    """

    def __init__(self, bodies: Iterator[bytes], clients: int = CLIENTS[0]) -> None:
        self.bodies = bodies
        self.clients = clients
        self.seconds: list[float] = []
        self.failed = 0
        self.lock = threading.Lock()

    def run(self, port: int, seconds: float | None = None, requests: int | None = None) -> float:
        """Ask for some seconds, or a number of requests; return the requests a second."""
        until = None if seconds is None else time.perf_counter() + seconds
        left = itertools.count() if requests is None else iter(range(requests))
        began, before = time.perf_counter(), len(self.seconds)
        clients = [threading.Thread(target=self._client, args=(port, until, left)) for _ in range(self.clients)]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        return (len(self.seconds) - before) / (time.perf_counter() - began)

    def _client(self, port: int, until: float | None, left: Iterator[int]) -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        while until is None or time.perf_counter() < until:
            with self.lock:
                if next(left, None) is None:
                    return
                body = next(self.bodies)
            began = time.perf_counter()
            connection.request("POST", "/v1/classify", body, {"content-type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            self.seconds.append(time.perf_counter() - began)
            self.failed += answer.status != 200

    def percentile(self, share: int) -> float:
        """Return the seconds that ``share`` per cent of the answers took at most."""
        return quantiles(self.seconds, n=100)[share - 1]


def bodies(catalogue: Path, *, new_texts: bool) -> Iterator[bytes]:
    """Yield requests without end: titles of the catalogue, with a number that no other request has where wanted."""
    with catalogue.open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["image"] and (catalogue.parent / row["image"]).is_file()]
    rows = rows[:PHOTOS]
    photos = [base64.b64encode((catalogue.parent / row["image"]).read_bytes()).decode() for row in rows]
    for i in itertools.count():
        row, photo = rows[i % len(rows)], photos[i % len(rows)]
        title = f"{row['title']} {i}" if new_texts else row["title"]
        product = {"id": str(i), "cells": {"title": title}, "image": photo}
        yield json.dumps({"products": [product]}).encode()


def resident(process: int) -> float:
    """Return the megabytes that a process holds."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


def processor_seconds(process: int) -> float:
    """Return the processor time that a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def against_plain(bundle: Path, catalogue: Path, seconds: float, clients: int) -> dict[str, dict[str, float]]:
    """Return requests a second, and times of an answer, of both servers asked in turns."""
    loads = {name: Load(bodies(catalogue, new_texts=True), clients) for name in ("service", "plain")}
    rates: dict[str, list[float]] = {name: [] for name in loads}
    commands = {
        "service": ("-m", "prodcls.serve", str(bundle), "--port", "0"),
        "plain": (__file__, str(bundle), str(catalogue), "--plain"),
    }
    with started(*commands["service"]) as service, started(*commands["plain"]) as plain:
        servers = {"service": service, "plain": plain}
        for port, _ in servers.values():
            Load(bodies(catalogue, new_texts=False)).run(port, requests=WARM_UP)
        before = {name: processor_seconds(process) for name, (_, process) in servers.items()}
        for turn in range(TURNS):
            for name in sorted(servers, reverse=turn % 2 == 1):
                rates[name].append(loads[name].run(servers[name][0], seconds=seconds / TURNS))
        used = {name: processor_seconds(process) - before[name] for name, (_, process) in servers.items()}
    return {
        name: {
            "requests": len(load.seconds),
            "failed": load.failed,
            "per_second": sum(rates[name]) / TURNS,
            "median": load.percentile(50),
            "p99": load.percentile(99),
            "processor_seconds": used[name] / len(load.seconds),
        }
        for name, load in loads.items()
    }


def memory(bundle: Path, catalogue: Path, requests: int) -> list[dict[str, float]]:
    """Return what the service holds after each tenth of many requests."""
    load, found = Load(bodies(catalogue, new_texts=True)), []
    with started("-m", "prodcls.serve", str(bundle), "--port", "0", "--vectors", "16MB") as (port, process):
        for tenth in range(11):
            if tenth:
                load.run(port, requests=requests // 10)
            found.append({"requests": tenth * (requests // 10), "megabytes": resident(process), "failed": load.failed})
    return found


def main() -> None:
    """Measure, and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bundle", type=Path)
    parser.add_argument("catalogue", type=Path)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--plain", action="store_true")
    given = parser.parse_args()
    if given.plain:
        serve_plainly(given.bundle)
        return
    found = {
        "seconds": given.seconds,
        "load": {
            str(clients): against_plain(given.bundle, given.catalogue, given.seconds, clients) for clients in CLIENTS
        },
        "memory": memory(given.bundle, given.catalogue, given.requests),
    }
    RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
