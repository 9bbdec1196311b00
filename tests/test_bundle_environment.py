"""What a bundle was written with is recorded, and what is different now is named."""

from __future__ import annotations

import os

import pytest

from prodcls.bundle_environment import LIBRARIES, Changed, EncoderCheck, Findings, changes, environment
from prodcls.bundle_layout import make_manifest


def test_the_record_tells_versions_processor_and_libraries_of_algebra_as_plain_text() -> None:
    found = environment("onnx")
    assert {"python", "platform", "system", "machine", "cpu", "blas", *LIBRARIES} <= found.keys()
    assert all(isinstance(value, str) and value for value in found.values())
    assert found["encoders"] == "ONNX Runtime, CPUExecutionProvider"
    assert found["precision"] == "float32"
    assert os.uname().nodename not in " ".join(found.values())
    assert environment("torch")["encoders"] == "torch, CPU"


def test_the_record_has_no_part_in_the_digest() -> None:
    files = {"config.json": b"{}\n"}
    first, second = (make_manifest(files, "2024-05-01", None, runtime) for runtime in ("onnx", "torch"))
    assert first.environment != second.environment
    assert first.digest == second.digest


def test_nothing_has_changed_within_a_process() -> None:
    assert changes(make_manifest({}, "").version, environment("onnx")) == ()


def test_what_changed_is_named_in_one_order_and_what_was_not_recorded_is_not() -> None:
    then = environment() | {"numpy": "1.0", "lightgbm": "4.5.0", "cpu": "AVX2", "platform": "other"}
    del then["blas"]
    here = environment()
    assert changes("0.0.9", then) == (
        Changed("prodcls", "0.0.9", make_manifest({}, "").version),
        Changed("lightgbm", "4.5.0", here["lightgbm"]),
        Changed("numpy", "1.0", here["numpy"]),
        Changed("cpu", "AVX2", here["cpu"]),
    )


def test_only_the_first_two_numbers_of_python_count() -> None:
    here = environment() | {"python": "3.11.14"}
    wrote = make_manifest({}, "").version
    assert changes(wrote, {"python": "3.11.2"}, here) == ()
    assert changes(wrote, {"python": "3.9.2"}, here) == (Changed("python", "3.9", "3.11"),)


SAID = "bundle was written with lightgbm 4.5.0 (now 4.6.0): its canary products get the same scores "


@pytest.mark.parametrize(
    ("scores", "encoders", "end"),
    [
        (2.8e-16, None, "within 3e-16"),
        (0.0, EncoderCheck(5, 2.1e-7, 1.0), "to the last bit, and their texts the same vectors within 2e-07"),
    ],
)
def test_the_warning_is_one_line(scores: float, encoders: EncoderCheck | None, end: str) -> None:
    assert Findings(4, (Changed("lightgbm", "4.5.0", "4.6.0"),), scores, encoders).warning() == SAID + end
    assert Findings(4, (), scores, encoders).warning() is None
