"""How fast texts and photos are encoded, beside sentence-transformers and plain torch in one process, turn by turn.

Run from the checkout, on a machine with OpenVINO (``pip install 'prodcls[openvino]' sentence-transformers``):
``python benchmarks/encode.py [ROUNDS]``. Each peer takes the same items in each round and uses all processors in its
own way; a figure is a ratio of medians over the rounds. Photos are decoded within the time of every peer, by the same
function. Writes ``benchmarks/results/encode.json``.
"""

from __future__ import annotations

import csv
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from prodcls.encoders import IMAGE_ENCODERS, TEXT_ENCODERS
from prodcls.encoders.base import FrozenEncoder, Item
from prodcls.encoders.processors import available_processors
from prodcls.encoders.runtimes import Stacking
from prodcls.encoders.torch_run import open_module
from prodcls.encoders.weights import MINILM

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
RESULTS = Path(__file__).resolve().parent / "results" / "encode.json"
LIBRARIES = ("onnxruntime", "openvino", "sentence-transformers", "tokenizers", "torch", "transformers")
ROUNDS = 5
BATCH = 32
OURS = ("onnx", "openvino", "openvino-bf16")

Encode = Callable[[Sequence[Item]], NDArray[np.float32]]


@dataclass(frozen=True)
class Case:
    """Items of one kind, and the encoder that reads them."""

    name: str
    encoder: str
    items: tuple[Item, ...]


def column(catalogue: str, name: str, most: int) -> tuple[str, ...]:
    """Return different texts of a catalogue, in an order that says nothing of their lengths."""
    with (DATA / catalogue / "products.csv").open(encoding="utf-8", newline="") as file:
        texts = sorted({row[name] for row in csv.DictReader(file)} - {""})
    return tuple(texts[i] for i in np.random.default_rng(0).permutation(len(texts))[:most])


def cases() -> list[Case]:
    """Return what is encoded."""
    titles, told = column("flipkart1050", "title", 1050), column("flipkart1050", "description", 400)
    photos = sorted((DATA / "flipkart1050" / "images").iterdir())
    seen = tuple(photos[i] for i in np.random.default_rng(0).permutation(len(photos))[:160])
    return [
        Case("flipkart titles", "minilm", titles),
        Case("flipkart descriptions", "minilm", told),
        Case("amazon titles", "minilm", column("amazon_in11k", "title", 1000)),
        Case("flipkart titles", "use-pooled", titles),
        Case("flipkart descriptions", "use-pooled", told),
        Case("flipkart photos", "lite0", seen),
    ]


def ours(encoder: type[FrozenEncoder], runtime: Any) -> Encode:  # noqa: ANN401 - a name of a runtime
    """Return an encoder of this package."""
    made = encoder(runtime)
    return lambda items: made.encode(items).vectors


def sentence_transformers() -> Encode:
    """Return sentence-transformers as it comes, from the package that MiniLM's weights are in."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(MINILM.locate().parent), device="cpu", local_files_only=True)
    return lambda items: np.asarray(model.encode(list(items), show_progress_bar=False))


def plain_torch(encoder: type[FrozenEncoder], batch: int) -> Encode:
    """Return torch alone: float32, eager, all threads, so many items a call, sorted by length and filled up."""
    made, module = encoder("torch"), open_module(encoder.network)
    place = made.network.outputs.index(made.vector_output)

    def encode(items: Sequence[Item]) -> NDArray[np.float32]:
        found = np.zeros((len(items), made.dimension), dtype=np.float32)
        values = [made.prepare(item).value for item in items]
        order = sorted(range(len(items)), key=lambda i: -len(values[i]))
        for start in range(0, len(items), batch):
            some = order[start : start + batch]
            stack = Stacking(step=max(1, len(values[some[0]]))).stack([values[i] for i in some])
            with torch.inference_mode():
                found[some] = module(torch.tensor(stack))[place].numpy()
        return found

    return encode


def peers(case: Case) -> dict[str, Encode]:
    """Return what encodes a case, this package's default first."""
    encoder = (TEXT_ENCODERS | IMAGE_ENCODERS)[case.encoder]
    found = {runtime: ours(encoder, runtime) for runtime in OURS}
    if case.encoder == "minilm":
        return found | {"sentence-transformers": sentence_transformers()}
    return found | {"torch, one item": plain_torch(encoder, 1), f"torch, {BATCH} items": plain_torch(encoder, BATCH)}


def measure(case: Case, rounds: int) -> dict[str, Any]:
    """Return items a second by peer and round, and how like the vectors are to those of the last peer."""
    made, last = peers(case), {}
    seconds: dict[str, list[float]] = {name: [] for name in made}
    for encode in made.values():
        encode(case.items[:BATCH])  # weights are loaded, networks exported
    for _ in range(rounds):
        for name, encode in made.items():
            started = time.perf_counter()
            last[name] = encode(case.items)
            seconds[name].append(time.perf_counter() - started)
    reference = list(last.values())[-1]
    return {
        "items": len(case.items),
        "per second": {name: [len(case.items) / s for s in each] for name, each in seconds.items()},
        "median": {name: len(case.items) / median(each) for name, each in seconds.items()},
        "first": {name: len(case.items) / each[0] for name, each in seconds.items()},
        "cosine": {name: float(cosines(vectors, reference).min()) for name, vectors in last.items()},
        "mean cosine": {name: float(cosines(vectors, reference).mean()) for name, vectors in last.items()},
    }


def cosines(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the cosine of each row of ``a`` with that of ``b``."""
    one, two = a.astype(np.float64), b.astype(np.float64)
    found: NDArray[np.float64] = (one * two).sum(1) / np.linalg.norm(one, axis=1) / np.linalg.norm(two, axis=1)
    return found


def main(rounds: int) -> None:
    """Measure and write the results."""
    flags = Path("/proc/cpuinfo").read_text(encoding="utf-8") if Path("/proc/cpuinfo").exists() else ""
    machine = {
        "processors": available_processors(),
        "model": next((line.split(": ")[1] for line in flags.splitlines() if line.startswith("model name")), ""),
        "amx_bf16": "amx_bf16" in flags,
        "python": platform.python_version(),
        "load": os.getloadavg()[0],
    }
    found: dict[str, Any] = {"machine": machine, "versions": {name: version(name) for name in LIBRARIES}, "cases": {}}
    for case in cases():
        found["cases"][f"{case.encoder}, {case.name}"] = measure(case, rounds)
        print(json.dumps({case.encoder + ", " + case.name: found["cases"][f"{case.encoder}, {case.name}"]}, indent=1))
    RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
