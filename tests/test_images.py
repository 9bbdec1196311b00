from __future__ import annotations

import hashlib
import io
import os
import struct
import time
import tracemalloc
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import ExifTags, Image

from prodcls import images, photo_decoding
from prodcls.errors import ImageError
from prodcls.images import (
    check_photo,
    difference_hash,
    letterbox,
    load_photo,
    photo_digest,
    resolve_photo,
    thumbnail_jpeg,
)
from prodcls.photo_decoding import MAX_PIXELS


def scene(height: int = 48, width: int = 64) -> NDArray[np.uint8]:
    """Return a smooth picture whose corners all differ."""
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j]
    return np.stack([255 * x, 255 * y, 255 * (1 - x) * (1 - y)], axis=-1).astype(np.uint8)


def save(folder: Path, name: str, image: Image.Image, **options: object) -> Path:
    path = folder / name
    image.save(path, **options)
    return path


def png_header(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")


def code_of(path: Path) -> str:
    with pytest.raises(ImageError) as caught:
        load_photo(path)
    return caught.value.code


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "gif", "bmp", "tiff"])
def test_formats_are_read(tmp_path: Path, suffix: str) -> None:
    path = save(tmp_path, f"a.{suffix}", Image.fromarray(scene()), **({"quality": 95} if suffix != "bmp" else {}))
    check_photo(path)
    pixels = load_photo(path)
    assert (pixels.shape, pixels.dtype) == ((48, 64, 3), np.uint8)
    assert np.abs(pixels.astype(int) - scene()).mean() < (8 if suffix == "gif" else 2)


def test_other_formats_are_refused(tmp_path: Path) -> None:
    assert code_of(save(tmp_path, "a.ppm", Image.fromarray(scene()))) == "photo-corrupt"
    assert code_of(save(tmp_path, "a.png", Image.fromarray(scene()), format="ICO")) == "photo-corrupt"


def test_damaged_exif_costs_only_the_turn(tmp_path: Path) -> None:
    path = save(tmp_path, "a.png", Image.fromarray(scene()), exif=b"Exif\0\0MM\0*\xff\xff\xff\xff")
    assert np.array_equal(load_photo(path), scene())


def test_transparency_lies_on_white(tmp_path: Path) -> None:
    rgba = np.zeros((8, 8, 4), np.uint8)
    rgba[:, :4] = (200, 0, 0, 255)
    rgba[:, 4:] = (0, 0, 0, 0)
    pixels = load_photo(save(tmp_path, "a.png", Image.fromarray(rgba)))
    assert pixels[0, 0].tolist() == [200, 0, 0]
    assert pixels[0, 7].tolist() == [255, 255, 255]
    palette = Image.fromarray(rgba[..., 0]).convert("P")
    pixels = load_photo(save(tmp_path, "b.png", palette, transparency=0))
    assert pixels[0, 7].tolist() == [255, 255, 255]


def test_sixteen_bits_keep_their_shades(tmp_path: Path) -> None:
    deep = np.linspace(0, 65535, 64 * 64).reshape(64, 64).astype(np.uint16)
    for name in ("a.png", "a.tiff"):
        pixels = load_photo(save(tmp_path, name, Image.fromarray(deep)))
        assert np.abs(pixels[..., 0] - deep / 257).max() <= 0.51


def test_floating_point_pixels_are_refused(tmp_path: Path) -> None:
    assert code_of(save(tmp_path, "a.tiff", Image.fromarray(np.zeros((4, 4), np.float32)))) == "photo-corrupt"


def test_of_an_animation_the_first_frame_is_taken(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    for suffix in ("gif", "webp", "png"):
        path = save(tmp_path, f"a.{suffix}", frames[0], save_all=True, append_images=frames[1:])
        assert load_photo(path)[0, 0, 0] > 200


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "I;16"])
def test_large_photos_are_scaled_down_in_proportion_and_without_seams(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    side = 128
    monkeypatch.setattr(photo_decoding, "WORKING_SIDE", side)
    width, height = 3 * side + 5, 2 * side + 3
    large = scene(height, width)
    image = (
        Image.fromarray(large[..., 0].astype(np.uint16) * 257)
        if mode == "I;16"
        else Image.fromarray(large).convert(mode)
    )
    pixels = load_photo(save(tmp_path, "a.png", image, compress_level=1))
    assert pixels.shape == (round(side * height / width), side, 3)
    expected = scene(*pixels.shape[:2])
    if mode == "I;16":
        expected = np.repeat(expected[..., :1], 3, axis=-1)
    assert np.abs(pixels.astype(int) - expected).max() <= 3


@pytest.mark.parametrize(
    ("width", "height", "code"),
    [(MAX_PIXELS, 2, "photo-too-large"), (30_000, 30_000, "photo-too-large"), (1000, 1, "photo-no-shape")],
)
def test_bombs_are_refused_by_their_header(tmp_path: Path, width: int, height: int, code: str) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(png_header(width, height))
    tracemalloc.start()
    start = time.perf_counter()
    assert code_of(path) == code
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()
    assert time.perf_counter() - start < 1.0
    with pytest.raises(ImageError) as caught:
        check_photo(path)
    assert caught.value.code == code


def test_large_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = save(tmp_path, "a.png", Image.fromarray(scene()))
    monkeypatch.setattr(images, "MAX_PHOTO_BYTES", 100)
    assert code_of(path) == "photo-too-large"
    with pytest.raises(ImageError, match="photo-too-large"):
        check_photo(path)


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "gif", "tiff"])
def test_truncated_photos_are_corrupt(tmp_path: Path, suffix: str) -> None:
    path = save(tmp_path, f"a.{suffix}", Image.fromarray(scene(200, 300)))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert code_of(path) == "photo-corrupt"


