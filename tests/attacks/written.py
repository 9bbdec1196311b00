"""Everything that the product writes: how to write it over an older result, and what has to be there afterwards."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

import prodcls.encoders.onnx
from prodcls.cli import cli
from prodcls.config import FitConfig
from prodcls.console import run
from prodcls.decision_check import verify_log
from prodcls.decision_log import last_entries
from prodcls.embedding_store import EmbeddingStore, content_key
from prodcls.embeddings import embed
from prodcls.encoders.network import Network
from prodcls.encoders.onnx import EXPORT_VERSION, exported
from prodcls.progress import SilentProgress
from prodcls.training import fit_catalogue
from synthetic import WordEncoder, catalogue_rows, use_fake_encoders, write_csv

__all__ = ["NAMES", "Place", "Writer", "files", "place", "writers"]

NAMES = (
    *("predict, csv", "predict, parquet", "predict, jsonl", "predict --log", "log prune"),
    *("review --import", "review, csv", "review, html", "report", "report --pdf", "why", "check", "drift"),
    *("embedding store", "exported encoders", "cache --prune", "fit"),
)
"""Of `writers`."""

SIZES = {"Kettles": 9, "Phones": 8}

BROWSER = """#!/bin/sh
for word in "$@"; do case $word in --print-to-pdf=*) printf '%%PDF-1.4 a page' > "${word#--print-to-pdf=}";; esac; done
"""

DECIDED = {"decision": "Phones", "who": "J.D.", "when": "2026-11-24", "reason": "it rings"}


@dataclass(frozen=True)
class Place:
    """A fit that others are made from: a catalogue, a bundle, rows scored by it and a worklist with a decision."""

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
    run : callable
        Writes into the folder and returns the exit code.
    old : callable
        Puts an older result there.
    read : callable
        Returns what is in the folder, in a form in which equal results are equal.
    asked : callable or None
        Arguments of the command that does it; None where it is no command.
    goes_on : bool
        Whether a failed write is only told, since nothing but time is lost.
    by_part : bool
        Whether each file is old or new by itself.
    """

    run: Callable[[Path], int]
    old: Callable[[Path], object]
    read: Callable[[Path], object]
    asked: Callable[[Path], Sequence[object]] | None = None
    goes_on: bool = False
    by_part: bool = False


def files(folder: Path) -> dict[str, bytes]:
    """Return all files by name, without hidden ones: locks, which stay on purpose, and what is only left over."""
    found = ((p.relative_to(folder).as_posix(), p) for p in sorted(folder.rglob("*")) if p.is_file())
    return {name: path.read_bytes() for name, path in found if not f"/{name}".count("/.")}


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
        assert _command("predict", bundle, catalogue, "-o", made.scored) == 0
        assert _command("review", bundle, made.scored, "-o", made.filled, "--all") == 0
        header, first, *others = made.filled.read_text("utf-8-sig").splitlines()
        cells = [DECIDED.get(name, cell) for name, cell in zip(header.split(","), first.split(","), strict=True)]
        made.filled.write_text("\r\n".join([header, ",".join(cells), *others, ""]), "utf-8-sig", newline="")
        yield made


def _command(*arguments: object) -> int:
    return run(cli, [str(argument) for argument in arguments], "prodcls")


def writers(p: Place) -> dict[str, Writer]:
    """Return everything that the product writes, by name."""
    review = ("review", p.bundle, p.scored)
    found = {f"predict, {ending}": _predicting(p, ending) for ending in ("csv", "parquet", "jsonl")}
    found["predict --log"] = _logging(p)
    found["log prune"] = _pruning(p)
    found["review --import"] = _importing(lambda f: (*review, "--import", p.filled, "--overrides", f / "o"))
    found["review, csv"] = _of_files(lambda f: (*review, "-o", f / "w.csv", "--all"))
    found["review, html"] = _of_files(lambda f: (*review, "-o", f / "w.html", "--all"))
    found["report"] = _reporting(p)
    found["report --pdf"] = _reporting(p, "--pdf")
    found["why"] = _of_files(lambda f: ("why", p.bundle, "sku001", "--html", f / "w.html", "--no-counterfactuals"))
    found["check"] = _of_files(lambda f: ("check", p.catalogue, "--html", f / "c.html", "--json", f / "c.json"))
    found["drift"] = _of_files(
        lambda f: ("drift", p.bundle, p.catalogue, "--html", f / "d.html", "--json", f / "d.json")
    )
    found["embedding store"] = _storing()
    found["exported encoders"] = _exporting()
    found["cache --prune"] = _asking(
        lambda f: ("cache", "--prune", "0", "--cache-dir", f), _stored, files, by_part=True
    )
    found["fit"] = _fitting(p)
    return found


