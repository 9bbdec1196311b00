"""``python -m prodcls.sign``: make a key, and sign a bundle with it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from prodcls.console import run_and_exit

__all__ = ["VARIABLE", "sign"]

VARIABLE = "PRODCLS_KEY_PASSPHRASE"
"""Environment variable that holds the passphrase; an argument could be read by everyone on the machine."""

WRITTEN = click.Path(dir_okay=False, path_type=Path)


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.argument("bundle", type=click.Path(exists=True, file_okay=False, path_type=Path), required=False)
@click.option("--key", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Private key to sign with.")
@click.option("-o", "--out", type=WRITTEN, help="Signature to write.  [default: NAME.sig beside the folder NAME]")
@click.option(
    "--new-key", type=WRITTEN, help="Make a key instead: FILE.pem for you alone, FILE.pub.pem for the others."
)
def sign(bundle: Path | None, key: Path | None, out: Path | None, new_key: Path | None) -> None:
    """Sign BUNDLE, so that others can tell by --public-key that it is yours and as you made it.

    A passphrase is asked for on the terminal, or taken from the environment variable PRODCLS_KEY_PASSPHRASE.
    """
    if new_key is not None and bundle is None and key is None and out is None:
        _make(new_key)
        return
    if bundle is None or key is None or new_key is not None:
        message = "give either BUNDLE with --key PRIVATE.pem, or --new-key PRIVATE.pem"
        raise click.UsageError(message)
    from prodcls.bundle import load_bundle
    from prodcls.bundle_signing import is_encrypted, sign_manifest

    found = load_bundle(bundle)
    passphrase = _passphrase(confirm=False) if is_encrypted(key) else None
    place = sign_manifest(bundle, found.manifest.to_bytes(), key, passphrase, out)
    click.echo(f"signature: {place}\ndigest: {found.digest}")


def _make(private: Path) -> None:
    from prodcls.bundle_signing import new_key

    passphrase = _passphrase(confirm=True)
    public = new_key(private, passphrase)
    click.echo(f"private key: {private}" + ("" if passphrase else " (without passphrase: keep it where nobody reads)"))
    click.echo(f"public key: {public}")


def _passphrase(*, confirm: bool) -> bytes | None:
    """Return the passphrase; None where there is none and nobody to ask."""
    given = os.environ.get(VARIABLE)
    if given is None and sys.stdin.isatty():
        asked = "Passphrase (empty for none)" if confirm else "Passphrase"
        given = click.prompt(asked, default="", hide_input=True, confirmation_prompt=confirm, show_default=False)
    return given.encode() if given else None


if __name__ == "__main__":
    run_and_exit(sign, "python -m prodcls.sign")
