"""The wheel works in an environment of its own, outside the checkout; the program that says so says no as well."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
import sysconfig
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parents[1]
INSTALLED = Path(sysconfig.get_path("purelib"))

USER = """
import pandas as pd

from prodcls import Account, Bundle, ProductClassifier


def told(frame: pd.DataFrame) -> list[str]:
    bundle = Bundle.load("bundle", expect_sha256="0" * 64)
    account: Account = bundle.why("p1", versus="rest")
    parts = account.to_dict()["attributions"]
    scored: pd.DataFrame = bundle.classify(frame, top_k=2)
    classifier = ProductClassifier(text=["title"]).fit(frame, ["a", "b"])
    return [str(account), *map(str, parts), *scored["predicted"], *map(str, classifier.predict(frame))]
"""


@pytest.fixture(scope="module")
def smoke() -> SimpleNamespace:
    return SimpleNamespace(**runpy.run_path(str(ROOT / "tools" / "smoke.py")))


@pytest.mark.slow
def test_it_is_installed_and_used_from_outside_the_checkout() -> None:
    command = [sys.executable, "tools/smoke.py", "--seeing", str(INSTALLED)]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=600)
    assert (done.returncode, done.stdout.splitlines()[-1:]) == (0, ["all well"]), done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.skipif(os.environ.get("PRODCLS_ATTACKS") != "full", reason="half a minute: with PRODCLS_ATTACKS=full")
def test_a_strict_type_checker_takes_a_users_program(smoke: SimpleNamespace, tmp_path: Path) -> None:
    made = smoke.Environment(tmp_path)
    made.see(INSTALLED)
    made.pip("install", "--no-deps", "--no-index", str(smoke.build("wheel", ROOT, tmp_path / "wheel")))
    (made.where / "user.py").write_text(USER, encoding="utf-8")
    (made.where / "wrong.py").write_text(USER.replace('why("p1"', "why(1"), encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--python-executable", str(made.bin / "python")]
    done = subprocess.run(
        [*command, "user.py", "wrong.py"],
        cwd=made.where,
        env=made.variables,
        check=False,
        capture_output=True,
        text=True,
    )
    first, *more = done.stdout.splitlines()
    assert first.startswith('wrong.py:9: error: Argument 1 to "why" of "Bundle" has incompatible type "int"')
    assert more[-1] == "Found 1 error in 1 file (checked 2 source files)", done.stdout + done.stderr


def test_a_program_that_fails_ends_it(smoke: SimpleNamespace, tmp_path: Path) -> None:
    made = smoke.Environment(tmp_path)
    with pytest.raises(SystemExit, match="exit code 1"):
        made.run("python", "-c", "import prodcls")
