"""The map of the code names what is there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "prodcls"


def places() -> list[str]:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    table = [line for line in text.split("## Map")[1].split("\n## ")[0].splitlines() if line.startswith("|")][2:]
    return [word for line in table for word in re.findall(r"`([^`]+)`", line.split("|")[2])]


def exists(place: str) -> bool:
    module, _, name = place.partition(".")
    candidates = [ROOT / place, PACKAGE / place, PACKAGE / f"{place}.py"]
    if any(path.exists() for path in candidates):
        return True
    if (PACKAGE / f"{module}.py").exists():
        return (
            re.search(rf"^(def|class) {name}\b", (PACKAGE / f"{module}.py").read_text("utf-8"), re.MULTILINE)
            is not None
        )
    return (PACKAGE / "service" / f"{place}.py").exists()


def test_every_place_on_the_map_exists() -> None:
    found = places()
    assert len(found) > 40
    words = {"Rejection", "metadata=MEASURED", "check.NAME", "why", "report", "verify", "make smoke", "FIGURES"}
    assert [place for place in found if place not in words and not exists(place)] == []
