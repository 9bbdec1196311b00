"""TOML files are read whole or refused with one line that says what to do."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prodcls.errors import InputError
from prodcls.toml_files import LARGEST, TomlFile, find_beside, read_toml


def write(folder: Path, data: bytes) -> Path:
    path = folder / "x.toml"
    path.write_bytes(data)
    return path


def test_a_file_is_read_with_its_digest(tmp_path: Path) -> None:
    data = '\ufeff[a]\nb = "商品"\n'.encode()
    file = read_toml(write(tmp_path, data))
    assert file.root == {"a": {"b": "商品"}}
    assert file.sha256 == sha256(data).hexdigest()
    assert file.name == "x.toml"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"a = ", "toml-syntax"),
        (b"a = 1\na = 2", "toml-syntax"),
        (b"a = " + b"[" * 50_000, "toml-syntax"),
        (b"\xff\xfe", "toml-encoding"),
        (b"#" * (LARGEST + 1), "toml-large"),
    ],
)
def test_what_is_no_toml_is_refused(tmp_path: Path, data: bytes, code: str) -> None:
    with pytest.raises(InputError, match=r"x\.toml") as caught:
        read_toml(write(tmp_path, data))
    assert caught.value.code == code


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_toml(tmp_path)
    assert caught.value.code == "toml-unreadable"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(tmp_path: Path, data: bytes) -> None:
    try:
        file = read_toml(write(tmp_path, data))
    except InputError as error:
        assert error.code.startswith("toml-")
    else:
        assert isinstance(file.root, dict)


def test_an_unknown_key_names_the_nearest() -> None:
    file = TomlFile("a/x.toml", "", {})
    file.check_keys("[t]", ["one"], ["one", "two"], "c")
    with pytest.raises(InputError, match=r"a/x\.toml: \[t\] 'oen': there is no such key; did you mean 'one'\? \[c\]"):
        file.check_keys("[t]", ["oen"], ["one", "two"], "c")
    with pytest.raises(InputError, match=r"x\.toml: 'zzz': there is no such key; known are one, two"):
        file.check_keys("", ["zzz"], ["one", "two"], "c")


def test_files_are_looked_for_beside_the_catalogue(tmp_path: Path) -> None:
    assert find_beside(None, "x.toml") is None
    assert find_beside(tmp_path / "shop.csv", "x.toml") is None
    path = write(tmp_path, b"")
    assert find_beside(tmp_path / "shop.csv", "x.toml") == path
    assert find_beside(Path("shop.csv"), "no such file.toml") is None
