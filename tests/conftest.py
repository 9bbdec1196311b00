"""What every test stands on: no network, a cache of its own, and the real catalogues where they are."""

from __future__ import annotations

import fcntl
import os
import pickle
import runpy
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

if TYPE_CHECKING:
    from prodcls.training import FitOutcome
    from service_factory import Running

PROJECT = Path(__file__).resolve().parents[1]
SHARED_DATA = PROJECT.parent / "shared" / "data"
OFFLINE = PROJECT / "tests" / "offline"

# A busy machine is no fault of the code, and whether a commit is green should not hang on what CI happens to draw.
hypothesis.settings.register_profile("prodcls", deadline=None, derandomize=bool(os.environ.get("CI")))
hypothesis.settings.load_profile("prodcls")

_own_cache: Path | None = None
# In a worker of xdist Python itself has run this file already, and the first of two hooks refuses.
_loaded = vars(sys.modules.get("sitecustomize", sys))
_guard = _loaded if "REFUSED" in _loaded else runpy.run_path(str(OFFLINE / "sitecustomize.py"))


def pytest_configure(config: pytest.Config) -> None:
    """Forbid the network here and in child processes, and point the embedding cache to a folder of the session.

    PRODCLS_TEST_CACHE names a folder to keep instead, so that repeated runs encode nothing twice.
    """
    if hasattr(config, "workerinput"):  # an xdist worker inherits the environment set below
        return
    global _own_cache  # noqa: PLW0603 - pytest has no other place between its two hooks
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(OFFLINE), os.environ.get("PYTHONPATH")]))
    kept = os.environ.get("PRODCLS_TEST_CACHE")
    if kept is None:
        _own_cache = Path(tempfile.mkdtemp(prefix="prodcls-test-cache-"))
    os.environ["PRODCLS_CACHE"] = kept or str(_own_cache)


def pytest_unconfigure() -> None:
    """Remove the session's cache."""
    if _own_cache is not None:
        shutil.rmtree(_own_cache, ignore_errors=True)


@pytest.fixture(autouse=True)
def offline() -> Iterator[list[str]]:
    """Fail a test that asked for the network, also where whoever asked took the refusal for a bad connection."""
    refused: list[str] = _guard["REFUSED"]
    refused.clear()
    yield refused
    assert refused == []


@pytest.fixture(scope="session")
def project() -> Path:
    """Root of the checkout."""
    return PROJECT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the real catalogues; without it the test skips, or fails where PRODCLS_REQUIRE_SHARED_DATA is set."""
    if not SHARED_DATA.is_dir():
        reason = "the real catalogues are not at ../shared/data"
        if os.environ.get("PRODCLS_REQUIRE_SHARED_DATA"):
            pytest.fail(reason)
        pytest.skip(reason)
    return SHARED_DATA


@pytest.fixture(scope="session")
def fitted_demo(tmp_path_factory: pytest.TempPathFactory) -> FitOutcome:
    """The demo catalogue fitted once with the real encoders; tests read what it wrote and change nothing.

    Workers of xdist share it: the first one fits, and the others wait for it.
    """
    from prodcls.config import FitConfig
    from prodcls.progress import SilentProgress
    from prodcls.training import fit_catalogue

    base = tmp_path_factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    kept = base / "fitted-demo.pickle"
    with (base / "fitted-demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            # Witnesses and harms are read again and again by the encoders: a few tell as much here.
            config = FitConfig(out=base / "fitted-demo", witnesses=1, robustness=20)
            kept.write_bytes(pickle.dumps(fit_catalogue(config, SilentProgress())))
    found: FitOutcome = pickle.loads(kept.read_bytes())
    return found


@pytest.fixture(scope="module")
def service(fitted_demo: FitOutcome) -> Iterator[Running]:
    """A service of the fitted demo, with its photos; where another one is tried, the file of tests has its own."""
    from prodcls.atomic import cache_root
    from service_factory import running

    with running(fitted_demo.bundle_path, "--image-root", str(cache_root() / "demo")) as found:
        yield found


@pytest.fixture(scope="session")
def demo_row(fitted_demo: FitOutcome) -> dict[str, str]:
    """The first product of the demo that has a photo, a price and a title."""
    import csv

    from prodcls.atomic import cache_root

    del fitted_demo  # the demo is written for it
    with (cache_root() / "demo" / "products.csv").open(encoding="utf-8", newline="") as stream:
        return next(row for row in csv.DictReader(stream) if row["image"] and row["price"] and row["title"])


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo catalogue's file; its photos lie beside it."""
    from prodcls.demo import write_demo

    return write_demo(tmp_path_factory.mktemp("catalogue"))
