"""Another interpreter runs this package, whatever the working directory holds."""

from __future__ import annotations

import subprocess
from pathlib import Path

from prodcls import child_process
from prodcls.child_process import child_command, child_environment


def test_modules_come_from_this_package_and_not_from_the_working_directory(tmp_path: Path) -> None:
    (tmp_path / "prodcls").mkdir()
    (tmp_path / "prodcls" / "__init__.py").write_text("raise SystemExit('taken')")
    (tmp_path / "json.py").write_text("raise SystemExit('taken')")
    command = child_command("prodcls.cli", "--version")
    done = subprocess.run(command, cwd=tmp_path, env=child_environment(), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("prodcls")


def test_the_package_stands_first() -> None:
    first = child_environment()["PYTHONPATH"].split(":")[0]
    assert Path(first) == Path(child_process.__file__).resolve().parents[1]