def _asking(
    asked: Callable[[Path], Sequence[object]],
    old: Callable[[Path], object],
    read: Callable[[Path], object] = files,
    *,
    by_part: bool = False,
) -> Writer:
    return Writer(lambda f: _command(*asked(f)), old, read, asked, by_part=by_part)


def _of_files(asked: Callable[[Path], Sequence[object]]) -> Writer:
    """Return a writer of files that stand by themselves, over files of other contents."""

    def old(folder: Path) -> None:
        assert _command(*asked(folder)) in (0, 3)
        for path in folder.iterdir():
            path.write_bytes(b"old " + path.name.encode())

    return _asking(asked, old)


def _importing(asked: Callable[[Path], Sequence[object]]) -> Writer:
    """Return the writer of a file to which a line is added."""

    def old(folder: Path) -> None:
        assert _command(*asked(folder)) == 0
        text = (folder / "o").read_text("utf-8")
        (folder / "o").write_text(text.replace("it rings", "an earlier reason"), "utf-8")

    return _asking(asked, old)


def _predicting(p: Place, ending: str) -> Writer:
    def old(folder: Path) -> None:
        (folder / f"scored.{ending}").write_bytes(b"old rows")
        (folder / "scored.rejections.parquet").write_bytes(b"old rejections")

    return _asking(lambda f: ("predict", p.bundle, p.catalogue, "-o", f / f"scored.{ending}"), old)


def _read_log(folder: Path) -> object:
    """Return how many entries the log of a folder has, which all hold, and what else is there."""
    assert verify_log(folder / "log").fault is None
    others = files(folder)
    others.pop("log")
    return len(last_entries(folder / "log", 1000)), others


def _logging(p: Place) -> Writer:
    def asked(folder: Path) -> Sequence[object]:
        return "predict", p.bundle, p.catalogue, "-o", folder / "scored.csv", "--log", folder / "log"

    def old(folder: Path) -> None:
        assert _command(*asked(folder)) == 0
        (folder / "scored.csv").write_bytes(b"old rows")

    return _asking(asked, old, _read_log)


def _pruning(p: Place) -> Writer:
    def old(folder: Path) -> None:
        asked = ("predict", p.bundle, p.catalogue, "-o", folder / "scored.csv", "--log", folder / "log")
        assert [_command(*asked) for _ in range(8)] == [0] * 8

    return _asking(lambda f: ("log", "prune", f / "log", "--older-than", "0d"), old, _read_log)


def _reporting(p: Place, *more: str) -> Writer:
    def old(folder: Path) -> None:
        assert _command("report", p.bundle, "--out", folder, "--lang", "zh") == 0
        (folder / "products" / "of an earlier fit.html").write_text("old")
        (folder / "audit.pdf").write_bytes(b"old")

    # A PDF is printed from the page, once that is there.
    return _asking(lambda f: ("report", p.bundle, "--out", f, *more), old, by_part=bool(more))


TIMED = (".html", "modelcard.md", "audit.json", "bundle/manifest.json", "outputs.json")
"""Files of a fit that tell when it was or how long it took, or a digest of that: `verify` makes them again."""


def _fitting(p: Place) -> Writer:
    earlier: dict[str, bytes] = {}

    def asked(folder: Path) -> Sequence[object]:
        options = ("--folds", 2, "--dossiers", 4, "--threads", 1, "--no-baselines", "--witnesses", 0, "--robustness", 0)
        return "fit", p.catalogue, "--out", folder / "out", *options

    def old(folder: Path) -> None:
        shutil.copytree(p.bundle.parent, folder / "out")
        (folder / "out" / "cleaning.parquet").write_bytes(b"old")
        (folder / "out" / "products" / "of an earlier fit.html").write_text("old")
        earlier.update(files(folder))

    def read(folder: Path) -> object:
        found = files(folder)
        if found == earlier:
            return "as it was"
        assert _command("verify", folder / "out") == 0
        return {name: b"" if name.endswith(TIMED) else data for name, data in found.items()}

    return _asking(asked, old, read)


NETWORK = b"a network" * 5000
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

    return Writer(_stored, lambda f: _stored(f, TEXTS[:3]), read, goes_on=True)


def _exporting() -> Writer:
    network = Network("made-up", lambda: pytest.fail("not asked for"), (), (), "int64")

    def write(folder: Path) -> int:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PRODCLS_CACHE", str(folder))
            patch.setattr(prodcls.encoders.onnx, "_export", lambda _: NETWORK)
            assert exported(network) == NETWORK
        return 0

    def old(folder: Path) -> None:
        (folder / "onnx").mkdir()
        (folder / "onnx" / f"made-up-x{EXPORT_VERSION}.{'0' * 64}.onnx").write_bytes(b"damaged")

    return Writer(write, old, lambda f: NETWORK in files(f).values(), goes_on=True)
