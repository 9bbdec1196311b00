"""What a bundle was written with, and what of it is different now: whatever can move the last bits of a score."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
import scipy.linalg  # noqa: F401 - its BLAS is listed once it is loaded
from threadpoolctl import threadpool_info

from prodcls.config import Runtime

__all__ = ["ENCODING", "LIBRARIES", "Changed", "EncoderCheck", "Findings", "changes", "environment"]

ENCODING = ("ftfy", "onnxruntime", "pillow", "sentencepiece", "tokenizers", "torch")
"""Libraries between a product and its vectors."""

LIBRARIES = (*ENCODING, *("lightgbm", "numpy", "pyarrow", "safetensors", "scikit-learn", "scipy"))
"""Libraries whose version may change what a bundle says."""

PROVIDERS = {
    "onnx": "ONNX Runtime, CPUExecutionProvider",
    "torch": "torch, CPU",
    "torch-cuda": "torch, CUDA",
    "openvino": "OpenVINO, CPU",
}
"""What runs the encoders, by runtime without precision."""

OPTIONAL = "openvino"
"""Library of a runtime that not every installation has."""

_TOLD = ("prodcls", "python", *sorted([*LIBRARIES, OPTIONAL]), "machine", "cpu", "blas")
"""What is compared, in the order of telling; platform, provider and precision are for the reader."""


@dataclass(frozen=True)
class Changed:
    """One thing that is not as it was when the bundle was written: its name, then, and now."""

    name: str
    then: str
    now: str

    def __str__(self) -> str:
        return f"{self.name} {self.then} (now {self.now})"


def environment(runtime: Runtime | None = None) -> dict[str, str]:
    """Return what this process runs on.

    Parameters
    ----------
    runtime : str, optional
        What the bundle's encoders are run by.

    Returns
    -------
    dict of str to str
        Versions of Python and libraries; operating system; instruction sets that numpy uses (``cpu``); name, version
        and kernels of each BLAS (``blas``); with a runtime, how encoders run (``encoders``, ``precision``).
    """
    found = {
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "platform": platform.platform(),
        "system": platform.system(),
        "machine": platform.machine(),
        "cpu": _instruction_sets(),
        "blas": _blas(),
        **{name: version(name) for name in LIBRARIES},
    }
    if runtime is None:
        return found
    how = {"encoders": PROVIDERS[runtime.removesuffix("-bf16")]}
    how["precision"] = "bfloat16" if runtime.endswith("-bf16") else "float32"
    return found | how | ({OPTIONAL: _installed(OPTIONAL)} if runtime.startswith(OPTIONAL) else {})


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"


def _instruction_sets() -> str:
    """Return the instruction sets that numpy was built with or chose when it was loaded."""
    found = np.show_config(mode="dicts")
    sets = {} if found is None else found.get("SIMD Extensions", {})
    return " ".join(dict.fromkeys([*sets.get("baseline", ()), *sets.get("found", ())]))


def _blas() -> str:
    """Return the BLAS libraries of numpy and scipy. Torch brings its own, which is loaded only where torch is used."""
    libraries = {
        " ".join(str(entry.get(part)) for part in ("internal_api", "version", "architecture") if entry.get(part))
        for entry in threadpool_info()
        if entry["user_api"] == "blas" and not any(p.startswith("torch") for p in Path(entry["filepath"]).parts)
    }
    return ", ".join(sorted(libraries))


def changes(wrote: str, then: Mapping[str, str], now: Mapping[str, str] | None = None) -> tuple[Changed, ...]:
    """Say what is not as it was when a bundle was written.

    Parameters
    ----------
    wrote : str
        Release of this package that wrote it.
    then : mapping of str to str
        From its manifest; what an older bundle does not tell is not compared.
    now : mapping of str to str, optional
        By default this process's.

    Returns
    -------
    tuple of Changed
        Python with its first two numbers only: no later one changes what it does with text.
    """
    here = {"prodcls": version("prodcls"), OPTIONAL: _installed(OPTIONAL), **(environment() if now is None else now)}
    there = {"prodcls": wrote, **then}
    pairs = ((name, _compared(name, there[name]), _compared(name, here[name])) for name in _TOLD if name in there)
    return tuple(Changed(name, before, after) for name, before, after in pairs if before != after)


def _compared(name: str, value: str) -> str:
    return ".".join(value.split(".")[:2]) if name == "python" else value


@dataclass(frozen=True)
class EncoderCheck:
    """What encoders make of texts that they have read before.

    Attributes
    ----------
    texts : int
        Texts of training products encoded again.
    largest : float
        Largest difference of a number of their vectors.
    cosine : float
        Least likeness of a vector with the one that is kept, in [-1, 1].
    """

    texts: int
    largest: float
    cosine: float


@dataclass(frozen=True)
class Findings:
    """What was found when a bundle was loaded here.

    Attributes
    ----------
    format_version : int
        Of the files on disk; the bundle in memory has the form of this release.
    changed : tuple of Changed
        What is not as it was when the bundle was written.
    scores : float
        Largest difference between a score of the kept products, logits or probability, then and now.
    encoders : EncoderCheck or None
        None: not looked at, or there are no texts.
    """

    format_version: int
    changed: tuple[Changed, ...]
    scores: float
    encoders: EncoderCheck | None = None

    def warning(self) -> str | None:
        """Return one line for the user, or None where nothing has changed."""
        if not self.changed:
            return None
        told = f"bundle was written with {', '.join(map(str, self.changed))}: its canary products get {self.kept()}"
        return told if self.encoders is None else f"{told}, and their texts {self.read()}"

    def kept(self) -> str:
        """Return in words what the scores of the kept products are."""
        return f"the same scores {_within(self.scores)}"

    def read(self) -> str:
        """Return in words what the vectors of the kept texts are; there are some."""
        return f"the same vectors {_within(0.0 if self.encoders is None else self.encoders.largest)}"


def _within(difference: float) -> str:
    return f"within {difference:.1g}" if difference else "to the last bit"
