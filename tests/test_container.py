"""The image's promises, read off its description; and the service where it may write to two folders only."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from prodcls.atomic import cache_root
from prodcls.cli import cli
from real_bundle import real

ROOT = Path(__file__).resolve().parents[1]
Instruction = tuple[str, str]

IN_NAMESPACE = """
set -e
mount --bind "$1" "$1"; mount --bind "$2" "$2"
for place in $(cut -d ' ' -f 5 /proc/self/mountinfo); do
    case "$place" in "$1"|"$2"|/proc*|/sys*|/dev*) ;; *) mount -o remount,bind,ro "$place" 2>/dev/null || true ;; esac
done
cd /
if touch "$3" 2>/dev/null; then echo "the file system can be written to" >&2; exit 9; fi
shift 3
exec setpriv --no-new-privs --bounding-set=-all --inh-caps=-all "$@"
"""
"""Makes every mount read-only but two folders, and goes on without capabilities."""


def instructions() -> list[Instruction]:
    text = re.sub(r"^#.*\n", "", (ROOT / "Containerfile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines if line)]


def stages() -> list[list[Instruction]]:
    found: list[list[Instruction]] = [[]]
    for word, rest in instructions():
        if word == "FROM":
            found.append([])
        found[-1].append((word, rest))
    return found


def only(stage: list[Instruction], name: str) -> str:
    [rest] = [rest for word, rest in stage if word == name]
    return rest


def test_the_base_is_pinned_and_the_last_stage_takes_the_environment_alone() -> None:
    before, build, last = stages()
    assert re.fullmatch(r"PYTHON=3\.\d+\.\d+-slim-\w+", only(before, "ARG"))
    assert only(build, "FROM").split(" AS ")[0] == only(last, "FROM") == "docker.io/library/python:${PYTHON}"
    assert only(last, "COPY") == "--from=build /opt/prodcls /opt/prodcls"


def test_it_runs_without_root_and_writes_to_two_volumes() -> None:
    last = stages()[-1]
    assert only(last, "USER") == "10001:10001"
    assert json.loads(only(last, "VOLUME")) == ["/cache", "/tmp"]
    environment = dict(one.split("=", 1) for one in shlex.split(only(last, "ENV")))
    assert environment["PRODCLS_CACHE"] == "/cache"
    assert environment["PYTHONDONTWRITEBYTECODE"] == "1"
    assert [word for word, _ in last].index("USER") > max(i for i, (word, _) in enumerate(last) if word == "RUN")


def test_versions_come_from_the_locks_and_torch_from_an_index_that_can_be_named() -> None:
    _, build, _ = stages()
    assert any(word == "ARG" and rest.startswith("TORCH_INDEX=https://") for word, rest in build)
    runs = " ".join(rest for word, rest in build if word == "RUN")
    assert '--no-deps --index-url "$TORCH_INDEX" -r torch.lock' in runs
    assert "--no-deps -r requirements.lock" in runs
    assert "--constraint requirements.lock --constraint requirements-test.lock '.[serve]'" in runs


def test_what_is_copied_exists_and_nothing_else_reaches_the_build() -> None:
    _, build, _ = stages()
    copied = {name.removeprefix("./") for word, rest in build if word == "COPY" for name in rest.split()[:-1]}
    assert all((ROOT / name).exists() for name in copied)
    kept = (ROOT / ".containerignore").read_text(encoding="utf-8").splitlines()[1:]
    assert kept[0] == "*"
    assert {line[1:] for line in kept if line.startswith("!")} == copied


def test_the_command_is_one_that_the_service_takes() -> None:
    last = stages()[-1]
    program, name, *_ = json.loads(only(last, "ENTRYPOINT"))
    words = json.loads(only(last, "CMD"))
    options = {option for param in cli.get_command(None, name).params for option in param.opts}  # type: ignore[arg-type,union-attr]
    assert program == "prodcls"
    assert {word for word in words if word.startswith("--")} <= options
    assert words[words.index("--port") + 1] == only(last, "EXPOSE")
    assert not any("token" in word.lower() and "=" in word for word in words)
    health = only(last, "HEALTHCHECK")
    assert f":{only(last, 'EXPOSE')}/healthz" in health
    compile(json.loads(health[health.index("[") :])[2], "healthcheck", "exec")


def can_unshare() -> bool:
    try:
        done = subprocess.run(["unshare", "-rm", "setpriv", "true"], check=False, capture_output=True)
    except FileNotFoundError:
        return False
    return done.returncode == 0


def ask(address: str, token: str = "", body: Any = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
    with urlopen(Request(address, data, headers), timeout=120) as answer:
        return json.loads(answer.read())


@pytest.mark.skipif(not can_unshare(), reason="no mount namespace of one's own on this system")
def test_the_service_runs_where_only_cache_and_temporary_files_can_be_written(tmp_path: Path) -> None:
    bundle = real().folder
    cache, temporary = cache_root().resolve(), tmp_path / "tmp"
    temporary.mkdir()
    token = tmp_path / "token"
    token.write_text("correct horse battery\n")
    environment = os.environ | {
        "PRODCLS_CACHE": str(cache),
        "TMPDIR": str(temporary),
        "HOME": "/nonexistent",
        "MPLCONFIGDIR": str(temporary / "matplotlib"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    service = [sys.executable, "-m", "prodcls.serve", str(bundle), "--port", "0"]
    command = ["unshare", "-rm", "sh", "-c", IN_NAMESPACE, "sh", str(cache), str(temporary), str(bundle / "new")]
    with subprocess.Popen(
        [*command, *service, "--token-file", str(token)], stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            assert process.stderr is not None
            first = process.stderr.readline()
            assert "serving" in first, first + process.stderr.read()
            address = f"http://127.0.0.1:{first.rsplit(':', 1)[1].strip()}"
            with urlopen(f"{address}/healthz", timeout=60) as answer:
                assert answer.status == 200
            product = {"id": "a", "cells": {"title": "steel kettle", "price": 60}}
            said = ask(f"{address}/v1/classify", "correct horse battery", {"products": [product]})
            why = ask(f"{address}/v1/why", "correct horse battery", {"product": product})
            assert why["attributions"][0]["predicted"] == said["products"][0]["predicted"]
            assert abs(why["attributions"][0]["certificate"]["residual"]) <= 1e-6
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)
