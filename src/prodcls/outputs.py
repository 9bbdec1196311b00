"""What a fit writes: made in a folder of its own, given its names at the very end, and marked as whole.

At any moment ``OUT/bundle`` is a whole bundle, the old or the new one. ``OUT/outputs.json`` tells whether tables and
pages beside it are of the same fit: it says "not complete" while names are given, and is made whole last.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from prodcls.atomic import TEMPORARY, discard, sync_folder, temporary_prefix, write_bytes
from prodcls.bundle_layout import MANIFEST, FileEntry, check_replaceable
from prodcls.errors import BundleError
from prodcls.locks import OWNER, owned
from prodcls.pages import DATA, PAGE, PRODUCTS, left_over
from prodcls.shards import NAMES
from prodcls.swapping import replace_folder
from prodcls.tables import CLEANING, OUT_OF_FOLD, REJECTIONS
from prodcls.together import together
from prodcls.write_faults import naming

__all__ = ["BUNDLE", "OUTPUTS", "Outputs", "check_finished", "publish", "read_outputs", "staged"]

BUNDLE, OUTPUTS = "bundle", "outputs.json"
"""Names of the bundle and of what tells whether all is there."""

STAGED = ".staged-"
MAX_BYTES = 1 << 24


@dataclass(frozen=True)
class Outputs:
    """What belongs together in the folder of a fit.

    Attributes
    ----------
    complete : bool
        Whether the fit has finished.
    bundle : str
        SHA-256 of the bundle's ``manifest.json``.
    files : dict of str to FileEntry
        Tables and files of dossiers. The pages can be made again from the bundle, in another language too.
    """

    complete: bool
    bundle: str
    files: dict[str, FileEntry]

    def to_bytes(self) -> bytes:
        """Return this as JSON."""
        return json.dumps(asdict(self), indent=1).encode() + b"\n"


@contextmanager
def staged(out: Path) -> Iterator[Path]:
    """Yield an empty folder in ``out``, which nobody else writes to while the ``with`` block lasts.

    What fits left that were killed is removed first. The user's own files stay.

    Parameters
    ----------
    out : Path
        Made when absent.

    Yields
    ------
    Path
        Gone when the block ends.

    Raises
    ------
    InputError
        Code ``output-locked``, when another process writes there.
    BundleError
        Code ``bundle-exists``, if something else than a bundle is where it belongs.
    WriteError
        If nothing can be written there.
    """
    with owned(out):
        check_replaceable(out / BUNDLE)
        _clear(out)
        with naming(out):
            stage = Path(tempfile.mkdtemp(dir=out, prefix=STAGED))
        try:
            yield stage
        finally:
            shutil.rmtree(stage, ignore_errors=True)


def publish(stage: Path, out: Path) -> None:
    """Give everything in ``stage`` its name in ``out``, and take away what an earlier fit wrote and this one did not.

    Parameters
    ----------
    stage : Path
        From `staged`, with a bundle and the other files of a fit.
    out : Path

    Raises
    ------
    WriteError
        If something cannot be written; as far as the disk allows, all is as it was before.
    """
    names = [path.relative_to(stage).as_posix() for path in sorted(stage.rglob("*")) if path.is_file()]
    names = [name for name in names if not name.startswith(f"{BUNDLE}/")]
    digest = _entry(stage / BUNDLE / MANIFEST).sha256
    told = Outputs(True, digest, {n: _entry(stage / n) for n in names if n.endswith((".parquet", ".jsonl"))})
    write_bytes(stage / OUTPUTS, told.to_bytes())
    earlier = [path.relative_to(out).as_posix() for path in (out / PRODUCTS).glob(NAMES)]
    gone = [*left_over(out, set(names)), *sorted({CLEANING, *earlier} - set(names))]
    with together() as mark:  # said first, and taken back last
        mark.write_bytes(out / OUTPUTS, Outputs(False, digest, {}).to_bytes())
        mark.name_all()
        with together() as files:
            for name in names:
                files.staged[out / name] = stage / name
            for name in gone:
                files.remove(out / name)
            with naming(out / PRODUCTS):
                (out / PRODUCTS).mkdir(exist_ok=True)
            files.name_all()
            with naming(out / BUNDLE):
                replace_folder(stage / BUNDLE, out / BUNDLE)
            try:
                with naming(out / OUTPUTS):
                    sync_folder(out)
                    (stage / OUTPUTS).replace(out / OUTPUTS)
                    sync_folder(out)
            except BaseException:
                _put_back(stage / BUNDLE, out / BUNDLE)
                raise


def _put_back(old: Path, new: Path) -> None:
    """Undo `replace_folder`."""
    with suppress(OSError):
        if old.exists():
            replace_folder(old, new)
        else:
            new.rename(old)


def _entry(path: Path) -> FileEntry:
    with path.open("rb") as file:
        return FileEntry(path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())


def _clear(out: Path) -> None:
    """Remove what killed fits left: their folders, and temporary files of what they were writing."""
    for folder in out.glob(f"{STAGED}*"):
        shutil.rmtree(folder, ignore_errors=True)
    names = [*(out / name for name in (OUTPUTS, OWNER, DATA, PAGE, CLEANING, OUT_OF_FOLD, REJECTIONS, "modelcard.md"))]
    names += [out / PRODUCTS / name for name in ("*.html", NAMES)]
    for path in names:
        for found in path.parent.glob(f"{temporary_prefix(path)}*{TEMPORARY}"):
            discard(found)


def read_outputs(out: Path) -> Outputs | None:
    """Return what a fit said of its folder.

    Parameters
    ----------
    out : Path

    Returns
    -------
    Outputs or None
        None where nothing is said, as by earlier releases and where only a report was written.

    Raises
    ------
    BundleError
        Code ``outputs-damaged``, if it cannot be read.
    """
    path = out / OUTPUTS
    try:
        with path.open("rb") as file:
            found = json.loads(file.read(MAX_BYTES).decode("utf-8"))
        files = {str(name): FileEntry(**entry) for name, entry in found["files"].items()}
        if not isinstance(found["complete"], bool) or not isinstance(found["bundle"], str):
            raise TypeError
        return Outputs(found["complete"], found["bundle"], files)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        message = "is not what a fit wrote: run the fit again"
        raise BundleError(message, code="outputs-damaged", file=str(path)) from error


def check_finished(out: Path) -> None:
    """Refuse a folder whose files may be of different fits.

    Parameters
    ----------
    out : Path

    Raises
    ------
    BundleError
        Code ``fit-unfinished``; ``outputs-damaged``.
    """
    told = read_outputs(out)
    if told is not None and not told.complete:
        message = "the fit that wrote there did not finish, or has not yet: run it again, its bundle is whole"
        raise BundleError(message, code="fit-unfinished", file=str(out))
