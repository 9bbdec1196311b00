"""What a bundle is on disk: a flat folder whose manifest lists the size and SHA-256 of every other file.

Reading verifies every file before anything parses it, from the very bytes that are parsed afterwards. The digest of
a bundle covers its format and its files, not when or where it was written: equal models have equal digests.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
import stat
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any, NoReturn

from prodcls.atomic import sync_folder, write_bytes
from prodcls.bundle_environment import environment
from prodcls.bundle_files import FORMAT_VERSION, LAYOUT
from prodcls.bundle_trust import Trust
from prodcls.config import Runtime
from prodcls.errors import BundleError
from prodcls.swapping import replace_folder, where_now

__all__ = [
    "FORMAT_VERSION",
    "MANIFEST",
    "FileEntry",
    "Manifest",
    "StoredFiles",
    "check_replaceable",
    "make_manifest",
    "read_folder",
    "write_folder",
]

SOURCE = "source"
"""Name in ``measured`` of the training catalogue's file."""

MANIFEST = "manifest.json"

MAX_MANIFEST_BYTES = 1 << 20
"""Bytes of the manifest, the only file that is parsed before it is verified."""

MEASURED_SINCE = 3
"""Format from which on a manifest tells what was measured."""

REPLACED = 3
"""How often a bundle is read again that was replaced while it was read."""

_NAME = re.compile(r"[a-z][a-z_]{0,40}\.[a-z]{2,12}")
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class FileEntry:
    """One file: bytes and SHA-256 in hex."""

    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """The list of a bundle's files.

    Attributes
    ----------
    format_version : int
    created : str
        ISO 8601 in UTC.
    version : str
        Release of this package that wrote the bundle.
    environment : dict of str to str
        From `prodcls.bundle_environment.environment`.
    files : dict of str to FileEntry
        All files but the manifest, by name.
    measured : dict of str to Any
        JSON values: what the report tells that differs from one run of the same fit to the next, such as seconds, and
        from one file with the same products to the next, such as row numbers; and `SOURCE`, that file.
    """

    format_version: int
    created: str
    version: str
    environment: dict[str, str]
    files: dict[str, FileEntry]
    measured: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def digest(self) -> str:
        """SHA-256 over format version and files; when, where and how fast the bundle was made has no part in it."""
        named = {name: asdict(entry) for name, entry in self.files.items()}
        return hashlib.sha256(_canonical({"format_version": self.format_version, "files": named})).hexdigest()

    def to_bytes(self) -> bytes:
        """Return the manifest as JSON, with a checksum over itself so that damage to it is found too."""
        body = {**asdict(self), "digest": self.digest}
        if self.format_version < MEASURED_SINCE:
            del body["measured"]
        return _canonical({**body, "checksum": hashlib.sha256(_canonical(body)).hexdigest()})


@dataclass(frozen=True)
class StoredFiles:
    """The verified contents of a bundle.

    Attributes
    ----------
    manifest : Manifest
    files : dict of str to bytes
    """

    manifest: Manifest
    files: dict[str, bytes]


def make_manifest(
    files: Mapping[str, bytes],
    created: str,
    measured: Mapping[str, Any] | None = None,
    runtime: Runtime | None = None,
) -> Manifest:
    """Return the manifest of ``files``, written now by this environment.

    Parameters
    ----------
    files : mapping of str to bytes
    created : str
        ISO 8601 in UTC.
    measured : mapping of str to Any, optional
        JSON values; see `Manifest`.
    runtime : {"onnx", "torch"}, optional
        What the encoders are run by.

    Returns
    -------
    Manifest
    """
    entries = {name: FileEntry(len(data), hashlib.sha256(data).hexdigest()) for name, data in sorted(files.items())}
    return Manifest(FORMAT_VERSION, created, version("prodcls"), environment(runtime), entries, dict(measured or {}))


def _canonical(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False).encode() + b"\n"


def read_folder(folder: Path, trust: Trust | None = None) -> StoredFiles:
    """Read a bundle's files, each once, and verify them.

    Parameters
    ----------
    folder : Path
    trust : Trust, optional
        What is asked of the manifest before any other file is read.

    Returns
    -------
    StoredFiles

    Raises
    ------
    BundleError
        Codes ``bundle-missing``, ``bundle-manifest``, ``bundle-version``, ``bundle-file-missing``,
        ``bundle-file-unlisted``, ``bundle-file-linked``, ``bundle-file-size``, ``bundle-file-changed``, those of
        `Trust`, and ``bundle-content`` where the manifest lists other files than a bundle has.
    """
    trust = trust or Trust()
    for _ in range(REPLACED):
        before = _identity(folder)
        try:
            return _read_once(where_now(folder), folder, trust)
        except (BundleError, OSError):
            if _identity(folder) == before:
                raise
    return _read_once(where_now(folder), folder, trust)


def _identity(folder: Path) -> tuple[int, int] | None:
    """Return what tells a folder from another one that takes its name; None where there is none."""
    try:
        told = folder.stat()
    except OSError:
        return None
    return told.st_dev, told.st_ino


