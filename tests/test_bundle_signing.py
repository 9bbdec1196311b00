"""Keys that only their owner can read, and signatures that other tools can check."""

from __future__ import annotations

import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from bundle_factory import saved
from prodcls.bundle_signing import is_encrypted, new_key, public_path, sign_manifest
from prodcls.bundle_trust import DOMAIN, Trust
from prodcls.errors import InputError


def test_only_the_owner_reads_a_private_key(tmp_path: Path) -> None:
    public = new_key(tmp_path / "k.pem", None)
    assert public == tmp_path / "k.pub.pem" == public_path(tmp_path / "k.pem")
    assert stat.S_IMODE((tmp_path / "k.pem").stat().st_mode) == 0o600
    assert b"PRIVATE" not in public.read_bytes()


@pytest.mark.parametrize("name", ["k.pem", "k.pub.pem"])
@pytest.mark.parametrize("kind", ["file", "dangling link"])
def test_a_key_is_never_written_over(name: str, kind: str, tmp_path: Path) -> None:
    if kind == "file":
        (tmp_path / name).write_bytes(b"mine")
    else:
        (tmp_path / name).symlink_to(tmp_path / "nothing")
    with pytest.raises(InputError, match="key-exists"):
        new_key(tmp_path / "k.pem", None)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_passphrase_is_needed_again(tmp_path: Path) -> None:
    new_key(tmp_path / "k.pem", b"secret")
    new_key(tmp_path / "open.pem", None)
    assert is_encrypted(tmp_path / "k.pem")
    assert not is_encrypted(tmp_path / "open.pem")
    sign_manifest(tmp_path / "b", b"{}", tmp_path / "k.pem", b"secret", tmp_path / "s")
    for wrong in (None, b"other"):
        with pytest.raises(InputError, match="key-unusable"):
            sign_manifest(tmp_path / "b", b"{}", tmp_path / "k.pem", wrong, None)


@pytest.mark.parametrize("data", [b"", b"-----BEGIN PRIVATE KEY-----\n", b"\0" * 99])
def test_what_is_no_private_key_signs_nothing(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "k.pem").write_bytes(data)
    with pytest.raises(InputError, match="key-unusable"):
        sign_manifest(tmp_path / "b", b"{}", tmp_path / "k.pem", None, None)
    public = new_key(tmp_path / "other.pem", None)
    with pytest.raises(InputError, match="key-unusable"):
        sign_manifest(tmp_path / "b", b"{}", public, None, None)
    assert not (tmp_path / "b.sig").exists()


@pytest.mark.parametrize("name", ["bundle/x.sig", "bundle/manifest.json", "bundle"])
def test_no_signature_is_put_into_the_bundle(name: str, tmp_path: Path) -> None:
    new_key(tmp_path / "k.pem", None)
    (tmp_path / "bundle").mkdir()
    with pytest.raises(InputError, match="output-is-input"):
        sign_manifest(tmp_path / "bundle", b"{}", tmp_path / "k.pem", None, tmp_path / name)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_other_tools_can_make_keys_and_check_signatures(tmp_path: Path) -> None:
    folder = saved(tmp_path / "bundle")
    manifest = (folder / "manifest.json").read_bytes()

    def openssl(*arguments: object) -> None:
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)

    openssl("genpkey", "-algorithm", "ed25519", "-out", tmp_path / "k.pem")
    openssl("pkey", "-in", tmp_path / "k.pem", "-pubout", "-out", tmp_path / "k.pub.pem")
    signature = sign_manifest(folder, manifest, tmp_path / "k.pem", None, None)
    Trust(public_key=tmp_path / "k.pub.pem").check_signature(folder, manifest)
    (tmp_path / "message").write_bytes(DOMAIN + manifest)
    told = ("-pubin", "-inkey", tmp_path / "k.pub.pem", "-sigfile", signature, "-in", tmp_path / "message")
    openssl("pkeyutl", "-verify", "-rawin", *told)
