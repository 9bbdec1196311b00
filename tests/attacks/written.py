"""Everything that the product writes: how to write it over an older result, and what has to be there afterwards."""

from __future__ import annotations

import contextlib
import errno
import io
import logging
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import click
import numpy as np
import pytest

import prodcls.encoders.onnx
from attacks.faults import ERRORS, Faults, injected
from prodcls.cache import cache
from prodcls.check import check
from prodcls.config import FitConfig
from prodcls.console import run
from prodcls.decision_check import verify_log
from prodcls.decision_log import last_entries
from prodcls.drift import drift
from prodcls.embedding_store import EmbeddingStore, content_key
from prodcls.embeddings import embed
from prodcls.encoders.onnx import Network, exported
from prodcls.predict import predict
from prodcls.progress import SilentProgress
from prodcls.report import report
from prodcls.review import review
from prodcls.training import fit_catalogue
from prodcls.why import why
from synthetic import WordEncoder, catalogue_rows, use_fake_encoders, write_csv

__all__ = ["Place", "Sweep", "Writer", "place", "sweep", "writers"]

SIZES = {"Kettles": 9, "Phones": 8}
CODES = {
    errno.ENOSPC: "[disk-full]",
    errno.EDQUOT: "[disk-full]",
    errno.EIO: "[write-failed]",
}
BROWSER = """#!/bin/sh
for word in "$@"; do case $word in --print-to-pdf=*) printf '%%PDF-1.4 a page' > "${word#--print-to-pdf=}";; esac; done
"""


@dataclass(frozen=True)
class Place:
    """A fit that others are made from: a catalogue, a bundle, rows scored by it and a worklist with decisions."""

    root: Path
    catalogue: Path
    bundle: Path
    scored: Path
    filled: Path


@dataclass(frozen=True)
class Writer:
    """Something that is written.

    Attributes
    ----------
    name : str
    run : callable
        Writes into the folder and returns the exit code.
    old : callable
        Puts an older result there.
    read : callable
        Returns what is in the folder, in a form in which equal results are equal.
    goes_on : bool
        Whether a failed write is only told, since nothing but time is lost.
    by_part : bool
        Whether each file is old or new by itself.
    """

    name: str
    run: Callable[[Path], int]
    old: Callable[[Path], object]
    read: Callable[[Path], object]
    goes_on: bool = False
    by_part: bool = False


@dataclass
class Sweep:
    """What came of letting operations fail, one run each."""

    operations: int = 0
    runs: int = 0
    old: int = 0
    new: int = 0
    went_on: int = 0
    told: int = 0
    healed: int = 0
    wrong: list[str] = field(default_factory=list)


def files(folder: Path) -> dict[str, bytes]:
    """Return all files by name, without locks, which stay on purpose, and without what is only left over."""
    found = (p for p in sorted(folder.rglob("*")) if p.is_file() and p.suffix not in (".lock", ".tmp"))
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in found}


@contextmanager
def place(root: Path) -> Iterator[Place]:
    """Make a place in an empty folder; encoders are made up, and the cache lies in ``root``, while the block lasts."""
    with pytest.MonkeyPatch.context() as patch:
        use_fake_encoders(patch)
        patch.setenv("PRODCLS_CACHE", str(root / "cache"))
        (root / "bin").mkdir()
        (root / "bin" / "chromium").write_text(BROWSER)
        (root / "bin" / "chromium").chmod(0o755)
        patch.setenv("PATH", str(root / "bin"), prepend=os.pathsep)
        rows = catalogue_rows(SIZES)
        rows[3]["price"] = "cheap"
        catalogue = write_csv(root / "shop.csv", rows)
        config = FitConfig(
            catalogue, root / "fitted", folds=2, dossiers=2, threads=1, baselines=False, witnesses=0, robustness=0
        )
        bundle = fit_catalogue(config, SilentProgress()).bundle_path
        made = Place(root, catalogue, bundle, root / "scored.parquet", root / "filled.csv")
        assert _command(predict, bundle, catalogue, "-o", made.scored) == 0
        assert _command(review, bundle, made.scored, "-o", made.filled, "--all") == 0
        lines = made.filled.read_text("utf-8-sig").splitlines()
        header = lines[0].split(",")
        given = dict(
            zip(("decision", "who", "when", "reason"), ("Phones", "J.D.", "2026-11-24", "it rings"), strict=True)
        )
        cells = lines[1].split(",")
        for place_, name in enumerate(header):
            cells[place_] = given.get(name, cells[place_])
        made.filled.write_text("\r\n".join([lines[0], ",".join(cells), *lines[2:]]) + "\r\n", "utf-8-sig", newline="")
        yield made