def test_absent_and_empty_files(tmp_path: Path) -> None:
    assert code_of(tmp_path / "none.png") == "photo-absent"
    (tmp_path / "a.png").touch()
    assert code_of(tmp_path / "a.png") == "photo-corrupt"


@settings(max_examples=150, deadline=2000)
@given(st.data())
def test_damaged_bytes_give_a_picture_or_an_image_error(data: st.DataObject) -> None:
    buffer = io.BytesIO()
    kind = data.draw(st.sampled_from(["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF"]))
    Image.fromarray(scene(24, 24)).save(buffer, kind)
    raw = bytearray(buffer.getvalue())
    for place in data.draw(st.lists(st.integers(0, len(raw) - 1), min_size=1, max_size=6)):
        raw[place] = data.draw(st.integers(0, 255))
    path = Path(os.environ["PRODCLS_CACHE"]) / "damaged.bin"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(raw)
    try:
        pixels = load_photo(path)
    except ImageError as error:
        assert error.code.startswith("photo-")
    else:
        assert pixels.ndim == 3
        assert pixels.shape[2] == 3


@given(st.integers(1, 300), st.integers(1, 300), st.integers(8, 128))
@settings(max_examples=60, deadline=None)
def test_letterboxes_keep_proportions_on_white(height: int, width: int, side: int) -> None:
    boxed = letterbox(np.zeros((height, width, 3), np.uint8), side)
    assert boxed.shape == (side, side, 3)
    dark = boxed[..., 0] < 128
    tall, wide = int(dark.any(axis=1).sum()), int(dark.any(axis=0).sum())
    assert max(tall, wide) == side
    assert abs(tall - max(1, side * height / max(height, width))) <= 1
    assert abs(wide - max(1, side * width / max(height, width))) <= 1
    assert (boxed[~dark] == 255).all()


def test_letterboxes_are_antialiased() -> None:
    stripes = np.zeros((256, 256, 3), np.uint8)
    stripes[:, ::2] = 255
    assert np.abs(letterbox(stripes, 64).astype(int) - 128).max() < 40


def test_digests_are_of_the_bytes(tmp_path: Path) -> None:
    path = save(tmp_path, "a.png", Image.fromarray(scene()))
    assert photo_digest(path) == hashlib.sha256(path.read_bytes()).hexdigest()


