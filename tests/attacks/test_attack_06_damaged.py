"""Photos that are missing, corrupt or cut off: without care a fit dies at row 40,000, or loses the row in silence.

Bytes are flipped, cut, doubled, zeroed and joined in files of every format that is read (the decoders behind them have
had CVE-2016-0775, CVE-2019-16865, CVE-2021-25287 to 25293, CVE-2022-22817, CVE-2023-4863 from just such files). Each
gives a picture or an `ImageError` with a code, and the process lives. In a fit the row stays, its photo counts as
absent, and audit and rejections say exactly how many and why.
"""

from __future__ import annotations

import io
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from attacks import rounds
from attacks.bombs import BOMBS, noise
from prodcls import photo_guard
from prodcls.config import FitConfig
from prodcls.errors import ImageError
from prodcls.images import load_photo
from prodcls.progress import SilentProgress
from prodcls.training import fit_catalogue
from synthetic import catalogue_rows, use_fake_encoders, write_csv, write_photo

CODES = {"photo-corrupt", "photo-too-large", "photo-no-shape", "photo-refused", "photo-too-many-frames"}


def whole() -> list[bytes]:
    """Return a photo in each format and kind of coding."""
    found = []
    for form, options in (
        ("JPEG", {}),
        ("JPEG", {"progressive": True, "icc_profile": bytes(999)}),
        ("PNG", {}),
        ("WEBP", {}),
        ("WEBP", {"lossless": True}),
        ("GIF", {}),
        ("BMP", {}),
        ("TIFF", {"compression": "tiff_lzw"}),
        ("TIFF", {"compression": "jpeg"}),
        ("TIFF", {"compression": "packbits"}),
    ):
        buffer = io.BytesIO()
        noise(40, 30).save(buffer, form, **options)
        found.append(buffer.getvalue())
    return found


def damaged(data: bytes, rng: np.random.Generator) -> bytes:
    """Return the file with one kind of damage; more often near its start, where the headers are."""
    kind = rng.integers(6)
    at, end = sorted(int(len(data) * rng.random() ** 3) for _ in range(2))
    if kind == 0:
        flipped = bytearray(data)
        for place in (len(data) * rng.random(int(rng.integers(1, 12))) ** 3).astype(int):
            flipped[place] ^= int(rng.integers(1, 256))
        return bytes(flipped)
    middle = {1: b"", 2: bytes(end - at), 3: data[at:end] * 2, 4: rng.bytes(end - at), 5: b"\xff" * (end - at)}[
        int(kind)
    ]
    return data[:at] + middle + (data[end:] if rng.random() < 0.7 else b"")


def test_every_damaged_file_is_a_picture_or_a_refusal(tmp_path: Path) -> None:
    rng = np.random.default_rng(6)
    files = whole()
    told: Counter[str] = Counter()
    path = tmp_path / "a.bin"
    for i in range(rounds(300, 2000)):
        path.write_bytes(damaged(files[i % len(files)], rng))
        try:
            pixels = load_photo(path)
        except ImageError as error:
            told[error.code] += 1
        else:
            told["picture"] += 1
            assert pixels.ndim == 3
            assert pixels.shape[2] == 3
            assert pixels.dtype == np.uint8
            assert pixels.size
    assert set(told) <= {"picture", *CODES}
    assert told.total() == rounds(300, 2000)
    assert told["picture"] >= 20
    assert told["photo-corrupt"] >= 100


def test_a_fit_keeps_every_row_and_counts_every_photo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_fake_encoders(monkeypatch)
    # Less time than it may take: a fast machine can decode even this many passes within the limit.
    monkeypatch.setattr(photo_guard, "_worker", photo_guard.Worker(cpu_seconds=0.3))
    photo = tmp_path / "0.png"
    write_photo(photo, (10, 20, 30))
    good = photo.read_bytes()
    (jpeg, *_) = whole()
    planted: dict[str, tuple[bytes | None, str]] = {
        "none.png": (None, "photo-absent"),
        "empty.png": (b"", "photo-corrupt"),
        "page.png": (b"<html>404</html>", "photo-corrupt"),
        "cut.png": (good[: len(good) // 2], "photo-corrupt"),
        "cut.jpg": (jpeg[: len(jpeg) // 2], "photo-corrupt"),
        "flipped.png": (good[:50] + bytes([good[50] ^ 255]) + good[51:], "photo-corrupt"),
        "pixels.png": (BOMBS["png_of_two_billion_pixels"](), "photo-too-large"),
        "frames.gif": (BOMBS["gif_of_100_000_frames"](), "photo-too-many-frames"),
        "passes.jpg": (BOMBS["jpeg_of_10_000_passes"](), "photo-refused"),
        "line.png": (
            BOMBS["png_line_of_a_million_pixels"]().replace(b"\0\x0f\x42\x40", b"\0\0\x42\x40"),
            "photo-no-shape",
        ),
        "../other/0.png": (None, "photo-outside"),
        "https://shop.invalid/0.png": (None, "photo-url"),
    }
    for name, (data, _) in planted.items():
        if data is not None:
            (tmp_path / name).write_bytes(data)
    rows = catalogue_rows({"Kettles": 16, "Phones": 14})
    names = [*planted, *(f"{i}.png" for i in range(1, len(rows) - len(planted)))]
    for i, (row, name) in enumerate(zip(rows, names, strict=False)):
        row["image"] = name
        if name not in planted:
            write_photo(tmp_path / name, (8 * i, 100, 255 - 8 * i))
    rows[-1]["image"] = ""  # a photo that nobody promised is no rejection
    expected = Counter(code for _, code in planted.values())

    config = FitConfig(
        catalogue=write_csv(tmp_path / "shop.csv", rows),
        out=tmp_path / "out",
        cache_dir=tmp_path / "cache",
        folds=3,
        dossiers=0,
        witnesses=0,
        robustness=0,
        baselines=False,
        threads=1,
    )
    report = fit_catalogue(config, SilentProgress()).report
    assert report.data.rows == len(rows) == 30
    assert Counter({k: n for k, n in report.data.rejections.items() if k.startswith("photo-")}) == expected
    assert report.data.photos_missing == len(planted) + 1
    lines = pq.read_table(tmp_path / "out" / "rejections.parquet").to_pylist()
    found = {line["row"]: (line["code"], line["scope"]) for line in lines if line["code"].startswith("photo-")}
    assert found == {i + 1: (code, "cell") for i, (_, code) in enumerate(planted.values())}
    scored = pq.read_table(tmp_path / "out" / "out_of_fold.parquet")
    assert sorted(scored["id"].to_pylist()) == sorted(row["id"] for row in rows)
