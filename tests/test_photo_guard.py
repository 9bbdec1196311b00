"""The process beside this one gives the same pixels, keeps its limits, and is replaced when it dies."""

from __future__ import annotations

import io
import os
import signal
import sys
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from attacks.bombs import BOMBS, chunk, header, noise, png
from prodcls.errors import ImageError
from prodcls.photo_decoding import FORMATS, decode
from prodcls.photo_guard import Worker


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    """A worker with the usual limits."""
    found = Worker()
    yield found
    found.close()


PICTURE = noise(31, 17)


@pytest.mark.parametrize("form", FORMATS)
def test_pixels_are_the_same_in_both_processes(worker: Worker, form: str) -> None:
    deep = Image.fromarray(np.arange(527, dtype=np.uint16).reshape(17, 31))
    compared = 0
    for image in (*(PICTURE.convert(mode) for mode in ("RGB", "L", "P", "1", "RGBA", "CMYK")), deep):
        try:
            data = saved(image, form)
        except (OSError, ValueError):
            continue  # this format does not have this mode
        np.testing.assert_array_equal(worker.decode(data), decode(data))
        compared += 1
    assert compared >= 3


def test_refusals_are_the_same_in_both_processes(worker: Worker) -> None:
    for data in (b"", b"junk", saved(PICTURE, "GIF")[:-200], saved(Image.new("RGB", (900, 2)), "BMP")):
        with pytest.raises(ImageError) as here:
            decode(data)
        with pytest.raises(ImageError) as there:
            worker.decode(data)
        assert (there.value.code, str(there.value)) == (here.value.code, str(here.value))


def test_a_photo_of_45_million_pixels_is_within_the_limits(worker: Worker) -> None:
    lines = (b"\0" + bytes(range(256)) * 97)[: 3 * 8256 + 1] * 5504
    data = png(header(8256, 5504), chunk(b"IDAT", zlib.compress(lines, 1)))
    assert worker.decode(data).shape == (1365, 2048, 3)


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux only")
def test_memory_is_limited() -> None:
    worker = Worker(memory=40 << 20)
    with pytest.raises(ImageError, match=r"photo-refused"):
        worker.decode(saved(Image.new("RGB", (5000, 5000)), "PNG"))
    np.testing.assert_array_equal(worker.decode(saved(PICTURE, "GIF")), decode(saved(PICTURE, "GIF")))
    worker.close()


@pytest.mark.parametrize("limits", [{"cpu_seconds": 0.2}, {"wait_seconds": 0.2}])
def test_time_is_limited(limits: dict[str, float]) -> None:
    worker = Worker(**limits)
    with pytest.raises(ImageError, match="could not be decoded within") as caught:
        worker.decode(BOMBS["jpeg_of_eight_million_segments"]())
    assert caught.value.code == "photo-refused"
    worker.decode(saved(PICTURE, "PNG"))
    worker.close()


def test_a_worker_that_dies_is_replaced(worker: Worker) -> None:
    worker.decode(saved(PICTURE, "GIF"))
    for _ in range(2):
        process = worker._process
        assert process is not None
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        worker.decode(saved(PICTURE, "GIF"))
        assert worker._process is not process
    worker.close()
    worker.decode(saved(PICTURE, "GIF"))


def test_threads_share_a_worker(worker: Worker) -> None:
    pictures = [saved(Image.new("RGB", (9 + i, 9), (i, 0, 0)), "GIF") for i in range(20)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(worker.decode, pictures))
    for i, pixels in enumerate(found):
        assert pixels.shape == (9, 9 + i, 3)
        assert (pixels[..., 0] == i).all()


def test_modules_beside_a_catalogue_are_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "numpy.py").write_text("raise SystemExit")
    monkeypatch.chdir(tmp_path)
    worker = Worker()
    worker.decode(saved(PICTURE, "GIF"))
    worker.close()


def test_a_worker_that_does_not_start_costs_a_photo_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/none/python")
    with pytest.raises(ImageError, match="photo-refused"):
        Worker().decode(b"")
