"""Refusals cross the pipe with code and reason, and a pipe that ends is no refusal."""

from __future__ import annotations

import io
import subprocess

import pytest

from prodcls.child_process import child_command, child_environment
from prodcls.media_worker import LONGEST_TEXT, read_refusal


def refusal(text: bytes) -> io.BytesIO:
    return io.BytesIO(len(text).to_bytes(4, "big") + text)


def test_a_refusal_has_a_code_and_a_reason_and_is_not_read_for_ever() -> None:
    assert read_refusal(refusal("photo-corrupt no picture: 图".encode())) == ("photo-corrupt", "no picture: 图")
    assert len(read_refusal(refusal(b"a " + b"x" * (2 * LONGEST_TEXT)))[1]) == LONGEST_TEXT - 2
    with pytest.raises(EOFError):
        read_refusal(io.BytesIO((50).to_bytes(4, "big") + b"too short"))


def test_a_worker_answers_each_request_and_ends_with_its_input() -> None:
    asked = b"".join(len(data).to_bytes(8, "big") + data for data in (b"no photo", b""))
    command = child_command("prodcls.photo_worker", 200 << 20, 2.0)
    done = subprocess.run(command, input=asked, env=child_environment(), capture_output=True, check=False, timeout=60)
    answers = io.BytesIO(done.stdout)
    assert answers.read(1) == b"R"
    for _ in range(2):
        assert answers.read(4) == bytes(4)
        code, reason = read_refusal(answers)
        assert code == "photo-corrupt"
        assert reason
    assert (answers.read(), done.returncode) == (b"", 0)