def _command(command: click.Command, *arguments: object) -> int:
    return run(command, [str(argument) for argument in arguments], "prodcls")


def writers(p: Place) -> dict[str, Writer]:
    """Return everything that the product writes, by name."""
    found = [
        *(_predicting(p, ending) for ending in ("csv", "parquet", "jsonl")),
        _logging(p),
        _of_files(
            "review --import", lambda f: (review, p.bundle, p.scored, "--import", p.filled, "--overrides", f / "o")
        ),
        *(
            _of_files(
                f"review, {ending}", lambda f, e=ending: (review, p.bundle, p.scored, "-o", f / f"w.{e}", "--all")
            )
            for ending in ("csv", "html")
        ),
        _reporting(p, "report"),
        _reporting(p, "report --pdf", "--pdf"),
        _of_files("why", lambda f: (why, p.bundle, "sku001", "--html", f / "why.html", "--no-counterfactuals")),
        _of_files("check", lambda f: (check, p.catalogue, "--html", f / "check.html", "--json", f / "check.json")),
        _of_files("drift", lambda f: (drift, p.bundle, p.catalogue, "--html", f / "d.html", "--json", f / "d.json")),
        _storing(),
        _exporting(),
        Writer(
            "cache --prune", lambda f: _command(cache, "--prune", "0", "--cache-dir", f), _stored, files, by_part=True
        ),
    ]
    return {writer.name: writer for writer in found}


def _of_files(name: str, asked: Callable[[Path], Sequence[object]]) -> Writer:
    """Return a writer of files that stand by themselves, over files of other contents."""

    def old(folder: Path) -> None:
        code = _command(*asked(folder))  # type: ignore[arg-type]
        assert code in (0, 3), name
        for path in folder.iterdir():
            if not path.name.startswith("."):
                path.write_bytes(path.read_bytes() if path.name == "o" else b"old " + path.name.encode())
        if (folder / "o").exists():
            text = (folder / "o").read_text("utf-8")
            (folder / "o").write_text(text.replace("it rings", "it is one"), "utf-8")

    return Writer(name, lambda f: _command(*asked(f)), old, files)  # type: ignore[arg-type]


def _predicting(p: Place, ending: str) -> Writer:
    def write(folder: Path) -> int:
        return _command(predict, p.bundle, p.catalogue, "-o", folder / f"scored.{ending}")

    def old(folder: Path) -> None:
        (folder / f"scored.{ending}").write_bytes(b"old rows")
        (folder / "scored.rejections.parquet").write_bytes(b"old rejections")

    return Writer(f"predict, {ending}", write, old, files)


def _logging(p: Place) -> Writer:
    def write(folder: Path) -> int:
        return _command(predict, p.bundle, p.catalogue, "-o", folder / "scored.csv", "--log", folder / "log")

    def read(folder: Path) -> object:
        assert verify_log(folder / "log").fault is None
        found = files(folder)
        found.pop("log")
        return found, len(last_entries(folder / "log", 1000))

    def old(folder: Path) -> None:
        assert write(folder) == 0
        (folder / "scored.csv").write_bytes(b"old rows")

    return Writer("predict --log", write, old, read)


def _reporting(p: Place, name: str, *more: str) -> Writer:
    def write(folder: Path) -> int:
        return _command(report, p.bundle, "--out", folder, *more)

    def old(folder: Path) -> None:
        assert _command(report, p.bundle, "--out", folder, "--lang", "zh") == 0
        (folder / "products" / "of an earlier fit.html").write_text("old")
        (folder / "audit.pdf").write_bytes(b"old")

    return Writer(name, write, old, files, by_part=bool(more))  # the PDF is printed from the page, once that is there


TEXTS = [f"text {i}" for i in range(6)]


def _stored(folder: Path, texts: Sequence[str] = TEXTS) -> int:
    store = EmbeddingStore(folder / "embeddings")
    found = [embed("text", [text], WordEncoder(), store) for text in texts]
    np.testing.assert_array_equal([e.vectors[0] for e in found], WordEncoder().encode(texts).vectors)
    return 0


