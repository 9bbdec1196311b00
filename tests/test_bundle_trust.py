"""Another bundle than the one meant is refused before anything of it but its manifest is read."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bundle_factory import contents, saved
from prodcls import bundle_layout
from prodcls.bundle import load_bundle, save_bundle
from prodcls.bundle_layout import make_manifest, read_folder
from prodcls.bundle_signing import new_key, public_path, sign_manifest
from prodcls.bundle_trust import Trust, signature_path
from prodcls.errors import BundleError, InputError


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a signed bundle, the keys it was signed by, and others."""
    place = tmp_path_factory.mktemp("signed")
    folder = saved(place / "bundle")
    for name in ("own.pem", "other.pem"):
        new_key(place / name, None)
    sign_manifest(folder, (folder / "manifest.json").read_bytes(), place / "own.pem", None, None)
    return place


@pytest.fixture
def place(signed: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(signed, tmp_path / "place"))


def refused(folder: Path, trust: Trust, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the code of the refusal, which comes before any file but the manifest is opened."""
    opened: list[str] = []
    read = bundle_layout._read

    def spy(path: Path, limit: int) -> bytes:
        opened.append(path.name)
        return read(path, limit)

    monkeypatch.setattr(bundle_layout, "_read", spy)
    with pytest.raises(InputError) as caught:
        load_bundle(folder, trust)
    assert opened == ["manifest.json"]
    assert caught.value.file is not None
    return caught.value.code


def retell(folder: Path, created: str, measured: dict[str, object]) -> None:
    """Write the manifest anew, as whoever tampers would, so that it agrees with the files and with itself."""
    files = {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "manifest.json"}
    told = json.loads((folder / "manifest.json").read_bytes())["measured"] | measured
    (folder / "manifest.json").write_bytes(make_manifest(files, created, told).to_bytes())


def test_the_digest_of_the_files_and_that_of_the_manifest_name_a_bundle(place: Path) -> None:
    manifest = read_folder(place / "bundle").manifest
    for digest in (manifest.digest, manifest.digest.upper(), hashlib.sha256(manifest.to_bytes()).hexdigest()):
        assert load_bundle(place / "bundle", Trust(digest)).digest == manifest.digest


def test_another_digest_is_refused(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = place / "bundle"
    digest = read_folder(folder).manifest.digest
    assert refused(folder, Trust("0" * 64), monkeypatch) == "bundle-not-expected"
    save_bundle(folder, contents(boosted=False), created="2024-05-01T12:00:00+00:00")
    assert refused(folder, Trust(digest), monkeypatch) == "bundle-not-expected"


def test_the_digest_of_the_files_covers_neither_time_nor_figures_of_the_run_and_the_signature_does(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = place / "bundle"
    before = read_folder(folder).manifest
    retell(folder, created="2031-01-01T00:00:00+00:00", measured={"/seconds": 1})
    assert load_bundle(folder, Trust(before.digest)).digest == before.digest
    whole = hashlib.sha256(before.to_bytes()).hexdigest()
    assert refused(folder, Trust(whole), monkeypatch) == "bundle-not-expected"
    assert refused(folder, Trust(public_key=place / "own.pub.pem"), monkeypatch) == "signature-wrong"


@pytest.mark.parametrize("digest", ["", "ab", "g" * 64, "0" * 63, "0" * 65, "0" * 64 + "\n"])
def test_a_digest_that_is_none_is_not_taken_for_no_question(digest: str) -> None:
    with pytest.raises(InputError, match="digest-form"):
        Trust(digest)


def test_what_is_signed_is_loaded(place: Path) -> None:
    trust = Trust(public_key=place / "own.pub.pem")
    assert load_bundle(place / "bundle", trust).digest
    moved = Path(shutil.move(place / "bundle.sig", place / "elsewhere.sig"))
    assert load_bundle(place / "bundle", Trust(public_key=place / "own.pub.pem", signature=moved)).digest


def test_both_are_asked_for(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    digest = read_folder(place / "bundle").manifest.digest
    key = place / "own.pub.pem"
    assert load_bundle(place / "bundle", Trust(digest, key)).digest == digest
    assert refused(place / "bundle", Trust("0" * 64, key), monkeypatch) == "bundle-not-expected"
    assert refused(place / "bundle", Trust(digest, place / "other.pub.pem"), monkeypatch) == "signature-wrong"


def test_a_bundle_of_another_maker_is_refused_however_well_it_fits_itself(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = place / "bundle"
    shutil.rmtree(folder)
    saved(folder, boosted=False)
    assert load_bundle(folder).digest
    assert refused(folder, Trust(public_key=place / "own.pub.pem"), monkeypatch) == "signature-wrong"


@pytest.mark.parametrize("data", [b"", b"x" * 63, b"x" * 64, b"x" * 65, b"\0" * 100_000])
def test_what_is_no_signature_is_refused(data: bytes, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / "bundle.sig").write_bytes(data)
    assert refused(place / "bundle", Trust(public_key=place / "own.pub.pem"), monkeypatch) == "signature-wrong"


def test_every_bit_of_a_signature_counts(place: Path) -> None:
    signature = (place / "bundle.sig").read_bytes()
    for place_of_bit in range(8 * len(signature)):
        damaged = bytearray(signature)
        damaged[place_of_bit // 8] ^= 1 << place_of_bit % 8
        (place / "bundle.sig").write_bytes(damaged)
        with pytest.raises(BundleError, match="signature-wrong"):
            read_folder(place / "bundle", Trust(public_key=place / "own.pub.pem"))


def test_a_signature_of_the_manifest_alone_is_none_of_a_bundle(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = (place / "bundle" / "manifest.json").read_bytes()
    monkeypatch.setattr("prodcls.bundle_signing.DOMAIN", b"")
    sign_manifest(place / "bundle", manifest, place / "own.pem", None, None)
    assert refused(place / "bundle", Trust(public_key=place / "own.pub.pem"), monkeypatch) == "signature-wrong"


def test_a_missing_signature_is_named(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / "bundle.sig").unlink()
    assert refused(place / "bundle", Trust(public_key=place / "own.pub.pem"), monkeypatch) == "signature-missing"


def keys(place: Path) -> dict[str, bytes]:
    other = generate_private_key(SECP256R1()).public_key()
    return {
        "private": (place / "own.pem").read_bytes(),
        "empty": b"",
        "words": b"ssh-ed25519 AAAA me",
        "another kind": other.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        "large": b"-----BEGIN PUBLIC KEY-----\n" + b"A" * 1_000_000,
        "torn": public_path(place / "own.pem").read_bytes()[:60],
    }


@pytest.mark.parametrize("kind", ["private", "empty", "words", "another kind", "large", "torn", "absent"])
def test_a_key_that_is_none_lets_nothing_through(kind: str, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if kind != "absent":
        (place / "key").write_bytes(keys(place)[kind])
    assert refused(place / "bundle", Trust(public_key=place / "key"), monkeypatch) == "key-unusable"


def test_a_signature_without_key_is_not_passed_over(place: Path) -> None:
    with pytest.raises(InputError, match="signature-without-key"):
        Trust(signature=place / "bundle.sig")


def test_of_a_second_bundle_the_key_is_asked_and_not_the_digest(place: Path) -> None:
    key = place / "own.pub.pem"
    assert Trust("0" * 64, key, place / "bundle.sig").of_another() == Trust(public_key=key)
    assert not Trust("0" * 64).of_another().asks


def test_the_signature_lies_beside_the_folder_however_that_is_written(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = place / "bundle.sig"
    monkeypatch.chdir(place / "bundle")
    for folder in (Path(), Path("../bundle"), place / "bundle" / ".." / "bundle", place / "bundle"):
        assert signature_path(folder) == expected


def test_damage_to_the_manifest_is_found_by_the_signature_first(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = place / "bundle" / "manifest.json"
    told = json.loads(manifest.read_bytes())
    manifest.write_text(json.dumps(told))
    assert refused(place / "bundle", Trust(public_key=place / "own.pub.pem"), monkeypatch) == "signature-wrong"