def _read_once(folder: Path, named: Path, trust: Trust) -> StoredFiles:
    """Read and verify; raises BundleError, or OSError where the folder is replaced meanwhile."""
    if not folder.is_dir():
        _refuse(folder, "there is no such folder; give the one that a fit wrote", "bundle-missing")
    present = {entry.name for entry in os.scandir(folder)}
    if MANIFEST not in present:
        _refuse(folder, f"holds no {MANIFEST}: it is no bundle, or an unfinished one", "bundle-missing")
    listed = _read(folder / MANIFEST, MAX_MANIFEST_BYTES)
    trust.check_signature(named, listed)
    manifest = _parse_manifest(folder, listed)
    trust.check_digest(folder, listed, manifest.digest)
    unlisted = sorted(present - manifest.files.keys() - {MANIFEST})
    if unlisted:
        _refuse(folder / unlisted[0], "is not listed in the manifest: take it away", "bundle-file-unlisted")
    LAYOUT.check({name: entry.size for name, entry in manifest.files.items()})
    missing = sorted(manifest.files.keys() - present)
    if missing:
        _refuse(folder / missing[0], "is listed in the manifest and absent", "bundle-file-missing")
    files = {}
    for name, entry in manifest.files.items():
        data = _read(folder / name, entry.size)
        if len(data) != entry.size:
            _refuse(folder / name, f"has {len(data)} bytes instead of {entry.size}", "bundle-file-size")
        if hashlib.sha256(data).hexdigest() != entry.sha256:
            _refuse(folder / name, "is not the file that was written: its SHA-256 differs", "bundle-file-changed")
        files[name] = data
    return StoredFiles(manifest, files)


def _read(path: Path, limit: int) -> bytes:
    """Return the bytes of a regular file, at most ``limit`` of them."""
    if not stat.S_ISREG(path.lstat().st_mode):
        _refuse(path, "is a link or no file: put the file itself there", "bundle-file-linked")
    # A link put there since then is not followed, and a pipe does not block.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        with os.fdopen(os.open(path, flags), "rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            if size > limit:
                _refuse(path, f"has {size} bytes where {limit} are allowed", "bundle-file-size")
            return stream.read(limit)
    except OSError as error:
        raise BundleError(f"cannot be read ({error.strerror})", code="bundle-file-missing", file=str(path)) from None


def _parse_manifest(folder: Path, data: bytes) -> Manifest:
    try:
        found = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        _refuse(folder / MANIFEST, "is no manifest: it is damaged", "bundle-manifest")
    form = found.get("format_version")
    if type(form) is not int or not 1 <= form <= FORMAT_VERSION:
        what = (
            f"is of format {str(form)[:20]} and this version reads 1 to {FORMAT_VERSION}: use the version that wrote "
            "it, or a later one"
        )
        _refuse(folder, what, "bundle-version")
    try:
        manifest = _checked_manifest(found)
    except (KeyError, TypeError, ValueError, AttributeError):
        _refuse(folder / MANIFEST, "is not in the form of a manifest", "bundle-manifest")
    if manifest.to_bytes() != data:
        _refuse(folder / MANIFEST, "is not as it was written: its checksum differs", "bundle-manifest")
    return manifest


def _checked_manifest(found: dict[str, Any]) -> Manifest:
    """Return the manifest in ``found``; raises KeyError, TypeError or ValueError when that is none."""
    entries = {name: FileEntry(**entry) for name, entry in found["files"].items()}
    for name, entry in entries.items():
        listed = _NAME.fullmatch(name) and name != MANIFEST and _DIGEST.fullmatch(entry.sha256)
        if not listed or type(entry.size) is not int or entry.size < 0:
            raise ValueError(name)
    texts = (found["created"], found["version"], *found["environment"].values())
    measured = found["measured"] if found["format_version"] >= MEASURED_SINCE else {}
    if not all(isinstance(text, str) for text in texts) or not isinstance(measured, dict):
        raise TypeError
    return Manifest(
        found["format_version"],
        found["created"],
        found["version"],
        found["environment"],
        entries,
        measured,
    )


def write_folder(folder: Path, files: Mapping[str, bytes], manifest: Manifest) -> None:
    """Put a bundle into place whole: written beside it, forced to disk, then renamed.

    Parameters
    ----------
    folder : Path
        An older bundle there is replaced.
    files : mapping of str to bytes
    manifest : Manifest
        Of ``files``; written last.

    Raises
    ------
    BundleError
        Code ``bundle-exists``, if ``folder`` holds something else than a bundle.
    OSError
        If something cannot be written; the older bundle is then as it was.
    """
    folder = folder.absolute()
    check_replaceable(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    staged = folder.with_name(f".{folder.name}.{secrets.token_hex(6)}.new")
    try:
        staged.mkdir()
        for name, data in files.items():
            write_bytes(staged / name, data)
        write_bytes(staged / MANIFEST, manifest.to_bytes())
        replace_folder(staged, folder)
        sync_folder(folder.parent)
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def check_replaceable(folder: Path) -> None:
    """Refuse a place where something else than a bundle is.

    Parameters
    ----------
    folder : Path
        A bundle, an empty folder or nothing is taken.

    Raises
    ------
    BundleError
        Code ``bundle-exists``.
    """
    taken = folder.is_dir() and ((folder / MANIFEST).is_file() or not any(folder.iterdir()))
    if folder.is_symlink() or (folder.exists() and not taken):
        _refuse(folder, "is in the way and no bundle: choose another place", "bundle-exists")


def _refuse(path: Path, what: str, code: str) -> NoReturn:
    raise BundleError(what, code=code, file=str(path))
