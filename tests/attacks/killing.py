"""Kills fits at points spread over their whole course, and looks at what they leave: ``python -m attacks.killing``.

This process only imports; every fit is a child of its own, forked so that no time goes into imports, and ended by
SIGKILL: right before its k-th change of a file or folder, or after so many seconds. It prints a JSON object a line.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from itertools import cycle, islice
from pathlib import Path

from prodcls.atomic import cache_root
from prodcls.bundle import load_bundle
from prodcls.config import FitConfig
from prodcls.demo import write_demo
from prodcls.errors import BundleError, InputError
from prodcls.outputs import BUNDLE, check_finished, read_outputs
from prodcls.progress import SilentProgress
from prodcls.training import fit_catalogue
from prodcls.verification import locate, verify_place

ROWS = 80
CHANGES = {"os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.link", "os.truncate", "os.chmod", "os.utime"}
SECONDS = 600.0
"""A fit that takes longer hangs."""


@dataclass(frozen=True)
class Point:
    """Where a fit is killed.

    Attributes
    ----------
    at : int or float
        Change of a file before which it is killed, or seconds after which.
    old : bool
        Whether it is to replace the bundle of another seed.
    cold : bool
        Whether nothing is encoded yet.
    """

    at: int | float
    old: bool
    cold: bool


@dataclass
class Seen:
    """What a child found.

    Attributes
    ----------
    digest : str
        Of the bundle that it made.
    changes : int
        Of files and folders.
    seconds : float
    stages : dict of str to int
        Stage -> changes at its begin.
    wrong : list of str
        What should not be.
    left : str
        What the killed fit had left: "nothing", "old", "new", and whether it was said to be unfinished.
    """

    digest: str = ""
    changes: int = 0
    seconds: float = 0.0
    stages: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    left: str = ""


class Counter:
    """Counts what a process changes below a folder, and kills it at one of these changes."""

    def __init__(self, below: Path, at: float | None = None) -> None:
        self.below, self.at, self.count = str(below), at, 0

    def __call__(self, event: str, arguments: tuple[object, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            if not isinstance(flags, int) or not flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
                return
        elif event in CHANGES:
            path = arguments[0]
        else:
            return
        if isinstance(path, str | os.PathLike) and os.fspath(path).startswith(self.below):  # type: ignore[arg-type]
            self.count += 1
            if self.count == self.at:
                os.kill(os.getpid(), signal.SIGKILL)


class Stages(SilentProgress):
    """Notes at which change a stage begins."""

    def __init__(self, counter: Counter) -> None:
        super().__init__()
        self.counter, self.begun = counter, {}

    def stage(self, name: str):  # type: ignore[no-untyped-def] # noqa: ANN201
        self.begun[name] = self.counter.count
        return super().stage(name)


def in_child(work: Callable[[], Seen], after: float = SECONDS) -> Seen | None:
    """Return what ``work`` found in a child; None where that was killed, by itself or after so many seconds."""
    source, sink = os.pipe()
    child = os.fork()
    if not child:
        os.close(source)
        try:
            text = json.dumps(asdict(work()))
        except BaseException:  # noqa: BLE001 - whatever it was, the parent tells of it
            text = json.dumps(asdict(Seen(wrong=[traceback.format_exc(limit=-3)])))
        os.write(sink, text.encode()[:60_000])
        os._exit(0)
    os.close(sink)
    until = time.monotonic() + after
    while not os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT):
        if time.monotonic() > until:
            os.kill(child, signal.SIGKILL)
        time.sleep(0.005)
    with os.fdopen(source, "rb") as file:
        data = file.read()
    killed = os.WIFSIGNALED(os.waitpid(child, 0)[1])
    return None if killed else Seen(**json.loads(data))


@dataclass(frozen=True)
class Place:
    """A folder to work in, and the digests of the two bundles that are made there."""

    root: Path
    catalogue: Path
    new: str = ""
    old: str = ""

    def config(self, seed: int = 0, *, cold: bool = False) -> FitConfig:
        return FitConfig(
            catalogue=self.catalogue,
            image_root=self.catalogue.parent / "demo",
            out=self.root / "out",
            cache_dir=self.root / "cold" if cold else cache_root(),
            folds=2,
            dossiers=2,
            witnesses=0,
            robustness=8,
            baselines=False,
            random_state=seed,
            threads=1,
        )

    def fit(self, config: FitConfig, at: float | None = None) -> Seen:
        counter = Counter(self.root, at)
        sys.addaudithook(counter)
        progress, started = Stages(counter), time.monotonic()
        outcome = fit_catalogue(config, progress)
        return Seen(outcome.digest, counter.count, time.monotonic() - started, progress.begun)

    def judged(self, config: FitConfig, *, had_old: bool) -> Seen:
        """Look at what a killed fit left, go on with it, and look at the end."""
        seen = Seen()
        self._look_at_rest(seen, had_old=had_old)
        progress = SilentProgress()
        seen.digest = fit_catalogue(config, progress).digest
        if seen.digest != self.new:
            seen.wrong.append(f"ends in bundle {seen.digest}")
        seen.wrong += [f"{r.name}: {r.details}" for r in verify_place(locate(config.out)) if not r.passed]
        seen.wrong += [f"left {p.name}" for p in sorted(config.out.rglob(".*"))]
        return seen

    def _look_at_rest(self, seen: Seen, *, had_old: bool) -> None:
        out = self.root / "out"
        if not (out / BUNDLE).exists():
            seen.left = "nothing"
            if had_old:
                seen.wrong.append("the old bundle is gone")
            try:
                load_bundle(out / BUNDLE)
            except BundleError as error:
                if error.code != "bundle-missing":
                    seen.wrong.append(str(error))
            return
        digest = load_bundle(out / BUNDLE).digest
        known = {self.new: "new", **({self.old: "old"} if had_old else {})}
        seen.left = known.get(digest, digest)
        if digest not in known:
            seen.wrong.append(f"left bundle {digest}")
        try:
            check_finished(out)
        except InputError as error:
            seen.left += ", said to be unfinished"
            if error.code != "fit-unfinished":
                seen.wrong.append(str(error))
        told = read_outputs(out)
        if told is None:
            seen.wrong.append("does not say whether it is whole")
        elif told.complete:
            seen.wrong += [
                f"said to be whole, {r.name}: {r.details}" for r in verify_place(locate(out)) if not r.passed
            ]


def prepared(root: Path) -> tuple[Place, dict[bool, Seen]]:
    """Make both bundles, with the cache warm and cold; return what whole fits look like, by whether they are cold."""
    demo = write_demo(root / "demo")
    lines = demo.read_text(encoding="utf-8").splitlines(keepends=True)
    (root / "some.csv").write_text("".join(lines[: ROWS + 1]), encoding="utf-8")
    place = Place(root, root / "some.csv")

    def whole(seed: int, *, cold: bool) -> Seen:
        found = in_child(lambda: place.fit(place.config(seed, cold=cold)))
        if found is None or found.wrong:
            raise SystemExit(f"a fit that nobody killed did not end: {found}")
        return found

    old = whole(1, cold=False)
    shutil.copytree(root / "out", root / "old")
    shutil.rmtree(root / "out")
    runs = {cold: whole(0, cold=cold) for cold in (True, False)}
    place = Place(root, root / "some.csv", runs[False].digest, old.digest)
    if runs[True].digest != place.new or place.old == place.new:
        raise SystemExit(f"the whole fits do not agree: cold {runs[True].digest}, {place}")
    return place, runs


def points(count: int, runs: dict[bool, Seen]) -> list[Point]:
    """Spread points over whole fits: most by changes of files, the others by time, some cold, half over a bundle."""
    kinds = list(islice(cycle("ccccccccts"), count)) if count >= 10 else list(islice(cycle("ccst"), count))
    found = []
    for kind in ("c", "t", "s"):
        mine = kinds.count(kind)
        for i in range(mine):
            part, cold = (i + 0.5) / mine, kind == "s"
            whole = runs[cold]
            by_time = kind == "t" or (cold and i % 2 == 0)
            found.append(Point(part * whole.seconds if by_time else 1 + int(part * whole.changes), i % 4 < 2, cold))
    random.Random(0).shuffle(found)  # so that a run that is ended early has seen all of the course
    return found


def attacked(place: Place, point: Point) -> tuple[bool, Seen]:
    """Kill a fit and look at the rest; return whether it was killed before it ended, and what was seen."""
    for name in ("out", "cold"):
        shutil.rmtree(place.root / name, ignore_errors=True)
    if point.old:
        shutil.copytree(place.root / "old", place.root / "out")
    config = place.config(cold=point.cold)
    if isinstance(point.at, int):
        ended = in_child(lambda: place.fit(config, point.at))
    else:
        ended = in_child(lambda: place.fit(config), point.at)
    found = in_child(lambda: place.judged(config, had_old=point.old))
    return ended is None, found or Seen(wrong=["the fit that goes on was killed, or hangs"])


def tell(found: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(found) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Attack as often as the second argument says in the folder that the first one names, from the third one on."""
    root, count, first = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 0
    place, runs = prepared(root)
    tell({"whole": {("cold" if cold else "warm"): asdict(run) for cold, run in runs.items()}})
    for point in points(count, runs)[first:]:
        killed, seen = attacked(place, point)
        tell({"point": asdict(point), "killed": killed, "seen": asdict(seen)})


if __name__ == "__main__":
    main()
