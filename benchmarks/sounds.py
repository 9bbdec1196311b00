"""Sounds of the example of machines: what leaving a segment out means, what accounts are worth, and what harm costs.

Run from the checkout: ``python benchmarks/sounds.py``. It writes ``benchmarks/results/sounds.json``, from which
``python benchmarks/tables.py`` makes tables in ``RESULTS.md``.
"""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from prodcls.audit import AuditReport
from prodcls.audit_json import from_json
from prodcls.bundle import Bundle, load_bundle
from prodcls.config import FitConfig
from prodcls.embeddings import Embeddings
from prodcls.encoders.log_mel import LogMel
from prodcls.example_list import write_example
from prodcls.inputs import Inputs
from prodcls.preparation import AUDIO_BLOCK, joined
from prodcls.progress import SilentProgress
from prodcls.sound_segments import Stretch, without, write_recording
from prodcls.sound_wav import Recording
from prodcls.sounds import Sound, read_sound
from prodcls.training import FitOutcome, fit_catalogue

RESULTS = Path(__file__).resolve().parent / "results" / "sounds.json"
COLUMNS = ("asset_no", "sound", "equipment_type")
UNSTEADY = "Control valves"
"""They are silent in their first half; all others sound alike from start to end."""

STRETCHES: dict[str, Stretch] = {"first half": (0.0, 0.5), "second half": (0.5, 1.0), "second quarter": (0.25, 0.5)}
JUDGED, HARMED = 40, 200
"""Products whose accounts are judged, and that are harmed."""


def fitted(catalogue: Path, out: Path, **options: Any) -> FitOutcome:  # noqa: ANN401 - those of FitConfig
    """Return a fit without what is not looked at."""
    config = FitConfig(
        catalogue=catalogue,
        target="equipment_type",
        out=out,
        cache_dir=out.parent / "cache",
        baselines=False,
        dossiers=0,
        **{"witnesses": 0, "robustness": 0, **options},
    )
    return fit_catalogue(config, SilentProgress())


def heard_alone(machines: Path, rows: slice) -> Path:
    """Write a catalogue of some machines that has nothing but their sounds."""
    with machines.open(encoding="utf-8", newline="") as stream:
        read = list(csv.DictReader(stream))[rows]
    path = machines.with_name(f"heard-{rows.step or 1}.csv")
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(read)
    return path


def decided(bundle: Bundle, recordings: Sequence[Recording], folder: Path) -> NDArray[np.int64]:
    """Return the number of the class that a model of sounds alone gives each."""
    encoder = LogMel()
    found = encoder.encode([write_recording(one, folder / f"{i}.wav") for i, one in enumerate(recordings)])
    present = np.array([i not in found.failed for i in range(len(recordings))])
    dense = {AUDIO_BLOCK: joined([Embeddings(AUDIO_BLOCK, encoder.identity, found.vectors, present, found.read_share)])}
    ids = tuple(map(str, range(len(recordings))))
    best: NDArray[np.int64] = bundle.model.probabilities(Inputs(ids, {}, dense, {}, {})).argmax(axis=1)
    return best


def silenced(recording: Recording, stretch: Stretch) -> Recording:
    """Return a recording with silence in place of a stretch."""
    samples = recording.samples.copy()
    samples[round(stretch[0] * len(samples)) : round(stretch[1] * len(samples))] = 0.0
    return replace(recording, samples=samples)


def left_out(machines: Path, folder: Path) -> dict[str, Any]:
    """Learn from every other machine, and leave out parts of the sounds of the steady ones among the others."""
    outcome = fitted(heard_alone(machines, slice(0, None, 2)), folder / "half", audio="sound")
    bundle = load_bundle(outcome.bundle_path)
    with machines.open(encoding="utf-8", newline="") as stream:
        others = [row for row in list(csv.DictReader(stream))[1::2] if row["sound"]]
    steady = [row["equipment_type"] != UNSTEADY for row in others]
    recordings = [read_sound(Sound(machines.parent / row["sound"])) for row in others]
    whole = decided(bundle, recordings, folder)[steady]
    ways: dict[str, Callable[[Recording, Stretch], Recording]] = {
        "cut": lambda recording, stretch: without(recording, [stretch]),
        "silenced": silenced,
    }
    changed = {
        name: {
            way: float((decided(bundle, [leave(one, stretch) for one in recordings], folder)[steady] != whole).mean())
            for way, leave in ways.items()
        }
        for name, stretch in STRETCHES.items()
    }
    return {"recordings": int(np.sum(steady)), "changed": changed}


def report_of(outcome: FitOutcome) -> AuditReport:
    """Return the report of a fit."""
    return from_json((outcome.report_path.parent / "audit.json").read_text(encoding="utf-8"))


def harms(report: AuditReport) -> dict[str, Any]:
    """Return what harm of sounds costs."""
    assert report.robustness is not None  # noqa: S101 - it was asked for
    found = {one.name: one for one in report.robustness.harms if one.name in ("no_sound", "halved", "noisy")}
    return {n: {"products": h.products, "before": h.before, "after": h.after} for n, h in found.items()}


def main() -> None:
    """Measure."""
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        machines = write_example("machines", here / "machines")
        alone = report_of(
            fitted(
                heard_alone(machines, slice(None)), here / "alone", audio="sound", witnesses=JUDGED, robustness=HARMED
            )
        )
        every = report_of(fitted(machines, here / "all", robustness=HARMED))
        assert alone.trust is not None  # noqa: S101 - it was asked for
        judged = {
            m.name: [m.comprehensiveness.value, m.sufficiency.value, alone.trust.seconds.get(m.name, 0.0)]
            for m in alone.trust.methods
        }
        results = {
            "left out": left_out(machines, here),
            "judged": {"products": alone.trust.products, "parts": alone.trust.parts, "methods": judged},
            "harms": {"sound alone": harms(alone), "with text, photo and numbers": harms(every)},
        }
    RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
