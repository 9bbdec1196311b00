"""Kills predictions at points spread over their course, and goes on: ``python -m attacks.killed_predictions``.

As in `attacks.killing`, this process only imports, and every prediction is a child that is ended by SIGKILL before its
k-th change of a file. Encoders are stood in for, so that what is killed is reading, scoring, keeping, writing and
logging. It prints a JSON object a line.
"""

from __future__ import annotations

import shutil
import sys
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path

from attacks.killing import Counter, Seen, in_child, tell
from bundle_factory import stand_in
from prodcls import scoring_kept, scoring_rows
from prodcls.decision_check import verify_log
from prodcls.progress import SilentProgress
from prodcls.scoring import PredictOptions, predict_catalogue

ROWS_AT_ONCE = 7


def predict(bundle: Path, catalogue: Path, folder: Path, name: str, at: float | None = None) -> Seen:
    """Predict in this process; be killed before change ``at``."""
    scoring_rows.prepare, scoring_kept.QUICK_SECONDS = stand_in, 0.0
    counter = Counter(folder, at)
    sys.addaudithook(counter)
    options = PredictOptions(batch_size=ROWS_AT_ONCE, log=folder / "log.sqlite")
    outcome = predict_catalogue(bundle, catalogue, folder / name, options, progress=SilentProgress())
    taken = [line for line in outcome.summary_lines if "taken over" in line]
    return Seen(changes=counter.count, left=taken[0].split()[0] if taken else "0")


def judged(bundle: Path, catalogue: Path, folder: Path, name: str, files: dict[str, bytes]) -> Seen:
    """Look at what a killed prediction left, go on with it, and look at the end."""
    old = files.get("old")
    wrong = []
    found = (folder / name).read_bytes() if (folder / name).exists() else None
    if found not in (old, files["new"]):
        wrong.append("left neither the old nor the new output")
    entries = verify_log(folder / "log.sqlite").entries if (folder / "log.sqlite").exists() else 0
    rows = files["new"].count(b"\n") - name.endswith(".csv")
    if entries not in (0, rows):
        wrong.append(f"left {entries} entries in the log")
    seen = predict(bundle, catalogue, folder, name)
    if (folder / name).read_bytes() != files["new"]:
        wrong.append("ends in other bytes")
    if verify_log(folder / "log.sqlite").entries != entries + rows:
        wrong.append("ends in another number of entries")
    wrong += [f"left {path.name}" for path in folder.glob(".*") if path.suffix != ".tmp"]
    return Seen(changes=seen.changes, left=seen.left, wrong=wrong)


def main() -> None:
    """Kill and judge."""
    bundle, catalogue, root, points = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])
    name = "s.jsonl"
    whole = in_child(lambda: predict(bundle, catalogue, root / "whole", name))
    if whole is None or whole.wrong:
        raise SystemExit(whole)
    tell(asdict(whole))
    files = {"new": (root / "whole" / name).read_bytes()}
    steps = [1 + i * whole.changes // points for i in range(points)]
    for number, (at, _) in enumerate(pairwise([*steps, whole.changes])):
        folder = root / str(at)
        folder.mkdir(exist_ok=True)
        old = {"old": b"of an earlier call\n"} if number % 2 else {}
        for data in old.values():
            (folder / name).write_bytes(data)
        killed = in_child(lambda at=at, folder=folder: predict(bundle, catalogue, folder, name, at)) is None
        seen = in_child(lambda folder=folder, old=old: judged(bundle, catalogue, folder, name, files | old))
        tell({"at": at, "killed": killed, "seen": None if seen is None else asdict(seen)})
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
