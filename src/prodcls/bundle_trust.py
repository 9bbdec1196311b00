"""Whether a bundle is the one that is meant: by a digest told otherwise, by a signature, or by both.

A manifest vouches for files, and nothing vouches for a manifest: whoever can write to the folder can write another
model with a manifest that fits it. Looked at are the bytes of the manifest, before anything else is read.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from prodcls.errors import BundleError, InputError

__all__ = ["DOMAIN", "UNTRUSTED", "Trust", "signature_path"]

DOMAIN = b"prodcls bundle signature, form 1\n"
"""Stands before the manifest in what is signed, so that a signature of something else is none of a bundle."""

SIGNATURE_BYTES = 64
MAX_KEY_BYTES = 1 << 16

UNTRUSTED = ("bundle-not-expected", "signature-missing", "signature-wrong")
"""Codes of a bundle that is another one than the one meant."""


@dataclass(frozen=True)
class Trust:
    """What a bundle must be before it is read.

    Attributes
    ----------
    digest : str or None
        SHA-256 in hex: the digest that ``fit``, ``verify`` and ``sign`` show, or that of ``manifest.json`` as a whole,
        which the report shows. The second covers the time, the environment and what was measured too.
    public_key : Path or None
        PEM file of the Ed25519 key that must have signed the manifest.
    signature : Path or None
        Beside the folder by default, see `signature_path`.

    Raises
    ------
    InputError
        Codes ``digest-form``, if the digest is none; ``signature-without-key``, if nothing can be said of a signature.
    """

    digest: str | None = None
    public_key: Path | None = None
    signature: Path | None = None

    def __post_init__(self) -> None:
        if self.digest is not None and not re.fullmatch(r"[0-9a-fA-F]{64}", self.digest):
            raise InputError("the digest expected is not one of 64 hexadecimal digits", code="digest-form")
        if self.signature is not None and self.public_key is None:
            message = "a signature says nothing without the key it was made by: give the public key too"
            raise InputError(message, code="signature-without-key", file=str(self.signature))

    @property
    def asks(self) -> bool:
        """Whether anything is asked of a bundle."""
        return self.digest is not None or self.public_key is not None

    def of_another(self) -> Trust:
        """Return what is asked of a second bundle, such as an earlier audit's: to be signed by the same key."""
        return Trust(public_key=self.public_key)

    def told(self) -> Iterator[str]:
        """Yield a line for each thing that holds of a bundle that was read.

        Yields
        ------
        str
        """
        if self.digest is not None:
            yield "the digest is the one expected"
        if self.public_key is not None:
            yield f"signed by the key {self.public_key.name}"

    def check_signature(self, folder: Path, manifest: bytes) -> None:
        """Hold the manifest against its signature, if that is asked for.

        Parameters
        ----------
        folder : Path
            Bundle.
        manifest : bytes

        Raises
        ------
        BundleError
            Codes ``signature-missing``, ``signature-wrong``.
        InputError
            Code ``key-unusable``.
        """
        if self.public_key is None:
            return
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
        from cryptography.hazmat.primitives.serialization import load_pem_public_key

        try:
            with self.public_key.open("rb") as stream:
                key = load_pem_public_key(stream.read(MAX_KEY_BYTES))
        except Exception:  # noqa: BLE001 - the library names no base of what it raises for files that hold no key
            key = None
        if not isinstance(key, Ed25519PublicKey):
            message = "cannot be read, or is no public key for Ed25519 in PEM: give the .pub.pem file of the signer"
            raise InputError(message, code="key-unusable", file=str(self.public_key))
        path = self.signature or signature_path(folder)
        try:
            with path.open("rb") as stream:
                signature = stream.read(SIGNATURE_BYTES + 1)
        except OSError as error:
            message = f"the bundle's signature cannot be read ({error.strerror}): name it, or ask its maker for it"
            raise BundleError(message, code="signature-missing", file=str(path)) from None
        try:
            key.verify(signature, DOMAIN + manifest)
        except InvalidSignature:
            message = f"is no signature of {folder} by the key {self.public_key.name}: do not use this bundle"
            raise BundleError(message, code="signature-wrong", file=str(path)) from None

    def check_digest(self, folder: Path, manifest: bytes, digest: str) -> None:
        """Hold a bundle against the digest that is expected, if one is.

        Parameters
        ----------
        folder : Path
            Bundle.
        manifest : bytes
        digest : str
            Of the files that it lists.

        Raises
        ------
        BundleError
            Code ``bundle-not-expected``.
        """
        if self.digest is not None and self.digest.lower() not in (digest, hashlib.sha256(manifest).hexdigest()):
            message = f"is another bundle than the one expected, with the digest {digest}: do not use it"
            raise BundleError(message, code="bundle-not-expected", file=str(folder))


def signature_path(folder: Path) -> Path:
    """Return where the signature of a bundle lies unless told otherwise: beside its folder, as ``NAME.sig``.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    Path
    """
    whole = folder.resolve()
    return whole.with_name(f"{whole.name}.sig")
