"""Whether the same data, configuration and versions give the same bytes: ways x catalogues, heads, and locales.

Run from the checkout: ``python benchmarks/determinism.py SHARED_DATA [ways] [modes] [locales]``, some fifteen minutes
on two cores. The figures go to ``benchmarks/results/determinism.json``; what is compared, in ``tests/sameness.py``.
"""

from __future__ import annotations

import json
import sys
import tempfile
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests"))

from localities import compared, made_locales  # noqa: E402
from prodcls.atomic import cache_root  # noqa: E402
from prodcls.demo import write_demo  # noqa: E402
from sameness import Fit, Outcome, everything_else, read_rows, shuffled, some, ways, write_rows  # noqa: E402

RESULTS = HERE / "results" / "determinism.json"
OPTIONS = ("--witnesses", "0", "--robustness", "10", "--dossiers", "3", "--no-baselines")
ROWS = {"demo": 90, "zh_yanxuan": 120, "flipkart1050": 80}
ALL = "all ways in one"
MODES = {
    "--test": (),
    "--head flat": ("--head", "flat"),
    "--augment 30": ("--augment", "30"),
    "--path ''": ("--path", ""),
    "--runtime torch": ("--runtime", "torch"),
}
AT_ONCE = 2
"""Fits side by side; each is a process of its own."""


def plain(name: str, data: Path, folder: Path) -> Fit:
    """Return the fit of some rows of a catalogue."""
    source = write_demo(cache_root() / "demo") if name == "demo" else data / name / "products.csv"
    rows = some(read_rows(source), ROWS[name])
    return Fit(write_rows(folder / "products.csv", rows), source.parent, OPTIONS)


def of_ways(fit: Fit, folder: Path, pool: Executor, *, each: bool) -> dict[str, Any]:
    """Fit in each way, or in all at once."""
    first = fit.run(folder / "reference")
    others = {ALL: everything_else(fit, folder / "reference", folder / "all")}
    if each:
        others = ways(fit, folder / "reference", folder / "ways") | others
    outs = {way: folder / "out" / f"{i}" for i, way in enumerate(others)}
    running = {way: pool.submit(other.run, outs[way]) for way, other in others.items()}
    found = {way: told(first, outcome.result()) for way, outcome in running.items()}
    return {"as it is": told(first, first)} | found


def of_mode(mode: str, fit: Fit, folder: Path) -> dict[str, Any]:
    """Fit in another way of fitting, plain and with everything else changed."""
    fit = replace(fit, options=(*fit.options, *MODES[mode]))
    tests: tuple[tuple[str, str], ...] = ((), ())
    if mode == "--test":
        rows = read_rows(fit.catalogue)
        cut = len(rows) * 3 // 4
        fit = replace(fit, catalogue=write_rows(folder / "train.csv", rows[:cut]))
        held = (rows[cut:], shuffled(rows[cut:]))
        tests = tuple(("--test", str(write_rows(folder / str(i) / "t.csv", part))) for i, part in enumerate(held))
    one = replace(fit, options=(*fit.options, *tests[0])).run(folder / "one")
    other = everything_else(fit, folder / "one", folder / "all")
    return told(one, replace(other, options=(*other.options, *tests[1])).run(folder / "two"))


def told(first: Outcome, second: Outcome) -> dict[str, Any]:
    """Return a digest, and in what it differs from the first."""
    return {"digest": second.bundle, "differs": first.differences(second)}


def main() -> None:
    """Fit, compare, write; a part at a time, so that one can be measured again."""
    data, wanted = Path(sys.argv[1]), sys.argv[2:] or ["ways", "modes", "locales"]
    found: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    found["rows"] = ROWS
    with tempfile.TemporaryDirectory(prefix="prodcls-determinism-") as place, ThreadPoolExecutor(AT_ONCE) as pool:
        top = Path(place)
        fits = {name: plain(name, data, top / name) for name in ROWS}
        demo = fits["demo"]
        if "ways" in wanted:
            found["ways"] = {}
            for name, fit in fits.items():
                found["ways"][name] = of_ways(fit, top / name, pool, each=name == "demo")
                write(found)
        if "modes" in wanted:
            kinds = {mode: pool.submit(of_mode, mode, demo, top / f"mode-{i}") for i, mode in enumerate(MODES)}
            found["modes"] = {mode: one.result() for mode, one in kinds.items()}
            write(found)
        if "locales" in wanted:
            demo.run(top / "plain")
            found["locales"] = compared(demo, top / "plain", top / "locales", made_locales(top / "names"))
            write(found)


def write(found: dict[str, Any]) -> None:
    """Write what has been found so far."""
    RESULTS.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
