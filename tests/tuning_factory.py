"""A small catalogue with an encoder in a folder that can be tuned on it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from encoder_factory import WORDS, write_bert
from prodcls.config import FitConfig
from prodcls.encoders.folder_files import SEARCH_VARIABLE
from synthetic import write_csv

__all__ = ["N", "catalogue", "tuned_config"]

CLASSES = ("Pots", "Shirts", "Cables")
N = 60


def catalogue(seed: int = 0) -> list[dict[str, str]]:
    rng = np.random.default_rng(seed)
    found = []
    for i in range(N):
        k = i % 3
        words = [*rng.choice(WORDS, 4), WORDS[3 * k], str(i)]
        note = " ".join(rng.choice(WORDS, 6)) if i % 4 else ""
        found.append({"id": f"p{i:02d}", "title": " ".join(words), "note": note, "price": f"{10 + 30 * k + i % 7}",
                      "category": CLASSES[k]})  # fmt: skip
    return found


def tuned_config(folder: Path, monkeypatch: pytest.MonkeyPatch) -> FitConfig:
    write_bert(folder / "models" / "small-bert")
    monkeypatch.setenv(SEARCH_VARIABLE, str(folder / "models"))
    return FitConfig(
        catalogue=write_csv(folder / "products.csv", catalogue()), out=folder / "out", cache_dir=folder / "cache",
        folds=3, text=("title", "note"), text_encoder=("small-bert",), tune="lora", dossiers=3, witnesses=2,
        robustness=12, baselines=False, threads=2,
    )  # fmt: skip
