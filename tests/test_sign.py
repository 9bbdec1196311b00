"""The command makes keys and signs, and takes no secret as an argument."""

from __future__ import annotations

from pathlib import Path

import pytest

from bundle_factory import saved
from prodcls.bundle import load_bundle
from prodcls.bundle_signing import is_encrypted
from prodcls.bundle_trust import Trust
from prodcls.console import run
from prodcls.sign import VARIABLE, sign


def command(*arguments: object) -> int:
    return run(sign, [str(a) for a in arguments], "prodcls sign")


@pytest.mark.parametrize("passphrase", [None, "sécret"])
def test_a_key_is_made_and_a_bundle_signed(
    passphrase: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if passphrase is not None:
        monkeypatch.setenv(VARIABLE, passphrase)
    folder, key = saved(tmp_path / "bundle"), tmp_path / "k.pem"
    assert command("--new-key", key) == 0
    out = capsys.readouterr().out
    assert ("without passphrase" in out) is (passphrase is None)
    assert f"public key: {tmp_path / 'k.pub.pem'}" in out
    assert is_encrypted(key) is (passphrase is not None)
    assert command(folder, "--key", key) == 0
    digest = load_bundle(folder, Trust(public_key=tmp_path / "k.pub.pem")).digest
    assert capsys.readouterr().out.splitlines() == [f"signature: {tmp_path / 'bundle.sig'}", f"digest: {digest}"]
    assert command(folder, "--key", key, "--out", tmp_path / "other.sig") == 0
    assert (tmp_path / "other.sig").read_bytes() == (tmp_path / "bundle.sig").read_bytes()


def test_an_encrypted_key_without_passphrase_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(VARIABLE, "secret")
    assert command("--new-key", tmp_path / "k.pem") == 0
    monkeypatch.delenv(VARIABLE)
    assert command(saved(tmp_path / "bundle"), "--key", tmp_path / "k.pem") == 2
    assert "key-unusable" in capsys.readouterr().err


def test_what_is_damaged_is_not_signed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = saved(tmp_path / "bundle")
    assert command("--new-key", tmp_path / "k.pem") == 0
    (folder / "config.json").write_text("{}")
    assert command(folder, "--key", tmp_path / "k.pem") == 2
    assert "bundle-file-size" in capsys.readouterr().err
    assert not (tmp_path / "bundle.sig").exists()


@pytest.mark.parametrize("arguments", [[], ["--new-key", "k.pem", "--out", "x"], ["."], ["--key", "."]])
def test_one_or_the_other_is_asked_for(arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert command(*arguments) == 2
    assert list(tmp_path.iterdir()) == []


def test_no_option_takes_a_passphrase() -> None:
    assert {param.name for param in sign.params} == {"bundle", "key", "out", "new_key"}
