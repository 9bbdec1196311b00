"""The bundle that is served, and its replacement while requests go on."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import Executor
from pathlib import Path

from prodcls.bundle_opening import open_bundle
from prodcls.errors import InputError
from prodcls.progress import SilentProgress
from prodcls.service.engine import Engine
from prodcls.service.settings import ServiceSettings
from prodcls.service.vectors import VectorCache

__all__ = ["Holder"]

_log = logging.getLogger(__name__)

MANIFEST = "manifest.json"


class Holder:
    """Holds the engine of the bundle in a folder, and a new one when the folder holds another bundle.

    Requests keep the engine that they began with, so that none is lost.

    Parameters
    ----------
    folder : Path
    settings : ServiceSettings

    Raises
    ------
    BundleError
        If the bundle does not pass its checks.
    """

    def __init__(self, folder: Path, settings: ServiceSettings) -> None:
        self.folder = folder
        self.settings = settings
        self.cache = VectorCache(settings.vector_bytes)
        self.reloads = 0
        self.failures = 0
        self._seen = _stamp(folder)
        self.engine = self._open()

    def _open(self) -> Engine:
        bundle = open_bundle(self.folder, _Telling(), self.settings.trust)
        engine = Engine(bundle, self.cache, self.settings)
        engine.warm_up()
        return engine

    def look(self) -> bool:
        """Load the bundle again where its manifest is another; tell whether another is served now.

        A bundle that does not pass its checks is told in the log, and the one before goes on being served.
        """
        stamp = _stamp(self.folder)
        if stamp is None or stamp == self._seen:
            return False
        self._seen = stamp
        try:
            engine = self._open()
        except InputError as error:
            self.failures += 1
            _log.error("the new bundle is not served: %s", error)
            return False
        if engine.bundle.digest == self.engine.bundle.digest:
            return False
        self.engine = engine
        self.reloads += 1
        _log.info("bundle %s is served now", engine.bundle.digest[:12])
        return True

    async def watch(self, executor: Executor) -> None:
        """Look every few seconds until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(self.settings.reload_seconds)
            try:
                await loop.run_in_executor(executor, self.look)
            except Exception:  # noqa: BLE001 - a defect in one bundle must not end the watch
                self.failures += 1
                _log.exception("the new bundle is not served")


class _Telling(SilentProgress):
    """Writes what there is to tell into the log."""

    def note(self, line: str) -> None:
        """Warn."""
        _log.warning("%s", line)


def _stamp(folder: Path) -> tuple[int, int, int] | None:
    """Return what changes when a manifest is replaced; None while there is none."""
    try:
        found = (folder / MANIFEST).stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns
