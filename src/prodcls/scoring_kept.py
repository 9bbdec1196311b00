"""Batches that a prediction has finished, kept beside its output until it is whole.

A prediction that was killed hours in goes on where it was. Batches are found again by a call of the same program,
bundle and options on the same machine, for products of the same cells and photos only; another call for the same output
removes them.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

import pyarrow as pa

from prodcls.atomic import discard, read_addressed, write_addressed
from prodcls.catalogue import Catalogue, Rejection
from prodcls.errors import ImageError, SoundError
from prodcls.images import photo_digest
from prodcls.locks import owned
from prodcls.resuming import fingerprint
from prodcls.scoring_batches import ScoredBatch
from prodcls.sounds import Sound, sound_digest

__all__ = ["KeptBatches", "keeping"]

QUICK_SECONDS = 1.0
"""A batch that took less is not kept: to score it again takes no longer than all that keeping does."""

_TOLD = b"prodcls.told"
_log = logging.getLogger(__name__)


@dataclass
class KeptBatches:
    """Finished batches of one prediction.

    Attributes
    ----------
    folder : Path
    call : str
        Fingerprint of all that the rows depend on besides the products.
    taken : int
        Batches taken over from a call that did not finish.
    """

    folder: Path
    call: str
    taken: int = 0
    _full: bool = field(default=False, repr=False)

    def find(self, batch: Catalogue) -> ScoredBatch | None:
        """Return what was kept of a batch, the same to the last bit as if it were scored; None where nothing was.

        Parameters
        ----------
        batch : Catalogue

        Returns
        -------
        ScoredBatch or None
        """
        if any(self.folder.glob("*.arrow")):
            for path in self.folder.glob(f"{self._stem(batch)}.*.arrow"):
                data = read_addressed(path)
                if data is not None:
                    self.taken += 1
                    return _from_bytes(data)
        return None

    def keep(self, batch: Catalogue, made: ScoredBatch, seconds: float) -> None:
        """Keep a batch that took long.

        Parameters
        ----------
        batch : Catalogue
        made : ScoredBatch
        seconds : float
            That it took.
        """
        if seconds >= QUICK_SECONDS and not self._full:
            self._keep(self._stem(batch), made)

    def remove(self, *, others: bool = False) -> None:
        """Remove what was kept; with ``others`` only what is not of this call."""
        for path in self.folder.glob("*"):
            if path.suffix in (".arrow", ".tmp") and not (others and path.name.startswith(self.call[:16])):
                discard(path)

    def told(self) -> Iterator[str]:
        """Yield how many batches were taken over, if any were."""
        if self.taken:
            yield f"{self.taken} batches taken over from a call that did not finish"

    def _stem(self, batch: Catalogue) -> str:
        return f"{self.call[:16]}-{_digest(self.call, batch)[:32]}"

    def _keep(self, stem: str, made: ScoredBatch) -> None:
        try:
            write_addressed(self.folder, stem, ".arrow", _to_bytes(made))
        except OSError as error:  # the room may do for the result alone
            _log.warning("finished batches are not kept, an interrupted call would start anew: %s", error)
            self._full = True
            self.remove()


@contextmanager
def keeping(out: Path, depends: Iterable[bytes]) -> Iterator[KeptBatches]:
    """Be the only process that predicts to ``out`` while the ``with`` block lasts, and yield what is kept of it.

    Batches lie in the hidden folder ``.NAME.parts`` beside the output. They stay after an exception, and are gone after
    a block that ends well.

    Parameters
    ----------
    out : Path
    depends : iterable of bytes
        All that the rows depend on besides the products, this program and this machine.

    Yields
    ------
    KeptBatches

    Raises
    ------
    InputError
        Code ``output-locked``, when another process predicts to ``out``.
    WriteError
        If nothing can be written there.
    """
    folder = out.with_name(f".{out.name}.parts")
    try:
        with owned(folder):
            kept = KeptBatches(folder, fingerprint(depends))
            kept.remove(others=True)
            yield kept
            kept.remove()
    finally:
        with suppress(OSError):
            folder.rmdir()


def _digest(call: str, batch: Catalogue) -> str:
    """Return what tells a batch from any other."""
    cells: list[object] = [
        batch.ids,
        batch.rows.tolist(),
        list(batch.texts.items()),
        [[name, values.tobytes().hex()] for name, values in batch.numeric.items()],
        list(batch.categorical.items()),
        batch.photos and [photo and [photo.name, _photo(photo)] for photo in batch.photos],
        batch.schema.named("image"),
    ]
    if batch.sounds is not None:
        cells.append([batch.schema.named("audio"), [one and [one.path.name, _sound(one)] for one in batch.sounds]])
    return hashlib.sha256(f"{call}{json.dumps(cells)}".encode()).hexdigest()


def _photo(path: Path) -> str:
    try:
        return photo_digest(path)
    except ImageError:
        return ""


def _sound(sound: Sound) -> str:
    try:
        return sound_digest(sound)
    except SoundError:
        return ""


def _to_bytes(batch: ScoredBatch) -> bytes:
    told = {"bodies": batch.bodies, "failed_photos": [asdict(one) for one in batch.failed_photos]}
    schema = batch.rows.schema
    marked = schema.with_metadata({**(schema.metadata or {}), _TOLD: json.dumps(told).encode()})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, marked, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(batch.rows.combine_chunks())
    data: bytes = sink.getvalue().to_pybytes()
    return data


def _from_bytes(data: bytes) -> ScoredBatch:
    table = pa.ipc.open_file(pa.BufferReader(data)).read_all()
    metadata = dict(table.schema.metadata)
    told = json.loads(metadata.pop(_TOLD))
    failed = tuple(Rejection(**one) for one in told["failed_photos"])
    return ScoredBatch(table.replace_schema_metadata(metadata), tuple(told["bodies"]), failed)
