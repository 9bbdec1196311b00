"""The process that loads damaged bundles, one after the other; whoever started it sees whether it lives.

Run as ``python -m attacks.bundle_victim INTACT KEY PLACE``: INTACT is a signed bundle of `bundle_factory`, KEY its
public key, PLACE a folder to work in. It reads a job a line, ``AS KIND SEED``, and prints what became of it.
"""

from __future__ import annotations

import faulthandler
import json
import os
import random
import shutil
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from attacks.bundle_mutations import AIMED, BLIND, Files
from bundle_factory import contents
from prodcls.bundle import Bundle, load_bundle
from prodcls.bundle_layout import make_manifest, read_folder
from prodcls.bundle_products import products_to_bytes
from prodcls.bundle_trust import Trust
from prodcls.config import Head
from prodcls.errors import BundleError, InputError, SchemaError

HUNG_SECONDS = 60.0
"""Of patience on a busy machine; processor time is measured."""


def in_folder(kind: str, folder: Path, rng: random.Random) -> None:
    """Change the folder itself."""
    path = rng.choice(sorted(folder.iterdir()))
    if kind == "links":
        target = path.rename(folder.parent / "target")
        path.symlink_to(target if rng.random() < 0.5 else folder / "nothing")
    elif kind == "folders and pipes":
        path.unlink()
        if rng.random() < 0.5:
            path.mkdir()
        else:
            os.mkfifo(path)
    elif kind == "sizes":
        with path.open("r+b") as stream:
            stream.truncate(path.stat().st_size + rng.choice((1, 1 << 20, 1 << 40)))
    elif kind == "names":
        path.rename(folder / rng.choice((path.name.upper(), path.name.title(), f"{path.name} ", f".{path.name}")))
    else:
        manifest = folder / "manifest.json"
        text = manifest.read_text()
        keys = [
            f'"{word}": ' for word in ("created", "digest", "checksum", "sha256", "size", "files", "format_version")
        ]
        key = rng.choice([key for key in keys if key in text])
        manifest.write_text(text.replace(key, key + rng.choice(("0, ", '"x", ', "{}, ")) + key, 1))


FOLDER = ("links", "folders and pipes", "sizes", "names", "keys of the manifest twice")


class Victim:
    """Loads what it is given, and compares with the bundle as it was written."""

    def __init__(self, intact: Path, key: Path, place: Path) -> None:
        stored = read_folder(intact)
        self.files, self.manifest = stored.files, stored.manifest
        self.folder, self.place = place / "bundle", place
        shutil.copy(intact.with_name("bundle.sig"), place / "bundle.sig")
        head: Head = "evidence" if b"neighbours" in self.files["config.json"] else "flat"
        self.inputs = contents(head, boosted=head == "evidence").inputs
        self.trusts = (Trust(self.manifest.digest), Trust(public_key=key))
        self.expected = self.seen(load_bundle(intact))

    def seen(self, bundle: Bundle) -> tuple[bytes, bytes, bytes]:
        """Return all that a user sees of a bundle: probabilities, products and leaves."""
        said = bundle.model.probabilities(self.inputs)
        assert np.isfinite(said).all()
        return said.tobytes(), products_to_bytes(bundle.products), bundle.leaves.tobytes()

    def job(self, way: str, kind: str, rng: random.Random) -> str:
        for path in (self.folder, self.place / "target"):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        self.folder.mkdir()
        if kind in FOLDER:
            self.write(self.files)
            in_folder(kind, self.folder, rng)
            return self.load(self.trusts[0] if rng.random() < 0.1 else None)
        files = self.files
        while files == self.files:
            files = (BLIND | AIMED)[kind](self.files, rng)
        self.write(files, retold=way == "retold")
        if way == "retold":
            for trust, code in zip(self.trusts, ("bundle-not-expected", "signature-wrong"), strict=True):
                try:
                    load_bundle(self.folder, trust)
                except BundleError as error:
                    assert error.code == code
                else:
                    return "taken although another was meant"
        return self.load(None)

    def write(self, files: Files, *, retold: bool = False) -> None:
        manifest = self.manifest
        if retold:
            manifest = make_manifest(dict(files), manifest.created, manifest.measured)
        for name, data in {**files, "manifest.json": manifest.to_bytes()}.items():
            (self.folder / name).write_bytes(data)

    def load(self, trust: Trust | None) -> str:
        try:
            seen = self.seen(load_bundle(self.folder, trust))
        except (BundleError, SchemaError):
            return "refused"
        return "same" if seen == self.expected else "another model"


def watched(job: Callable[[], str]) -> dict[str, object]:
    """Do a job, and end this process if that hangs."""
    faulthandler.dump_traceback_later(HUNG_SECONDS, exit=True)
    before = os.times()
    try:
        outcome = job()
    except InputError as error:
        outcome = f"refused with {error.code}"
    except Exception as error:  # noqa: BLE001 - whatever it is, it is no answer
        outcome = f"raised {type(error).__name__}: {str(error)[:200]}"
    now = os.times()
    faulthandler.cancel_dump_traceback_later()
    return {"outcome": outcome, "seconds": sum(now[:4]) - sum(before[:4])}


def main() -> None:
    victim = Victim(*map(Path, sys.argv[1:4]))
    for line in sys.stdin:
        way, kind, seed = line.rstrip("\n").split("\t")
        rng = random.Random(f"{way} {kind} {seed}")
        sys.stdout.write(json.dumps(watched(partial(victim.job, way, kind, rng))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
