"""Folders of photos, one a class, as catalogues: ``train/CLASS/*.jpg``."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from prodcls.catalogue import Chunk, Rejection
from prodcls.cells import cell_fault, excerpt
from prodcls.encodings import Fingerprint, joint_fingerprint, take_fingerprint
from prodcls.photo_decoding import FORMATS
from prodcls.standard_input import STANDARD_INPUT

__all__ = ["default_image_root", "folder_fingerprint", "read_photo_folder", "train_and_test"]

ENDINGS = tuple(f".{name.lower()}" for name in (*FORMATS, "JPG", "TIF"))
"""Of the files that are taken for photos."""

_CHUNK = 4096
_TRAIN = ("train", "training")
_TEST = ("test", "val", "valid", "validation")


def train_and_test(folder: Path) -> tuple[Path, Path | None]:
    """Return where the photos to learn from lie, and those to be judged on, where the folder holds both.

    Parameters
    ----------
    folder : Path
        ``data/train``, or ``data`` with nothing but ``data/train`` and perhaps ``data/test`` in it.

    Returns
    -------
    tuple of (Path, Path or None)
    """
    parts = {entry.name.casefold(): entry for entry in sorted(folder.iterdir()) if entry.is_dir()}
    train = next((parts[name] for name in _TRAIN if name in parts), None)
    if train is None or not parts.keys() <= {*_TRAIN, *_TEST}:
        return folder, None
    return train, next((parts[name] for name in _TEST if name in parts), None)


def default_image_root(path: Path) -> Path:
    """Return the folder that the photos of a catalogue lie in where nothing else is said: beside it, or itself.

    Parameters
    ----------
    path : Path

    Returns
    -------
    Path
    """
    if str(path) == STANDARD_INPUT:
        return Path()
    return path if path.is_dir() else path.parent


def read_photo_folder(folder: Path) -> Iterator[Chunk]:
    """Yield the files below ``folder``, in the order of their names.

    Parameters
    ----------
    folder : Path

    Yields
    ------
    Chunk
        With the columns ``id`` and ``image``, both the path below ``folder``, and ``category``, the folder that the
        photo lies in; ``""`` for photos in ``folder`` itself. Files that are no photos by their ending are rejections.
    """
    paths: list[str] = []
    rows: list[int] = []
    rejections: list[Rejection] = []
    for row, name in enumerate(_files(folder), start=1):
        fault = cell_fault(name)
        if fault is None and not name.casefold().endswith(ENDINGS):
            fault = "file-not-a-photo", f"the file's name ends in none of {', '.join(ENDINGS)}"
        if fault:
            rejections.append(Rejection(row, "image", fault[0], fault[1], excerpt(name), "row"))
        else:
            paths.append(name)
            rows.append(row)
        if row % _CHUNK == 0:
            yield _chunk(paths, rows, rejections)
            paths, rows, rejections = [], [], []
    yield _chunk(paths, rows, rejections)


def _chunk(paths: list[str], rows: list[int], rejections: list[Rejection]) -> Chunk:
    classes = [path.rpartition("/")[0] for path in paths]
    return Chunk({"id": paths, "image": paths, "category": classes}, rows, rejections)


def _files(folder: Path) -> Iterator[str]:
    """Yield the paths of all files below ``folder``, parts joined by ``/``, folders that are links left out."""
    for top, folders, names in os.walk(folder):
        folders.sort()
        below = Path(top).relative_to(folder)
        yield from ((below / name).as_posix() for name in sorted(names))


def folder_fingerprint(folder: Path) -> Fingerprint:
    """Return one digest of the names and bytes of all files below ``folder``.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    Fingerprint

    Raises
    ------
    OSError
        If one cannot be read.
    """
    return joint_fingerprint((name, _fingerprint(folder / name)) for name in _files(folder))


def _fingerprint(path: Path) -> Fingerprint:
    return take_fingerprint(path) if path.is_file() and not path.is_symlink() else Fingerprint("link", 0, blank=True)
