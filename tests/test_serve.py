"""The command: what it refuses before it listens, and how it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from real_bundle import real
from service_factory import running


def call(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "prodcls.serve", *arguments]
    environment = os.environ | environment
    return subprocess.run(command, check=False, capture_output=True, text=True, env=environment, timeout=120)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--host", "0.0.0.0"), "token-missing"),
        (("--port", "70000"), "option-invalid"),
        (("--host", "no.such.host.invalid"), "token-missing"),
        (("--max-requests", "0"), "option-invalid"),
    ],
)
def test_what_cannot_be_served_is_told_in_one_line(options: tuple[str, ...], code: str) -> None:
    done = call(str(real().folder), *options)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert f"[{code}]" in done.stderr


def test_half_a_queue_is_refused() -> None:
    done = call(str(real().folder), "--review", str(real().catalogue))
    assert (done.returncode, "--overrides" in done.stderr) == (2, True)


def test_a_bundle_that_is_not_meant_is_not_served() -> None:
    done = call(str(real().folder), "--port", "0", "--expect-sha256", "0" * 64)
    assert (done.returncode, "[bundle-not-expected]" in done.stderr) == (2, True)


def test_a_short_token_is_refused_and_never_shown() -> None:
    done = call(str(real().folder), PRODCLS_TOKEN="secret")
    assert (done.returncode, "[token-short]" in done.stderr) == (2, True)
    assert "secret" not in done.stderr


def test_a_damaged_bundle_is_not_served(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{}")
    done = call(str(tmp_path), "--port", "0")
    assert done.returncode == 2
    assert "[bundle-" in done.stderr


def test_a_token_is_asked_for_everywhere_but_of_probes(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("correct horse battery\n")
    with running(real().folder, "--token-file", str(file)) as service:
        assert [service.get(path).status for path in ("/healthz", "/readyz", "/v1/model", "/", "/metrics")] == [
            *(200, 200),
            *(401, 401, 401),
        ]
        shown = {"authorization": "Bearer correct horse battery"}
        assert service.ask("GET", "/v1/model", headers=shown).status == 200
        assert service.ask("GET", "/v1/model", headers={"authorization": "Bearer correct horse"}).status == 401
        refused = service.get("/")
        assert refused.headers["www-authenticate"].startswith("Basic")
        assert refused.json()["code"] == "token-wrong"
        assert service.stop() == -signal.SIGTERM  # as every process that was asked to end
    assert any("shutdown complete" in line for line in service.said)
    assert not any("correct horse" in line for line in service.said)


def test_what_was_begun_is_answered_before_the_service_ends() -> None:
    asked = {"product": {"cells": {"title": "steel kettle 1.5 l"}}, "method": "lime"}
    with running(real().folder, "--timeout", "300") as service:
        with ThreadPoolExecutor(2) as pool:
            begun = [pool.submit(service.post, "/v1/why", asked) for _ in range(2)]
            while "prodcls_requests_working 3.0" not in service.get("/metrics").text.splitlines():
                assert not all(one.done() for one in begun)  # both go on beside the one that looks
            status = service.stop()
        assert [one.result().status for one in begun] == [200, 200]
    assert status == -signal.SIGTERM
