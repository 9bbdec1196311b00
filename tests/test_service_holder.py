"""A bundle that is replaced while requests go on: none is lost, and a damaged one is not served."""

from __future__ import annotations

import shutil
import threading
import time
from pathlib import Path

import pytest

from prodcls.errors import BundleError
from prodcls.service.holder import Holder
from prodcls.service.settings import ServiceSettings
from real_bundle import real, save_another
from service_factory import running

ASKED = {"products": [{"cells": {"title": "steel kettle", "price": 20.5}}]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(real().folder, tmp_path / "bundle")
    return tmp_path / "bundle"


def test_a_new_bundle_is_served_and_a_damaged_one_is_not(folder: Path) -> None:
    holder = Holder(folder, ServiceSettings())
    first = holder.engine.bundle.digest
    assert not holder.look()
    save_another(folder)
    assert holder.look()
    second = holder.engine.bundle.digest
    assert (first != second, holder.reloads, holder.failures) == (True, 1, 0)
    damaged = folder / "config.json"
    damaged.write_bytes(damaged.read_bytes() + b" ")
    (folder / "manifest.json").touch()
    assert not holder.look()
    assert (holder.engine.bundle.digest, holder.failures) == (second, 1)
    assert not holder.look()  # the same damage is not told again
    assert holder.failures == 1
    shutil.rmtree(folder)
    assert not holder.look()
    assert holder.engine.bundle.digest == second


def test_nothing_is_served_at_first_but_a_bundle_that_passes_its_checks(tmp_path: Path) -> None:
    with pytest.raises(BundleError):
        Holder(tmp_path, ServiceSettings())


def test_no_request_is_lost_when_the_bundle_changes(folder: Path) -> None:
    told: list[tuple[int, str]] = []
    done = threading.Event()
    with running(folder) as service:

        def ask() -> None:
            while not done.is_set():
                answer = service.post("/v1/classify", ASKED)
                told.append((answer.status, answer.json()["bundle"]))

        callers = [threading.Thread(target=ask) for _ in range(4)]
        for caller in callers:
            caller.start()
        first = service.get("/readyz").json()["bundle"]
        save_another(folder)
        until = time.monotonic() + 60
        while service.get("/readyz").json()["bundle"] == first and time.monotonic() < until:
            time.sleep(0.1)
        second = service.get("/readyz").json()["bundle"]
        time.sleep(0.5)
        done.set()
        for caller in callers:
            caller.join()
    assert first != second
    assert {status for status, _ in told} == {200}
    assert [digest for _, digest in told[:1]] == [first]
    assert told[-1][1] == second
    assert {digest for _, digest in told} == {first, second}
