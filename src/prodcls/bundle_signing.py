"""Keys, and signatures of bundles: Ed25519 over the bytes of a manifest, which names every file by its SHA-256."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from prodcls.atomic import write_bytes
from prodcls.bundle_trust import DOMAIN, MAX_KEY_BYTES, signature_path
from prodcls.errors import InputError

__all__ = ["is_encrypted", "new_key", "public_path", "sign_manifest"]

ENCRYPTED = b"-----BEGIN ENCRYPTED PRIVATE KEY-----"


def public_path(private: Path) -> Path:
    """Return where the public key of a private one lies: ``NAME.pub.pem`` beside ``NAME.pem``.

    Parameters
    ----------
    private : Path

    Returns
    -------
    Path
    """
    return private.with_name(f"{private.name.removesuffix('.pem')}.pub.pem")


def new_key(private: Path, passphrase: bytes | None) -> Path:
    """Make a key: the private one for its owner alone, the public one beside it.

    Parameters
    ----------
    private : Path
        File to write, in PEM (PKCS #8).
    passphrase : bytes or None
        Encrypts the private key; None: whoever reads the file can sign.

    Returns
    -------
    Path
        Of the public key.

    Raises
    ------
    InputError
        Code ``key-exists``: a key is never written over.
    OSError
        If a file cannot be written.
    """
    public = public_path(private)
    for path in (private, public):
        if path.is_symlink() or path.exists():
            raise InputError("is there already: choose another name", code="key-exists", file=str(path))
    key = Ed25519PrivateKey.generate()
    hidden = NoEncryption() if passphrase is None else BestAvailableEncryption(passphrase)
    _write_private(private, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, hidden))
    write_bytes(public, key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return public


def _write_private(path: Path, data: bytes) -> None:
    """Write a file that no one else can read at any moment, and that was not there before."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def is_encrypted(private: Path) -> bool:
    """Tell whether a private key needs its passphrase.

    Parameters
    ----------
    private : Path

    Returns
    -------
    bool
    """
    with private.open("rb") as stream:
        return ENCRYPTED in stream.read(MAX_KEY_BYTES)


def sign_manifest(folder: Path, manifest: bytes, private: Path, passphrase: bytes | None, out: Path | None) -> Path:
    """Sign a bundle.

    Parameters
    ----------
    folder : Path
        Bundle.
    manifest : bytes
        Of the bundle, read and verified.
    private : Path
        From `new_key`, or another Ed25519 key in PEM.
    passphrase : bytes or None
    out : Path or None
        File for the 64 bytes of the signature; beside the bundle by default.

    Returns
    -------
    Path
        Where the signature is.

    Raises
    ------
    InputError
        Code ``key-unusable``; ``output-is-input``, if ``out`` lies in the bundle, which would be none any more.
    OSError
        If the signature cannot be written.
    """
    place = out or signature_path(folder)
    if place.resolve().is_relative_to(folder.resolve()):
        raise InputError("lies in the bundle: choose another place", code="output-is-input", file=str(place))
    try:
        with private.open("rb") as stream:
            key = load_pem_private_key(stream.read(MAX_KEY_BYTES), passphrase)
    except Exception:  # noqa: BLE001 - the library names no base of what it raises for files that hold no key
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        message = (
            "is no private key for Ed25519 in PEM, or its passphrase is another: make one with prodcls sign --new-key"
        )
        raise InputError(message, code="key-unusable", file=str(private))
    write_bytes(place, key.sign(DOMAIN + manifest))
    return place
