"""The process that reads a booster first says by its exit code whether that is one."""

from __future__ import annotations

import subprocess
import sys

import pytest

from prodcls.bundle_booster import checked_booster
from prodcls.bundle_worker import REFUSED
from prodcls.child_process import child_command, child_environment
from test_bundle_booster import categorical, evidence_text, text_of


def ended(text: str, memory: int = 300 << 20) -> int:
    command = child_command("prodcls.bundle_worker", memory, 5.0)
    return subprocess.run(
        command, input=text.encode(), env=child_environment(), stderr=subprocess.DEVNULL, check=False
    ).returncode


@pytest.mark.parametrize("classes", [2, 3])
def test_boosters_of_both_heads_pass(classes: int) -> None:
    for text in (evidence_text(), text_of(categorical(classes))):
        assert ended(checked_booster(text.encode())) == 0


@pytest.mark.parametrize("text", ["", "tree\n", "tree\nversion=v4\n", "x" * 10_000])
def test_what_is_no_booster_does_not(text: str) -> None:
    assert ended(text) == REFUSED


def test_too_little_memory_is_no_pass() -> None:
    assert ended(checked_booster(evidence_text().encode()), memory=0) != 0


def test_it_starts_without_what_it_does_not_need() -> None:
    code = (
        "import sys, io; sys.argv = ['', str(1 << 30), '9']\n"
        f"class Given: buffer = io.BytesIO({checked_booster(evidence_text().encode()).encode()!r})\n"
        "sys.stdin = Given\n"
        "from prodcls.bundle_worker import UNUSED, main\n"
        "assert main() == 0\n"
        "print([name for name in UNUSED if sys.modules.get(name)])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
