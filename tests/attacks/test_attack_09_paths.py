"""Names in the image column that lead out of the image folder: ``..``, absolute paths, links of both kinds, devices.

A catalogue comes from strangers, and so may the folder beside it: an archive can hold links to files of whoever unpacks
it (CVE-2007-4559, CVE-2025-4517: tarfile), and a photo of somebody else's would then stand in a report. ``startswith``
on the path admits a sibling folder. What counts here is bytes: an audit hook sees every file that is opened while a
catalogue with all these names is read and its photos are decoded.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from prodcls.catalogue import Catalogue
from prodcls.images import load_photo
from prodcls.intake import read_catalogue
from prodcls.schema import ColumnOptions
from synthetic import write_csv

SECRET = (1, 2, 3)
OWN_COSTS = {f"/proc/{os.getpid()}/stat", f"/proc/{os.getpid()}/statm"}
"""What a thread of another test reads of this process: a cluster watches its time and its memory."""

opened: list[str] | None = None


def watch(event: str, args: tuple[object, ...]) -> None:
    if opened is not None and event == "open" and isinstance(args[0], str | bytes):
        name = os.path.realpath(os.fsdecode(args[0]))
        if name not in OWN_COSTS:
            opened.append(name)


sys.addaudithook(watch)

UP = ("..", "images/..", "./..", "images/../images/../..", "images/./../..", "none/../..", "images//..//..")
OUTSIDE = "shop-secret/b.png"


def payloads(base: Path) -> list[str]:
    """Return names that all, in one reading or another, are of files outside of ``base / "shop"``."""
    secret = str(base / OUTSIDE)
    up = [f"{way}/{OUTSIDE}" for way in UP]
    return [
        *up,
        *(name.replace("/", "\\") for name in up),
        f" ../{OUTSIDE} ",
        f"..\\/..\\/{OUTSIDE}",
        f"....//{OUTSIDE}",
        f"..;/{OUTSIDE}",
        f"%2e%2e/{OUTSIDE}",
        f"..%2f{OUTSIDE}",
        f"%252e%252e%252f{OUTSIDE}",
        f"..%c0%af{OUTSIDE}",
        f"\uff0e\uff0e/{OUTSIDE}",
        f"\u2024\u2024/{OUTSIDE}",
        f"..\u2215{OUTSIDE}",
        f"../{OUTSIDE}\n",
        f"images/\x1f../../{OUTSIDE}",
        f"~/{OUTSIDE}",
        f"$HOME/{OUTSIDE}",
        f"{{..,x}}/{OUTSIDE}",
        secret,
        f"/{secret}",
        f"//{secret}",
        f"{base}/shop/../{OUTSIDE}",
        f"{base}/shop-secret/../{OUTSIDE}",
        f"file://{secret}",
        f"file:{secret}",
        f"FILE:///{secret}",
        f"\\\\?\\{secret}",
        f"C:{secret}",
        "/etc/passwd",
        "/proc/self/environ",
        "/proc/self/root" + secret,
        "/proc/self/cwd/../../../../../../etc/hostname",
        "/dev/zero",
        "/dev/stdin",
        "/dev/fd/0",
        "../" * 40 + "etc/passwd",
        "images/" + "../" * 40 + secret.lstrip("/"),
        # Links that the folder itself holds:
        "link.png",
        "chain.png",
        "relative.png",
        "door/b.png",
        "door/../shop-secret/b.png",
        "images/door/b.png",
        "images/hole/b.png",
        "loop.png",
        "environ.png",
        "zero.png",
        "stdin.png",
        "passwd.png",
        "hard.png",
        "images/hard.png",
    ]


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """A folder with the image folder, one photo in it, and beside it what must not be read."""
    shop, secret = tmp_path / "shop", tmp_path / "shop-secret"
    (shop / "images").mkdir(parents=True)
    secret.mkdir()
    Image.new("RGB", (9, 9), "green").save(shop / "images" / "a.png")
    Image.new("RGB", (9, 9), SECRET).save(secret / "b.png")
    (shop / "link.png").symlink_to(secret / "b.png")
    (shop / "chain.png").symlink_to("link.png")
    (shop / "relative.png").symlink_to("../shop-secret/b.png")
    (shop / "door").symlink_to(secret)
    (shop / "images" / "door").symlink_to("../../shop-secret")
    (shop / "images" / "hole").symlink_to("../door")
    (shop / "loop.png").symlink_to("loop.png")
    for name in ("proc/self/environ", "dev/zero", "dev/stdin", "etc/passwd"):
        (shop / f"{Path(name).name}.png").symlink_to(f"/{name}")
    (shop / "hard.png").hardlink_to(secret / "b.png")
    (shop / "images" / "hard.png").hardlink_to(secret / "b.png")
    return tmp_path


def read(base: Path, cells: list[str]) -> Catalogue:
    rows = [
        {"id": f"p{i}", "title": "kettle of steel", "image": cell, "category": "ab"[i % 2]}
        for i, cell in enumerate(cells)
    ]
    path = write_csv(base / "shop" / "products.csv", rows)
    return read_catalogue(path, ColumnOptions(target="category"), need_labels=True, image_root=base / "shop")


def decode(catalogue: Catalogue) -> list[NDArray[np.uint8]]:
    return [load_photo(photo) for photo in catalogue.photos or () if photo is not None]


def test_nothing_outside_the_image_folder_is_read(base: Path) -> None:
    global opened  # noqa: PLW0603 - an audit hook cannot be taken away again
    cells = payloads(base)
    assert len(cells) >= 60
    decode(read(base, [*cells, "images/a.png"]))  # what is imported on the way is opened now
    opened = []
    catalogue = read(base, [*cells, "images/a.png"])
    pixels = decode(catalogue)
    seen, opened = opened, None
    shop = os.path.realpath(base / "shop")
    inside = [name for name in seen if Path(name).is_relative_to(shop)]
    assert len(inside) >= 3  # the table, and the photo twice: the hook does see
    assert [name for name in seen if name not in inside] == []
    assert len(catalogue) == len(cells) + 1  # no row is lost
    assert [p.name for p in catalogue.photos or () if p is not None] == ["a.png"]
    assert not any(np.array_equal(p[0, 0], SECRET) for p in pixels)
    refused = Counter(r.code for r in catalogue.rejections if r.column == "image")
    assert sum(refused.values()) == len(cells)
    assert set(refused) <= {"photo-outside", "photo-absent", "photo-url", "photo-name", "photo-hard-link"}
    assert refused["photo-hard-link"] == 2


def test_a_link_put_in_place_of_a_photo_after_it_was_checked_is_not_followed(base: Path) -> None:
    catalogue = read(base, ["images/a.png", "images/a.png"])
    (photo, _) = catalogue.photos or ()
    assert photo is not None
    photo.unlink()
    photo.symlink_to(base / OUTSIDE)
    with pytest.raises(Exception, match="photo-absent"):
        load_photo(photo)
    photo.unlink()
    os.mkfifo(photo)  # and a pipe is not waited for
    with pytest.raises(Exception, match="photo-not-a-file"):
        load_photo(photo)
