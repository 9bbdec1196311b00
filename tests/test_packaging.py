"""What is in the wheel is what the package needs, and the locks fit the declared dependencies."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib import metadata, resources
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
BUILD = "import sys, hatchling.build as b; print(getattr(b, sys.argv[1])(sys.argv[2]))"


def build(what: str, source: Path, out: Path) -> Path:
    out.mkdir(exist_ok=True)
    command = [sys.executable, "-c", BUILD, f"build_{what}", str(out)]
    done = subprocess.run(command, cwd=source, capture_output=True, text=True, check=True)
    return out / done.stdout.strip().splitlines()[-1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("wheel", ROOT, tmp_path_factory.mktemp("wheel"))


def data_files(folder: Path) -> set[str]:
    """Return every file under ``folder``, links followed, that is neither compiled nor a cache."""
    walked = (Path(top) / name for top, _, names in os.walk(folder, followlinks=True) for name in names)
    return {path.relative_to(folder).as_posix() for path in walked if "__pycache__" not in path.parts}


def test_the_wheel_holds_every_file_of_the_package(wheel: Path) -> None:
    packed = {
        name.removeprefix("prodcls/") for name in zipfile.ZipFile(wheel).namelist() if name.startswith("prodcls/")
    }
    assert packed == data_files(ROOT / "src" / "prodcls")


def test_the_wheel_holds_templates_and_the_typing_mark(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert "prodcls/py.typed" in names
    assert {f"prodcls/templates/{name}" for name in data_files(ROOT / "templates")} <= set(names)
    assert any(name.startswith("prodcls/templates/") for name in names)


def test_the_wheel_holds_nothing_beside_the_package(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {top for top in tops if not re.fullmatch(r"prodcls(-.+\.dist-info)?", top)} == set()


def test_a_wheel_built_from_the_source_archive_is_the_same(wheel: Path, tmp_path: Path) -> None:
    archive = build("sdist", ROOT, tmp_path / "sdist")
    shutil.unpack_archive(archive, tmp_path / "unpacked", filter="data")
    (source,) = (tmp_path / "unpacked").iterdir()
    again = build("wheel", source, tmp_path / "again")
    assert sorted(zipfile.ZipFile(again).namelist()) == sorted(zipfile.ZipFile(wheel).namelist())


@pytest.mark.parametrize("folder", ["templates", "strings"])
def test_data_is_found_where_the_package_runs_from(folder: str) -> None:
    assert any(resources.files("prodcls").joinpath(folder).iterdir())


def locked(name: str) -> dict[str, str]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return {canonicalize_name(package): version for package, _, version in (line.partition("==") for line in lines)}


def declared() -> tuple[list[Requirement], list[Requirement]]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [Requirement(line) for line in project["dependencies"]], extras("test", "lint", "docs")


def extras(*names: str) -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [Requirement(line) for name in names for line in project["optional-dependencies"][name]]


def test_the_locks_meet_what_is_declared() -> None:
    runtime, extra = declared()
    lock = locked("requirements.lock")
    both = lock | locked("requirements-test.lock")
    for needs, versions in ((runtime, lock), (extra, both)):
        unmet = [str(need) for need in needs if versions.get(canonicalize_name(need.name), "0") not in need.specifier]
        assert unmet == []


def foreign_imports(folder: Path) -> set[str]:
    """Return the distributions that the modules under ``folder`` import."""
    nodes = (node for path in folder.rglob("*.py") for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    names = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    owners = metadata.packages_distributions()
    return {canonicalize_name(owner) for name in names - {"prodcls"} for owner in owners.get(name, ())}


def test_what_is_imported_is_declared() -> None:
    runtime, extra = ({canonicalize_name(need.name) for need in needs} for needs in declared())
    # Imported where a workbook or a compressed sound is read, or a service, a cluster or a runtime used, with a hint if
    # absent; one another asks for.
    optional = {canonicalize_name(need.name) for need in extras("dask", "excel", "hub", "openvino", "serve", "sound")}
    optional -= {"python-multipart"}
    assert foreign_imports(ROOT / "src") - runtime == optional
    assert foreign_imports(ROOT / "tests") - runtime - extra == set()


def test_the_locks_name_no_build_and_do_not_overlap() -> None:
    runtime, testing = locked("requirements.lock"), locked("requirements-test.lock")
    assert [
        version for version in (*runtime.values(), *testing.values()) if not re.fullmatch(r"[0-9][0-9a-z.]*", version)
    ] == []
    assert runtime.keys() & testing.keys() == set()
    assert runtime["torch"] == "2.13.0"
