"""The process beside this one gives the same samples, keeps its limits, and is replaced when it dies."""

from __future__ import annotations

import io
import os
import random
import signal
import struct
import sys
from collections.abc import Iterator

import numpy as np
import pytest
import soundfile

from attacks import rounds
from prodcls.errors import SoundError
from prodcls.sound_decoding import decode
from prodcls.sound_guard import Worker
from test_sound_decoding import KINDS, RATE, TONE, compressed


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    """A worker with the usual limits."""
    found = Worker()
    yield found
    found.close()


@pytest.mark.parametrize("kind", KINDS)
def test_samples_are_the_same_in_both_processes(worker: Worker, kind: str) -> None:
    data = compressed(TONE, kind)
    here, there = decode(data), worker.decode(data)
    np.testing.assert_array_equal(there.samples, here.samples)
    assert (there.rate, there.seconds) == (here.rate, here.seconds)


def test_refusals_are_the_same_in_both_processes(worker: Worker) -> None:
    for data in (b"", b"fLaC", compressed(TONE[:500], "FLAC"), b"ID3" + bytes(100)):
        with pytest.raises(SoundError) as here:
            decode(data)
        with pytest.raises(SoundError) as there:
            worker.decode(data)
        assert (there.value.code, str(there.value)) == (here.value.code, str(here.value))


def test_a_minute_of_eight_channels_at_the_highest_rate_is_within_the_limits(worker: Worker) -> None:
    second, buffer = np.zeros((192_000, 8), dtype=np.int16), io.BytesIO()
    with soundfile.SoundFile(buffer, "w", 192_000, 8, format="FLAC") as file:
        for _ in range(70):
            file.write(second)
    found = worker.decode(buffer.getvalue())
    assert (len(found.samples), found.seconds) == (60 * 192_000, 70.0)


def test_a_length_that_lies_takes_no_memory(worker: Worker) -> None:
    data = bytearray(compressed(TONE, "FLAC"))
    told = struct.unpack(">Q", data[18:26])[0]  # rate, channels, bits, and 36 bits of the number of samples
    data[18:26] = struct.pack(">Q", told | (1 << 36) - 1)
    try:
        found = worker.decode(bytes(data))
    except SoundError as error:
        assert error.code == "sound-corrupt"
    else:
        assert len(found.samples) == RATE


@pytest.mark.parametrize("kind", KINDS)
def test_damaged_files_are_read_or_refused_and_nothing_else(worker: Worker, kind: str) -> None:
    draw, whole = random.Random(0), compressed(TONE, kind)
    for _ in range(rounds(sample=40, full=1000)):
        data = bytearray(whole[: draw.randrange(len(whole))] if draw.random() < 0.3 else whole)
        for _ in range(draw.randrange(12)):
            if data:
                data[draw.randrange(len(data))] = draw.randrange(256)
        try:
            assert np.abs(worker.decode(bytes(data)).samples).max() <= 1.0
        except SoundError as error:
            assert error.code in {"sound-corrupt", "sound-format", "sound-too-short", "sound-refused"}


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux only")
def test_memory_is_limited() -> None:
    worker = Worker(memory=8 << 20)
    with pytest.raises(SoundError, match="sound-refused"):
        worker.decode(compressed(np.tile(TONE, 60), "FLAC", 48_000) + bytes(16 << 20))
    worker.decode(compressed(TONE, "FLAC"))
    worker.close()


def test_time_is_limited() -> None:
    worker = Worker(wait_seconds=0.001)
    with pytest.raises(SoundError, match="could not be decoded within") as caught:
        worker.decode(compressed(np.tile(TONE, 60), "MP3"))
    assert caught.value.code == "sound-refused"
    worker.close()


def test_a_worker_that_dies_is_replaced(worker: Worker) -> None:
    worker.decode(compressed(TONE, "FLAC"))
    process = worker._process
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    worker.decode(compressed(TONE, "FLAC"))
    assert worker._process is not process
