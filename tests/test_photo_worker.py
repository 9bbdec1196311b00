"""The worker opens no file once it serves, and loads nothing heavy."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROBE = """
import sys
from prodcls import child_process, photo_worker
photo_worker._warm_up()
heavy = {"torch", "pandas", "lightgbm", "onnxruntime", "scipy"} & set(sys.modules)
child_process.limit_memory(100 << 20)
try:
    open("/dev/null")
except OSError as error:
    print("closed", sorted(heavy))
try:
    bytearray(200 << 20)
except MemoryError:
    print("full")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the limits are those of Linux")
def test_limits_hold() -> None:
    done = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=False)
    assert done.stdout.split("\n") == ["closed []", "full", ""], done.stderr


def test_an_input_that_ends_ends_it() -> None:
    command = [sys.executable, "-m", "prodcls.photo_worker", str(100 << 20), "1"]
    done = subprocess.run(command, input=b"", capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (0, b"R")
