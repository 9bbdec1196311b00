"""Pictures that are small on disk and large, slow or endless in a decoder (CWE-409, CWE-400).

An 86 kB PNG decodes to 265 MB without a warning: Pillow's limit is 179 million pixels, and its formats have had
decoders without end (CVE-2021-28676 FLI), data that unpack a thousandfold (CVE-2022-45198 GIF), counts that are
believed (CVE-2022-45199 TIFF), and overflows that run code (CVE-2023-4863 in libwebp). Each bomb of `attacks.bombs` is
loaded as the fit does it. Held are the processor time of each and the peak of resident memory: of the decoding process,
and of this one above what it was, each at most 300 MB. After every bomb an ordinary photo must load as before.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from attacks import rounds

MEGABYTES = 300
SECONDS = 2.0

MEASURE = """
import json, os, resource, sys, time
from pathlib import Path
from attacks.bombs import BOMBS
from prodcls import photo_guard
from prodcls.errors import ImageError
from prodcls.images import check_photo, load_photo

def peak(pid):
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024

def processor_time():
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    worker = photo_guard._worker._process
    fields = Path(f"/proc/{worker.pid}/stat").read_text().rsplit(") ", 1)[1].split() if worker else None
    alive = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") if fields else 0.0
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime + alive

folder, names = Path(sys.argv[1]), sys.argv[2:]
ordinary = load_photo(folder / "ordinary.gif")
for name in names:
    path = folder / name
    path.write_bytes(BOMBS[name]())
    for attempt in (check_photo, load_photo):
        Path("/proc/self/clear_refs").write_text("5")
        base, started, used = peak("self"), time.perf_counter(), processor_time()
        try:
            found = attempt(path)
            told = "checked" if found is None else str(found.shape)
        except ImageError as error:
            told = error.code
        line = {"name": name, "what": attempt.__name__, "told": told, "bytes": path.stat().st_size}
        worker = photo_guard._worker._process
        line |= {
            "seconds": processor_time() - used,
            "wall": time.perf_counter() - started,
            "own": peak("self") - base,
            "worker": peak(worker.pid) if worker else 0.0,
        }
        print(json.dumps(line), flush=True)
    path.unlink()
    assert (load_photo(folder / "ordinary.gif") == ordinary).all()
photo_guard._worker.close()
print(json.dumps({"children": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024}))
"""

SAMPLE = (
    "png_of_50_million_pixels",
    "png_that_changes_its_size",
    "png_with_a_huge_profile",
    "jpeg_of_10_000_passes",
    "jpeg_of_eight_million_segments",
    "webp_of_50_million_pixels",
    "gif_of_100_000_frames",
    "tiff_of_50_million_pixels_with_alpha",
    "tiff_of_directories_in_a_circle",
)


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="peaks of memory are read from /proc")
def test_no_picture_takes_more_than_its_share(tmp_path: Path) -> None:
    from attacks.bombs import BOMBS, noise

    names = list(SAMPLE)[: rounds(len(SAMPLE), 0)] or list(BOMBS)
    noise(30, 20).save(tmp_path / "ordinary.gif")
    tests = str(Path(__file__).resolve().parents[1])
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([tests, os.environ.get("PYTHONPATH", "")])}
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(tmp_path), *names],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    *lines, last = map(json.loads, done.stdout.splitlines())
    for line in lines:
        print(line)  # noqa: T201 - shown with -s and where the test fails
    print(last)  # noqa: T201
    assert len(lines) == 2 * len(names)
    assert [line for line in lines if line["seconds"] > SECONDS] == []
    assert [line for line in lines if max(line["own"], line["worker"]) > MEGABYTES] == []
    assert last["children"] <= MEGABYTES
