"""The service fuzzed against its own description by Schemathesis: no answer of 5xx, and all that it checks.

Run from the checkout: ``python benchmarks/fuzz_service.py BUNDLE SCHEMATHESIS [--examples 3000]``. SCHEMATHESIS is its
command, installed anywhere else (``pip install schemathesis``): the project does not depend on it. The service asks for
a token, so that what is answered without one is tried too. Ids of products are made up in the first run, and those of
the bundle in the second. Requests are counted by the service itself. The figures go to
``benchmarks/results/fuzz_service.json``.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TextIO, cast

RESULTS = Path(__file__).resolve().parent / "results" / "fuzz_service.json"
TOKEN = "a token for the fuzzer"  # noqa: S105 - of a service that lives for this run
COUNTED = re.compile(r'prodcls_requests_total\{method="(\w+)",route="([^"]+)",status="(\d+)"\} ([\d.]+)')
SEED = 25
PATIENCE = 300
"""Seconds for an answer, of both sides: how long an answer takes is measured elsewhere."""

# What a cell may hold, which columns a bundle has and which parts a form has is no matter of a schema: 422 tells.
RULES = """
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "401", "403", "404", "422"]
"""
KNOWN = """
[[operations]]
include-path = "/v1/why"
include-method = "GET"
parameters = {{ product = "{product}" }}

[[operations]]
include-path = "/v1/products/{{product}}"
parameters = {{ product = "{product}" }}
"""


@dataclass(frozen=True)
class Served:
    """A service: its port, and its lines on standard error."""

    port: int
    said: deque[str]

    def get(self, path: str) -> str:
        """Return the body of an answer."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", path, headers={"authorization": f"Bearer {TOKEN}"})
        return connection.getresponse().read().decode()

    def counts(self) -> Counter[tuple[str, str]]:
        """Return how many requests it answered, by method with route and by status."""
        found: Counter[tuple[str, str]] = Counter()
        for method, route, status, n in COUNTED.findall(self.get("/metrics")):
            found[f"{method} {route}", status] += int(float(n))
        return found


@contextmanager
def serving(bundle: Path) -> Iterator[Served]:
    """Start the service on a free port."""
    command = [sys.executable, "-m", "prodcls.serve", str(bundle), "--port", "0", "--timeout", str(PATIENCE)]
    environment = os.environ | {"PRODCLS_TOKEN": TOKEN}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process:
        lines = cast("TextIO", process.stderr)
        port = int(next(line for line in lines if "http://" in line).rsplit(":", 1)[1])
        said: deque[str] = deque()
        reader = threading.Thread(target=lambda: said.extend(line for line in lines if " ERROR " in line))
        reader.start()
        served = Served(port, said)
        while "ok" not in served.get("/readyz"):
            time.sleep(0.1)
        try:
            yield served
        finally:
            process.terminate()
            reader.join()


def fuzz(command: Path, served: Served, rules: str, examples: int, *only: str) -> dict[str, object]:
    """Let Schemathesis ask, and return what it found."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "schemathesis.toml").write_text(rules, encoding="utf-8")
        given = [
            *(str(command), "run", f"http://127.0.0.1:{served.port}/openapi.json", "--no-color", *only),
            *("--checks", "all", "--max-examples", str(examples), "--seed", str(SEED)),
            *("--continue-on-failure", "--header", f"Authorization: Bearer {TOKEN}"),
            *("--request-timeout", str(PATIENCE), "--max-response-time", str(PATIENCE)),
        ]
        before, began = served.counts(), time.perf_counter()
        done = subprocess.run(given, check=False, capture_output=True, text=True, cwd=folder)
        seconds = time.perf_counter() - began
    print(done.stdout, done.stderr, file=sys.stderr)
    asked = served.counts() - before
    statuses: Counter[str] = Counter()
    routes: Counter[str] = Counter()
    for (route, status), n in asked.items():
        statuses[status] += n
        routes[route] += n
    return {
        "requests": asked.total(),
        "statuses": dict(sorted(statuses.items())),
        "routes": dict(sorted(routes.items())),
        "failures": dict(re.findall(r"❌ (ST\d+ [^:\n]+): (\d+)", done.stdout)),
        "errors": dict(re.findall(r"🚫 ([^:\n(]+): (\d+)", done.stdout)),
        "seconds": seconds,
        "exit_code": done.returncode,
    }


def main() -> None:
    """Fuzz, and write what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bundle", type=Path)
    parser.add_argument("schemathesis", type=Path)
    parser.add_argument("--examples", type=int, default=3000, help="cases for each operation and phase")
    given = parser.parse_args()
    version = subprocess.run([str(given.schemathesis), "--version"], check=True, capture_output=True, text=True).stdout
    with serving(given.bundle) as served:
        known = KNOWN.format(product=first_product(given.bundle))
        only = ("--include-path-regex", "^/v1/(why|products)", "--exclude-method", "POST")
        found = {
            "schemathesis": version.split()[-1],
            "seed": SEED,
            "runs": {
                "ids made up": fuzz(given.schemathesis, served, RULES, given.examples),
                "ids of products": fuzz(given.schemathesis, served, RULES + known, max(given.examples // 30, 1), *only),
            },
        }
    found["errors_logged"] = len(served.said)
    RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(found, indent=1))


def first_product(bundle: Path) -> str:
    """Return the id of a training product."""
    from prodcls.bundle import load_bundle

    return load_bundle(bundle).products.ids[0]


if __name__ == "__main__":
    main()
