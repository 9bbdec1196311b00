"""What ``--tune lora`` brings: fits with tuned text encoders against the same ones as they are, on the same folds.

Run from the checkout: ``python benchmarks/tuning.py [CATALOGUE ...]``. The fits are those of a user, and the figures
are those that their audits tell. Vectors of the encoders as they are come from the store; tuned ones are made anew
where they are not in it. Each catalogue is added to ``benchmarks/results/tuning.json``. Constants were set on two folds
of 4,000 products of amazon_in11k, titles alone.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from accuracy import DATA

from prodcls.config import FitConfig
from prodcls.progress import SilentProgress
from prodcls.training import fit_catalogue

RESULTS = Path(__file__).resolve().parent / "results" / "tuning.json"
TEXT = {
    "flipkart1050": ("title", "description"),
    "eshop101": None,
    "amazon_in11k": ("title",),
    "demo": None,
}


def measured(catalogue: str, threads: int) -> dict[str, Any]:
    """Fit and return what the audit says of tuning, with the seconds of its stages."""
    source = DATA / catalogue
    with tempfile.TemporaryDirectory() as folder:
        config = FitConfig(
            catalogue=None if catalogue == "demo" else source / "products.csv",
            out=Path(folder) / "out",
            text=TEXT[catalogue],
            image_root=None if catalogue == "demo" else source,
            group_duplicates=catalogue != "amazon_in11k",  # as in the table of accuracies
            tune="lora",
            witnesses=0,
            robustness=0,
            dossiers=0,
            baselines=False,
            threads=threads,
        )
        report = fit_catalogue(config, SilentProgress()).report
    if report.tuning is None:
        raise TypeError
    told = {
        "rows": report.data.rows,
        "classes": report.data.classes,
        "encoders": list(report.lineage.encoders.values()),
    }
    return told | {"tuning": asdict(report.tuning), "seconds": report.timing}


def main() -> None:
    """Measure the named catalogues, all by default, and add them to the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("catalogues", nargs="*", metavar="CATALOGUE", choices=[*TEXT, []])
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    for catalogue in options.catalogues or TEXT:
        results = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
        results[catalogue] = measured(catalogue, options.threads)
        RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
        print(catalogue, json.dumps(results[catalogue], indent=1), flush=True)


if __name__ == "__main__":
    main()