def test_thumbnails_are_small_and_tell_nothing_of_the_camera(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif[ExifTags.Base.Make] = "canary"
    path = save(tmp_path, "a.jpg", Image.fromarray(scene(300, 600)), exif=exif, comment=b"canary")
    data = thumbnail_jpeg(path)
    assert b"canary" not in data
    with Image.open(io.BytesIO(data)) as image:
        assert image.size == (96, 192)
        assert not image.getexif()
    assert data == thumbnail_jpeg(path)


def test_hashes_of_like_pictures_are_near() -> None:
    rng = np.random.default_rng(0)
    one = letterbox(rng.integers(0, 255, (9, 9, 3)).astype(np.uint8), 120)
    dimmer = (one * 0.9).astype(np.uint8)
    other = letterbox(rng.integers(0, 255, (9, 9, 3)).astype(np.uint8), 120)
    assert (difference_hash(one) ^ difference_hash(dimmer)).bit_count() <= 4
    assert (difference_hash(one) ^ difference_hash(other)).bit_count() >= 16
    assert difference_hash(np.full((20, 20, 3), 7, np.uint8)) == 0


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A root with one photo, and beside it what must not be reached."""
    root = tmp_path / "shop"
    (root / "images").mkdir(parents=True)
    save(root, "images/a.png", Image.fromarray(scene()))
    secret = tmp_path / "shop-secret"
    secret.mkdir()
    save(secret, "b.png", Image.fromarray(scene()))
    (root / "link.png").symlink_to(secret / "b.png")
    (root / "door").symlink_to(secret)
    (root / "inner.png").symlink_to(root / "images" / "a.png")
    (root / "loop").symlink_to(root / "loop")
    os.mkfifo(root / "pipe.png")
    return root


@pytest.mark.parametrize(
    "cell", ["images/a.png", " images/a.png ", "images\\a.png", "./images/../images/a.png", "inner.png"]
)
def test_photos_inside_the_root_are_found(shop: Path, cell: str) -> None:
    assert resolve_photo(cell, shop) == (shop / "images" / "a.png").resolve()


def test_absolute_paths_inside_the_root_are_found(shop: Path) -> None:
    inside = shop.resolve() / "images" / "a.png"
    assert resolve_photo(str(inside), shop) == inside


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("http://127.0.0.1/a.png", "photo-url"),
        ("HTTPS://example.org/a.png", "photo-url"),
        ("file:///etc/passwd", "photo-url"),
        ("data:image/png;base64,AAAA", "photo-url"),
        ("C:\\images\\a.png", "photo-url"),
        ("//host/share/a.png", "photo-url"),
        ("\\\\host\\share\\a.png", "photo-url"),
        ("../shop-secret/b.png", "photo-outside"),
        ("..\\shop-secret\\b.png", "photo-outside"),
        ("images/../../shop-secret/b.png", "photo-outside"),
        ("../shop/images/a.png", "photo-outside"),
        ("/etc/passwd", "photo-outside"),
        ("link.png", "photo-outside"),
        ("door/b.png", "photo-outside"),
        ("images/none.png", "photo-absent"),
        ("images/a.png/b.png", "photo-absent"),
        ("images", "photo-not-a-file"),
        ("pipe.png", "photo-not-a-file"),
        ("loop", "photo-name"),
        ("a\0.png", "photo-name"),
        ("a\n.png", "photo-name"),
        ("", "photo-name"),
        ("x" * 5000, "photo-name"),
        ("\ud83d.png", "photo-name"),
    ],
)
def test_nothing_else_is_reached(shop: Path, cell: str, code: str) -> None:
    with pytest.raises(ImageError) as caught:
        resolve_photo(cell, shop)
    assert caught.value.code == code


@given(
    st.lists(
        st.sampled_from(["..", "images", "door", "link.png", "a.png", ".", "b.png", "", "shop-secret"]), max_size=6
    )
)
def test_no_path_leaves_the_root(tmp_path_factory: pytest.TempPathFactory, parts: list[str]) -> None:
    root = tmp_path_factory.getbasetemp() / "confined"
    if not root.exists():
        (root / "shop" / "images").mkdir(parents=True)
        (root / "shop-secret").mkdir()
        save(root, "shop/images/a.png", Image.fromarray(scene()))
        save(root, "shop-secret/b.png", Image.fromarray(scene()))
        (root / "shop" / "door").symlink_to(root / "shop-secret")
        (root / "shop" / "link.png").symlink_to(root / "shop-secret" / "b.png")
    try:
        path = resolve_photo("/".join(parts), root / "shop")
    except ImageError:
        return
    assert path.is_relative_to((root / "shop").resolve())


def test_hard_links_are_refused(shop: Path) -> None:
    (shop / "hard.png").hardlink_to(shop.parent / "shop-secret" / "b.png")
    with pytest.raises(ImageError, match="photo-hard-link"):
        resolve_photo("hard.png", shop)


def test_animations_of_too_many_frames_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frames = [Image.new("RGB", (8, 8), (i, 0, 0)) for i in range(12)]
    path = save(tmp_path, "a.gif", frames[0], save_all=True, append_images=frames[1:])
    load_photo(path)
    monkeypatch.setattr(images, "MAX_FRAMES", 11)
    assert code_of(path) == "photo-too-many-frames"


def test_only_what_is_odd_is_decoded_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    apart: list[int] = []

    def note(data: bytes) -> NDArray[np.uint8]:
        apart.append(len(data))
        return scene()

    monkeypatch.setattr(images, "decode_apart", note)
    for suffix in ("png", "jpg", "webp"):
        load_photo(save(tmp_path, f"a.{suffix}", Image.fromarray(scene())))
    assert apart == []
    for suffix in ("gif", "bmp", "tiff"):
        load_photo(save(tmp_path, f"a.{suffix}", Image.fromarray(scene())))
    assert len(apart) == 3


@pytest.mark.shared_data
def test_all_real_photos_pass_and_check_quickly(shared_data: Path) -> None:
    paths = sorted((shared_data / "flipkart1050" / "images").iterdir())
    start = time.perf_counter()
    for path in paths:
        check_photo(path)
    assert len(paths) == 1047
    assert time.perf_counter() - start < 2.0
    assert all(load_photo(path).ndim == 3 for path in paths[:50])
