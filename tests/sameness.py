"""Ways to run the same command, and what must come out the same: fits in child processes with the real encoders."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from prodcls.bundle import Bundle, load_bundle
from prodcls.embeddings import EmbeddingStore
from prodcls.intake import read_catalogue
from prodcls.preparation import prepare
from prodcls.progress import SilentProgress
from prodcls.tables import OUT_OF_FOLD

RUNNER = """
import locale, runpy, sys
locale.setlocale(locale.LC_ALL, "")
module = sys.argv.pop(1)
runpy.run_module(module, run_name="__main__", alter_sys=True)
"""
"""Python itself calls ``setlocale`` for kinds of characters only; a program that embeds it may call it for all."""

Rows = list[dict[str, str]]


def run(module: str, *arguments: str | Path, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> bytes:
    """Run ``python -m MODULE`` after ``setlocale`` and return its standard output; 3 says that a check did not hold."""
    command = [sys.executable, "-c", RUNNER, module, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, check=False, env={**os.environ, **(env or {})}, cwd=cwd)
    assert done.returncode in (0, 3 if module == "prodcls.check" else 0), done.stderr.decode(errors="replace")
    return done.stdout


@dataclass(frozen=True)
class Fit:
    """One way to fit a catalogue.

    Attributes
    ----------
    catalogue : Path
    image_root : Path
    options : tuple of str
        The same for all ways.
    threads : int
    env : dict of str to str
    cache : Path or None
        None: the session's.
    cwd : Path or None
    """

    catalogue: Path
    image_root: Path
    options: tuple[str, ...] = ()
    threads: int = 1
    env: Mapping[str, str] = field(default_factory=dict)
    cache: Path | None = None
    cwd: Path | None = None

    def run(self, out: Path) -> Outcome:
        """Fit."""
        cache = () if self.cache is None else ("--cache-dir", self.cache)
        where = ("--out", out, "--image-root", self.image_root, "--threads", str(self.threads), *cache)
        run("prodcls.fit", self.catalogue, *where, *self.options, env=self.env, cwd=self.cwd)
        return Outcome.of(out)


@dataclass(frozen=True)
class Outcome:
    """What must not differ from one way to another: digests in hex."""

    bundle: str
    files: dict[str, str]
    out_of_fold: str

    @classmethod
    def of(cls, out: Path) -> Outcome:
        manifest = load_bundle(out / "bundle").manifest
        files = {name: entry.sha256 for name, entry in manifest.files.items()}
        return cls(manifest.digest, files, hashlib.sha256((out / OUT_OF_FOLD).read_bytes()).hexdigest())

    def differences(self, other: Outcome) -> list[str]:
        """Return what differs, empty where nothing does."""
        found = [name for name in {**self.files, **other.files} if self.files.get(name) != other.files.get(name)]
        if self.out_of_fold != other.out_of_fold:
            found.append(OUT_OF_FOLD)
        return [*found, *(["digest"] if self.bundle != other.bundle else [])]


def read_rows(path: Path) -> Rows:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def write_rows(path: Path, rows: Sequence[Mapping[str, str]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_parquet(path: Path, rows: Rows) -> Path:
    import pyarrow as pa
    import pyarrow.parquet as pq

    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows), path)
    return path


def write_json_lines(path: Path, rows: Rows) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def shuffled(rows: Rows, seed: int = 7) -> Rows:
    return random.Random(seed).sample(rows, len(rows))


def some(rows: Rows, count: int) -> Rows:
    """Return ``count`` rows, always the same ones, of the largest classes."""
    sizes: dict[str, int] = {}
    for row in rows:
        sizes[row["category"]] = sizes.get(row["category"], 0) + 1
    large = [row for row in rows if sizes[row["category"]] * 50 >= len(rows)]
    return random.Random(1).sample(large, min(count, len(large)))


def warm_half(fitted: Path, fit: Fit, cache: Path) -> Path:
    """Fill a cache as an interrupted fit leaves it: with every other product."""
    bundle: Bundle = load_bundle(fitted / "bundle")
    found = read_catalogue(fit.catalogue, bundle.schema, need_labels=True, image_root=fit.image_root)
    import numpy as np

    half = found.take(np.arange(0, len(found), 2))
    prepare(half, bundle.recipe, EmbeddingStore(cache / "embeddings"), SilentProgress())
    return cache


def other_images(root: Path, copy: Path, rows: Rows) -> Path:
    """Copy the photos in another order, so that the file system lists them differently."""
    for row in reversed(shuffled(rows)):
        if row["image"] and (root / row["image"]).is_file():
            (copy / row["image"]).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / row["image"], copy / row["image"])
    return copy


def ways(reference: Fit, fitted: Path, folder: Path) -> dict[str, Fit]:
    """Return the ways to come to what ``reference`` came to in ``fitted``."""
    from dataclasses import replace

    rows = read_rows(reference.catalogue)
    name = reference.catalogue.name

    def other(**changes: Any) -> Fit:
        return replace(reference, **changes)

    (folder / "elsewhere").mkdir(parents=True)
    return {
        "two threads": other(threads=2),
        "rows shuffled": other(catalogue=write_rows(folder / "shuffled" / name, shuffled(rows))),
        "cold cache": other(cache=folder / "cold"),
        "half of the cache": other(cache=warm_half(fitted, reference, folder / "half")),
        "other folders": other(
            catalogue=write_rows(folder / "renamed" / "其他.csv", rows),
            image_root=other_images(reference.image_root, folder / "photos", rows),
            cwd=folder / "elsewhere",
        ),
        "other hash seed": other(env={"PYTHONHASHSEED": "4242"}),
        "other thread variables": other(
            env=dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "3")
        ),
        "other time zone": other(env={"TZ": "Asia/Kathmandu"}),
        "Parquet": other(catalogue=write_parquet(folder / "parquet" / "p.parquet", rows)),
        "JSON lines": other(catalogue=write_json_lines(folder / "lines" / "p.jsonl", rows)),
    }


def everything_else(reference: Fit, fitted: Path, folder: Path) -> Fit:
    """Return all ways in one."""
    from dataclasses import replace

    rows = read_rows(reference.catalogue)
    (folder / "elsewhere").mkdir(parents=True)
    env = {"PYTHONHASHSEED": "7", "OMP_NUM_THREADS": "3", "OPENBLAS_NUM_THREADS": "3", "TZ": "Pacific/Chatham"}
    return replace(
        reference,
        catalogue=write_rows(folder / "shuffled" / "other.csv", shuffled(rows, 11)),
        threads=2,
        cache=warm_half(fitted, reference, folder / "half"),
        cwd=folder / "elsewhere",
        env=env,
    )
