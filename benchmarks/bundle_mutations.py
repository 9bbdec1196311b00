"""Bundles damaged and forged in 10,000 ways, and what became of each: ``python benchmarks/bundle_mutations.py``.

Run from the checkout; it runs ``tests/attacks/test_attack_13_bundle.py`` at full numbers, and the figures go to
``benchmarks/results/bundle_mutations.json``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "bundle_mutations.json"
TEST = "tests/attacks/test_attack_13_bundle.py::test_no_bundle_kills_or_fools_the_process"


def main() -> None:
    """Run the attack and write what it counted, by head."""
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"PRODCLS_ATTACKS": "full", "PRODCLS_ATTACK_FIGURES": folder}
        subprocess.run([sys.executable, "-m", "pytest", "-q", TEST], cwd=ROOT, env=environment, check=True)
        found: dict[str, Any] = {path.stem: json.loads(path.read_text()) for path in sorted(Path(folder).iterdir())}
    RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
