"""OpenVINO gives what the reference gives, in both precisions, and tells nobody that it is used."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from prodcls.encoders import TEXT_ENCODERS, image_encoder
from prodcls.encoders.lite0 import SIDE

pytest.importorskip("openvino", reason="OpenVINO is not installed")

TEXTS = ("Red cotton shirt, 100% cotton", "Stainless-steel pressure cooker 5L", "iPhone", "word " * 300)


def cosines(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return (a * b).sum(-1) / np.linalg.norm(a, axis=-1) / np.linalg.norm(b, axis=-1)


@pytest.mark.parametrize("name", list(TEXT_ENCODERS))
def test_texts_read_as_the_reference_reads_them(name: str) -> None:
    reference, plain, short = (
        TEXT_ENCODERS[name](runtime).encode(TEXTS).vectors for runtime in ("torch", "openvino", "openvino-bf16")
    )
    assert cosines(plain, reference).min() >= 0.999999
    assert cosines(short, reference).min() >= 0.999
    assert (short != plain).any()


def test_photos_read_as_the_reference_reads_them() -> None:
    from prodcls.encoders.runtimes import open_network

    pixels = np.random.default_rng(0).integers(0, 256, (1, SIDE, SIDE, 3), dtype=np.uint8)
    network = image_encoder().network  # type: ignore[attr-defined]
    reference, plain, short = (
        open_network(network, runtime)(pixels, ("vector",))[0] for runtime in ("torch", "openvino", "openvino-bf16")
    )
    assert cosines(plain, reference).min() >= 0.999999
    assert cosines(short, reference).min() >= 0.98


@pytest.mark.parametrize("runtime", ["openvino", "openvino-bf16"])
def test_parts_sum_to_what_is_pooled(runtime: str) -> None:
    for name in TEXT_ENCODERS:
        encoder = TEXT_ENCODERS[name](runtime)  # type: ignore[arg-type]
        vectors = encoder.encode(TEXTS).vectors
        for vector, parts in zip(vectors, encoder.encode_parts(TEXTS), strict=True):
            np.testing.assert_array_equal(parts.vector, vector)
            np.testing.assert_allclose(parts.vectors.sum(axis=0), parts.pooled, rtol=0, atol=1e-9)
            assert parts.spans is not None
            assert len(parts.spans) == len(parts.vectors)


def test_threads_may_begin_at_the_same_time() -> None:
    """In a process of its own, since only the first use of a process can go wrong."""
    code = (
        "import sys; sys.setswitchinterval(1e-6); from concurrent.futures import ThreadPoolExecutor as Pool; "
        "from prodcls.encoders import text_encoder; "
        "vectors = list(Pool(4).map(lambda i: text_encoder('minilm', 'openvino').encode(['kettle', 'red shirt'])."
        "vectors.tobytes(), range(4))); print(len(set(vectors)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=300)
    assert done.stdout.split() == ["1"]


def test_nobody_is_told_that_it_is_used(tmp_path: Path) -> None:
    told = tmp_path / "openvino_telemetry.py"
    told.write_text("raise SystemExit('imported')")
    code = (
        "from prodcls.encoders.openvino_run import _openvino; import sys; _openvino(); "
        "assert 'openvino_telemetry' not in sys.modules; import openvino_telemetry"
    )
    env = {**os.environ, "PYTHONPATH": f"{tmp_path}:{os.environ.get('PYTHONPATH', '')}", "HOME": str(tmp_path / "home")}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False)
    assert done.stderr.strip() == "imported"  # by the last line, and not before
    assert not (tmp_path / "home").exists()
