"""Install the package into a fresh environment, as its users do, and use it from outside the checkout.

``python tools/smoke.py`` takes all dependencies from the package index, at the versions of the locks (`make smoke`).
With ``--seeing DIR`` the environment sees the dependencies installed in DIR and nothing is fetched.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import venv
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

ROOT = Path(__file__).resolve().parents[1]
BUILD = "import sys, hatchling.build as b; print(getattr(b, sys.argv[1])(sys.argv[2]))"
ROWS = 96
"""Products of the demo catalogue that are fitted: twelve of each class."""

CATALOGUE = f"""
import csv
from pathlib import Path
from prodcls.demo import write_demo
whole = write_demo(Path("demo"))
with whole.open(encoding="utf-8", newline="") as lines:
    rows = list(csv.DictReader(lines))
taken = [row for name in sorted({{r["category"] for r in rows}})
         for row in [r for r in rows if r["category"] == name][: {ROWS} // 8]]
with whole.with_name("some.csv").open("w", encoding="utf-8", newline="") as out:
    writer = csv.DictWriter(out, rows[0])
    writer.writeheader()
    writer.writerows(taken)
"""

LIBRARY = """
import sys
import pandas as pd
from prodcls import Bundle
bundle = Bundle.load("out/bundle", expect_sha256=sys.argv[1], image_root="demo")
frame = pd.read_csv("demo/some.csv", dtype=str)
assert len(bundle.classify(frame[:5])) == 5
account = bundle.why(frame.iloc[0])
assert abs(account.to_dict()["attributions"][0]["certificate"]["residual"]) <= 1e-6
assert "<svg" in account._repr_html_()
print(account.predicted)
"""


def build(what: str, source: Path, out: Path) -> Path:
    """Build ``what``, ``"sdist"`` or ``"wheel"``, of the project in ``source``."""
    out.mkdir(exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-c", BUILD, f"build_{what}", str(out)], cwd=source, capture_output=True, text=True, check=True
    )
    return out / done.stdout.strip().splitlines()[-1]


def contents(wheel: Path) -> dict[str, str]:
    """Return the digest of each file in a wheel."""
    with zipfile.ZipFile(wheel) as files:
        return {name: hashlib.sha256(files.read(name)).hexdigest() for name in files.namelist()}


def wheel_of_the_archive(folder: Path) -> Path:
    """Return a wheel built from the source archive, which must hold what one built from the checkout does."""
    archive = build("sdist", ROOT, folder / "sdist")
    shutil.unpack_archive(archive, folder / "unpacked", filter="data")
    (source,) = (folder / "unpacked").iterdir()
    wheel = build("wheel", source, folder / "wheel")
    if contents(wheel) != contents(build("wheel", ROOT, folder / "checkout")):
        sys.exit("the source archive does not give the wheel that the checkout gives")
    return wheel


class Environment:
    """A fresh environment, and a folder outside the checkout to use it in."""

    def __init__(self, folder: Path) -> None:
        self.where = folder / "elsewhere"
        self.where.mkdir()
        self.root = folder / "environment"
        venv.create(self.root)
        self.bin = self.root / "bin"
        kept = [
            p for p in os.environ.get("PYTHONPATH", "").split(os.pathsep) if p and not (Path(p) / "prodcls").exists()
        ]
        self.variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        if kept:
            self.variables["PYTHONPATH"] = os.pathsep.join(kept)

    def pip(self, *words: str) -> str:
        """Install into the environment, which has no pip of its own."""
        command = [sys.executable, "-m", "pip", "--python", str(self.bin / "python"), "--disable-pip-version-check"]
        done = subprocess.run([*command, "--quiet", *words], check=True, stdout=subprocess.PIPE, text=True)
        return done.stdout

    def install_torch(self, index: str | None) -> None:
        """Install the locked torch, unless what would be fetched is the CUDA build."""
        (torch,) = re.findall("^torch==.*$", (ROOT / "requirements.lock").read_text(encoding="utf-8"), re.MULTILINE)
        words = ("--no-deps", *(("--index-url", index) if index else ()), torch)
        report = self.pip("install", "--dry-run", "--report", "-", *words)
        subprocess.run([sys.executable, str(ROOT / "tools" / "refuse_cuda.py")], input=report, text=True, check=True)
        self.pip("install", *words)

    def see(self, packages: Path) -> None:
        """Let the environment import what is installed in another one."""
        own = Path(sysconfig.get_path("purelib", vars={"base": str(self.root)}))
        (own / "seen.pth").write_text(f"{packages}\n", encoding="utf-8")

    def run(self, program: str, *words: str) -> str:
        """Run a program of the environment, and return what it prints."""
        command = [str(self.bin / program), *words]
        print("+", program, *(word.splitlines()[0] if word else "..." for word in words[:6]), flush=True)
        done = subprocess.run(command, cwd=self.where, env=self.variables, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"{' '.join(command)[:200]}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    @contextmanager
    def serving(self, bundle: str) -> Iterator[str]:
        """Start the service on a free port, and yield its address."""
        command = [str(self.bin / "prodcls"), "serve", bundle, "--port", "0"]
        with subprocess.Popen(
            command, cwd=self.where, env=self.variables, stderr=subprocess.PIPE, text=True
        ) as process:
            try:
                first = process.stderr.readline() if process.stderr else ""
                port = re.search(r":(\d+)\s*$", first)
                if port is None:
                    sys.exit(f"the service did not start: {first}")
                yield f"http://127.0.0.1:{port[1]}"
            finally:
                process.send_signal(signal.SIGTERM)
                process.communicate(timeout=60)


def use(made: Environment) -> None:
    """Use what is installed from one end to the other."""
    where = made.run("python", "-c", "import prodcls; print(prodcls.__file__)")
    if not Path(where.strip()).is_relative_to(made.root):
        sys.exit(f"{where.strip()} is not of the new environment")
    if "serve" not in made.run("prodcls", "--help"):
        sys.exit("the help names no command")
    made.run("python", "-c", CATALOGUE)
    few = ("--folds", "2", "--witnesses", "0", "--robustness", "0", "--dossiers", "0", "--no-baselines")
    said = made.run("prodcls", "fit", "demo/some.csv", "--out", "out", *few)
    digest = re.search(r"digest: ([0-9a-f]{64})", said)
    if digest is None:
        sys.exit(f"the fit prints no digest:\n{said}")
    made.run("prodcls", "predict", "out/bundle", "demo/some.csv", "-o", "scored.jsonl", "--expect-sha256", digest[1])
    rows = [json.loads(line) for line in (made.where / "scored.jsonl").read_text(encoding="utf-8").splitlines()]
    if len(rows) != ROWS:
        sys.exit(f"{len(rows)} products are scored, of {ROWS}")
    words = ("why", "out/bundle", rows[0]["id"], "--image-root", "demo", "--no-counterfactuals", "--json")
    account = json.loads(made.run("prodcls", *words).splitlines()[0])
    if abs(account["certificate"]["residual"]) > 1e-6:
        sys.exit("the parts of the account do not sum to the margin")
    made.run("prodcls", "verify", "out/bundle")
    with made.serving("out/bundle") as address:
        body = json.dumps({"products": [{"id": "a", "cells": {"title": "Quiet fridge, two doors"}}]}).encode()
        request = Request(f"{address}/v1/classify", body, {"content-type": "application/json"})
        with urlopen(request, timeout=120) as answer:
            print("served:", json.loads(answer.read())["products"][0]["predicted"], flush=True)
    print("library:", made.run("python", "-c", LIBRARY, digest[1]).strip(), flush=True)


def main() -> None:
    """Read the options, install, use."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeing", type=Path, metavar="DIR", help="site-packages with the dependencies")
    parser.add_argument("--torch-index", metavar="URL", help="package index that holds a CPU build of torch")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="smoke-") as name:
        folder = Path(name).resolve()
        wheel = wheel_of_the_archive(folder)
        made = Environment(folder)
        if options.seeing is not None:
            made.see(options.seeing.resolve())
            made.pip("install", "--no-deps", "--no-index", str(wheel))
        else:
            lock, testing = ROOT / "requirements.lock", ROOT / "requirements-test.lock"
            made.install_torch(options.torch_index)
            made.pip("install", "--no-deps", "-r", str(lock))
            made.pip("install", "-c", str(lock), "-c", str(testing), f"{wheel}[serve]")
            made.pip("check")
        use(made)
    print("all well")


if __name__ == "__main__":
    main()
