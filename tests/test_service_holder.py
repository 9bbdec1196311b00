"""A bundle that is replaced while requests go on: none is lost, and a damaged one is not served."""

from __future__ import annotations

import re
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from prodcls.bundle import load_bundle
from prodcls.errors import BundleError
from prodcls.service.holder import Holder
from prodcls.service.settings import ServiceSettings
from real_bundle import real, save_another
from service_factory import Answer, running

ASKED: dict[str, Any] = {"products": [{"cells": {"title": "steel kettle", "price": 20.5}}]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(real().folder, tmp_path / "bundle")
    return tmp_path / "bundle"


@pytest.fixture
def digest_of_another(tmp_path: Path) -> str:
    save_another(tmp_path / "another")
    return load_bundle(tmp_path / "another").digest


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


def test_no_request_is_lost_when_the_bundle_changes(folder: Path, digest_of_another: str) -> None:
    told: list[tuple[int, str]] = []
    lost: list[object] = []
    done = threading.Event()
    with running(folder) as service:

        def ask(asked: Callable[[], Answer]) -> None:
            while not done.is_set():
                try:
                    answer = asked()
                except OSError as error:
                    lost.append(error)
                    continue
                if answer.status != 200:
                    lost.append(answer)
                digest = re.search(rf"{first}|{second}", answer.text)
                told.append((answer.status, "" if digest is None else digest[0]))

        first = service.get("/readyz").json()["bundle"]
        second = digest_of_another
        kinds: list[Callable[[], Answer]] = [
            lambda: service.post("/v1/classify", ASKED),
            lambda: service.post("/v1/why", {"product": ASKED["products"][0]}),
            lambda: service.get("/v1/why", product="p001"),
            lambda: service.get("/model", lang="en"),
        ]
        callers = [threading.Thread(target=ask, args=(asked,)) for asked in (*kinds, kinds[0])]
        for caller in callers:
            caller.start()
        time.sleep(0.5)
        save_another(folder)
        until = time.monotonic() + 120
        while service.get("/readyz").json()["bundle"] == first and time.monotonic() < until:
            time.sleep(0.1)
        time.sleep(1)
        done.set()
        for caller in callers:
            caller.join()
        assert "prodcls_reloads 1.0" in service.get("/metrics").text.splitlines()
    assert lost == []
    assert {digest for _, digest in told} == {first, second}
    assert told[0][1] == first
    assert [digest for _, digest in told[-len(callers) :]] == [second] * len(callers)