def _storing() -> Writer:
    def read(folder: Path) -> object:
        keys = [content_key(text) for text in TEXTS]
        found, damaged = EmbeddingStore(folder / "embeddings").load("words-v1", keys)
        assert damaged == 0
        return {key: row.vector.tobytes() for key, row in found.items()}

    return Writer("embedding store", _stored, lambda f: _stored(f, TEXTS[:3]), read, goes_on=True)


def _exporting() -> Writer:
    network = Network("made-up", lambda: pytest.fail("not asked for"), (), (), "int64")

    def write(folder: Path) -> int:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PRODCLS_CACHE", str(folder))
            patch.setattr(prodcls.encoders.onnx, "_export", lambda _: b"a network")
            assert exported(network) == b"a network"
        return 0

    def old(folder: Path) -> None:
        (folder / "onnx").mkdir()
        (folder / "onnx" / f"made-up-x1.{'0' * 64}.onnx").write_bytes(b"damaged")

    return Writer("exported encoders", write, old, lambda f: b"a network" in files(f).values(), goes_on=True)


def sweep(writer: Writer, folder: Path, runs: int) -> Sweep:
    """Let operations fail, at most ``runs`` of all there are, in turn once and from there on, and look at each result.

    Parameters
    ----------
    writer : Writer
    folder : Path
        Empty; everything happens here.
    runs : int

    Returns
    -------
    Sweep
    """
    before, work = folder / "before", folder / "work"
    before.mkdir()
    states = []
    with _quiet():
        writer.old(before)
        _restore(before, work)
        states.append(writer.read(work))
        for faults in (Faults(), clean := Faults(), Faults()):
            if faults is clean:  # what the first run only imports, and keeps in memory, is not part of it
                _restore(before, work)
            with injected(faults):
                assert writer.run(work) in (0, 3), writer.name
            states.append(writer.read(work))
    old, _, new, twice = states
    found = Sweep(len(clean.operations))
    cases = [(at, lasting) for at in range(found.operations) for lasting in (False, True)]
    step = max(1.0, len(cases) / runs)
    for i in range(min(runs, len(cases))):
        at, lasting = cases[int(i * step)]
        faults = Faults(at, errno.ENOSPC if lasting else ERRORS[at % len(ERRORS)], lasting)
        _restore(before, work)
        with _quiet() as said, injected(faults):
            code = writer.run(work)
        _judge(found, writer, work, Seen(old, new, twice), faults, code, said.getvalue())
    return found


@dataclass(frozen=True)
class Seen:
    """What was there before, after a run, and after another one."""

    old: object
    new: object
    twice: object


def _judge(found: Sweep, writer: Writer, work: Path, seen: Seen, faults: Faults, code: int, said: str) -> None:
    """Count what came of one run, and note what should not be."""
    what = f"{writer.name}: operation {faults.at} ({faults.failed}), {'lasting' if faults.lasting else 'once'}"
    found.runs += 1
    if not faults.failed:
        found.wrong.append(f"{what}: nothing failed")
    state = writer.read(work)
    found.old += state == seen.old
    found.new += state == seen.new
    if state not in (seen.old, seen.new) and not writer.goes_on and not writer.by_part:
        found.wrong.append(f"{what}: neither old nor new, exit code {code}, {said}")
    left = sorted(p.name for p in work.rglob("*") if p.suffix == ".tmp")
    if left and faults.failed[0] != "unlink":
        found.wrong.append(f"{what}: left {left}")
    told = CODES[faults.error] in said and not any(word in said for word in ("Traceback", "defect", "Exception"))
    if code == 2 and told:
        found.told += 1
    elif code in (0, 3) and (told if writer.goes_on and state != seen.new else state == seen.new):
        found.went_on += 1
    else:
        found.wrong.append(f"{what}: exit code {code}, {said}")
    with _quiet():
        code = writer.run(work)
    if code in (0, 3) and writer.read(work) == (seen.twice if state == seen.new else seen.new):
        found.healed += 1
    else:
        found.wrong.append(f"{what}: not whole on the next run, exit code {code}")


def _restore(before: Path, work: Path) -> None:
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(before, work)


@contextmanager
def _quiet() -> Iterator[io.StringIO]:
    """Catch what is said on standard error, warnings too; standard output is of no interest."""
    said = io.StringIO()
    handler, log = logging.StreamHandler(said), logging.getLogger("prodcls")
    log.addHandler(handler)
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(said):
            yield said
    finally:
        log.removeHandler(handler)
